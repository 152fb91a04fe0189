"""What credits pay: bands, steps, proportions, pools and points, held against what is measured (S8.4)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, assert_never

from engine.dsl import credits as syntax
from engine.dsl import expressions
from engine.dsl.expressions import Duration, Node, Relation
from engine.dsl.frame import Frame
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_bound import resolve_amount
from engine.dsl.syntax_to_credit_base import resolve_money, share_of
from engine.dsl.syntax_to_duration import CLOCK_UNITS, elapsed_microseconds
from engine.model import quantity
from engine.model.calendar import Clock, DatedCalendar
from engine.model.credit import (
    Band,
    Excess,
    OnBreach,
    Payment,
    PointBand,
    Pool,
    Proportional,
    Steps,
    Worth,
)
from engine.model.deadline import AtLeastBefore, ByBusinessDay, ByClass, ByInstant, Judged, Limit, Within
from engine.model.expression import BusinessDays, ClockDuration
from engine.model.expression import Duration as Length
from engine.model.measure import Measure, Uptime
from engine.model.period import Windows
from engine.model.quantity import Bound, Comparison, Dimension, Unit

DAY_UNITS: Final = {
    expressions.Unit.CALENDAR_DAYS: quantity.CALENDAR_DAYS,
    expressions.Unit.BUSINESS_DAYS: quantity.BUSINESS_DAYS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A target as its credits see it: what is measured, in which unit, on which calendar, held to what."""

    measure: Measure
    unit: Unit
    calendar: Clock | DatedCalendar | None
    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """The promise that credits are for: a measured target, or a duty with its limit, by its `name`.

    `windows` are absent for a duty that facts trigger; `scope` knows the trigger.
    """

    name: str
    frame: Frame
    scope: Scope
    promise: Measured | Limit
    windows: Windows | None

    def refuse(self, what: str, place: Node, help: str) -> None:
        """Record that a credit hangs on something that this promise does not have."""
        self.frame.findings.error("credit-unmeasured", what, place.span, "not measured here", help=help)


def resolve_payment(node: syntax.CreditItem, of: Credited) -> Payment | None:
    """One `pays` line."""
    match node:
        case syntax.Pays(worth=worth, band=band):
            paid, ends = _worth(worth, of), resolve_band(band, of)
            return Band(worth=paid, ends=ends) if paid is not None and ends is not None else None
        case syntax.PaysOnBreach(worth=worth):
            paid = _worth(worth, of)
            return OnBreach(worth=paid) if paid is not None else None
        case syntax.PaysSteps():
            return _steps(node, of)
        case syntax.PaysProportional(times=times):
            if not _has_downtime(of):
                of.refuse("only uptime has downtime", node, "say the steps or bands of what is measured")
                return None
            return Proportional(times=Fraction(times.value))
        case syntax.PaysPool(pool=pool, weight=weight, at_risk=at_risk):
            return Pool(pool=share_of(pool), weight=share_of(weight), at_risk=share_of(at_risk))
        case _:
            return None


def resolve_points(node: syntax.Points, of: Credited) -> PointBand | None:
    """One `points` line."""
    ends = resolve_band(node.band, of) if node.band else ()
    return PointBand(points=node.points, ends=ends) if ends is not None else None


def resolve_band(nodes: tuple[syntax.BandEnd, ...], of: Credited) -> tuple[Bound, ...] | None:
    """The ends of a band, in the measure's own unit."""
    if not isinstance(of.promise, Measured):
        of.refuse("a duty has no measured value", nodes[0], "say `on breach`, or the steps of its lateness")
        return None
    found = [_end(end, of.promise, of.frame) for end in nodes]
    ends = tuple(end for end in found if end is not None)
    return ends if len(ends) == len(found) else None


def _end(node: syntax.BandEnd, of: Measured, frame: Frame) -> Bound | None:
    amount = resolve_amount(node.value, of.unit, frame, of.calendar)
    if amount is None:
        return None
    if node.relation is Relation.ABOVE:
        comparison = Comparison.AT_LEAST if node.inclusive else Comparison.ABOVE
    else:
        comparison = Comparison.AT_MOST if node.inclusive else Comparison.BELOW
    rounding = of.bound.rounding if amount[1].dimension is Dimension.RATIO else None
    return Bound(comparison=comparison, value=amount[0], unit=amount[1], rounding=rounding)


def _worth(node: syntax.Worth, of: Credited) -> Worth | None:
    if isinstance(node, expressions.Money):
        return resolve_money(node, of.frame.findings)
    return share_of(node)


