"""The closed list of error codes, and how every error that leaves the door gets one of them."""

import logging
import re
from collections.abc import Iterable
from enum import StrEnum

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.types.execution import ExecutionResult

from api.allowance import Nanoseconds, seconds_of
from api.rate_limit import WORDS
from engine.store.archive import ArchiveError

LOG = logging.getLogger("troth.graphql")


class Code(StrEnum):
    """Every value that `extensions.code` may have."""

    BAD_REQUEST = "BAD_REQUEST"
    """The HTTP request is no GraphQL request."""
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """There is no token, or none that is taken."""
    FORBIDDEN = "FORBIDDEN"
    """Who asks may not do this."""
    NO_SUCH_TENANT = "NO_SUCH_TENANT"
    """There is no such tenant, or who asks may not enter it."""
    NOT_PERSISTED = "NOT_PERSISTED"
    """No persisted document has this id; or only persisted ones are answered, and this is none."""
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    """An id, a cursor, a page size, an instant or a name that cannot be read."""
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    """The document is deeper, larger or dearer than allowed, or the body too big."""
    RATE_LIMITED = "RATE_LIMITED"
    """Too much was asked for in the last minute; `retryAfter` says for how many seconds to wait."""
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    EVALUATORS_DISAGREE = "EVALUATORS_DISAGREE"
    """A fault of ours that names what either evaluator says, so that nobody relies on one of them (S7.5)."""
    NOTHING_PUBLISHED = "NOTHING_PUBLISHED"
    """There are no policies, or there were none at the instant that was asked about."""
    NOTHING_KEPT = "NOTHING_KEPT"
    """Files are served, which are read once: there are no news to wait for."""
    UNAVAILABLE = "UNAVAILABLE"
    """What the tenant keeps cannot be read or written now; the log says why."""
    INTERNAL_ERROR = "INTERNAL_ERROR"
    """A fault of ours; what it was stands in the server's log only."""


SUGGESTION = re.compile(r" Did you mean [^?]*\?")
"""What graphql-core adds where a name of the schema is near."""

CODES = frozenset(code.value for code in Code)


def refusal(code: Code, message: str) -> GraphQLError:
    """An error that the client may read."""
    return GraphQLError(message, extensions={"code": code.value})


def too_fast(wait: Nanoseconds) -> GraphQLError:
    """More was asked for than there is; after the wait there will be enough."""
    extensions = {"code": Code.RATE_LIMITED.value, "retryAfter": seconds_of(wait)}
    return GraphQLError(WORDS, extensions=extensions)


def retry_after(errors: Iterable[GraphQLError] | None) -> int | None:
    """For how many seconds to wait, where one of the errors is that too much was asked for."""
    for each in errors or ():
        told = each.extensions or {}
        if told.get("code") == Code.RATE_LIMITED.value:
            return int(told["retryAfter"])
    return None


def bad_input(message: str) -> GraphQLError:
    """What the client sent cannot be read."""
    return refusal(Code.BAD_USER_INPUT, message)


def coded(errors: Iterable[GraphQLError] | None) -> list[GraphQLError]:
    """Errors of an execution, each with its code, and ours masked."""
    return [_coded(error) for error in errors or ()]


def is_refused(result: ExecutionResult) -> bool:
    """Whether nothing was run: an error without a path was found before, and there is no `data` then."""
    return result.data is None and all(error.path is None for error in result.errors or ())


def _coded(error: GraphQLError) -> GraphQLError:
    if isinstance(error, GraphQLSyntaxError):
        code = Code.GRAPHQL_PARSE_FAILED
    elif (error.extensions or {}).get("code") in CODES:
        if (error.extensions or {}).get("code") == Code.GRAPHQL_VALIDATION_FAILED:
            error.message = SUGGESTION.sub("", error.message)
        return error
    elif isinstance(error.original_error, ArchiveError):
        LOG.error("no archive while answering %s: %s", error.path, error.original_error)
        return GraphQLError(
            "what the tenant keeps cannot be read or written now; what was to be kept may have been: "
            "ask again under the same idempotency key",
            nodes=error.nodes,
            path=error.path,
            extensions={"code": Code.UNAVAILABLE.value},
        )
    elif error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        LOG.error("fault while answering %s", error.path, exc_info=error.original_error)
        return GraphQLError(
            "internal error",
            nodes=error.nodes,
            path=error.path,
            extensions={"code": Code.INTERNAL_ERROR.value},
        )
    else:
        # Without a fault behind them, what is left are variables and arguments of a wrong form.
        code = Code.BAD_USER_INPUT
    return GraphQLError(
        SUGGESTION.sub("", error.message),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code.value},
    )
