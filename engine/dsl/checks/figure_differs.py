"""A promise whose number is not the one in the words that it cites."""

import re
from collections.abc import Iterator
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import limits_of, obligations
from engine.model.deadline import AtLeastBefore, Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.obligation import Duty, Obligation, Target
from engine.model.quantity import DAY, HOUR, MINUTE, SECOND, Dimension
from engine.model.snapshot import Snapshot

FIGURE = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*"
    r"(%|percent|(?:calendar |business )?(?:days?|hours?|minutes?|seconds?|months?))"
)
LENGTHS = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY}


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each promise that cites figures of its own sort, none of which is its own."""
    for _, obligation in obligations(snapshot):
        own = set(figures_promised(obligation))
        sorts = {sort for sort, _ in own}
        cited = [
            (citation, {each for each in figures_cited(citation.words) if each[0] in sorts})
            for citation in obligation.terms.cites
        ]
        other = next((citation for citation, figures in cited if figures), None)
        if other is not None and not any(figures & own for _, figures in cited):
            yield warning(
                "figure-differs",
                f"`{obligation.terms.id}` cites another figure than it promises",
                other.span,
                f'the words say "{other.words}"',
                "let the promise say what its words say, or cite the words that it encodes",
                (obligation.terms.span, "promises another"),
            )


def figures_cited(words: str) -> Iterator[tuple[str, Fraction]]:
    """The figures in cited words, each with its sort: share, time in microseconds, days, months."""
    for number, unit in FIGURE.findall(words):
        value = Fraction(number.replace(",", "."))
        name = unit.split()[-1].removesuffix("s")
        if unit in ("%", "percent"):
            yield "share", value / 100
        elif name == "month":
            yield "months", value
        elif name == "day":
            yield "days", value
            yield "time", value * DAY
        else:
            yield "time", value * LENGTHS[name]


def figures_promised(obligation: Obligation) -> Iterator[tuple[str, Fraction]]:
    """The figures that an obligation promises, each with its sort, as `figures_cited` gives them."""
    match obligation:
        case Target(bound=bound):
            match bound.unit.dimension:
                case Dimension.RATIO:
                    yield "share", bound.value
                case Dimension.TIME:
                    yield "time", bound.value
                case Dimension.CALENDAR_DAYS | Dimension.BUSINESS_DAYS:
                    yield "days", bound.value
                case _:
                    return
        case Duty():
            for limit in limits_of(obligation):
                if isinstance(limit, Within):
                    yield from _length(limit.duration)
                elif isinstance(limit, AtLeastBefore):
                    yield from _length(limit.lead)
        case _:
            return


def _length(duration: Duration) -> Iterator[tuple[str, Fraction]]:
    match duration:
        case ClockDuration(length=length):
            yield "time", Fraction(length)
        case CalendarDays(days=days) | BusinessDays(days=days):
            yield "days", Fraction(days)
        case Months(months=months):
            yield "months", Fraction(months)
