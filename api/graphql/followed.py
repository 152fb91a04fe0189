"""What followed from all verdicts of a revision: escalations and credits, as lists that can be filtered."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal as Number

import strawberry
from strawberry import ID

from api.graphql.compliance import PeriodInput, meets
from api.graphql.nouns import Info
from api.graphql.opaque import Key, named
from api.graphql.pages import Connection, Paging, cut
from api.graphql.scalars import DateTime, Money, money_text
from api.graphql.verdicts import Credit, EscalationStep
from api.view import Revision
from engine.model import quantity, reaction
from engine.model.reaction import CreditState, EscalationState
from engine.model.verdict import OnTriggerFact


@strawberry.input(description="Which levels of escalations; what is not said does not matter.")
class EscalationFilter:
    agreement: ID | None = None
    state: list[EscalationState] | None = None
    period: PeriodInput | None = strawberry.field(
        default=None, description="Those whose turn it is, or was, within it."
    )


@strawberry.input(description="Which credits; what is not said does not matter.")
class CreditFilter:
    agreement: ID | None = None
    obligation: ID | None = None
    state: list[CreditState] | None = None
    period: PeriodInput | None = strawberry.field(
        default=None, description="Those whose window meets it, or whose trigger lies in it."
    )


@strawberry.type(description="A page of levels of escalations, and what it takes to ask the same again.")
class EscalationConnection(Connection[EscalationStep]):
    as_of: DateTime
    known_at: DateTime | None
    policy_version: str


@strawberry.type(description="The credits of one state in one currency, on all pages together.")
class CreditSum:
    state: CreditState
    amount: Money
    count: int


@strawberry.type(description="A page of credits, what they come to, and what it takes to ask the same again.")
class CreditConnection(Connection[Credit]):
    as_of: DateTime
    known_at: DateTime | None
    policy_version: str
    found: strawberry.Private[Sequence[reaction.Credit]]

    @strawberry.field(
        description="The amounts that are known, by state and currency; `PROVISIONAL` ones may become others."
    )
    def sums(self) -> list[CreditSum]:
        amounts: dict[tuple[CreditState, str], Number] = {}
        counts: Counter[tuple[CreditState, str]] = Counter()
        for each in self.found:
            if each.amount is not None:
                place = each.state, each.amount.currency
                amounts[place] = amounts.get(place, Number(0)) + each.amount.amount
                counts[place] += 1
        return [
            CreditSum(
                state=state,
                amount=Money(money_text(quantity.Money(amount=amounts[state, currency], currency=currency))),
                count=counts[state, currency],
            )
            for state, currency in sorted(amounts)
        ]

    @strawberry.field(description="How many are in no sum, since their amount is not known.")
    def unknown(self) -> int:
        return sum(each.amount is None and each.points is None for each in self.found)


def escalations(
    asked: EscalationFilter, paging: Paging, revision: Revision, info: Info
) -> EscalationConnection:
    """A page of the levels of escalations that are asked for, in the order of their instants."""
    info.context.check_deadline()
    agreement = None if asked.agreement is None else named(asked.agreement, "Agreement")
    start, end = (None, None) if asked.period is None else asked.period.checked()
    found = sorted(
        (
            each
            for each in revision.reactions
            if isinstance(each, reaction.EscalationStep)
            and (agreement is None or each.escalation.partition(".")[0] == agreement)
            and (asked.state is None or each.state in asked.state)
            and (start is None or end is None or start <= each.at < end)
        ),
        key=_turn,
    )
    return EscalationConnection(
        page=cut(found, paging, _turn, order="escalations"),
        show=EscalationStep.of,
        as_of=DateTime(revision.as_of),
        known_at=None if revision.known_at is None else DateTime(revision.known_at),
        policy_version=info.context.view.snapshot.version,
    )


def credits(asked: CreditFilter, paging: Paging, revision: Revision, info: Info) -> CreditConnection:
    """A page of the credits that are asked for, by promise, subject and occasion."""
    info.context.check_deadline()
    agreement = None if asked.agreement is None else named(asked.agreement, "Agreement")
    obligation = None if asked.obligation is None else named(asked.obligation, "Obligation")
    period = None if asked.period is None else asked.period.checked()
    found = sorted(
        (
            each
            for each in revision.reactions
            if isinstance(each, reaction.Credit)
            and (agreement is None or each.obligation.partition(".")[0] == agreement)
            and (obligation is None or each.obligation == obligation)
            and (asked.state is None or each.state in asked.state)
            and (period is None or meets(each.occasion, *period))
        ),
        key=_place,
    )
    return CreditConnection(
        page=cut(found, paging, _place, order="credits"),
        show=Credit.of,
        as_of=DateTime(revision.as_of),
        known_at=None if revision.known_at is None else DateTime(revision.known_at),
        policy_version=info.context.view.snapshot.version,
        found=found,
    )


def _turn(step: reaction.EscalationStep) -> Key:
    return (step.at, step.escalation, *_occasion(step.occasion), step.level)


def _place(credit: reaction.Credit) -> Key:
    return (credit.obligation, credit.subject, *_occasion(credit.occasion))


def _occasion(occasion: reaction.Occasion) -> Key:
    if isinstance(occasion, OnTriggerFact):
        return (occasion.at, occasion.kind, occasion.key)
    return (occasion.start, occasion.label, "")
