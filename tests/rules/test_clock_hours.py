"""Hours of the clock: how many a day has where the clocks change, and what they are called."""

from datetime import date
from itertools import pairwise

import pytest

from engine.definition import windows as defined
from engine.model.instants import iso_text
from engine.model.period import HourWindows, Window
from engine.model.quantity import HOUR, MINUTE
from engine.rules.plans.windows import start_of_day, windows
from tests.rules.test_windows import agreement


def hours_of(zone: str, day: str) -> tuple[Window, ...]:
    """The hours of one day, of which both evaluators say the same."""
    promised = agreement(zone, day, day)
    as_of = start_of_day(zone, date.fromisoformat(day)) + 30 * HOUR
    found = windows(promised, HourWindows(), as_of)
    assert tuple(defined.windows_of(promised, HourWindows(), as_of)) == found
    return found


DAYS = [
    ("UTC", "2025-03-30", 24, []),
    # An hour that there is not.
    ("Europe/Berlin", "2025-03-30", 23, ["2025-03-30T00", "2025-03-30T01", "2025-03-30T03"]),
    # An hour that there is twice.
    (
        "Europe/Berlin",
        "2025-10-26",
        25,
        ["2025-10-26T01", "2025-10-26T02+02:00", "2025-10-26T02+01:00", "2025-10-26T03"],
    ),
    ("America/New_York", "2025-11-02", 25, ["2025-11-02T01-04:00", "2025-11-02T01-05:00", "2025-11-02T02"]),
    # Half an hour forward, and half an hour back.
    ("Australia/Lord_Howe", "2025-10-05", 24, ["2025-10-05T01", "2025-10-05T02", "2025-10-05T03"]),
    ("Australia/Lord_Howe", "2025-04-06", 25, ["2025-04-06T01+11:00", "2025-04-06T01+10:30"]),
    # A midnight that is skipped.
    ("Africa/Cairo", "2025-04-25", 23, ["2025-04-25T01", "2025-04-25T02"]),
    # Clocks that were changed at one minute past midnight.
    ("America/St_Johns", "2005-10-30", 24, ["2005-10-30T00-03:30", "2005-10-30T01"]),
    (
        "America/St_Johns",
        "2005-10-29",
        26,
        ["2005-10-29T23-02:30", "2005-10-30T00-02:30", "2005-10-29T23-03:30"],
    ),
]


@pytest.mark.parametrize(("zone", "day", "count", "labels"), DAYS)
def test_the_hours_of_a_day(zone: str, day: str, count: int, labels: list[str]) -> None:
    found = hours_of(zone, day)
    names = [each.label for each in found]
    assert len(names) == count == len(set(names))
    place = names.index(labels[0]) if labels else 0
    assert names[place : place + len(labels)] == labels
    assert found[0].start == start_of_day(zone, date.fromisoformat(day))
    assert all(one.end == other.start for one, other in pairwise(found))
    assert not any(each.is_clipped for each in found)


def test_half_hours_where_the_clock_is_changed_by_half_an_hour() -> None:
    lengths = {
        each.label: (each.end - each.start) // MINUTE
        for each in hours_of("Australia/Lord_Howe", "2025-04-06")
    }
    assert [name for name, length in lengths.items() if length == 30] == ["2025-04-06T01+10:30"]
    lengths = {
        each.label: (each.end - each.start) // MINUTE
        for each in hours_of("Australia/Lord_Howe", "2025-10-05")
    }
    assert [name for name, length in lengths.items() if length == 30] == ["2025-10-05T02"]


def test_hours_of_a_zone_that_is_half_an_hour_off_begin_on_its_own_clock() -> None:
    first = hours_of("Asia/Kolkata", "2025-03-17")[0]
    assert (first.label, iso_text(first.start)) == ("2025-03-17T00", "2025-03-16T18:30:00Z")
