"""Windows in civil time: labels, clipping, rolling days over a change of clocks, days that begin late."""

from datetime import date
from fractions import Fraction

import pytest

from engine.definition import windows as defined
from engine.model.agreement import Agreement, AgreementKind
from engine.model.instants import iso_text, parse_instant
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    RollingWindows,
    Term,
    TermWindow,
    Windows,
    WindowUnit,
)
from engine.rules.plans.windows import start_of_day, windows
from engine.source import Span


def at(text: str) -> int:
    """An instant from its text."""
    instant = parse_instant(text)
    assert instant is not None
    return instant


def agreement(zone: str, start: str, through: str | None) -> Agreement:
    """An agreement of which only zone and term matter."""
    return Agreement(
        name="a",
        title="A",
        kind=AgreementKind.SLA,
        provider="p",
        customer="c",
        covers=(),
        underpins=(),
        cites=(),
        term=Term(
            start=date.fromisoformat(start), through=None if through is None else date.fromisoformat(through)
        ),
        zone=zone,
        owned_by=None,
        accepted=None,
        notice=None,
        conventions=(),
        periods=(),
        exclusions=(),
        permissions=(),
        modes=(),
        obligations=(),
        escalations=(),
        span=SPAN,
    )


SPAN = Span(source="t.sla", start=0, end=0, line=1, column=1, end_line=1, end_column=1)


def shown(kind: Windows, zone: str, start: str, through: str | None, as_of: str) -> list[str]:
    """Label, start and end of each window, and whether it was clipped."""
    return [
        f"{each.label} {iso_text(each.start)} {iso_text(each.end)}{' clipped' if each.is_clipped else ''}"
        for each in windows(agreement(zone, start, through), kind, at(as_of))
    ]


def test_months_are_clipped_to_the_term_and_asked_once_begun() -> None:
    """A window is asked when it has begun; the term cuts the first and the last (S2.6)."""
    months = CalendarWindows(unit=WindowUnit.MONTH)
    assert shown(months, "Europe/Berlin", "2025-01-15", "2025-03-10", "2025-03-01T00:00:00Z") == [
        "2025-01 2025-01-14T23:00:00Z 2025-01-31T23:00:00Z clipped",
        "2025-02 2025-01-31T23:00:00Z 2025-02-28T23:00:00Z",
        "2025-03 2025-02-28T23:00:00Z 2025-03-10T23:00:00Z clipped",
    ]
    assert len(shown(months, "Europe/Berlin", "2025-01-15", None, "2025-02-28T22:59:59Z")) == 2
    assert len(shown(months, "Europe/Berlin", "2025-01-15", None, "2025-02-28T23:00:00Z")) == 3
    assert shown(months, "Europe/Berlin", "2025-01-15", None, "2025-01-14T22:59:59Z") == []
    assert len(shown(months, "Europe/Berlin", "2025-01-15", "2025-03-10", "2030-01-01T00:00:00Z")) == 3


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (WindowUnit.DAY, "2024-12-30 2024-12-30T00:00:00Z 2024-12-31T00:00:00Z"),
        (WindowUnit.WEEK, "2025-W01 2024-12-30T00:00:00Z 2025-01-06T00:00:00Z"),
        (WindowUnit.QUARTER, "2024-Q4 2024-10-01T00:00:00Z 2025-01-01T00:00:00Z clipped"),
        (WindowUnit.YEAR, "2024 2024-01-01T00:00:00Z 2025-01-01T00:00:00Z clipped"),
    ],
)
def test_every_unit_has_its_label(unit: WindowUnit, expected: str) -> None:
    """ISO weeks belong to their ISO year."""
    kind = CalendarWindows(unit=unit)
    start, end = expected.split(" ")[1:3]
    found = shown(kind, "UTC", "2024-12-30", None, "2024-12-30T12:00:00Z")[0]
    if expected.endswith("clipped"):
        expected = expected.replace(start, "2024-12-30T00:00:00Z")
    assert found == expected
    assert end in found


def test_rolling_windows_end_with_each_civil_day() -> None:
    """Three days ending on the last Sunday of March in Berlin are 71 hours; the first ones are clipped."""
    rolling = RollingWindows(days=3)
    found = shown(rolling, "Europe/Berlin", "2025-03-28", "2025-03-31", "2025-03-29T00:00:00Z")
    assert found == [
        "2025-03-28/3d 2025-03-27T23:00:00Z 2025-03-28T23:00:00Z clipped",
        "2025-03-29/3d 2025-03-27T23:00:00Z 2025-03-29T23:00:00Z clipped",
        "2025-03-30/3d 2025-03-27T23:00:00Z 2025-03-30T22:00:00Z",
        "2025-03-31/3d 2025-03-28T23:00:00Z 2025-03-31T22:00:00Z",
    ]


