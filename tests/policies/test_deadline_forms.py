"""Every form of deadline and every way of counting days, worked by hand, in both evaluators (S4.1–S4.5)."""

from pathlib import Path

import pytest

from engine.model.instants import iso_text
from tests.policies.test_meaning import Judge

KINDS = """
calendar office { zone UTC  open monday to friday from 09:00 to 17:00 }
fact case { key id  at at  wanted_at instant planned }
fact answer { key id  at at  case reference to case }
"""

CASE = "id,at,wanted_at\nc1,2025-01-31T18:30:00Z,2025-03-17T12:00:00Z"
"""A Friday evening after the close; wanted on a Monday at noon."""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


@pytest.mark.parametrize(
    ("deadline", "said", "due"),
    [
        ("within 24 hours of c.at", "", "2025-02-01T18:30:00Z"),
        ("in less than 24 hours of c.at", "", "2025-02-01T18:30:00Z"),
        ("within 4 hours on office of c.at", "", "2025-02-03T13:00:00Z"),
        ("within 30 minutes of c.at", "", "2025-01-31T19:00:00Z"),
        ("within 90 seconds of c.at", "", "2025-01-31T18:31:30Z"),
        # day 0 is 31 January; a day ends with the midnight after it
        ("within 15 calendar days of c.at", "days end at midnight", "2025-02-16T00:00:00Z"),
        ("within 15 calendar days of c.at", "days end at the same time of day", "2025-02-15T18:30:00Z"),
        # day 15 is a Saturday: the last closing before it is Friday's
        (
            "within 15 calendar days on office of c.at",
            "days end at close of business",
            "2025-02-14T17:00:00Z",
        ),
        ("within 2 weeks of c.at", "days end at midnight", "2025-02-15T00:00:00Z"),
        ("within 1 month of c.at", "days end at midnight", "2025-03-01T00:00:00Z"),
        ("within 1 year of c.at", "days end at midnight", "2026-02-01T00:00:00Z"),
        ("in less than 1 month of c.at", "days end at the same time of day", "2025-02-28T18:30:00Z"),
        # Monday and Tuesday are counted; an arrival that rolls makes Monday day 0
        ("within 2 business days on office of c.at", "days end at midnight", "2025-02-05T00:00:00Z"),
        ("within 2 business days on office of c.at", "days end at close of business", "2025-02-04T17:00:00Z"),
        (
            "within 2 business days on office of c.at",
            "late arrivals roll to the next opening",
            "2025-02-06T00:00:00Z",
        ),
        ("before c.wanted_at", "", "2025-03-17T12:00:00Z"),
        ("by c.wanted_at", "", "2025-03-17T12:00:00Z"),
        # 14 days before 17 March: the 3rd, the day before it where neither end counts
        ("at least 14 calendar days before c.wanted_at", "notice counts clear days", "2025-03-03T00:00:00Z"),
        ("at least 14 calendar days before c.wanted_at", "notice counts full days", "2025-03-04T00:00:00Z"),
        (
            "at least 14 calendar days before c.wanted_at",
            "notice counts to the same time of day",
            "2025-03-03T12:00:00Z",
        ),
        ("at least 48 hours before c.wanted_at", "", "2025-03-15T12:00:00Z"),
        (
            "at least 2 business days on office before c.wanted_at",
            "notice counts full days",
            "2025-03-14T00:00:00Z",
        ),
        ("within 1 month of latest of (c.at, c.wanted_at)", "days end at midnight", "2025-04-18T00:00:00Z"),
    ],
)
def test_a_deadline_ends_where_a_reader_says(verdict: Judge, deadline: str, said: str, due: str) -> None:
    found = verdict(
        f"""
        duty answer_case {{
          cites d "1" "promise"
          obliges a
          when case c must answer n where n.case is c.id {deadline}
          {f"convention {said}" if said else ""}
        }}""",
        "2025-02-01T00:00:00Z",
        "c1",
        case=CASE,
    )
    assert iso_text(found.due.at if found.due else 0) == due


@pytest.mark.parametrize(
    ("unit", "label", "of", "due"),
    [
        ("month", "2025-01", "m", "2025-01-15T00:00:00Z"),
        ("month", "2025-01", "the month after m", "2025-02-15T00:00:00Z"),
        ("quarter", "2025-Q1", "m", "2025-01-15T00:00:00Z"),
        ("year", "2025", "m", "2025-01-15T00:00:00Z"),
    ],
)
def test_the_tenth_business_day(verdict: Judge, unit: str, label: str, of: str, due: str) -> None:
    found = verdict(
        f"""
        duty tell {{
          cites d "1" "promise"
          obliges a
          every calendar {unit} m
          must answer n by business day 10 on office of {of}
          convention days end at midnight
        }}""",
        "2025-01-02T00:00:00Z",
        label,
    )
    assert iso_text(found.due.at if found.due else 0) == due
