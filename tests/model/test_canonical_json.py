"""Canonical JSON: one text for a value, the same that RFC 8785 gives, or none."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.canonical_json import LARGEST, canonical_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES)
def test_it_is_json_of_the_value_and_stays_itself(value: object) -> None:
    text = canonical_json(value)  # type: ignore[arg-type]
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


def test_members_are_ordered_as_rfc_8785_says() -> None:
    """The example of its section 3.2.3: by UTF-16 code units, not by code points."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(names, 0)))) == ordered


def test_characters_are_escaped_as_rfc_8785_says() -> None:
    assert canonical_json('€$\x0f\nA\'B"\\\\"/\x7f') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'


def test_text_is_not_normalised() -> None:
    assert canonical_json("é") != canonical_json("e\u0301")


@pytest.mark.parametrize(
    "value",
    [0.5, Decimal(1), Fraction(1, 2), b"bytes", LARGEST + 1, {1: 2}, "\ud800", {"\ud800": 1}, {"a"}],
)
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json(value)  # type: ignore[arg-type]
