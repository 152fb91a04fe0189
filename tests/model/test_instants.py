"""Instants survive their text, and a text without an offset is no instant."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.model.instants import instant_of, iso_text, parse_instant


@given(st.integers(-(10**16), 10**17))
def test_text_and_back(instant: int) -> None:
    assert parse_instant(iso_text(instant)) == instant


def test_a_year_has_four_digits() -> None:
    assert iso_text(instant_of(datetime(1, 1, 1, tzinfo=UTC))) == "0001-01-01T00:00:00Z"


def test_offsets_are_read() -> None:
    assert parse_instant("1970-01-01T01:00:00+01:00") == 0


def test_a_local_time_is_no_instant() -> None:
    assert parse_instant("2025-03-30T02:30:00") is None
    assert parse_instant("yesterday") is None
