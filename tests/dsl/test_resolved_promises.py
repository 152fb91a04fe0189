"""Promises: deadlines, targets, modes, escalations and credits as the model holds them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.diagnostic import Level
from engine.model.calendar import Elapsed, LocalSpan, WeeklyCalendar
from engine.model.credit import Band, MoneyRounding
from engine.model.credit_base import FixedBase
from engine.model.deadline import (
    AtLeastBefore,
    ByBusinessDay,
    ByClass,
    ByInstant,
    DayEnd,
    LateArrivals,
    WindowEnd,
    Within,
)
from engine.model.expression import (
    BusinessDays,
    CalendarDays,
    ClockDuration,
    FieldOf,
    Months,
    NoticeCounting,
)
from engine.model.fact import InstantType
from engine.model.measure import (
    Aggregate,
    Aggregated,
    CapSpending,
    DaysBetween,
    EmptyWindow,
    ExcludedTime,
    FallsDue,
    FieldValue,
    MissingData,
    OutageAttribution,
    PercentileMethod,
    ShareWithin,
    ShortOutages,
    TimeBetween,
    Uptime,
)
from engine.model.obligation import (
    Duty,
    ObligationKind,
    OnChange,
    OnTrigger,
    OnWindow,
    PartWindow,
    Recovered,
    RecoveryPoint,
    Target,
)
from engine.model.period import CalendarWindows, RollingWindows, TermWindow, WindowUnit
from engine.model.quantity import (
    BUSINESS_DAYS,
    CALENDAR_DAYS,
    HOUR,
    HOURS,
    MINUTE,
    MINUTES,
    PERCENT,
    Bound,
    Comparison,
    Dimension,
    Money,
    Unit,
)
from tests.dsl.resolving import agreement, duty, errors, promise, resolved, target

ZONE = "Europe/Berlin"
DAY_SPAN = (LocalSpan(start=9 * HOUR, end=17 * HOUR),)
OFFICE = WeeklyCalendar(name="office", zone=ZONE, week=(DAY_SPAN,) * 5 + ((), ()))
REPORTED = FieldOf(variable="i", kind="incident", field="reported_at", type=InstantType())
RESOLVED = FieldOf(variable="i", kind="incident", field="resolved_at", type=InstantType())
MONTHS = CalendarWindows(unit=WindowUnit.MONTH)


def within(duration: object, **other: object) -> Within:
    said: dict[str, object] = {
        "strict": False,
        "start": REPORTED,
        "zone": ZONE,
        "day_end": DayEnd.MIDNIGHT,
        "closing": None,
        "late_arrivals": LateArrivals.DO_NOT_ROLL,
    }
    return Within(duration=duration, **{**said, **other})  # type: ignore[arg-type]


def hours(count: int, clock: object = Elapsed()) -> ClockDuration:
    return ClockDuration(length=count * HOUR, clock=clock, unit=HOURS)  # type: ignore[arg-type]


def limit(deadline: str, *, conventions: str = "") -> object:
    text = agreement(
        duty(f"when incident i must response r where r.incident is i.id {deadline}"),
        conventions=f"conventions standard {{ {conventions} }}",
    )
    made = promise(text)
    assert isinstance(made, Duty)
    return made.limit


SAME_TIME = "days end at the same time of day"
CLOSING = "days end at close of business"
ROLL = "late arrivals roll to the next opening"


@pytest.mark.parametrize(
    ("deadline", "conventions", "expected"),
    [
        ("within 4 hours of i.reported_at", "", within(hours(4))),
        ("within 4 hours on office of i.at", "", within(hours(4, OFFICE))),
        ("in less than 4 hours of i.at", "", within(hours(4), strict=True)),
        (
            "within 1.5 hours of i.at",
            "",
            within(ClockDuration(length=90 * MINUTE, clock=Elapsed(), unit=HOURS)),
        ),
        ("within 15 calendar days of i.at", "", within(CalendarDays(days=15))),
        ("within 2 weeks of i.at", "", within(CalendarDays(days=14))),
        ("within 1 month of i.at", "", within(Months(months=1))),
        ("within 2 years of i.at", "", within(Months(months=24))),
        (
            "within 2 business days on office of i.at",
            ROLL,
            within(BusinessDays(days=2, calendar=OFFICE), late_arrivals=LateArrivals.ROLL),
        ),
        (
            "within 2 business days on office of i.at",
            CLOSING,
            within(
                BusinessDays(days=2, calendar=OFFICE),
                day_end=DayEnd.CLOSE_OF_BUSINESS,
                closing=OFFICE,
            ),
        ),
        (
            "within 2 calendar days on office of i.at",
            CLOSING,
            within(CalendarDays(days=2), day_end=DayEnd.CLOSE_OF_BUSINESS, closing=OFFICE),
        ),
        (
            "in less than 2 calendar days of i.at",
            SAME_TIME,
            within(CalendarDays(days=2), strict=True, day_end=DayEnd.SAME_TIME),
        ),
        ("before i.resolved_at", "", ByInstant(at=RESOLVED, strict=True)),
        ("by i.resolved_at", "", ByInstant(at=RESOLVED, strict=False)),
        (
            "at least 14 calendar days before i.resolved_at",
            "notice counts full days",
            AtLeastBefore(
                lead=CalendarDays(days=14),
                at=RESOLVED,
                counting=NoticeCounting.FULL_DAYS,
                zone=ZONE,
            ),
        ),
        (
            "at least 4 hours before i.resolved_at",
            "",
            AtLeastBefore(lead=hours(4), at=RESOLVED, counting=NoticeCounting.SAME_TIME, zone=ZONE),
        ),
    ],
)
def test_a_deadline_means(deadline: str, conventions: str, expected: object) -> None:
    assert limit(deadline, conventions=conventions) == expected


def test_a_class_chooses_the_limit() -> None:
    rows = "p1 1 hour  p2 in less than 2 hours  p3 3 calendar days  p4 1 month"
    made = limit(f"within by i.priority {{ {rows} }} of i.at")
    assert isinstance(made, ByClass)
    assert made.limits == {
        "p1": within(hours(1)),
        "p2": within(hours(2), strict=True),
        "p3": within(CalendarDays(days=3)),
        "p4": within(Months(months=1)),
    }


@pytest.mark.parametrize(
    ("deadline", "code"),
    [
        ("within 4 hours", "not-said"),
        ("", "not-said"),
        ("within 2 business days of i.at", "calendar-missing"),
        ("within 2 business days on long_day of i.at", "calendar-without-days"),
        ("within 2 calendar days on office of i.at", "calendar-not-counted"),
        ("within 1.5 calendar days of i.at", "length-not-whole"),
        ("in less than 2 calendar days of i.at", "less-than-days"),
        ("within 4 hours of i.priority", "type-mismatch"),
        ("within 4 hours of r.at", "unknown-word"),
        ("within by i.priority { p1 1 hour } of i.at", "class-missing"),
        ("within by i.at { p1 1 hour } of i.at", "type-mismatch"),
        ("within 4 hours of the end of m", "unknown-word"),
        ("within 0.0000001 seconds of i.at", "length-not-whole"),
    ],
)
def test_a_deadline_is_refused(deadline: str, code: str) -> None:
    text = agreement(duty(f"when incident i must response r where r.incident is i.id {deadline}"))
    assert errors(text) == [code]


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (
            "by business day 10 on office of the month after m",
            ByBusinessDay(
                number=10,
                calendar=OFFICE,
                unit=WindowUnit.MONTH,
                anchor=WindowEnd(),
                shift=1,
                zone=ZONE,
                day_end=DayEnd.MIDNIGHT,
            ),
        ),
        ("within 5 calendar days of the end of m", within(CalendarDays(days=5), start=WindowEnd())),
    ],
)
def test_a_periodic_duty(deadline: str, expected: object) -> None:
    text = agreement(duty(f"every calendar month m must report r where r.period is m {deadline}"))
    made = promise(text)
    assert isinstance(made, Duty)
    assert made.terms.kind is ObligationKind.PERIODIC_DUTY
    assert made.occasion == OnWindow(windows=MONTHS, variable="m")
    assert made.limit == expected


def test_everything_a_duty_says() -> None:
    body = """
  period waiting of incident i {
    when status s from s.at until the next status of s.incident where s.incident is i.id
  }
  permission drills { when incident i where i.major is no }
  exclusion works "Works" { when maintenance m from m.start until m.end }
