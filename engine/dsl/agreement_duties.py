"""What an agreement says of its own keeping, as the promises that it means: reports, reviews, duties."""

from decimal import Decimal
from typing import cast

from engine.dsl import agreement as syntax
from engine.dsl import limits, promises
from engine.dsl.expressions import AllOf, FieldOf, Is, Match, Name, Number, Text
from engine.dsl.statement import Cites, Convention, Obliges, When
from engine.source import Span

PERIOD = "period_reported"
"""What the window of a report is called inside its duty; no author can say it there."""

REVIEW = "review_held"
"""What the review after an occasion is called inside its duty, beside what the author calls the occasion."""


def with_named_duties(block: syntax.Agreement) -> syntax.Agreement:
    """The agreement in which `reported`, `reviewed` and `customer must` are duties and targets like all the
    others, under the agreement's own citations. What is only described stays as it is."""
    cites = tuple(item for item in block.items if isinstance(item, Cites))
    items: list[syntax.AgreementItem] = []
    for item in block.items:
        match item:
            case syntax.PartyDuty():
                obliges = Obliges(span=item.party.span, party=item.party)
                inside = (obliges, *cast(tuple[Obliges, ...], item.items))
                items.append(
                    promises.Duty(
                        span=item.span,
                        name=item.name,
                        for_each=item.for_each,
                        title=item.title,
                        items=inside,
                    )
                )
            case syntax.Reported():
                items.append(_report(item, block.name, cites))
            case syntax.Reviewed():
                items.append(_review(item, block.name, cites))
            case syntax.ReviewedOn():
                items.append(_review_on(item, block.name, cites))
            case _:
                items.append(item)
    return syntax.Agreement(
        span=block.span,
        name=block.name,
        kind=block.kind,
        title=block.title,
        amends=block.amends,
        items=tuple(items),
    )


def _report(node: syntax.Reported, agreement: Name, cites: tuple[Cites, ...]) -> promises.Duty:
    """For every window a report of this agreement and of that window."""
    place = node.span
    window = Name(span=place, text=PERIOD)
    deadline: limits.Deadline
    if node.calendar is not None:
        of_months = isinstance(node.window, limits.CalendarWindow) and node.window.unit.value == "month"
        deadline = limits.ByBusinessDay(
            span=place, number=node.day, calendar=node.calendar, month_after=of_months, window=window
        )
    else:
        assert node.limit is not None
        deadline = limits.WithinOfWindowEnd(span=place, limit=node.limit, window=window)
    where = AllOf(
        span=place,
        conditions=(_is("r", "agreement", agreement, place), _is("r", "period", window, place)),
    )
    report = Match(span=place, kind=_name("report", place), alias=_name("r", place), where=where)
    return promises.Duty(
        span=place,
        name=_name("reported", place),
        title=Text(span=place, value="Report"),
        items=(
            *cites,
            Obliges(span=place, party=_name("provider", place)),
            promises.Every(span=place, window=node.window, alias=window),
            promises.Must(span=place, alternatives=(report,), deadline=deadline),
        ),
    )


def _review(node: syntax.Reviewed, agreement: Name, cites: tuple[Cites, ...]) -> promises.Target:
    """In every cycle at least one review of this agreement; a review counts when it was held."""
    place = node.span
    where = _is("v", "agreement", agreement, place)
    review = Match(span=place, kind=_name("review", place), alias=_name("v", place), where=where)
    bound = limits.Bound(
        span=place,
        relation=limits.BoundRelation.AT_LEAST,
        value=Number(span=place, value=Decimal(1)),
        upper=None,
    )
    return promises.Target(
        span=place,
        name=_name("reviewed", place),
        of=None,
        for_each=None,
        title=Text(span=place, value="Review"),
        items=(
            *cites,
            Obliges(span=place, party=_name("provider", place)),
            promises.Requires(
                span=place,
                aggregate=promises.CountOf(span=place, match=review),
                bound=bound,
                window=node.window,
                provisos=(),
            ),
            Convention(span=place, topic="sources", choice="are assumed watched"),
            Convention(span=place, topic="records belong to the window they", choice="start in"),
        ),
    )


def _review_on(node: syntax.ReviewedOn, agreement: Name, cites: tuple[Cites, ...]) -> promises.Duty:
    """After every such fact a review of this agreement, counted from that fact on."""
    place, kind = node.span, node.match.kind.text
    where = _is(REVIEW, "agreement", agreement, place)
    review = Match(span=place, kind=_name("review", place), alias=_name(REVIEW, place), where=where)
    return promises.Duty(
        span=place,
        name=Name(span=node.match.kind.span, text=f"reviewed_on_{kind}"),
        title=Text(span=place, value=f"Review after {kind}, by {node.by.text}"),
        items=(
            *cites,
            Obliges(span=place, party=_name("provider", place)),
            When(span=place, match=node.match, joined=()),
            promises.Must(span=place, alternatives=(review,), deadline=node.deadline),
        ),
    )


def _name(text: str, place: Span) -> Name:
    return Name(span=place, text=text)


def _is(variable: str, field: str, value: Name, place: Span) -> Is:
    left = FieldOf(span=place, owner=_name(variable, place), field_name=_name(field, place))
    return Is(span=place, left=left, negated=False, right=value)
