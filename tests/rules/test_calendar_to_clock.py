"""Slot tables, their inverses and civil days against the meaning of S3, instant by instant."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from engine.model.calendar import (
    Calendar,
    Combination,
    CombinedCalendar,
    CommonDaysCalendar,
    LocalSpan,
    WeeklyCalendar,
)
from engine.model.quantity import DAY, HOUR, MINUTE, Instant
from engine.rules.plans.calendar_to_clock import days, horizon, inverse, open_intervals, slots
from engine.rules.plans.civil_time import (
    DAYS_FROM_YEAR_ZERO,
    civil_day_of,
    civil_days,
    civil_times,
    civil_to_instant,
    day_slots,
)

ALL_DAY = (LocalSpan(start=0, end=DAY),)
NIGHT = (LocalSpan(start=HOUR * 3 // 2, end=HOUR * 5 // 2), LocalSpan(start=23 * HOUR, end=DAY))


def at(text: str) -> Instant:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def weekly(zone: str, *spans: LocalSpan, closed: frozenset[date] = frozenset()) -> WeeklyCalendar:
    return WeeklyCalendar(name="k", zone=zone, week=(spans,) * 5 + ((),) * 2, closed=closed)


def is_open(calendar: Calendar, instant: Instant) -> bool:
    """S3.2 read literally."""
    match calendar:
        case WeeklyCalendar():
            local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(
                ZoneInfo(calendar.zone)
            )
            time = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second) // timedelta(
                microseconds=1
            )
            spans = () if local.date() in calendar.closed else calendar.week[local.weekday()]
            return any(each.start <= time < each.end for each in spans)
        case CombinedCalendar(combination=combination, members=members):
            each = [is_open(member, instant) for member in members]
            if combination is Combination.EXCEPT:
                return each[0] and not each[1]
            return all(each) if combination is Combination.BOTH else any(each)
        case CommonDaysCalendar():
            raise AssertionError


OFFICE = (LocalSpan(start=8 * HOUR, end=12 * HOUR), LocalSpan(start=13 * HOUR, end=18 * HOUR))
CALENDARS = [
    weekly("Europe/Berlin", *OFFICE, closed=frozenset({date(2024, 4, 1)})),
    weekly("Europe/Berlin", *NIGHT),
    weekly("Australia/Lord_Howe", *NIGHT),
    weekly("America/St_Johns", *ALL_DAY),
    WeeklyCalendar(name="sunday", zone="America/New_York", week=((),) * 6 + (NIGHT,)),
    CombinedCalendar(
        name="c",
        combination=Combination.EITHER,
        members=(weekly("Asia/Tokyo", *OFFICE), weekly("Europe/London", *OFFICE)),
    ),
    CombinedCalendar(
        name="c",
        combination=Combination.BOTH,
        members=(weekly("Asia/Kolkata", *OFFICE), weekly("Europe/London", *OFFICE)),
    ),
    CombinedCalendar(
        name="c",
        combination=Combination.EXCEPT,
        members=(weekly("Europe/Berlin", *ALL_DAY), weekly("America/New_York", *OFFICE)),
    ),
]


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize("start", ["2024-03-27T05:00Z", "2024-10-25T05:00Z", "1969-12-30T05:00Z"])
def test_counted_time_is_the_sum_of_open_minutes(calendar: Calendar, start: str) -> None:
    first = at(start)
    table = slots(calendar, first, first + 12 * DAY)
    assert all(slot.slot_to == following.slot_from for slot, following in pairwise(table))
    counted = {
        each: slot.before_us + min(each, slot.close_at) - slot.slot_from
        for slot in table
        for each in range(slot.slot_from, slot.slot_to, MINUTE)
        if slot.utc_day == each // DAY + DAYS_FROM_YEAR_ZERO
    }
    assert len(counted) == (table[-1].slot_to - table[0].slot_from) // MINUTE
    total = 0
    for instant, value in counted.items():
        assert value == total
        total += MINUTE if is_open(calendar, instant) else 0


@pytest.mark.parametrize("calendar", CALENDARS)
def test_the_inverse_finds_every_open_minute(calendar: Calendar) -> None:
    first = at("2024-03-27T05:00Z")
    table = slots(calendar, first, first + 12 * DAY)
    back = inverse(calendar, first, first + 12 * DAY)
    for slot in table:
        for instant in range(slot.slot_from, slot.close_at, MINUTE):
            x = slot.before_us + instant - slot.slot_from
            (hit,) = [
                row
                for row in back
                if row.bucket == x // HOUR and row.before_us <= x < row.before_us + row.len_us
            ]
            assert hit.slot_from + x - hit.before_us == instant
    assert sum(row.len_us for row in back) == sum(slot.close_at - slot.slot_from for slot in table)


def test_days_are_as_long_as_they_really_are() -> None:
    lengths = {
        row.day: (row.ends_at - row.starts_at) // MINUTE
        for zone in ("Australia/Lord_Howe", "Europe/Berlin")
        for row in civil_days(zone, at("2024-03-01T00:00Z"), at("2024-12-01T00:00Z"))
    }
    assert sorted(set(lengths.values())) == [23 * 60, 24 * 60, 25 * 60]
    lord_howe = civil_days("Australia/Lord_Howe", at("2024-04-01T00:00Z"), at("2024-10-30T00:00Z"))
    assert sorted({(row.ends_at - row.starts_at) // MINUTE for row in lord_howe}) == [1410, 1440, 1470]


def test_a_skipped_civil_time_is_the_end_of_the_gap_and_of_two_the_later_counts() -> None:
    gap_day = civil_day_of("Europe/Berlin", at("2024-03-31T12:00Z"))
    assert civil_to_instant("Europe/Berlin", gap_day, HOUR * 5 // 2) == at("2024-03-31T01:00Z")
    fold_day = civil_day_of("Europe/Berlin", at("2024-10-27T12:00Z"))
    assert civil_to_instant("Europe/Berlin", fold_day, HOUR * 5 // 2) == at("2024-10-27T01:30Z")
    beirut = civil_day_of("Asia/Beirut", at("2022-03-27T12:00Z"))
    assert civil_to_instant("Asia/Beirut", beirut, 0) == at("2022-03-26T22:00Z")


def test_business_days_count_open_days_and_remember_the_last_closing() -> None:
    calendar = weekly("Europe/Berlin", *OFFICE, closed=frozenset({date(2025, 4, 18), date(2025, 4, 21)}))
    rows, _ = days(calendar, at("2025-04-16T12:00Z"), at("2025-04-23T12:00Z"))
    assert [row.is_open for row in rows] == [True, True, False, False, False, False, True, True]
    assert [row.ordinal for row in rows] == [1, 2, 2, 2, 2, 2, 3, 4]
    assert rows[4].closing_at == at("2025-04-17T16:00Z")


def test_common_days_are_dates_on_which_every_member_opens() -> None:
    berlin = weekly("Europe/Berlin", *OFFICE, closed=frozenset({date(2025, 5, 1)}))
    utah = weekly("America/Denver", *OFFICE, closed=frozenset({date(2025, 5, 5)}))
    common = CommonDaysCalendar(name="common", zone="Europe/Berlin", members=(berlin, utah), spans=ALL_DAY)
    rows, _ = days(common, at("2025-04-30T12:00Z"), at("2025-05-06T12:00Z"))
    assert [row.is_open for row in rows] == [True, False, True, False, False, False, True]
    assert open_intervals(common, rows[0].starts_at, rows[2].ends_at) == [
        (rows[0].starts_at, rows[0].ends_at),
        (rows[2].starts_at, rows[2].ends_at),
    ]


def test_the_horizon_is_far_enough_and_ends_for_a_clock_that_never_opens() -> None:
    calendar = CALENDARS[0]
    start = at("2024-01-01T00:00Z")
    far = horizon(calendar, start, 3000 * HOUR)
    assert sum(b - a for a, b in open_intervals(calendar, start, far)) > 3000 * HOUR
    never = WeeklyCalendar(name="never", zone="UTC", week=((),) * 7)
    assert horizon(never, start, HOUR) < at("2035-01-01T00:00Z")


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/St_Johns", "Asia/Beirut", "Asia/Tehran"])
@pytest.mark.parametrize("start", ["2011-03-12T00:00Z", "2010-11-06T00:00Z", "2022-03-26T00:00Z"])
def test_civil_times_lead_back_to_the_instants_they_came_from(zone: str, start: str) -> None:
    first = at(start)
    times = {(row.day, row.time_from, row.time_to): row for row in civil_times(zone, first, first + 3 * DAY)}
    for slot in day_slots(zone, first + DAY, first + 2 * DAY):
        for instant in range(slot.slot_from, slot.slot_to, MINUTE):
            day, time = divmod(instant + slot.offset_us, DAY)
            (row,) = [times[key] for key in times if key[0] == day and key[1] <= time < key[2]]
            back = row.begins_at + (time - row.time_from if row.moves else 0)
            assert back == civil_to_instant(zone, day, time)
            assert back == instant or back + civil_offset(zone, back) == instant + slot.offset_us > 0
            assert slot.utc_day == instant // DAY + DAYS_FROM_YEAR_ZERO


def civil_offset(zone: str, instant: Instant) -> int:
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))
    return (local.utcoffset() or timedelta()) // timedelta(microseconds=1)
