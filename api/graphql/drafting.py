"""Drafts are sent to the processes that judge them, and what these answer is given on."""

import asyncio
import json
import logging
import pickle
from contextlib import suppress
from time import monotonic, monotonic_ns
from typing import Any, assert_never

from graphql import GraphQLError, Source
from strawberry.http import GraphQLRequestData
from strawberry.types.execution import ExecutionResult

from api.drafts.draft import DraftRequest, TooManyFactsError
from api.drafts.drafts import BusyError, Drafts
from api.drafts.worker import UnansweredError, Why
from api.graphql.errors import Code, refusal
from api.graphql.served import Served

LOG = logging.getLogger("troth.drafts")
NANOSECONDS = 1_000_000_000


async def judged(drafts: Drafts, asked: GraphQLRequestData, context: Served) -> ExecutionResult:
    """The answer about the draft that a document was found to ask about, within the time of its request.

    Nothing waits for it but one thread of the drafts. Whoever goes away, or is cancelled, ends it.
    """
    wanted = context.draft
    assert wanted is not None, "only a document that asks about a draft is judged"
    seconds = (context.ends_at - monotonic_ns()) / NANOSECONDS
    until = monotonic() + seconds
    try:
        turn = drafts.begin(context.principal.account)
    except BusyError as busy:
        extensions = {"code": Code.RATE_LIMITED.value, "retryAfter": 1}
        return _failed(GraphQLError(f"{busy}: ask again", extensions=extensions), wanted.key)
    except UnansweredError as unanswered:
        return _failed(_refused(unanswered), wanted.key)

    def say() -> bytes:
        return pickle.dumps(
            DraftRequest(
                draft=wanted.read(),
                query=asked.query or "",
                variables=asked.variables,
                operation_name=asked.operation_name,
                seconds=max(until - monotonic(), 0.0),
            )
        )

    def run() -> ExecutionResult:
        return _answer(turn.run(say, until), asked.query or "")

    submitted = drafts.threads.submit(run)
    submitted.add_done_callback(lambda _: drafts.end(turn))
    running = asyncio.wrap_future(submitted)
    watching = None if context.gone is None else asyncio.ensure_future(context.gone())
    try:
        if watching is not None:
            await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                turn.leave()
        return await running
    except asyncio.CancelledError:
        turn.leave()
        raise
    except UnansweredError as unanswered:
        return _failed(_refused(unanswered), wanted.key)
    except TooManyFactsError as many:
        return _failed(refusal(Code.LIMIT_EXCEEDED, str(many)), wanted.key)
    except Exception as fault:  # noqa: BLE001 - as of any field: told by its code alone, and logged
        return _failed(GraphQLError(str(fault), original_error=fault), wanted.key)
    finally:
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


def _answer(said: bytes, query: str) -> ExecutionResult:
    """What the process answered."""
    answer: dict[str, Any] = json.loads(said)
    for line in answer["log"]:
        LOG.error("%s", line)
    errors = [
        GraphQLError(
            each["message"],
            source=Source(query),
            positions=each["positions"],
            path=each["path"],
            extensions=each["extensions"],
        )
        for each in answer["errors"]
    ]
    return ExecutionResult(data=answer["data"], errors=errors or None)


def _refused(unanswered: UnansweredError) -> GraphQLError:
    """Why there is no answer, as the client may read it."""
    match unanswered.why:
        case Why.TIME:
            return refusal(Code.DEADLINE_EXCEEDED, "to judge the draft takes longer than is allowed")
        case Why.MEMORY:
            return refusal(Code.LIMIT_EXCEEDED, "to judge the draft takes more memory than is allowed")
        case Why.SIZE:
            return refusal(Code.LIMIT_EXCEEDED, "the answer about the draft is longer than is allowed")
        case Why.STOPPING:
            return refusal(Code.UNAVAILABLE, "the server stops")
        case Why.GONE:
            return refusal(Code.UNAVAILABLE, "nobody waited for the answer")
        case Why.FAULT:
            LOG.error("a draft was not judged: %s", unanswered)
            return refusal(Code.INTERNAL_ERROR, "internal error")
        case _:
            assert_never(unanswered.why)


def _failed(error: GraphQLError, key: str) -> ExecutionResult:
    """There is no answer but why, at the place where it would have stood."""
    placed = GraphQLError(
        error.message, path=[key], extensions=error.extensions, original_error=error.original_error
    )
    return ExecutionResult(data=None, errors=[placed])