def test_the_term_is_one_window() -> None:
    """`over the term` is never clipped; without an end it lasts as long as the tables of time."""
    assert shown(TermWindow(), "Europe/Berlin", "2025-01-15", "2025-03-10", "2025-02-01T00:00:00Z") == [
        "term 2025-01-14T23:00:00Z 2025-03-10T23:00:00Z"
    ]
    assert shown(TermWindow(), "UTC", "2025-01-15", None, "2025-02-01T00:00:00Z")[0].startswith(
        "term 2025-01-15T00:00:00Z 9999-"
    )


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("Asia/Beirut", "2025-03-30", "2025-03-29T22:00:00Z"),  # 00:00 is skipped: the day begins at 01:00
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"),  # the gap is from 23:30 to 00:30
        ("Atlantic/Azores", "2025-10-26", "2025-10-26T00:00:00Z"),  # 00:00 to 01:00 occurs twice
        ("America/St_Johns", "2010-11-07", "2010-11-07T03:30:00Z"),  # 00:01 went back to 23:01
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),  # a day that never was
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
    ],
)
def test_days_that_begin_oddly(zone: str, day: str, expected: str) -> None:
    """A civil day begins at the first instant that bears its date, or would (S2.4)."""
    assert iso_text(start_of_day(zone, date.fromisoformat(day))) == expected


LABELS = [
    # A billing month, also on a day that February does not have; fiscal quarters and years; months that roll.
    (
        CycleWindows(months=1, anchor=date(2000, 1, 15)),
        ["2025-01-15..2025-02-14", "2025-02-15..2025-03-14", "2025-03-15..2025-04-14"],
    ),
    (
        CycleWindows(months=1, anchor=date(2000, 1, 31)),
        ["2025-01-31..2025-02-27", "2025-02-28..2025-03-30"],
    ),
    (CycleWindows(months=3, anchor=date(2000, 2, 1)), ["2025-02-01..2025-04-30"]),
    (CycleWindows(months=12, anchor=date(2000, 2, 29)), ["2024-02-29..2025-02-27", "2025-02-28..2026-02-27"]),
    (RollingWindows(months=1), ["2025-02-27/1mo", "2025-02-28/1mo", "2025-03-01/1mo"]),
]


@pytest.mark.parametrize(("kind", "labels"), LABELS)
def test_both_evaluators_cut_cycles_alike(kind: Windows, labels: list[str]) -> None:
    # Item a of the list of real contracts: billing cycles, fiscal quarters, rolling months.
    promised = agreement("Europe/Berlin", labels[0][:10], None)
    as_of = at("2025-03-31T10:00:00Z")
    found = windows(promised, kind, as_of)
    assert [each.label for each in found][: len(labels)] == labels
    assert tuple(defined.windows_of(promised, kind, as_of)) == found


def test_a_rolling_month_at_the_end_of_a_month_is_that_month() -> None:
    found = {
        each.label: each
        for each in windows(
            agreement("UTC", "2024-01-01", None), RollingWindows(months=1), at("2025-04-01T00:00:00Z")
        )
    }
    assert iso_text(found["2025-02-28/1mo"].start) == "2025-02-01T00:00:00Z"
    assert iso_text(found["2025-03-31/1mo"].start) == "2025-03-01T00:00:00Z"
    assert iso_text(found["2025-03-30/1mo"].start) == "2025-02-28T00:00:00Z"


def test_the_share_of_a_part_is_told_in_days() -> None:
    # The zone's spring day has 23 hours, and is a day all the same.
    promised = agreement("Europe/Berlin", "2025-03-22", "2025-04-10")
    kind = CalendarWindows(unit=WindowUnit.MONTH)
    found = windows(promised, kind, at("2025-06-01T00:00:00Z"))
    assert [each.share for each in found] == [Fraction(10, 31), Fraction(1, 3)]


@pytest.mark.parametrize(
    ("zone", "minutes"), [("UTC", 44_640), ("Europe/Berlin", 44_580), ("America/New_York", 44_580)]
)
def test_a_month_is_one_of_the_agreements_zone(zone: str, minutes: int) -> None:
    # Item b of the list of real contracts: March has an hour less where clocks go forward.
    (march,) = windows(
        agreement(zone, "2025-03-01", "2025-03-31"),
        CalendarWindows(unit=WindowUnit.MONTH),
        at("2025-06-01T00:00:00Z"),
    )
    assert march.end - march.start == minutes * 60_000_000