""" + duty(
        """
    when incident i
    must restoration r where r.incident is i.id alternatively workaround w where w.incident is i.id
      within by i.priority { p1 1 hour  p2 2 hours  p3 3 hours  p4 4 hours } of i.at
    restarts when reclassification k where k.incident is i.id changes i.priority to k.priority
    pauses while waiting
    steps review, decide
    unless drills, works
    warns 30 minutes before
    breach is severity_2
    reported only
"""
    )
    made = promise(agreement(body))
    assert isinstance(made, Duty)
    assert isinstance(made.fulfilments, tuple)
    assert [each.kind for each in made.fulfilments] == ["restoration", "workaround"]
    assert made.reclassification is not None
    assert made.reclassification.effect is OnChange.RESTARTS
    assert [period.name for period in made.pauses] == ["waiting"]
    assert made.steps == ("review", "decide")
    assert [each.name for each in made.permissions] == ["drills"]
    assert [each.name for each in made.exclusions] == ["works"]
    assert made.warns == ClockDuration(length=30 * MINUTE, clock=Elapsed(), unit=MINUTES)
    assert made.terms.severity is not None and made.terms.severity.rank == 1
    assert made.terms.reported_only
    assert (made.terms.id, made.terms.subject, made.terms.subjects) == ("deal.it", "deal", ("shop",))
    assert [cite.document for cite in made.terms.cites] == ["msa"]


UPTIME = "measures uptime from outage o during hours of shop"


def test_everything_an_uptime_target_says() -> None:
    body = """
  exclusion extra "Extra" { when maintenance m from m.start until m.end }
  exclusion works "Works" {
    when maintenance m from m.start until m.end  capped at 4 hours in each calendar month
  }
