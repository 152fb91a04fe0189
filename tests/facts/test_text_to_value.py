"""One text, one exact value or one reason; and whole columns are read as each of their texts is."""

from datetime import date
from zoneinfo import ZoneInfo

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.array_to_column import encode_array
from engine.facts.text_to_value import LARGEST, Reading, Refusal, parse
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
from engine.model.feed import LocalTime
from engine.model.instants import EARLIEST, LATEST, iso_text

BERLIN = ZoneInfo("Europe/Berlin")
DOLLARS = MoneyType(currency="USD")

ADMITTED = [
    (NumberType(decimals=2), "12.5", 1250),
    (NumberType(decimals=2), "-0.10", -10),
    (NumberType(decimals=2), "+7", 700),
    (NumberType(decimals=2), "1.5000", 150),
    (NumberType(decimals=2), "12e-1", 120),
    (NumberType(), "1e3", 1000),
    (NumberType(), "-0", 0),
    (NumberType(), str(LARGEST), LARGEST),
    (NumberType(), "0." + "0" * 5000, 0),
    (NumberType(decimals=20), "0.00000000000000000001", 1),
    (DOLLARS, "12.50", 1250),
    (DOLLARS, "USD 12.50", 1250),
    (MoneyType(currency="JPY", decimals=0), "JPY 1200", 1200),
    (DurationType(), "PT4H", 14_400_000_000),
    (DurationType(), "PT1.5S", 1_500_000),
    (DurationType(), "PT1H30M0.000001S", 5_400_000_001),
    (DurationType(), "4 hours", 14_400_000_000),
    (DurationType(), "1 hour 30 minutes", 5_400_000_000),
    (DurationType(), "0 seconds", 0),
    (DateType(), "2024-02-29", date(2024, 2, 29).toordinal() - date(1970, 1, 1).toordinal()),
    (YesNoType(), "TRUE", True),
    (YesNoType(), "no", False),
    (InstantType(), "1970-01-01T00:00Z", 0),
    (InstantType(), "1970-01-01T01:00:00.000001+01:00", 1),
    (InstantType(), "1970-01-01 01:00:00,500000000+0100", 500_000),
    (InstantType(), "1969-12-31T23:00:00-01", 0),
    (OneOfType(values=("p1", "p2")), "p2", "p2"),
    (ReferenceType(to="incident"), "anything", "anything"),
    (TextType(), " as it is ", " as it is "),
]

REFUSED = [
    (NumberType(decimals=2), "1.505", "has more than 2 decimals"),
    (NumberType(), "1." + "0" * 40 + "1", "has more than 0 decimals"),
    (NumberType(decimals=2), "1e-999", "has more than 2 decimals"),
    (NumberType(), "1e999", "is too large"),
    (NumberType(), str(LARGEST + 1), "is too large"),
    (NumberType(decimals=2), "1,000.00", "is no number"),
    (NumberType(), " 1", "is no number"),
    (NumberType(), "٣", "is no number"),
    (NumberType(), "nan", "is no number"),
    (DOLLARS, "EUR 12.50", "is not in USD"),
    (DOLLARS, "$12.50", "is no number"),
    (DOLLARS, "USD 1.234", "has more than 2 decimals"),
    (DurationType(), "4", "is no duration; write one as PT4H30M or as 4 hours 30 minutes"),
    (DurationType(), "", "is no duration; write one as PT4H30M or as 4 hours 30 minutes"),
    (DurationType(), "PT", "is no duration; write one as PT4H30M or as 4 hours 30 minutes"),
    (DurationType(), "-PT4H", "is no duration; write one as PT4H30M or as 4 hours 30 minutes"),
    (DurationType(), "P1D", "counts days, which are not all of one length; write hours"),
    (DurationType(), "PT0.0000001S", "has a part of a microsecond"),
    (DateType(), "2025-02-29", "names no day that there is"),
    (DateType(), "01.02.2025", "is no date; write one as 2025-03-31"),
    (YesNoType(), "1", "is neither yes nor no"),
    (InstantType(), "2025-02-29T10:00Z", "names no day or time that there is"),
    (InstantType(), "2025-01-01T24:00Z", "is no instant; write one as 2025-03-31T10:00:00Z"),
    (InstantType(), "2025-01-01T23:59:60Z", "names no day or time that there is"),
    (InstantType(), "2025-01-01", "is no instant; write one as 2025-03-31T10:00:00Z"),
    (InstantType(), "2025-01-01T10:00:00.1234567Z", "has a part of a microsecond"),
    (InstantType(), "2025-01-01T10:00+24:00", "has no offset that there is"),
    (InstantType(), "1969-12-31T23:59:59Z", "lies before 1970"),
    (InstantType(), "9999-12-31T00:00:00Z", "lies after 2199; an end that is still open is left empty"),
    (InstantType(), "2025-01-01T10:00", "has no offset from UTC, and no feed names its zone"),
    (OneOfType(values=("p1", "p2")), "P1", "is none of `p1`, `p2`; did you mean `p1`?"),
]


