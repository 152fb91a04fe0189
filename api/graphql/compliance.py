"""Lists of verdicts: filters, orders, pages, and how an agreement stands in a period."""

from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum

import strawberry
from strawberry import ID

from api.graphql.errors import bad_input
from api.graphql.nouns import Agreement, Info
from api.graphql.opaque import Key, named
from api.graphql.pages import Connection, Paging, cut
from api.graphql.scalars import DateTime
from api.graphql.verdicts import Verdict
from api.view import Revision
from engine.model import verdict
from engine.model.quantity import Instant
from engine.model.verdict import Flag, InWindow, OnTriggerFact, State


@strawberry.input(description="A half-open period: it ends before `end`.")
class PeriodInput:
    start: DateTime
    end: DateTime

    def checked(self) -> tuple[Instant, Instant]:
        """Both ends, in order (S2.2)."""
        if self.end < self.start:
            raise bad_input("a period does not end before it starts")
        return self.start, self.end


@strawberry.input(description="Which verdicts; what is not said does not matter.")
class VerdictFilter:
    state: list[State] | None = None
    flag: list[Flag] | None = strawberry.field(default=None, description="Those with any of these flags.")
    agreement: ID | None = None
    obligation: ID | None = None
    service: ID | None = None
    window: PeriodInput | None = strawberry.field(
        default=None, description="Those whose window meets the period, or whose trigger lies in it."
    )


@strawberry.enum(description="The way of an order.")
class Direction(Enum):
    ASC = "asc"
    DESC = "desc"


@strawberry.enum(description="What verdicts are ordered by; ties by obligation, subject and occasion.")
class VerdictOrderField(Enum):
    OBLIGATION = "obligation"
    OCCASION = "occasion"
    STATE = "state"


@strawberry.input
class VerdictOrder:
    field: VerdictOrderField = VerdictOrderField.OBLIGATION
    direction: Direction = Direction.ASC


@strawberry.type(description="A page of verdicts, and what it takes to ask the same again.")
class VerdictConnection(Connection[Verdict]):
    as_of: DateTime
    known_at: DateTime | None
    policy_version: str


@strawberry.type(description="How many verdicts have a state.")
class StateCount:
    state: State
    count: int


@strawberry.type(description="How an agreement stands in a period.")
class Compliance:
    agreement: Agreement
    start: DateTime
    end: DateTime
    as_of: DateTime
    known_at: DateTime | None
    policy_version: str
    asked: strawberry.Private[VerdictFilter]
    revision: strawberry.Private[Revision]

    @strawberry.field(description="How many verdicts there are of each state, those without any left out.")
    def counts(self) -> list[StateCount]:
        counted = Counter(each.state for each in select(self.revision.verdicts, self.asked))
        return [StateCount(state=state, count=counted[state]) for state in State if counted[state]]

    @strawberry.field(description="The verdicts whose window meets the period, or whose trigger lies in it.")
    def verdicts(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> VerdictConnection:
        paging = Paging(first=first, after=after, last=last, before=before)
        return page(self.asked, paging, VerdictOrder(), self.revision, info)


def select(found: Sequence[verdict.Verdict], asked: VerdictFilter) -> Sequence[verdict.Verdict]:
    """The verdicts that a filter lets through, in their order."""
    for test in tests_of(asked):
        found = [each for each in found if test(each)]
    return found


def tests_of(asked: VerdictFilter) -> list[Callable[[verdict.Verdict], bool]]:
    """What a verdict must pass that a filter lets through."""
    tests: list[Callable[[verdict.Verdict], bool]] = []
    if asked.state is not None:
        states = frozenset(asked.state)
        tests.append(lambda each: each.state in states)
    if asked.flag is not None:
        flags = frozenset(asked.flag)
        tests.append(lambda each: not flags.isdisjoint(each.flags))
    if asked.agreement is not None:
        prefix = named(asked.agreement, "Agreement") + "."
        tests.append(lambda each: each.obligation.startswith(prefix))
    if asked.obligation is not None:
        obligation = named(asked.obligation, "Obligation")
        tests.append(lambda each: each.obligation == obligation)
    if asked.service is not None:
        service = named(asked.service, "Service")
        tests.append(lambda each: each.about == service)
    if asked.window is not None:
        start, end = asked.window.checked()
        tests.append(lambda each: meets(each.occasion, start, end))
    return tests


def page(
    asked: VerdictFilter, paging: Paging, order: VerdictOrder, revision: Revision, info: Info
) -> VerdictConnection:
    """A page of the verdicts that are asked for, in the order asked for."""
    info.context.check_deadline()
    key = ORDERS[order.field]
    found = select(revision.ordered(order.field.value, key), asked)
    name = f"{order.field.value} {order.direction.value}"
    return VerdictConnection(
        page=cut(found, paging, key, order=name, descending=order.direction is Direction.DESC),
        show=Verdict.each(revision, info),
        as_of=DateTime(revision.as_of),
        known_at=DateTime(revision.known_at) if revision.known_at is not None else None,
        policy_version=info.context.view.snapshot.version,
    )


def _identity(each: verdict.Verdict) -> Key:
    return each.identity


def _occasion(each: verdict.Verdict) -> Key:
    start = each.occasion.at if isinstance(each.occasion, OnTriggerFact) else each.occasion.start
    return (start, *each.identity)


def _state(each: verdict.Verdict) -> Key:
    return (each.state.value, *each.identity)


ORDERS: dict[VerdictOrderField, Callable[[verdict.Verdict], Key]] = {
    VerdictOrderField.OBLIGATION: _identity,
    VerdictOrderField.OCCASION: _occasion,
    VerdictOrderField.STATE: _state,
}


def meets(occasion: verdict.Occasion, start: Instant, end: Instant) -> bool:
    """Whether a window and a half-open period share an instant, or a trigger lies in it."""
    match occasion:
        case InWindow():
            return occasion.start < end and start < occasion.end
        case OnTriggerFact():
            return start <= occasion.at < end