""" + target(
        """
    measures uptime from outage o lasting at least 5 minutes
    during hours of shop
    excludes works, extra
    source "Probe"
    requires at least 99.5% in each calendar month
    warns below 99.9%
    credits { base EUR 1200  pays 10% below 99.5% and at or above 99%  at most 50% of base }
"""
    )
    made = promise(agreement(body, conventions="conventions standard"))
    assert isinstance(made, Target)
    measure = made.measure
    assert isinstance(measure, Uptime)
    assert measure.least == 5 * MINUTE
    assert measure.hours == OFFICE
    assert [each.name for each in measure.excludes] == ["extra", "works"]
    assert measure.short_outages is ShortOutages.BEFORE_EXCLUSIONS
    assert measure.attribution is OutageAttribution.SPLIT
    assert measure.excluded_time is ExcludedTime.NOT_COUNTED
    assert measure.cap_spending is CapSpending.BAD_TIME
    assert made.bound == Bound(comparison=Comparison.AT_LEAST, value=Fraction(995, 1000), unit=PERCENT)
    assert made.warns == Bound(comparison=Comparison.BELOW, value=Fraction(999, 1000), unit=PERCENT)
    assert made.windows == MONTHS
    assert (made.watched_source, made.missing_data) == ("Probe", MissingData.UNMEASURED)
    assert made.empty_windows is EmptyWindow.MET
    assert made.credits is not None
    assert made.credits.base == FixedBase(amount=Money(amount=Decimal(1200), currency="EUR"))
    assert made.credits.bands == (
        Band(
            worth=Fraction(1, 10),
            ends=(
                Bound(comparison=Comparison.BELOW, value=Fraction(995, 1000), unit=PERCENT),
                Bound(comparison=Comparison.AT_LEAST, value=Fraction(99, 100), unit=PERCENT),
            ),
        ),
    )
    assert (made.credits.at_most, made.credits.rounding, made.credits.decimals) == (
        Fraction(1, 2),
        MoneyRounding.HALF_EVEN,
        2,
    )


MEASURES = """
  measure answer_time {
    of incident i answered by response r where r.incident is i.id
    counts hours on office from i.reported_at to r.at
  }
  measure answer_days {
    of incident i answered by response r where r.incident is i.id
    counts business days on office from i.reported_at to r.at
    belongs to the window of r.at
  }
  measure fees { of fee f  counts f.amount }
  measure shares { of fee f  counts f.share * 2 }
  measure calendar_time { of incident i  counts calendar days from i.reported_at to i.resolved_at }
