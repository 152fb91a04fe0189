"""From when until when the base of a credit reaches, in civil time of the agreement (S2.3, S8.4)."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from engine.model.agreement import Agreement
from engine.model.credit_base import FixedFee, OfLast, OfUnit, OfWindow, Stretch
from engine.model.expression import CalendarDays, Months
from engine.model.period import WindowUnit, first_day
from engine.model.quantity import Instant
from engine.model.verdict import InWindow, OnTriggerFact, Verdict
from engine.rules.plans import sums
from engine.rules.plans.civil_time import civil_day_of
from engine.rules.plans.windows import next_first_day, start_of_day, term_of

_EPOCH = date(1970, 1, 1)
_DAY = timedelta(days=1)


def stretch(of: Stretch, verdict: Verdict, zone: str) -> sums.Stretch:
    """The stretch of one credit's base."""
    match of:
        case OfWindow():
            assert isinstance(verdict.occasion, InWindow), "what has no window has no base of the window"
            return verdict.occasion.start, verdict.occasion.end
        case OfUnit(unit=unit, before=False):
            return unit_around(unit, _last_day(verdict, zone), zone)
        case OfUnit(unit=unit):
            return unit_around(unit, first_day(unit, _first_day(verdict, zone)) - _DAY, zone)
        case OfLast(length=length):
            after = _last_day(verdict, zone) + _DAY
            return start_of_day(zone, _back(after, length)), start_of_day(zone, after)
        case _:
            assert_never(of)


def breached_on(verdict: Verdict, zone: str) -> date:
    """The civil day of the due instant, else the last one of the window, else the trigger's (S8.1)."""
    if verdict.due is not None and verdict.due.date is not None:
        return verdict.due.date
    if verdict.due is not None:
        return _civil_date(verdict.due.at, zone)
    match verdict.occasion:
        case InWindow(end=end):
            return _civil_date(end - 1, zone)
        case OnTriggerFact(at=at):
            return _civil_date(at, zone)


def unit_around(unit: WindowUnit, day: date, zone: str) -> sums.Stretch:
    """The civil unit that holds a day."""
    first = first_day(unit, day)
    return start_of_day(zone, first), start_of_day(zone, next_first_day(unit, first))


def fees_due(fee: FixedFee, of: sums.Stretch, versions: Sequence[Agreement]) -> int:
    """How many units of the fee meet both a stretch and the term, from the first version's start to the
    last one's end."""
    zone, terms = versions[0].zone, [term_of(each) for each in versions]
    since, until = max(of[0], terms[0][0]), min(of[1], terms[-1][1])
    count = 0
    while since < until:
        count += 1
        since = unit_around(fee.unit, _civil_date(since, zone), zone)[1]
    return count


def _first_day(verdict: Verdict, zone: str) -> date:
    match verdict.occasion:
        case InWindow(start=start):
            return _civil_date(start, zone)
        case OnTriggerFact():
            return breached_on(verdict, zone)


def _last_day(verdict: Verdict, zone: str) -> date:
    match verdict.occasion:
        case InWindow(end=end):
            return _civil_date(end - 1, zone)
        case OnTriggerFact():
            return breached_on(verdict, zone)


def _back(day: date, length: CalendarDays | Months) -> date:
    match length:
        case CalendarDays(days=days):
            return day - days * _DAY
        case Months(months=months):
            year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
            return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _civil_date(at: Instant, zone: str) -> date:
    return _EPOCH + timedelta(days=civil_day_of(zone, at))
