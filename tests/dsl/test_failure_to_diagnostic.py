"""What is said about a statement that cannot be read: found, expected, meant, and not supported yet."""

import pytest

from engine.dsl.failure_to_diagnostic import expectations
from engine.dsl.unsupported import UNSUPPORTED
from tests.dsl.reading import drawn, mistakes


def only(text: str) -> str:
    found = mistakes(text)
    assert len(found) == 1, "\n".join(drawn(text, found))
    return drawn(text, found)[0]


def in_duty(text: str) -> str:
    return only(f"agreement a is sla {{\nduty d {{ {text} }} }}")


def test_few_expectations_stand_in_the_message() -> None:
    assert only("agreement a is slaa {}").splitlines() == [
        "error[syntax]: expected `ola`, `sla` or `uc`, found `slaa`",
        "  --> test.sla:1:16",
        "   |",
        " 1 | agreement a is slaa {}",
        "   |                ^^^^ not expected here",
        "   = help: did you mean `sla`?",
    ]


def test_many_expectations_stand_under_help() -> None:
    assert "= help: expected `breach`, " in only("agreement a is sla { target t { published } }")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("must r wher r.a is b within 2 hours of i.at", "where"),
        ("must r x wher r.a is b within 2 hours of i.at", "where"),
        ("must r within 2 huors of i.at", "hours"),
        ("must r within 2 calender days of i.at", "calendar"),
        ("muts r within 2 hours of i.at", "must"),
        ("every calendar mon m", "month"),
    ],
)
def test_misspelled_keywords(text: str, meant: str) -> None:
    assert f"did you mean `{meant}`?" in in_duty(text)


def test_days_are_never_bare() -> None:
    assert "`calendar days`, or `business days on` a calendar" in in_duty("must r within 15 days of i.at")


def test_conditions_are_never_bare() -> None:
    assert "a condition says what holds, as in `i.major is yes`" in in_duty("when i where i.major must r")


def test_texts_stand_in_quotes() -> None:
    assert "a text stands in double quotes" in only("document d { version one }")


@pytest.mark.parametrize("tolerance", ["2 hours", "5", "EUR 5"])
def test_a_tolerance_is_a_share_or_points(tolerance: str) -> None:
    said = f"countered by k f with f.a within {tolerance}, settled at f.b"
    found = only(f"agreement a is sla {{\ntarget t {{ {said} }} }}")
    assert "`within 1%` of what was measured or, of a percentage, `within 0.1 points`" in found


@pytest.mark.parametrize("base", ["fee", "fee of window", "fee of month", "the fee", "window"])
@pytest.mark.parametrize("following", ["", "pays 10% on breach"])
def test_a_fee_is_that_of_a_time(base: str, following: str) -> None:
    found = only(f"agreement a is sla {{\ntarget t {{ credits {{\nbase {base}\n{following} }} }} }}")
    assert "`fee of the window`" in found


def test_the_end_of_the_file() -> None:
    assert only("party").startswith("error[syntax]: the file ends before the statement does")


def test_long_words_are_cut() -> None:
    assert len(only(f"party {'1' * 39} {'x' * 400}").splitlines()[0]) < 120


@pytest.mark.parametrize(
    "condition",
    [
        "x.a is 1 and x.b is 2 or x.c is 3",
        "x.a is 1 or x.b is 2 and x.c is 3",
        "not x.a is 1 and x.b is 2",
        "not x.a is 1 or x.b is 2",
        "x.a is 1 and (x.b is 2 or x.c is 3 and x.d is 4)",
    ],
)
def test_what_can_be_read_two_ways(condition: str) -> None:
    for text in (f"when k x where {condition}", f"must k x where {condition} within 1 hour of x.at"):
        assert in_duty(text).startswith("error[ambiguous-condition]: ")


def test_expectations_are_in_the_authors_words() -> None:
    assert expectations({"$END"}) == ["the end of the file"]
    assert expectations({"A_", "where"} - {"A_"}) == ["`where`"]
    assert expectations({"DECIMAL", "INTEGER"}) == ["a number"]


AGREEMENT, TARGET, DUTY, CREDITS = "agreement", "target", "duty", "credits"

REFUSED = {
    "occasions of a review on one line with its cycle": (
        AGREEMENT,
        "reviewed every 3 months from 2025-01-31 by r, on a change",
    ),
    "weights": (CREDITS, "weight 40%"),
    "dropping the credits of a promise alone": ("", "drop credits from a.b"),
    "a field that stops an escalation": (AGREEMENT, "escalation e { stops when i.at is present }"),
}

_INSIDE = {
    "": "{}",
    AGREEMENT: "agreement a is sla {{\n{}\n}}",
    TARGET: "agreement a is sla {{\ntarget t {{\n{}\n}} }}",
    CREDITS: "agreement a is sla {{\ntarget t {{ credits {{\n{}\n}} }} }}",
    DUTY: "agreement a is sla {{\nduty d {{\n{}\n}} }}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_refused_by_name(name: str) -> None:
    inside, text = REFUSED[name]
    found = mistakes(_INSIDE[inside].format(text))
    assert [(mistake.code, mistake.message) for mistake in found] == [
        ("not-yet-supported", f"there is no support yet for {name}")
    ]


def test_everything_that_is_refused_by_name_is_tested() -> None:
    assert {construct.name for construct in UNSUPPORTED} == set(REFUSED)
