"""A row of a table by value that no fact can choose is refused."""

import pytest

from tests.dsl.resolving import agreement, errors

FACTS = """
fact reply { key id  at at  of text }
fact request { key id  about service  at sent_at  took duration  class one of (gold, basic)  level number }
"""
BOUNDS = """
target it of shop for each class {{
  cites msa "2" "by class"
  obliges acme
  measures average of r.took from request r
  requires by class {{ gold at most 2 seconds  basic at most 6 seconds  {} }} in each calendar month
  convention empty windows are unmeasured
}}
"""
LIMITS = """
duty answer {{
  cites msa "2" "by level"
  obliges acme
  when request r
  must reply a where a.of is r.id within by r.level {{ 1 2 hours  2 4 hours  {} }} of r.sent_at
}}
"""


@pytest.mark.parametrize(
    ("promise", "row", "found"),
    [
        (BOUNDS, "", []),
        (BOUNDS, "silver at most 3 seconds", ["unknown-value"]),
        (BOUNDS, "gold at most 3 seconds", ["said-twice"]),
        (LIMITS, "3 5 hours", []),
        (LIMITS, "1.0 5 hours", ["duplicate-name"]),
        (LIMITS, "high 5 hours", ["type-mismatch"]),
    ],
)
def test_a_row_that_nothing_reaches_is_refused(promise: str, row: str, found: list[str]) -> None:
    assert (
        errors(FACTS + agreement(promise.format(row), "conventions standard { sources are assumed watched }"))
        == found
    )