"""
EUR = Unit(name="EUR", dimension=Dimension.MONEY)


def measured(requires: str, conventions: str = "sources are assumed watched") -> Target:
    text = agreement(
        MEASURES + target(f"requires {requires}"), conventions=f"conventions standard {{ {conventions} }}"
    )
    made = promise(text)
    assert isinstance(made, Target)
    return made


@pytest.mark.parametrize(
    ("requires", "aggregate", "value", "bound"),
    [
        ("average answer_time at most 4 hours", Aggregate.AVERAGE, TimeBetween, (4 * HOUR, HOURS)),
        ("median answer_time below 90 minutes", Aggregate.MEDIAN, TimeBetween, (90 * MINUTE, MINUTES)),
        ("highest answer_days at most 2 business days", Aggregate.HIGHEST, DaysBetween, (2, BUSINESS_DAYS)),
        (
            "average answer_days at most 1.5 business days",
            Aggregate.AVERAGE,
            DaysBetween,
            (Fraction(3, 2), BUSINESS_DAYS),
        ),
        ("lowest calendar_time above 1 calendar day", Aggregate.LOWEST, DaysBetween, (1, CALENDAR_DAYS)),
        ("sum of fees at most EUR 12.50", Aggregate.SUM, FieldValue, (Fraction(25, 2), EUR)),
    ],
)
def test_an_aggregate(requires: str, aggregate: Aggregate, value: type, bound: tuple[object, Unit]) -> None:
    made = measured(f"{requires} in each calendar month")
    assert isinstance(made.measure, Aggregated)
    assert made.measure.aggregate is aggregate
    assert isinstance(made.measure.records.value, value)
    assert (made.bound.value, made.bound.unit) == bound


def test_a_percentile_has_a_rank_and_a_method() -> None:
    made = measured(
        "percentile 99.5 of answer_time at most 4 hours over the term",
        "sources are assumed watched  percentiles interpolate",
    )
    assert isinstance(made.measure, Aggregated)
    assert (made.measure.rank, made.measure.method) == (
        Fraction(199, 2),
        PercentileMethod.INTERPOLATE,
    )
    assert made.windows == TermWindow()


def test_a_share_has_a_limit_in_the_measures_unit() -> None:
    made = measured("share of answer_time within 30 minutes at least 95% in each rolling 30 days")
    assert isinstance(made.measure, ShareWithin)
    assert made.measure.limit == 30 * MINUTE
    assert made.bound.unit == PERCENT
    assert made.windows == RollingWindows(days=30)


@pytest.mark.parametrize(
    ("conventions", "field"),
    [
        ("records belong to the window they start in", "reported_at"),
        ("records belong to the window they end in", "at"),
    ],
)
def test_a_record_belongs_where_the_convention_says(conventions: str, field: str) -> None:
    made = measured(
        "average answer_time at most 4 hours in each calendar month",
        f"sources are assumed watched  {conventions}",
    )
    assert isinstance(made.measure, Aggregated)
    records = made.measure.records
    assert isinstance(records.belongs, FieldOf) and records.belongs.field == field
    assert isinstance(records.starts_at, FieldOf) and records.starts_at.field == "reported_at"
    assert records.attributed_by_answer is (field == "at")


def test_the_records_of_a_share_belong_where_they_fall_due() -> None:
    conventions = "sources are assumed watched  records belong to the window they fall due in"
    made = measured("share of answer_time within 4 hours at least 95% in each calendar month", conventions)
    assert isinstance(made.measure, ShareWithin)
    records = made.measure.records
    assert records.belongs == FallsDue()
    assert records.looks_back and not records.attributed_by_answer
    # A mean gives no record a length, a field of a record may.
    mean = "average answer_time at most 4 hours in each calendar month"
    text = agreement(
        MEASURES + target(f"requires {mean}"), conventions=f"conventions standard {{ {conventions} }}"
    )
    assert errors(text) == ["due-unsaid"]
    named = text.replace(mean, "average answer_days at most 2 business days in each calendar month")
    assert errors(named) == []


def test_a_measure_may_say_where_its_records_belong() -> None:
    made = measured("average answer_days at most 2 business days in each calendar month")
    assert isinstance(made.measure, Aggregated)
    assert made.measure.records.attributed_by_answer


@pytest.mark.parametrize(
    ("requires", "code"),
    [
        ("average answer_time at most 4", "bound-unit"),
        ("average answer_time at most 4 calendar days", "bound-unit"),
        ("average answer_time at most 4 hours on evenings", "bound-unit"),
        ("average answer_days at most 2 calendar days", "bound-unit"),
        ("sum of fees at most USD 5", "bound-unit"),
        ("sum of fees at most 5%", "bound-unit"),
        ("count of incident at most 5%", "bound-unit"),
        ("count of incident below 0", "bound-out-of-reach"),
        ("percentile 101 of answer_time at most 4 hours", "bound-out-of-reach"),
        ("average nothing at most 4 hours", "unknown-name"),
        ("share of answer_days within 2 business days at least 95%", "share-by-answer"),
        ("at least 95%", "not-said"),
        ("average answer_time at most i.allowed", "bound-read"),
        ("average fees at least f.wanted", "bound-read"),
        ("share of answer_time within i.allowed at least 95%", "bound-read"),
        ("share of shares within i.allowed at least 95%", "bound-read"),
        ("count of incident at most i.allowed", "bound-unit"),
    ],
)
def test_a_requirement_is_refused(requires: str, code: str) -> None:
    assert errors(agreement(MEASURES + target(f"requires {requires} in each calendar month"))) == [code]


def test_a_prohibition_has_exceptions() -> None:
    made = promise(
        agreement(
            """
  permission drills { when incident x where x.major is no }
  exclusion works "Works" { when maintenance m from m.start until m.end }
  prohibition it { cites msa "4" "none"  obliges acme  never incident i over the term  unless works, drills }
