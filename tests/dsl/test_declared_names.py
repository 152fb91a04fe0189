"""Declared names are snake_case and no words of the language; fields may be any words."""

import pytest

from engine.dsl.text_to_syntax import keywords
from tests.dsl.reading import codes, mistakes, sound


@pytest.mark.parametrize(
    "text",
    [
        "party target",
        "role duty of acme",
        "severities low, target",
        "calendar hours is a except b",
        "fact agreement { key id }",
        "agreement sla is sla { }",
        "agreement a is sla { target uptime { } }",
        "agreement a is sla { duty d { when incident where must restoration } }",
        "fact f { key id  state one of (open, above) }",
    ],
)
def test_words_of_the_language_are_reserved_where_names_are_declared(text: str) -> None:
    if "where must" in text:
        assert codes(text) == [("syntax", 1)]
    else:
        assert codes(text) == [("reserved-word", 1)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("party Acme", "acme"),
        ("party acmeCorp", "acme_corp"),
        ("party ACME_Corp", "acme_corp"),
        ("party acme__corp", "acme_corp"),
        ("fact f { key ID }", "id"),
        ("agreement a is sla { duty d { when incident I must restoration r } }", "i"),
    ],
)
def test_names_are_snake_case(text: str, written: str) -> None:
    (mistake,) = mistakes(text)
    assert (mistake.code, mistake.help) == ("name-not-snake-case", f"write `{written}`")


def test_a_name_that_has_no_snake_case() -> None:
    (mistake,) = mistakes("party größe")
    assert mistake.help == "use the letters from a to z, digits and underscores"


def test_fields_kinds_and_the_words_of_conventions_stay_free() -> None:
    sound("fact notice { key id  agreement text  priority number  where yes/no }")
    sound("party time party bad")
    sound("agreement a is sla { duty d { when k a must approval b } }")


def test_what_is_reserved_does_not_grow_by_accident() -> None:
    # Every one of these may not be the name of a party, a service, a calendar, a short name...
    assert len(keywords()) < 300
    assert not keywords() & {"a", "bad", "time", "data", "standard", "outage", "incident", "status", "change"}
