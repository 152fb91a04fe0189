"""Facts written to each format, admitted and read back are the same facts."""

import csv
import json
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
from hypothesis import given
from hypothesis import strategies as st

from engine.model.fact import (
    DateType,
    DurationType,
    FactValue,
    FieldType,
    InstantType,
    MoneyType,
    NumberType,
    YesNoType,
)
from engine.model.instants import LATEST, iso_text, moment_of
from tests.facts.world import EVERYTHING, admit

# A lone carriage return would end a row of CSV in the eyes of some and not of others, were it not quoted.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
INSTANTS = st.integers(0, LATEST - 1)

VALUES: dict[type, st.SearchStrategy[FactValue]] = {
    InstantType: INSTANTS,
    NumberType: st.integers(-(2**63) + 1, 2**63 - 1).map(lambda whole: Fraction(whole, 1000)),
    MoneyType: st.integers(-(10**12), 10**12).map(lambda cents: Fraction(cents, 100)),
    DurationType: st.integers(0, 10**12),
    DateType: st.dates(),
    YesNoType: st.booleans(),
}


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, FactValue]]:
    """Facts of the kind that has a field of each type."""
    keys = draw(st.lists(TEXTS, unique=True, max_size=6))
    facts: list[dict[str, FactValue]] = []
    for key in keys:
        values: dict[str, FactValue] = {"id": key}
        for field in EVERYTHING.fields[1:]:
            some = VALUES.get(type(field.type), TEXTS)
            values[field.name] = draw(st.one_of(st.none(), some) if field.optional else some)
        facts.append(values)
    return facts


def written(value: FactValue, type: FieldType) -> str | None:
    """A value as a text file has it."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return f"{Decimal(value.numerator * 1000 // value.denominator).scaleb(-3):f}" if isinstance(
                type, NumberType
            ) else f"USD {Decimal(value.numerator * 100 // value.denominator).scaleb(-2):f}"  # fmt: skip
        case int() if isinstance(type, DurationType):
            return f"PT{Decimal(value).scaleb(-6):f}S"
        case int():
            return iso_text(value)
        case _:
            return str(value)


def typed(value: FactValue, type: FieldType) -> object:
    """A value as Arrow takes it."""
    match value:
        case Fraction():
            return Decimal(value.numerator * 1000 // value.denominator).scaleb(-3)
        case int() if isinstance(type, DurationType):
            return timedelta(microseconds=value)
        case int() if isinstance(type, InstantType):
            return moment_of(value)
        case _:
            return value


def arrow_type(type: FieldType) -> pyarrow.DataType:
    """The Arrow type that a well-behaved source would choose."""
    match type:
        case InstantType():
            return pyarrow.timestamp("us", "Europe/Berlin")
        case NumberType() | MoneyType():
            return pyarrow.decimal128(38, 3)
        case DurationType():
            return pyarrow.duration("us")
        case DateType():
            return pyarrow.date32()
        case YesNoType():
            return pyarrow.bool_()
        case _:
            return pyarrow.string()


def write(facts: list[dict[str, FactValue]], path: Path) -> None:
    """Write the facts in the format that the path's name asks for."""
    rows = [
        {field.name: written(fact[field.name], field.type) for field in EVERYTHING.fields} for fact in facts
    ]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in EVERYTHING.fields])
            writer.writeheader()
            writer.writerows(rows)
        return
    if path.suffix == ".ndjson":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return
    table = pyarrow.table(
        {
            field.name: pyarrow.array(
                [typed(fact[field.name], field.type) for fact in facts], arrow_type(field.type)
            )
            for field in EVERYTHING.fields
        }
    )
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path)
    else:
        with pyarrow.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)


@given(facts=worlds(), suffix=st.sampled_from([".csv", ".ndjson", ".parquet", ".arrow"]))
def test_facts_come_back(facts: list[dict[str, FactValue]], suffix: str) -> None:
    with TemporaryDirectory() as folder:
        write(facts, Path(folder) / f"everything{suffix}")
        admission, found = admit(Path(folder), kind=EVERYTHING)
    assert (admission.refused, admission.diagnostics) == ((), ())
    assert {fact.key: dict(fact.values) for fact in found} == {str(fact["id"]): fact for fact in facts}