"""
        )
    )
    assert isinstance(made, Target)
    assert [each.name for each in made.permissions] == ["drills"]
    assert [each.name for each in made.exclusions] == ["works"]


def test_a_prohibition_is_a_count_that_must_be_zero() -> None:
    body = """
  period weekend { when maintenance m from m.start until m.end }
  prohibition it {
    cites msa "3" "never"
    obliges acme
    never change c where c.operational is yes while weekend over the term
  }
"""
    made = promise(agreement(body))
    assert isinstance(made, Target)
    assert isinstance(made.measure, Aggregated) and made.measure.aggregate is Aggregate.COUNT
    assert (made.bound.comparison, made.bound.value) == (Comparison.AT_MOST, 0)
    assert made.only_while is not None and made.only_while.name == "weekend"
    assert made.terms.kind is ObligationKind.PROHIBITION


MODE = """
  mode disaster_mode {
    cites msa "7" "in a disaster"
    obliges acme
    during disaster d from d.invoked_at until d.recovered_at
    declared by duty_manager
    applies to it
    recover shop in less than 2 business days on office of d.invoked_at
      convention days end at the same time of day
    lose shop at most 15 minutes from d.recovery_point_at to d.failed_at
  }
"""


def test_a_mode_excuses_and_promises() -> None:
    text = agreement(MODE + target(f"{UPTIME} requires at least 99% in each calendar month"))
    availability = promise(text)
    assert isinstance(availability, Target)
    assert [mode.name for mode in availability.modes] == ["disaster_mode"]
    recovery = promise(text, "deal.disaster_mode.recover_shop")
    assert isinstance(recovery, Duty)
    assert recovery.terms.kind is ObligationKind.RECOVERY_TIME
    assert isinstance(recovery.fulfilments, Recovered) and isinstance(recovery.fulfilments.at, FieldOf)
    assert recovery.fulfilments.at.field == "recovered_at"
    assert isinstance(recovery.limit, Within) and recovery.limit.strict
    assert recovery.limit.day_end is DayEnd.SAME_TIME
    assert isinstance(recovery.occasion, OnTrigger) and recovery.occasion.trigger.kind == "disaster"
    loss = promise(text, "deal.disaster_mode.lose_shop")
    assert isinstance(loss, RecoveryPoint)
    assert loss.bound == Bound(comparison=Comparison.AT_MOST, value=Fraction(15 * MINUTE), unit=MINUTES)
    assert (loss.terms.subject, loss.terms.subjects) == ("shop", ("shop",))


def test_an_escalation_is_in_order_of_its_levels() -> None:
    body = """
  escalation major {
    when incident i where i.major is yes
    from i.reported_at
    level 2 duty_manager within 1 hour on office
    level 1 duty_manager within 15 minutes
    stops at i.acknowledged_at
  }