def _has_downtime(of: Credited) -> bool:
    return isinstance(of.promise, Measured) and isinstance(of.promise.measure, Uptime)


# Steps


def _steps(node: syntax.PaysSteps, of: Credited) -> Steps | None:
    worth, size = _worth(node.worth, of), _step(node, of)
    if worth is None or size is None:
        return None
    if size[0] <= 0:
        of.frame.findings.error(
            "length-not-whole",
            "a step of nothing is never full",
            node.step.span,
            "no length at all",
            help="say how large a step is: `for each full 30 minutes`",
        )
        return None
    return Steps(worth=worth, size=size[0], unit=size[1], of=Excess(node.of.value), or_part=node.step.or_part)


def _step(node: syntax.PaysSteps, of: Credited) -> tuple[Fraction, Unit] | None:
    """The size of a step in the base of its unit's dimension."""
    match node.of:
        case syntax.Excess.DOWNTIME:
            if not _has_downtime(of):
                of.refuse("only uptime has downtime", node, _own_excess(of))
                return None
            return _length(node.step.size, (Dimension.TIME,), "the downtime", of)
        case syntax.Excess.LATENESS:
            if isinstance(of.promise, Measured):
                of.refuse("a target is never late", node, _own_excess(of))
                return None
            return _length(node.step.size, _late_in(of.promise), "the lateness", of)
        case syntax.Excess.SHORTFALL | syntax.Excess.EXCESS:
            if not isinstance(of.promise, Measured) or node.of not in _sides(of.promise.bound):
                of.refuse(f"there is no {node.of.value} here", node, _own_excess(of))
                return None
            return resolve_amount(node.step.size, of.promise.unit, of.frame, of.promise.calendar)
        case _:
            assert_never(node.of)


def _sides(bound: Bound) -> tuple[syntax.Excess, ...]:
    """On which sides of a bound a value can miss it."""
    if bound.comparison in (Comparison.EXACTLY, Comparison.BETWEEN):
        return syntax.Excess.SHORTFALL, syntax.Excess.EXCESS
    return (syntax.Excess.SHORTFALL if bound.wants_high else syntax.Excess.EXCESS,)


def _own_excess(of: Credited) -> str:
    """What the steps of this promise can be steps of."""
    if not isinstance(of.promise, Measured):
        return "say `of lateness`: how late the duty was fulfilled"
    beyond = _sides(of.promise.bound)[0].value
    or_down = "`of downtime`, or " if _has_downtime(of) else ""
    return f"say {or_down}`of {beyond}`: how far the value lies from its bound"


def _length(
    node: expressions.Literal, dimensions: tuple[Dimension, ...], what: str, of: Credited
) -> tuple[Fraction, Unit] | None:
    """A length counted as `what` is counted."""
    findings = of.frame.findings
    unit = None
    if isinstance(node, Duration) and node.calendar is None:
        unit = CLOCK_UNITS.get(node.unit) or DAY_UNITS.get(node.unit)
    if not isinstance(node, Duration) or unit is None or unit.dimension not in dimensions:
        counted = " or ".join("time" if each is Dimension.TIME else each.value for each in dimensions)
        findings.error(
            "bound-unit",
            f"{what} is counted in {counted}, the step is not",
            node.span,
            f"not in {counted}",
            help="say the step as it is counted, without a calendar of its own: `for each full 30 minutes`",
        )
        return None
    if unit.dimension is Dimension.TIME:
        length = elapsed_microseconds(node, findings, what="a step", may_be_zero=True)
        return (Fraction(length), unit) if length is not None else None
    return Fraction(node.amount), unit


def _late_in(limit: Limit) -> tuple[Dimension, ...]:
    """What the lateness of a duty is counted in (S4.7)."""
    match limit:
        case Within(duration=duration):
            return (_dimension(duration),)
        case AtLeastBefore(lead=lead):
            return (_dimension(lead),)
        case ByInstant():
            return (Dimension.TIME,)
        case ByBusinessDay():
            return (Dimension.BUSINESS_DAYS,)
        case Judged():
            return ()
        case ByClass(limits=limits):
            return tuple(dict.fromkeys(one for each in limits.values() for one in _late_in(each)))
        case _:
            assert_never(limit)


def _dimension(duration: Length) -> Dimension:
    match duration:
        case ClockDuration():
            return Dimension.TIME
        case BusinessDays():
            return Dimension.BUSINESS_DAYS
        case _:
            return Dimension.CALENDAR_DAYS
