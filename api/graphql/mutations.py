"""What a tenant is sent over GraphQL: policies and facts, kept with their place in the ledger, or why not."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import strawberry
from graphql import FieldNode

from api.graphql.errors import Code, refusal
from api.graphql.graph_answers import UserError
from api.graphql.nouns import Info
from api.graphql.scalars import DateTime, Decimal, FactRow
from api.graphql.what_if import is_text
from api.view import Keeping
from engine.model.principal import Act
from engine.model.tenancy import FactBatch, Fault, Fed, Published, Refused, Request
from engine.source import Source

Kept = TypeVar("Kept")

MOST_FILES = 1_000
MOST_ERRORS = 100
"""Errors that are listed; what is beyond is counted."""

ONCE = "Who asks twice under one key is answered twice alike, and it is done once."
LATER = Refused(faults=())
"""Nobody is told of it: the document is run again once what it feeds was kept, or refused."""
READ_ONLY = Fault(
    code="read-only",
    message="this server keeps nothing: start it with `--archive`",
)


@strawberry.input(description="A policy file.")
class PolicyFileInput:
    name: str = strawberry.field(description="As findings name it.")
    text: str


@strawberry.input
class PublishPoliciesInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    files: list[PolicyFileInput]


@strawberry.input
class IngestFactsInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    kind: str
    rows: list[FactRow]
    corrections: bool = strawberry.field(
        default=False, description="Whether a row may say otherwise what is known of its key."
    )


@strawberry.input
class CorrectFactInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    kind: str
    row: FactRow = strawberry.field(description="All of the fact, as it is to be known from now on.")


@strawberry.input
class RetractFactInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    kind: str
    key: str


@strawberry.type(description="A policy set that was published.")
class Publication:
    entry: Decimal = strawberry.field(description="Its place in the ledger, from 0.")
    known_from: DateTime = strawberry.field(description="Since when it is in use.")
    published_by: str
    policy_version: str = strawberry.field(description="The digest of what it means.")
    address: str = strawberry.field(description="The digest of how it is written.")

    @classmethod
    def of(cls, published: Published) -> "Publication":
        """What was published."""
        return cls(
            entry=Decimal(str(published.entry)),
            known_from=DateTime(published.published_at),
            published_by=published.published_by,
            policy_version=published.version,
            address=published.address,
        )


@strawberry.type(description="What was kept of the facts that were sent.")
class Receipt:
    entry: Decimal | None = strawberry.field(
        description="Its place in the ledger, from 0; null where nothing was new."
    )
    known_from: DateTime
    versions: int = strawberry.field(description="New versions of facts.")
    unchanged: int = strawberry.field(description="Rows that said what was known already.")
    policy_version: str = strawberry.field(description="The policies that were in use then.")

    @classmethod
    def of(cls, fed: Fed, version: str) -> "Receipt":
        """What was kept, and under which policies."""
        return cls(
            entry=None if fed.entry is None else Decimal(str(fed.entry)),
            known_from=DateTime(fed.known_from),
            versions=fed.versions,
            unchanged=fed.unchanged,
            policy_version=version,
        )


@strawberry.type(description="The policy set, or why it was not published.")
class PublishPoliciesPayload:
    published: Publication | None
    user_errors: list[UserError]


@strawberry.type(description="What was kept, or why nothing was.")
class FactsPayload:
    receipt: Receipt | None
    user_errors: list[UserError]


@strawberry.type(description="What is kept, each whole or not at all, one after the other.")
class Mutation:
    @strawberry.mutation(description="Put a policy set in use, if it is sound: all of its files together.")
    def publish_policies(self, info: Info, input: PublishPoliciesInput) -> PublishPoliciesPayload:
        def publish(keeping: Keeping, request: Request) -> Published | Refused:
            if faults := unusable_files(input.files):
                return Refused(faults=faults)
            return keeping.tenant.publish(
                [Source(name=each.name, text=each.text) for each in input.files], request
            )

        allow(info, Act.PUBLISH)
        kept, errors = done(info, input.idempotency_key, publish, lambda _: ["input", "files"])
        return PublishPoliciesPayload(
            published=None if kept is None else Publication.of(kept), user_errors=errors
        )

    @strawberry.mutation(description="Keep facts of one kind, up to 10,000: all of them, or none.")
    def ingest_facts(self, info: Info, input: IngestFactsInput) -> FactsPayload:
        return _fed(info, input.idempotency_key, input.kind, input.rows, corrections=input.corrections)

    @strawberry.mutation(description="Say otherwise what is known of a fact; what was known stays known.")
    def correct_fact(self, info: Info, input: CorrectFactInput) -> FactsPayload:
        return _fed(info, input.idempotency_key, input.kind, [input.row], corrections=True)

    @strawberry.mutation(description="Say that there is no such fact; what was known stays known.")
    def retract_fact(self, info: Info, input: RetractFactInput) -> FactsPayload:
        def retract(keeping: Keeping, request: Request) -> Fed | Refused:
            if not is_storable(input.key):
                words = "there is no such fact: a key is text without zero characters"
                return Refused(faults=(Fault(code="unknown-fact", message=words, row=1),))
            return keeping.tenant.retract(input.kind, [input.key], request)

        _allow_feeding(info)
        kept, errors = done(
            info,
            input.idempotency_key,
            retract,
            lambda fault: ["input", "kind" if fault.row is None else "key"],
        )
        return _payload(info, kept, errors)


def _fed(info: Info, key: str, kind: str, rows: Sequence[FactRow], *, corrections: bool) -> FactsPayload:
    context = info.context

    def feed(keeping: Keeping, request: Request) -> Fed | Refused:
        if context.feeding is not None:
            return context.feeding.result()  # it is there: the document is run again
        if faults := unusable_rows(rows):
            return Refused(faults=faults)
        batch = FactBatch(kind=kind, rows=rows, corrections=corrections)
        if context.may_leave and _is_alone(info):
            context.feeding = keeping.tenant.feeding(batch, request)
            return LATER
        return keeping.tenant.feed_with_others(batch, request)

    def path(fault: Fault) -> list[str]:
        return ["input", "kind"] if fault.row is None else ["input", "rows", *filter(None, [fault.field])]

    _allow_feeding(info)
    return _payload(info, *done(info, key, feed, path))


def allow(info: Info, act: Act) -> None:
    """Go on only if who asks may do this; what it is about is not looked at before."""
    if not info.context.principal.may(act):
        raise refusal(Code.FORBIDDEN, f"this token does not let anybody {act.value}")


def _allow_feeding(info: Info) -> None:
    """Go on only if who asks may feed; which facts, for which party, the policies say."""
    allow(info, Act.FEED)


def _payload(info: Info, kept: Fed | None, errors: list[UserError]) -> FactsPayload:
    keeping = info.context.keeping
    if kept is None or keeping is None:
        return FactsPayload(receipt=None, user_errors=errors)
    version = info.context.version or keeping.tenant.version_at(kept.known_from)
    return FactsPayload(receipt=Receipt.of(kept, version), user_errors=errors)


def _is_alone(info: Info) -> bool:
    """Whether a document asks for nothing but this field."""
    (chosen, *more) = info.operation.selection_set.selections
    return isinstance(chosen, FieldNode) and not more


def done(
    info: Info,
    key: str,
    do: Callable[[Keeping, Request], Kept | Refused],
    path: Callable[[Fault], list[str]],
) -> tuple[Kept | None, list[UserError]]:
    """What was kept, or why nothing was; whoever asks under a key that is none is told so first."""
    if info.context.feeding is None:
        info.context.check_deadline()
    keeping = info.context.keeping
    if keeping is None:
        return None, [error_of(READ_ONLY, [])]
    if not is_storable(key):
        words = "an idempotency key is text without zero characters"
        return None, [error_of(Fault(code="idempotency-key", message=words), ["input", "idempotencyKey"])]
    found = do(keeping, Request(actor=keeping.actor, key=key, parties=info.context.principal.feeds_for))
    if not isinstance(found, Refused):
        return found, []
    shown = [
        error_of(each, ["input", "idempotencyKey"] if each.code.startswith("idempotency-key") else path(each))
        for each in found.faults[:MOST_ERRORS]
    ]
    if (more := len(found.faults) - MOST_ERRORS) > 0:
        words = f"{more:,} more are not listed"
        shown.append(error_of(Fault(code="more-errors", message=words), ["input"]))
    return None, shown


def error_of(fault: Fault, path: list[str]) -> UserError:
    """A fault of what was sent, at its place."""
    return UserError(code=fault.code, message=fault.message, help=None, path=path, row=fault.row)


def unusable_files(files: Sequence[PolicyFileInput]) -> tuple[Fault, ...]:
    """Why files are none that could be published."""
    if not 1 <= len(files) <= MOST_FILES:
        words = f"a policy set has 1 to {MOST_FILES:,} files, and this one has {len(files):,}"
        return (Fault(code="no-policies" if not files else "too-many-files", message=words),)
    faults: list[Fault] = []
    names: set[str] = set()
    for row, each in enumerate(files, start=1):
        if not each.name or not is_storable(each.name):
            faults.append(Fault(code="file-name", message="the file has no name that is text", row=row))
        elif each.name in names:
            faults.append(
                Fault(code="file-name", message=f"another file is called `{each.name}`, too", row=row)
            )
        elif not is_storable(each.text):
            words = f"`{each.name}` is not text: it holds a zero character, or half of a surrogate pair"
            faults.append(Fault(code="not-text", message=words, row=row))
        names.add(each.name)
    return tuple(faults)


def unusable_rows(rows: Sequence[FactRow]) -> tuple[Fault, ...]:
    """Which rows hold what is no text in any database."""
    return tuple(
        Fault(code="bad-row", message="the row holds half of a surrogate pair, or a zero character", row=row)
        for row, each in enumerate(rows, start=1)
        if not all(is_storable(part) for member in each.items() for part in member if isinstance(part, str))
    )


def is_storable(text: str) -> bool:
    """Whether every database keeps a text as it is."""
    return is_text(text) and "\0" not in text
