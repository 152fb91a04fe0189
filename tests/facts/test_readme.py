"""What the README of the facts says of values is true: each text that it shows is read."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.facts.file_to_table import READERS
from engine.facts.text_to_value import Reading, Refusal, parse
from engine.model.fact import (
    DateType,
    DurationType,
    FieldType,
    InstantType,
    MoneyType,
    NumberType,
    TextType,
    YesNoType,
)

README = Path(__file__).parents[2] / "engine" / "facts" / "README.md"
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| (.*?) ?\|$", README.read_text(encoding="utf-8"), re.M)
TYPES: dict[str, FieldType] = {
    "`text`, a key": TextType(),
    "instant": InstantType(),
    "`date`": DateType(),
    "`number with 2 decimals`": NumberType(decimals=2),
    "`money USD`": MoneyType(currency="USD", decimals=2),
    "`duration`": DurationType(),
    "`yes/no`": YesNoType(),
}
SHOWN = [
    (TYPES[name], text, local)
    for name, plain, also in ROWS
    if name in TYPES
    for local, texts in ((False, plain), (True, also))
    for text in re.findall(r"`([^`]+)`", texts)
    if text not in ("zone", "number")
]


@pytest.mark.parametrize(("type", "text", "local"), SHOWN)
def test_what_is_shown_is_read(type: FieldType, text: str, local: bool) -> None:
    zone = ZoneInfo("Europe/Berlin") if local else None
    assert not isinstance(parse(text, Reading(type=type, zone=zone)), Refusal)


def test_every_type_of_the_table_is_shown() -> None:
    assert {type for type, _, _ in SHOWN} == set(TYPES.values())


def test_every_format_is_shown() -> None:
    said = README.read_text(encoding="utf-8")
    assert [suffix for suffix in READERS if f"`outage{suffix}`" not in said] == []
