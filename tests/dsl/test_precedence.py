"""Which of several documents prevails, where a promise cites clauses of more than one (`prevails over`)."""

import pytest

from tests.dsl.resolving import FRAME, agreement, resolved

TARGET = """
target it of shop {
  cites msa "2" "99 %"
  cites qa "3" "98 %"
  obliges acme
  measures uptime from outage
  during hours of shop
  requires at least BOUND in each calendar month
}
"""
THIRD = 'document order "Order form"'


def codes(qa: str, bound: str, order: str = "") -> set[str]:
    """The findings about precedence where `qa` and a third document, `order`, say this."""
    documents = f'document qa "Qualification Agreement" {{ {qa} }}\n{THIRD} {{ {order} }}\n'
    text = documents + agreement(TARGET.replace("BOUND", bound))
    assert FRAME in text
    found = {each.code for each in resolved(text)[1]}
    return found & {"does-not-prevail", "precedence-cycle"}


@pytest.mark.parametrize(
    ("qa", "order", "bound", "expected"),
    [
        ("prevails over msa", "", "99%", {"does-not-prevail"}),
        ("prevails over msa", "", "98%", set[str]()),
        ("prevails over order", "prevails over msa", "99%", {"does-not-prevail"}),
        ("prevails over order", "", "99%", set[str]()),
        ("", "", "98%", set[str]()),
        ("prevails over order", "prevails over qa", "98%", {"precedence-cycle"}),
        ("prevails over qa", "", "98%", {"precedence-cycle"}),
    ],
)
def test_the_promise_is_what_the_prevailing_document_says(
    qa: str, order: str, bound: str, expected: set[str]
) -> None:
    assert codes(qa, bound, order) == expected
