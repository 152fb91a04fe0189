"""Times beneath a promise on other clocks than its own: told apart by the definition, and by every hour."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from engine.definition.calendars import open_time
from engine.definition.deadlines import within
from engine.graph.viability.budget import most_carried, taken
from engine.graph.viability.deadlines import Horizon
from engine.graph.viability.limits import Limit, amount_of
from engine.model.calendar import CommonDaysCalendar, DatedCalendar, Elapsed, LocalSpan, WeeklyCalendar
from engine.model.deadline import DayEnd, LateArrivals, PausedDay, WindowEnd, Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.quantity import DAY, HOUR, HOURS, MINUTE, Instant
from tests.hosting import instant

START, END = instant("2025-01-01T00:00:00Z"), instant("2026-01-01T00:00:00Z")


def week(
    name: str, zone: str, first: int, last: int, days: int = 5, closed: tuple[date, ...] = ()
) -> WeeklyCalendar:
    spans = ((LocalSpan(start=first * HOUR, end=last * HOUR),),) * days + ((),) * (7 - days)
    return WeeklyCalendar(name=name, zone=zone, week=spans, closed=frozenset(closed))


CHRISTMAS = tuple(date(2025, 12, 24) + timedelta(days=each) for each in range(14))
CALENDARS: tuple[DatedCalendar, ...] = (
    week("berlin", "Europe/Berlin", 8, 18, closed=CHRISTMAS),
    week("india", "Asia/Kolkata", 9, 17, days=6),
    week("nights", "America/New_York", 0, 24),
    week("round", "Europe/Berlin", 0, 24, days=7),
    CommonDaysCalendar(
        name="both",
        zone="Europe/Berlin",
        members=(week("a", "Europe/Berlin", 8, 18), week("b", "Asia/Kolkata", 9, 17, days=6)),
        spans=(LocalSpan(start=9 * HOUR, end=12 * HOUR),),
    ),
)


def limit(like: Duration, **more: object) -> Limit:
    plain = Limit(
        amount=amount_of(like),
        like=like,
        strict=False,
        zone="Europe/Berlin",
        day_end=DayEnd.MIDNIGHT,
        closing=None,
        late_arrivals=LateArrivals.DO_NOT_ROLL,
        start=WindowEnd(),
    )
    return replace(plain, **more)


def drawn(random: Random) -> Limit:
    calendar = random.choice(CALENDARS)
    likes: tuple[Duration, ...] = (
        ClockDuration(length=random.randrange(1, 80) * 30 * MINUTE, clock=Elapsed(), unit=HOURS),
        ClockDuration(length=random.randrange(1, 80) * 30 * MINUTE, clock=calendar, unit=HOURS),
        CalendarDays(days=random.randrange(0, 6)),
        BusinessDays(days=random.randrange(0, 6), calendar=calendar),
        Months(months=random.randrange(1, 3)),
    )
    return limit(
        random.choice(likes),
        strict=random.random() < 0.3,
        day_end=random.choice(list(DayEnd)),
        closing=random.choice(CALENDARS),
        late_arrivals=random.choice(list(LateArrivals)),
        zone=random.choice(("Europe/Berlin", "Asia/Kolkata")),
    )


def horizon() -> Horizon:
    return Horizon(START, END, open_time)


def by_definition(given: Limit, start: Instant) -> Instant | None:
    said = Within(
        duration=given.like,
        strict=given.strict,
        start=given.start,
        zone=given.zone,
        day_end=given.day_end,
        closing=given.closing,
        late_arrivals=given.late_arrivals,
    )
    return within(said, start, (), PausedDay.ALL).last_moment


@pytest.mark.parametrize("seed", range(40))
def test_last_moments_are_those_of_the_definition(seed: int) -> None:
    random = Random(seed)
    given = drawn(random)
    last = horizon().last_moment(given)
    for _ in range(25):
        at = random.randrange(START, END // HOUR * HOUR) // HOUR * HOUR
        at = random.choice((at, at - 1, at + 1, at + 30 * MINUTE))
        if START <= at < END:
            assert last(at) == by_definition(given, at), (given, at)


@pytest.mark.parametrize("seed", range(20))
def test_no_hour_of_the_year_is_worse_than_the_worst(seed: int) -> None:
    random = Random(seed)
    around = horizon()
    above, *links = (drawn(random) for _ in range(random.choice((2, 2, 3))))
    found = taken(around, above, links)
    given, lasts = around.last_moment(above), [around.last_moment(each) for each in links]
    worst = 0
    for at in range(START + 7 * DAY, END, 97 * MINUTE):
        until: Instant | None = at
        for each in lasts:
            until = until and each(until)
        allowed = given(at)
        if until is not None and allowed is not None:
            worst = max(worst, until - allowed)
    assert found is not None
    if not all(each.counts_like(above) for each in links):
        assert found.is_over >= (worst > 0)
    if found.is_over:
        for place, link in enumerate(links):
            left = most_carried(around, above, links, place)
            if left is not None:
                shorter = [*links[:place], replace(link, amount=left), *links[place + 1 :]]
                again = taken(around, above, shorter)
                assert again is not None and not again.is_over
                step = MINUTE if isinstance(link.like, ClockDuration) else 1
                shorter[place] = replace(link, amount=left + step)
                again = taken(around, above, shorter)
                assert again is None or again.is_over
