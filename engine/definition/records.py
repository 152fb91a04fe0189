"""Records: their values, the windows they belong to, and what is still open (S6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from engine.definition.book import Bindings, Reading
from engine.definition.calendars import business_days_between, counted
from engine.definition.civil import date_at
from engine.definition.conditions import Match, absences, instant_of, matching, number_of, truth, unknowns
from engine.definition.falling_due import falls_due_at
from engine.definition.periods import Spell
from engine.model.agreement import Agreement
from engine.model.measure import (
    Aggregated,
    DaysBetween,
    FallsDue,
    FieldValue,
    Holds,
    One,
    Records,
    RecordValue,
    ShareWithin,
    SincePrevious,
    TimeBetween,
    is_share,
)
from engine.model.period import Window
from engine.model.quantity import Instant, Microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One reading of a record: its answer if it has one, its value, and the instant whose window holds it.

    An open record has no answer, or its time no end yet. `value` is absent for an open record and where a
    field is; `missing` names such fields.
    """

    answer: Match | None
    answered_at: Instant | None
    is_open: bool
    belongs_at: Instant | None
    value: Fraction | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. Its first reading takes only proven answers; the others take unproven ones (S7.2).

    `overdue`: open, and past the last moment of a share's limit.
    """

    match: Match
    starts_at: Instant | None
    readings: tuple[Answered, ...]
    overdue: bool

    @property
    def proven(self) -> Answered:
        """The reading that rests on proven answers alone."""
        return self.readings[0]

    @property
    def missing(self) -> tuple[str, ...]:
        """Every field for want of which the record can be read in more than one way."""
        answers = (name for each in self.readings if each.answer for name in each.answer.missing)
        values = (name for each in self.readings for name in each.missing)
        return tuple(sorted({*self.match.missing, *answers, *values}))


def read_records(measure: Aggregated | ShareWithin, agreement: Agreement, reading: Reading) -> list[Record]:
    """Every record that the measure may read, in order of instant and key."""
    records, zone = measure.records, agreement.zone
    limit = measure.limit if isinstance(measure, ShareWithin) else None
    found: list[Record] = []
    for match in matching(records.of, reading, {}, zone):
        bound = {records.of.variable: match.fact}
        readings = tuple(
            answered(records, limit, bound, answer, zone, reading)
            for answer in answers(records, match, bound, reading, zone)
        )
        overdue = isinstance(measure, ShareWithin) and is_overdue(measure, bound, reading.as_of)
        starts_at = instant_of(records.starts_at, bound)
        found.append(Record(match=match, starts_at=starts_at, readings=readings, overdue=overdue))
    return found


def answers(
    records: Records, match: Match, bound: Bindings, reading: Reading, zone: str
) -> Iterator[Match | None]:
    """The earliest proven answer at or after the record, or none; then the unproven ones before it (S6.1)."""
    if records.answered_by is None:
        yield None
        return
    found = [each for each in matching(records.answered_by, reading, bound, zone) if each.at >= match.at]
    proven = next((each for each in found if each.proven), None)
    yield proven
    for each in found:
        if each is proven:
            return
        yield each


def answered(
    records: Records,
    limit: Fraction | None,
    bound: Bindings,
    answer: Match | None,
    zone: str,
    reading: Reading,
) -> Answered:
    """The record as this answer, or none, leaves it; `limit` is that of a share."""
    if records.answered_by is not None:
        if answer is None:
            belongs_at = None if records.attributed_by_answer else belonging_at(records, limit, bound)
            return Answered(
                answer=None, answered_at=None, is_open=True, belongs_at=belongs_at, value=None, missing=()
            )
        bound = {**bound, records.answered_by.variable: answer.fact}
    value = records.value
    answered_at = answer.at if answer else None
    is_open = False
    if answer is None and isinstance(value, TimeBetween | DaysBetween):
        answered_at = instant_of(value.end, bound)
        is_open = answered_at is None
    belongs_at, worth = belonging_at(records, limit, bound), value_of(value, bound, zone, reading)
    by = records.starts_at if isinstance(records.belongs, FallsDue) else records.belongs
    unread = [*(absences(by, bound) if belongs_at is None else ())]
    if worth is None:
        unread += value_absences(value, bound, zone, reading)
    return Answered(
        answer=answer,
        answered_at=answered_at,
        is_open=is_open,
        belongs_at=belongs_at,
        value=worth,
        missing=() if is_open else tuple(sorted(set(unread))),
    )


def belonging_at(records: Records, limit: Fraction | None, bound: Bindings) -> Instant | None:
    """The instant whose window a record belongs to (S6.1); absent where a field is."""
    if not isinstance(records.belongs, FallsDue):
        return instant_of(records.belongs, bound)
    value = records.value
    assert limit is not None, "only a share falls due"
    assert isinstance(value, TimeBetween | DaysBetween), "only time between two instants falls due"
    start = instant_of(value.start, bound)
    return None if start is None else falls_due_at(value, limit, start)


def value_of(value: RecordValue, bound: Bindings, zone: str, reading: Reading) -> Fraction | None:
    """What one record counts, in the base of its dimension; absent where a field is."""
    match value:
        case One():
            return Fraction(1)
        case FieldValue(value=field):
            return number_of(field, bound)
        case SincePrevious(at=at):
            # Told apart once the records of the window are known: here it is only where the record stands.
            began = instant_of(at, bound)
            return None if began is None else Fraction(began)
        case Holds(condition=condition):
            holds = truth(condition, bound, zone, reading)
            return None if holds is None else Fraction(holds)
        case TimeBetween() | DaysBetween():
            start, end = instant_of(value.start, bound), instant_of(value.end, bound)
            return None if start is None or end is None else between(value, start, end)
        case _:
            assert_never(value)


def value_absences(value: RecordValue, bound: Bindings, zone: str, reading: Reading) -> Iterator[str]:
    """The absent fields that leave a record without its value."""
    match value:
        case One():
            pass
        case FieldValue(value=field):
            yield from absences(field, bound)
        case SincePrevious(at=at):
            yield from absences(at, bound)
        case Holds(condition=condition):
            yield from unknowns(condition, bound, zone, reading)
        case TimeBetween() | DaysBetween():
            yield from absences(value.start, bound)
            yield from absences(value.end, bound)
        case _:
            assert_never(value)


def between(value: TimeBetween | DaysBetween, start: Instant, end: Instant) -> Fraction:
    """The time on a clock, or the days, from one instant to another; negative for the way back."""
    if isinstance(value, TimeBetween):
        length = counted(value.clock, start, end) if start <= end else -counted(value.clock, end, start)
        return Fraction(length)
    if value.calendar is None:
        return Fraction((date_at(end, value.zone) - date_at(start, value.zone)).days)
    zone = value.calendar.zone
    return Fraction(business_days_between(value.calendar, date_at(start, zone), date_at(end, zone)))


def is_overdue(measure: ShareWithin, bound: Bindings, as_of: Instant) -> bool:
    """Whether a record that is still open has passed the last moment of the limit (S6.1)."""
    value = measure.records.value
    if not isinstance(value, TimeBetween | DaysBetween):
        return False
    start = instant_of(value.start, bound)
    return start is not None and between(value, start, as_of) > measure.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The records that were not answered when the window ended, or by `as of` (S6.1)."""

    records: tuple[Record, ...]
    at: Instant

    @property
    def oldest(self) -> Microseconds:
        """The age of the oldest."""
        return max(
            (self.at - each.starts_at for each in self.records if each.starts_at is not None), default=0
        )


