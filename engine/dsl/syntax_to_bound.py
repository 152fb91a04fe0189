"""Bounds: the number that a measure must keep, in the measure's own unit."""

from fractions import Fraction
from typing import Final

from engine.dsl import expressions as syntax
from engine.dsl.currencies import DECIMALS
from engine.dsl.expressions import Duration, Expression, Money, Number, Percent
from engine.dsl.frame import Frame
from engine.dsl.limits import Bound as Written
from engine.dsl.syntax_to_duration import CLOCK_UNITS, is_no_slip
from engine.model import quantity
from engine.model.calendar import Clock, DatedCalendar, Elapsed
from engine.model.measure import DaysBetween, FieldValue, Holds, One, RecordValue, SincePrevious, TimeBetween
from engine.model.quantity import Bound, Comparison, Dimension, Unit

WANTED: Final = {
    Dimension.RATIO: "a percentage, like `99.5%`",
    Dimension.TIME: "a length of time, like `4 hours`",
    Dimension.CALENDAR_DAYS: "calendar days, like `15 calendar days`",
    Dimension.BUSINESS_DAYS: "business days, like `2 business days on office_days`",
    Dimension.COUNT: "a number, like `3`",
    Dimension.NUMBER: "a number, like `3`",
    Dimension.MONEY: "an amount, like `USD 1.00`",
}


def unit_of(value: RecordValue) -> Unit:
    """The unit in which a record's value is counted."""
    return quantity.COUNT if isinstance(value, One) else value.unit


def calendar_of(value: RecordValue) -> Clock | DatedCalendar | None:
    """The calendar on which a record's value is counted."""
    match value:
        case TimeBetween(clock=clock):
            return clock
        case DaysBetween(calendar=calendar):
            return calendar
        case FieldValue() | One() | Holds() | SincePrevious():
            return None


def resolve_bound(
    node: Written, unit: Unit, frame: Frame, calendar: Clock | DatedCalendar | None = None
) -> Bound | None:
    """The bound, in the measure's unit and on its calendar; another unit is a mistake."""
    amount = resolve_amount(node.value, unit, frame, calendar)
    if amount is None:
        return None
    comparison, (value, written) = Comparison(node.relation.value), amount
    if node.upper is None:
        return Bound(comparison=comparison, value=value, unit=written)
    end = resolve_amount(node.upper, unit, frame, calendar)
    if end is None:
        return None
    if end[0] < value:
        frame.findings.error(
            "bound-out-of-reach",
            "no value lies between these two",
            node.span,
            "the second is the smaller one",
            help="say the smaller one first",
        )
        return None
    return Bound(comparison=comparison, value=value, unit=written, upper=end[0])


def resolve_amount(
    node: Expression, unit: Unit, frame: Frame, calendar: Clock | DatedCalendar | None = None
) -> tuple[Fraction, Unit] | None:
    """An amount in the base of the unit's dimension, and the unit as the author wrote it."""
    match node:
        case Percent(value=percent) if unit.dimension is Dimension.RATIO:
            return Fraction(percent) / 100, quantity.PERCENT
        case Number(value=number) if unit.dimension in (Dimension.COUNT, Dimension.NUMBER):
            return Fraction(number), unit
        case Money(currency=currency, amount=amount) if unit.dimension is Dimension.MONEY:
            if currency == unit.name:
                return Fraction(amount), unit
            return _other_unit(node, unit, frame)
        case Duration():
            return _duration(node, unit, frame, calendar)
        case _:
            return _other_unit(node, unit, frame)


def money_unit(currency: str) -> Unit:
    """The unit of amounts in one currency: one whole unit of it."""
    assert currency in DECIMALS
    return Unit(name=currency, dimension=Dimension.MONEY)


def _duration(
    node: Duration, unit: Unit, frame: Frame, calendar: Clock | DatedCalendar | None
) -> tuple[Fraction, Unit] | None:
    """A length in the measure's own way of counting: on its clock, or in its days."""
    own = {
        Dimension.TIME: tuple(CLOCK_UNITS),
        Dimension.CALENDAR_DAYS: (syntax.Unit.CALENDAR_DAYS,),
        Dimension.BUSINESS_DAYS: (syntax.Unit.BUSINESS_DAYS,),
    }
    if node.unit not in own.get(unit.dimension, ()):
        return _other_unit(node, unit, frame)
    if not is_no_slip(node, frame.findings):
        return None
    if node.calendar is not None:
        said = frame.scope.names.calendars.find(node.calendar, frame.findings)
        if said is None:
            return None
        if said != calendar:
            counted = "elapsed time" if calendar is None or isinstance(calendar, Elapsed) else calendar.name
            frame.findings.error(
                "bound-unit",
                f"the measure is counted on `{counted}`, the bound on `{node.calendar.text}`",
                node.calendar.span,
                "another clock",
                help="leave the calendar out: the bound is counted as the measure is",
            )
            return None
    written = CLOCK_UNITS.get(node.unit, unit)
    return Fraction(node.amount) * written.size, written


def _other_unit(node: Expression, unit: Unit, frame: Frame) -> None:
    wanted = f"`{unit.name} 1.00`" if unit.dimension is Dimension.MONEY else WANTED[unit.dimension]
    frame.findings.error(
        "bound-unit",
        f"the measure is counted in {unit.name}, the bound is not",
        node.span,
        f"not in {unit.name}",
        help=f"say {wanted}",
    )
