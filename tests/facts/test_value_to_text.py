"""What the archive keeps of a value reads as that value again, and stays the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.text_to_value import LARGEST, Reading, parse
from engine.facts.value_to_text import spell
from engine.model.fact import (
    DateType,
    DurationType,
    FieldType,
    InstantType,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    TextType,
    YesNoType,
)
from engine.model.instants import EARLIEST, LATEST

WHOLE = st.integers(-LARGEST, LARGEST)

VALUES: list[tuple[FieldType, st.SearchStrategy[str | int | bool]]] = [
    (TextType(), st.text()),
    (OneOfType(values=("a b", "c")), st.sampled_from(["a b", "c"])),
    (ReferenceType(to="ticket"), st.text(min_size=1)),
    (NumberType(decimals=0), st.integers(-(10**18), 10**18)),
    (NumberType(decimals=6), WHOLE),
    (MoneyType(currency="USD"), WHOLE),
    (DurationType(), st.integers(0, LARGEST)),
    (InstantType(), st.integers(EARLIEST, LATEST - 1)),
    (DateType(), st.integers(0, 80_000)),
    (YesNoType(), st.booleans()),
]


@pytest.mark.parametrize(("type", "values"), VALUES)
@given(data=st.data())
def test_a_value_survives_its_text(
    type: FieldType, values: st.SearchStrategy[str | int | bool], data: st.DataObject
) -> None:
    value = data.draw(values)
    text = spell(value, type)
    assert text is not None
    assert parse(text, Reading(type=type)) == value


def test_what_is_absent_stays_absent() -> None:
    assert [spell(None, type) for type, _ in VALUES] == [None] * len(VALUES)