def open_records(records: Sequence[Record], measure: Records, window: Window, as_of: Instant) -> Open:
    """Started before the window's end or `as of` and not answered by then; where records belong to the
    window they start in, only those that did."""
    at = min(window.end, as_of)
    first = None if measure.looks_back else window.start
    return Open(
        at=at,
        records=tuple(
            each
            for each in records
            if each.match.proven
            and each.starts_at is not None
            and (first is None or first <= each.starts_at)
            and each.starts_at < at
            and is_unanswered(each, measure, at)
        ),
    )


def is_unanswered(record: Record, measure: Records, at: Instant) -> bool:
    """Whether a record that can be answered was not by an instant."""
    can_be = measure.answered_by is not None or isinstance(measure.value, TimeBetween | DaysBetween)
    answered_at = record.proven.answered_at
    return can_be and (answered_at is None or answered_at > at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What a record brings to a window: its lowest and highest value, and whether it may also bring none."""

    record: Record
    low: Fraction
    high: Fraction
    is_optional: bool

    @property
    def is_certain(self) -> bool:
        """Whether it can be read in one way only."""
        return self.low == self.high and not self.is_optional


# Stands for an absent value, which may be anything: beyond whatever can be recorded.
BEYOND = Fraction(10**40)

MOST_TRIED = 6
"""Unknown facts that are tried in every way; with more the value is not known."""


def members(
    records: Sequence[Record],
    measure: Aggregated | ShareWithin,
    window: Window,
    only_while: Sequence[Spell] | None,
) -> list[Member]:
    """The records of a window; those that can be read in several ways bring a range (S7.2)."""
    found: list[Member] = []
    for record in records:
        values = [
            value
            for each in record.readings
            for value in values_in(record, each, measure, window, only_while)
        ]
        known = [value for value in values if value is not None]
        if known:
            optional = len(known) < len(values) or not record.match.proven
            found.append(Member(record=record, low=min(known), high=max(known), is_optional=optional))
    return found


def values_in(
    record: Record,
    read: Answered,
    measure: Aggregated | ShareWithin,
    window: Window,
    only_while: Sequence[Spell] | None,
) -> Iterator[Fraction | None]:
    """What one reading of a record may bring to the window; None for nothing."""
    inside = is_inside(read, window, only_while)
    if inside is False:
        yield None
        return
    if inside is None:
        yield None
    if isinstance(measure, Aggregated):
        if read.is_open:
            yield None
        elif read.value is None and not is_share(measure):
            yield from (-BEYOND, BEYOND)
        elif read.value is None:
            yield from (Fraction(0), Fraction(1))
        else:
            yield read.value
    elif read.is_open:
        yield Fraction(0) if record.overdue else None
    elif read.value is None:
        yield from (Fraction(0), Fraction(1))
    else:
        yield Fraction(read.value <= measure.limit)


def is_inside(read: Answered, window: Window, only_while: Sequence[Spell] | None) -> bool | None:
    """Whether the record belongs to the window, and to the period that a prohibition holds in (S6.1)."""
    at = read.belongs_at
    if at is None:
        return False if read.is_open else None
    if not window.holds(at):
        return False
    if only_while is None:
        return True
    holding = [each.proven for each in only_while if each.holds(at)]
    return True if any(holding) else None if holding else False