"""
    snapshot, found = resolved(agreement(body))
    assert snapshot is not None, [each.message for each in found]
    (escalation,) = snapshot.agreements["deal"].escalations
    assert [(level.number, level.after.length) for level in escalation.levels] == [
        (1, 15 * MINUTE),
        (2, HOUR),
    ]
    assert escalation.stops_at is not None


@pytest.mark.parametrize(
    ("term", "windows", "asks"),
    [
        ("from 2025-01-01 through 2025-12-31", "in each calendar quarter", False),
        ("from 2025-01-01", "in each calendar year", False),
        ("from 2025-01-15 through 2025-12-31", "in each calendar month", True),
        ("from 2025-01-01 through 2025-12-30", "in each calendar month", True),
        ("from 2025-01-01 through 2025-12-31", "in each calendar week", True),
        ("from 2024-12-30 through 2025-12-28", "in each calendar week", False),
        ("from 2025-01-01 through 2025-12-31", "in each calendar day", False),
        ("from 2025-01-01 through 2025-12-31", "in each rolling 30 days", True),
        ("from 2025-01-15 through 2025-12-30", "over the term", False),
    ],
)
def test_a_part_window_is_asked_about_only_where_there_is_one(term: str, windows: str, asks: bool) -> None:
    said = """conventions {
    sources are assumed watched  percentages compare exactly  outages are split at window edges
    empty windows are met
  }"""
    text = agreement(target(f"{UPTIME} requires at least 99% {windows}"), conventions=said)
    text = text.replace("from 2025-01-01 through 2025-12-31", term)
    found = [each for each in resolved(text)[1] if each.level is Level.ERROR]
    assert [each.code for each in found] == (["convention-missing"] if asks else [])
    assert not asks or "part windows are measured" in (found[0].help or "")


def test_a_window_cut_short_is_what_the_convention_says() -> None:
    made = measured(
        "count of incident at most 3 in each rolling 7 days",
        "sources are assumed watched  part windows are not measured",
    )
    assert made.part_windows is PartWindow.NOT_MEASURED


def test_the_literals_of_an_example() -> None:
    text = (
        agreement(duty("when incident i must response r where r.incident is i.id within 4 hours of i.at"))
        + """
example "in time" of it {
  given incident { id "i1"  reported_at 2025-03-01 10:00  major no  priority p1 }
  given response { id "r1"  incident "i1"  at 2025-03-01 12:00 }
  expect met for "i1", due 2025-03-01 14:00
}
"""
    )
    snapshot, found = resolved(text)
    assert snapshot is not None, [each.message for each in found]
    (example,) = snapshot.examples
    incident, response = example.given
    assert example.obligation == "deal.it"
    assert incident.values["reported_at"] == 1_740_819_600_000_000
    assert incident.values["service"] == "shop"
    assert (incident.values["major"], incident.values["priority"]) == (False, "p1")
    assert incident.values["closed_at"] is None
    assert (response.key, response.values["incident"]) == ("r1", "i1")
    assert example.as_of == response.values["at"]
    assert example.expects[0].due == 1_740_819_600_000_000 + 4 * HOUR


def test_a_fact_of_an_example_names_a_promise_by_its_name_or_its_id() -> None:
    text = (
        agreement(target(f"{UPTIME} requires at least 99% in each calendar month"))
        + """
example "told" of it {
  given notice { id "n1"  given_at 2025-03-01 10:00  obligation it }
  given notice { id "n2"  given_at 2025-03-01 10:00  obligation "deal.it" }
  expect met in "2025-02"
}
"""
    )
    snapshot, found = resolved(text)
    assert snapshot is not None, [each.message for each in found]
    assert [each.values["obligation"] for each in snapshot.examples[0].given] == ["deal.it", "deal.it"]
