"""Civil days, months and clocks where zones skip or repeat time (S2.4, S3)."""

from datetime import date

import pytest

from engine.definition.calendars import counted, last_closing, latest_start, open_time, openings, runs_out
from engine.definition.civil import instant_of, midnight, months_later, whole_day
from engine.definition.intervals import length
from engine.model.calendar import Combination, CombinedCalendar, CommonDaysCalendar, Elapsed, WeeklyCalendar
from engine.model.quantity import HOUR, MINUTE
from tests.definition.policies import OFFICE, at, spans, weekdays


def everyday(*hours: tuple[int, int], zone: str) -> WeeklyCalendar:
    return WeeklyCalendar(name="k", zone=zone, week=(spans(*hours),) * 7)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-29", 1, "2025-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2025-03-31", -1, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-11-30", 1, "2025-12-30"),
    ],
)
def test_a_month_lands_on_the_last_day_of_a_shorter_one(day: str, months: int, expected: str) -> None:
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2025-03-30", "Europe/Berlin", 23),
        ("2025-10-26", "Europe/Berlin", 25),
        ("2025-04-06", "Australia/Lord_Howe", 24.5),
        ("2025-10-05", "Australia/Lord_Howe", 23.5),
        ("2011-12-30", "Pacific/Apia", 0),
    ],
)
def test_a_day_is_as_long_as_it_really_is(day: str, zone: str, hours: float) -> None:
    assert length(whole_day(date.fromisoformat(day), zone)) == int(hours * HOUR)


def test_skipped_times_are_the_end_of_the_gap_and_repeated_ones_the_later() -> None:
    gap, fold = date(2025, 3, 30), date(2025, 10, 26)
    assert instant_of(gap, 2 * HOUR + 30 * MINUTE, "Europe/Berlin") == at("2025-03-30 03:00")
    assert instant_of(fold, 2 * HOUR + 30 * MINUTE, "Europe/Berlin") == at("2025-10-26 02:30", fold=1)


def test_a_midnight_that_is_skipped_repeated_or_beside_a_missing_day() -> None:
    assert midnight(date(2025, 9, 7), "America/Santiago") == at("2025-09-07 01:00", "America/Santiago")
    # Havana repeats 00:00 to 01:00: the day begins with the first of them.
    assert midnight(date(2025, 11, 2), "America/Havana") == at("2025-11-02 00:00", "America/Havana")
    assert midnight(date(2011, 12, 30), "Pacific/Apia") == midnight(date(2011, 12, 31), "Pacific/Apia")


def test_a_span_that_begins_inside_the_fold_opens_twice() -> None:
    night = everyday((2, 3), zone="Europe/Berlin")
    fold = open_time(night, at("2025-10-26 00:00"), at("2025-10-27 00:00"))
    assert length(fold) == 2 * HOUR
    half = WeeklyCalendar(name="k", zone="Europe/Berlin", week=(spans((2, 3)),) * 7)
    assert length(open_time(half, at("2025-03-30 00:00"), at("2025-03-31 00:00"))) == 0


def test_closing_beats_opening_and_two_spans_a_day_are_ordinary() -> None:
    split = weekdays((9, 12), (13, 17), closed=["2025-03-05"])
    assert openings(split, date(2025, 3, 5)) == ()
    assert counted(split, at("2025-03-04 11:00"), at("2025-03-06 10:00")) == (1 + 4 + 1) * HOUR


def test_calendars_combine_by_instants_and_by_dates() -> None:
    early, late = weekdays((6, 12)), weekdays((9, 17), closed=["2025-03-04"])
    day = at("2025-03-03 00:00"), at("2025-03-04 00:00")

    def combined(how: Combination) -> int:
        return counted(CombinedCalendar(name="c", combination=how, members=(early, late)), *day)

    assert combined(Combination.BOTH) == 3 * HOUR
    assert combined(Combination.EITHER) == 11 * HOUR
    assert combined(Combination.EXCEPT) == 3 * HOUR
    common = CommonDaysCalendar(name="d", zone="Europe/Berlin", members=(early, late), spans=spans((0, 24)))
    assert counted(common, *day) == 24 * HOUR
    assert openings(common, date(2025, 3, 4)) == ()


def test_pauses_are_merged_before_they_are_taken_out() -> None:
    paused = [(at("2025-03-03 10:00"), at("2025-03-03 20:00"))]
    assert counted(OFFICE, at("2025-03-03 09:00"), at("2025-03-04 10:00"), paused) == 2 * HOUR


def test_a_deadline_at_closing_time_lasts_until_the_next_opening() -> None:
    found = runs_out(OFFICE, at("2025-03-07 13:00"), 4 * HOUR)
    assert found == (at("2025-03-07 17:00"), at("2025-03-10 09:00"))
    assert runs_out(OFFICE, at("2025-03-08 12:00"), 0) == (at("2025-03-08 12:00"), at("2025-03-10 09:00"))
    assert runs_out(Elapsed(), at("2025-03-08 12:00"), HOUR) == (at("2025-03-08 13:00"),) * 2


def test_a_clock_that_never_runs_never_runs_out() -> None:
    never = WeeklyCalendar(name="never", zone="UTC", week=((),) * 7)
    assert runs_out(never, 0, 1) is None
    assert latest_start(never, 0, 1) is None
    assert last_closing(never, date(2025, 1, 1)) is None


def test_counting_back_finds_the_latest_start() -> None:
    assert latest_start(OFFICE, at("2025-03-10 11:00"), 4 * HOUR) == at("2025-03-07 15:00")
    assert latest_start(OFFICE, at("2025-03-10 17:00"), 8 * HOUR) == at("2025-03-10 09:00")