@pytest.mark.parametrize(("type", "text", "value"), ADMITTED)
def test_admitted(type: FieldType, text: str, value: object) -> None:
    assert parse(text, Reading(type=type)) == value


@pytest.mark.parametrize(("type", "text", "why"), REFUSED)
def test_refused(type: FieldType, text: str, why: str) -> None:
    found = parse(text, Reading(type=type))
    assert isinstance(found, Refusal)
    assert found.reason.endswith(why)


def test_references_are_held_against_what_is_declared() -> None:
    reading = Reading(type=ReferenceType(to="service"), among=("shop", "api"))
    assert parse("api", reading) == "api"
    assert parse("Shop", reading) == Refusal(
        code="unknown-reference", reason="no service is named `Shop`; did you mean `shop`?"
    )


READINGS = [
    Reading(type=InstantType()),
    Reading(type=InstantType(), zone=BERLIN),
    Reading(type=InstantType(), zone=BERLIN, local_time=LocalTime.EARLIER),
    Reading(type=InstantType(), zone=ZoneInfo("Australia/Lord_Howe"), local_time=LocalTime.LATER),
    Reading(type=NumberType()),
    Reading(type=NumberType(decimals=3)),
    Reading(type=NumberType(decimals=3), decimals=1),
    Reading(type=NumberType(decimals=25)),
    Reading(type=DOLLARS),
    Reading(type=DateType()),
    Reading(type=YesNoType()),
    Reading(type=OneOfType(values=("p1", "p2"))),
    Reading(type=ReferenceType(to="service"), among=("shop",)),
]

SPRING, AUTUMN = 1_743_292_800_000_000, 1_761_436_800_000_000  # 30 March and 26 October 2025, 00:00 UTC
INSTANTS = st.one_of(
    st.integers(EARLIEST, LATEST - 1),
    st.integers(SPRING, SPRING + 10**10),
    st.integers(AUTUMN, AUTUMN + 10**10),
).map(iso_text)
SPELLINGS = st.one_of(
    INSTANTS,
    INSTANTS.map(lambda text: text.removesuffix("Z")),
    INSTANTS.map(lambda text: text[:16].replace("T", " ")),
    INSTANTS.map(lambda text: text.removesuffix("Z") + "-03:30"),
    st.from_regex(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,8})?)?(Z|[+-]\d\d:?\d\d)?)?", fullmatch=True),
    st.from_regex(r"(USD )?[+-]?\d{1,20}(\.\d{0,6})?(e-?\d{1,2})?", fullmatch=True),
    st.dates().map(str),
    st.sampled_from(["p1", "p3", "shop", "yes", "FALSE", ""]),
    st.text(max_size=6),
)


@given(texts=st.lists(st.one_of(st.none(), SPELLINGS), max_size=8), reading=st.sampled_from(READINGS))
def test_a_column_is_read_as_each_of_its_texts(texts: list[str | None], reading: Reading) -> None:
    column = encode_array(pyarrow.array(texts, pyarrow.string()), reading)
    each = [None if text is None else parse(text, reading) for text in texts]
    assert column.values.to_pylist() == [None if isinstance(value, Refusal) else value for value in each]
    assert column.refused == {place: value for place, value in enumerate(each) if isinstance(value, Refusal)}


def test_no_row_is_slow_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain columns are encoded without looking at one value by itself."""

    def never(*_: object) -> None:
        raise AssertionError("read one by one")

    monkeypatch.setattr("engine.facts.array_to_column.parse", never)
    plain = {
        Reading(type=InstantType()): ["2025-03-01T10:00:00Z", "2025-03-01 10:00+01:00", None],
        Reading(type=InstantType(), zone=BERLIN): ["2025-03-01T10:00:00.5", "2025-07-01 10:00"],
        Reading(type=NumberType(decimals=2)): ["1", "-1.25"],
        Reading(type=DOLLARS): ["USD 12.50", "1"],
        Reading(type=DateType()): ["2025-03-01"],
        Reading(type=YesNoType()): ["yes", "false"],
    }
    for reading, texts in plain.items():
        assert encode_array(pyarrow.array(texts), reading).refused == {}
