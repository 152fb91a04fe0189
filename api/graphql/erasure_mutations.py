"""How facts end over GraphQL: erased on legal demand, or kept by a legal hold until it is lifted."""

import strawberry

from api.graphql.graph_answers import UserError
from api.graphql.ledger_answers import LegalHold
from api.graphql.mutations import ONCE, allow, done
from api.graphql.nouns import Info
from api.graphql.scalars import DateTime, Decimal
from api.graphql.webhook_mutations import WebhookMutation
from api.view import Keeping
from engine.model.erasure import Erased, ErasureOrder, FieldValue, Hold, HoldScope, Selection
from engine.model.principal import Act
from engine.model.tenancy import Fault, Refused, Request


@strawberry.input(description="What a field of a fact says, in any of its versions.")
class FieldValueInput:
    field: str
    value: str

    def said(self) -> FieldValue:
        """The same, for the engine."""
        return FieldValue(field=self.field, value=self.value)


@strawberry.input
class EraseFactsInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    kind: str
    keys: list[str] = strawberry.field(
        default_factory=list[str], description="The keys of the facts; or else `where`."
    )
    where: FieldValueInput | None = strawberry.field(default=None, description="The facts that say this.")
    with_keys: bool = strawberry.field(default=False, description="Whether the keys are to go, too.")
    reason: str = strawberry.field(description="Why, as the ledger will say.")
    ground: str = strawberry.field(description="The law or duty that demands it, as the ledger will say.")


@strawberry.input(description="A hold covers the facts that are as all that is said.")
class PlaceHoldInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    kinds: list[str] = strawberry.field(default_factory=list[str], description="Of any of these kinds.")
    keys: list[str] = strawberry.field(default_factory=list[str], description="Of any of these keys.")
    where: FieldValueInput | None = None
    since: DateTime | None = strawberry.field(default=None, description="At this instant or later.")
    until: DateTime | None = strawberry.field(default=None, description="Before this instant.")
    reason: str = strawberry.field(description="Why, as the ledger will say.")


@strawberry.input
class LiftHoldInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    hold: int
    reason: str = strawberry.field(description="Why, as the ledger will say.")


@strawberry.type(description="What was erased: the content is gone, salted digests and entries stay.")
class Erasure:
    entry: Decimal | None = strawberry.field(
        description="Its place in the ledger, from 0; null where nothing was left to erase."
    )
    erased_at: DateTime
    facts: int
    versions: int
    is_scrubbed: bool = strawberry.field(
        description="Whether nothing of it is left in the files of the archive; else that is tried again."
    )

    @classmethod
    def of(cls, erased: Erased) -> "Erasure":
        """What was erased."""
        return cls(
            entry=None if erased.entry is None else Decimal(str(erased.entry)),
            erased_at=DateTime(erased.erased_at),
            facts=erased.facts,
            versions=erased.versions,
            is_scrubbed=erased.is_scrubbed,
        )


@strawberry.type(description="What was erased, or why nothing was.")
class EraseFactsPayload:
    erasure: Erasure | None
    user_errors: list[UserError]


@strawberry.type(description="The hold, or why nothing was done.")
class HoldPayload:
    hold: LegalHold | None
    user_errors: list[UserError]


@strawberry.type(name="Mutation", description="What is kept, each whole or not at all, one after the other.")
class Mutations(WebhookMutation):
    @strawberry.mutation(
        description="Remove what facts say, on legal demand, in all their versions: up to 10,000 facts of "
        "one kind. A legal hold over any of them keeps all of them."
    )
    def erase_facts(self, info: Info, input: EraseFactsInput) -> EraseFactsPayload:
        def erase(keeping: Keeping, request: Request) -> Erased | Refused:
            where = None if input.where is None else input.where.said()
            order = ErasureOrder(
                selection=Selection(kind=input.kind, keys=tuple(input.keys), where=where),
                reason=input.reason,
                ground=input.ground,
                with_keys=input.with_keys,
            )

            def do() -> Erased | Refused:
                info.context.check_deadline()
                return keeping.tenant.erase(order, request)

            # The tables that views read are made anew: on their thread, between two that ask.
            return info.context.door.run(do)

        allow(info, Act.ERASE)
        erased, errors = done(info, input.idempotency_key, erase, _path)
        return EraseFactsPayload(erasure=None if erased is None else Erasure.of(erased), user_errors=errors)

    @strawberry.mutation(description="Let nothing that the hold covers be erased until it is lifted.")
    def place_hold(self, info: Info, input: PlaceHoldInput) -> HoldPayload:
        def place(keeping: Keeping, request: Request) -> Hold | Refused:
            scope = HoldScope(
                kinds=tuple(input.kinds),
                keys=tuple(input.keys),
                where=None if input.where is None else input.where.said(),
                since=input.since,
                until=input.until,
            )
            return keeping.tenant.place_hold(scope, input.reason, request)

        allow(info, Act.ERASE)
        hold, errors = done(info, input.idempotency_key, place, _path)
        return HoldPayload(hold=None if hold is None else LegalHold.of(hold), user_errors=errors)

    @strawberry.mutation(description="End a legal hold.")
    def lift_hold(self, info: Info, input: LiftHoldInput) -> HoldPayload:
        def lift(keeping: Keeping, request: Request) -> Hold | Refused:
            return keeping.tenant.lift_hold(input.hold, input.reason, request)

        allow(info, Act.ERASE)
        hold, errors = done(info, input.idempotency_key, lift, _path)
        return HoldPayload(hold=None if hold is None else LegalHold.of(hold), user_errors=errors)


def _path(fault: Fault) -> list[str]:
    if fault.code in ("unknown-hold", "hold-lifted"):
        return ["input", "hold"]
    return ["input", *filter(None, [fault.field])]
