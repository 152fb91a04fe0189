"""Lines of explanations that are read aloud in a meeting: what a share, a bucket and a mode say."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.command.main import main
from tests.dsl.resolving import agreement, duty, target

Explain = Callable[..., list[str]]

KINDS = """
fact order { key id  about service  at at  is_right yes/no }
fact fault { key id  about service  at at  priority one of (p1, p2) }
fact repair { key id  about service  at at  fault text }
fact storm { key id  lasts start until end }
"""
DAILY = " in each calendar day"
RIGHT = target(f"measures share of order o that o.is_right is yes\nrequires at least 90%{DAILY}")
BUSY = target(
    "measures share of buckets of 1 hour that keep (sum of s.requests) KEEP from sample s,"
    f" empty is not counted\nrequires at least 90%{DAILY}"
)
MENDED = duty("""
when fault f
must repair r where r.fault is f.id within by f.priority { p1 4 hours  p2 8 hours } of f.at
convention running deadlines keep their length
""")
STORM = """
mode in_storm {
  cites msa "2" "promise"
  obliges acme
  during storm s from s.start until s.end
  duty it { LENGTH }
}
"""
BY_CLASS = "within by f.priority { p1 9 hours  p2 16 hours }"


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    """The lines of the one verdict of a promise on 3 March 2025, a Monday, as they are printed."""

    def said(body: str, on: str, **facts: str) -> list[str]:
        (tmp_path / "a.sla").write_text(KINDS + agreement(body), encoding="utf-8")
        for kind, rows in facts.items():
            (tmp_path / f"{kind}.csv").write_text(rows.replace("DAY", "2025-03-03T"), encoding="utf-8")
        asked = [str(tmp_path), "--facts", str(tmp_path), "--as-of", "2025-03-05T00:00:00Z"]
        main(["explain", *asked, "deal.it", "--on", on])
        return [line.strip() for line in capsys.readouterr().out.splitlines()]

    return said


def test_two_percentages_differ_by_points(explain: Explain) -> None:
    rows = "id,service,at,is_right\no1,shop,DAY10:00:00Z,yes\no2,shop,DAY11:00:00Z,no\n"
    lines = explain(RIGHT, "2025-03-03", order=rows)
    assert "short by 40 points" in lines
    assert "1 miss fewer would have met it" in lines
    assert "short by 40%" not in lines


@pytest.mark.parametrize(
    ("kept", "broken"),
    (
        ("at most 5", "1 bucket above 5; share of the others: 50%"),
        ("below 5", "1 bucket at least 5; share of the others: 50%"),
        ("at least 5", "1 bucket below 5; share of the others: 50%"),
        ("exactly 9", "1 bucket not exactly 9; share of the others: 50%"),
    ),
)
def test_a_bucket_that_breaks_its_bound_lies_beyond_it(explain: Explain, kept: str, broken: str) -> None:
    rows = "id,service,taken_at,requests,errors\ns1,shop,DAY10:00:00Z,9,0\ns2,shop,DAY11:00:00Z,3,0\n"
    assert broken in explain(BUSY.replace("KEEP", kept), "2025-03-03", sample=rows)


@pytest.mark.parametrize(
    ("length", "line"),
    (
        (BY_CLASS, "in_storm, p1: within 9 hours of f.at"),
        ("within 12 hours", "in_storm, p1: within 12 hours of f.at"),
    ),
)
def test_a_length_of_a_mode_names_the_class_in_force(explain: Explain, length: str, line: str) -> None:
    fault = "id,service,at,priority\nf1,shop,DAY10:00:00Z,p1\n"
    storm = "id,start,end\ns1,DAY09:00:00Z,DAY20:00:00Z\n"
    lines = explain(MENDED + STORM.replace("LENGTH", length), "f1", fault=fault, storm=storm)
    assert line in lines
