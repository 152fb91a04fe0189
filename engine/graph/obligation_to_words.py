"""What an obligation measures and within which bound or limit, in the policy's own words."""

from fractions import Fraction
from typing import assert_never

from engine.model.deadline import AtLeastBefore, ByBusinessDay, ByClass, ByInstant, Judged, Limit, Within
from engine.model.decimals import decimal_text, exact_text
from engine.model.measure import Aggregate, Aggregated, Measure, Records, ShareWithin, Uptime, is_share
from engine.model.obligation import Duty, Obligation, RecoveryPoint, Target
from engine.model.quantity import Bound, Unit


def describe(obligation: Obligation) -> str:
    """One line: `uptime from outage, at least 97.7%`, `challenge_response within a limit`."""
    match obligation:
        case Target():
            return f"{_measure(obligation.measure)}, {bound_text(obligation.bound)}"
        case Duty(fulfilments=tuple() as fulfilments):
            return f"{' or '.join(each.kind for each in fulfilments)} {_limit(obligation.limit)}"
        case Duty():
            return f"recovery {_limit(obligation.limit)}"
        case RecoveryPoint():
            return f"data lost at {obligation.trigger.kind}, {bound_text(obligation.bound)}"
        case _:
            assert_never(obligation)


def bound_text(bound: Bound) -> str:
    """A bound as it reads: `at least 99.95%`."""
    upper = "" if bound.upper is None else f" and {quantity_text(bound.upper, bound.unit)}"
    return f"{bound.comparison.value} {quantity_text(bound.value, bound.unit)}{upper}"


def quantity_text(value: Fraction, unit: Unit, bound: Bound | None = None) -> str:
    """A number in its unit, to nine places where no decimal holds it, never across `bound` (S1.2)."""
    number = exact_text(value / unit.size)
    if "/" in number:
        number = f"{decimal_text(value, places=9, bound=bound, size=unit.size)}…"
    return f"{number}{unit.name}" if unit.name == "%" else f"{number} {unit.name}"


def _measure(measure: Measure) -> str:
    match measure:
        case Uptime(covering=True):
            return f"time covered by {measure.outages.kind}"
        case Uptime():
            return f"uptime from {measure.outages.kind}"
        case Aggregated(aggregate=Aggregate.PERCENTILE):
            return f"percentile {exact_text(measure.rank)} of {_records(measure.records)}"
        case Aggregated() if is_share(measure):
            return f"share of {_records(measure.records)}"
        case Aggregated():
            return f"{measure.aggregate.value} of {_records(measure.records)}"
        case ShareWithin():
            return f"share in time of {_records(measure.records)}"
        case _:
            assert_never(measure)


def _records(records: Records) -> str:
    answer = f" answered by {records.answered_by.kind}" if records.answered_by else ""
    return f"{records.of.kind}{answer}"


def _limit(limit: Limit) -> str:
    """The kind of the deadline; its arithmetic stands in the explanation."""
    match limit:
        case Judged():
            return f'in "{limit.words}", judged by {limit.role}'
        case ByClass():
            return f"within a limit by class: {', '.join(sorted(limit.limits))}"
        case ByInstant():
            return "before an instant" if limit.strict else "by an instant"
        case AtLeastBefore():
            return "at least some time before an instant"
        case ByBusinessDay():
            return f"by business day {limit.number} on {limit.calendar.name}"
        case Within():
            return "in less than a limit" if limit.strict else "within a limit"
        case _:
            assert_never(limit)
