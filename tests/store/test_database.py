"""Facts go in with their versions and come out as they were known at an instant (S2.5)."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import gettempdir

import pyarrow
import pytest

from engine.model.erasure import ErasedTime
from engine.model.fact import At, FactKind, Field, InstantType, MoneyType, NumberType, TextType
from engine.source import Source
from engine.store.database import POSITION, UNRECORDED, Store, StoreError
from engine.store.encoding import encode

HERE = Source(name="kinds.sla", text="fact bill").span(0, 9)

BILL = FactKind(
    name="bill",
    key="id",
    about=None,
    timing=At(field="at"),
    fields=(
        Field(name="id", type=TextType()),
        Field(name="at", type=InstantType()),
        Field(name="amount", type=MoneyType(currency="USD"), optional=True),
    ),
    span=HERE,
)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        opened.create(BILL)
        yield opened


def rows(*bills: tuple[str, int, int | None], known_from: int | list[int] = UNRECORDED) -> pyarrow.Table:
    """Encoded rows of id, instant and cents."""
    return pyarrow.table(
        {
            "id": [bill[0] for bill in bills],
            "at": pyarrow.array([bill[1] for bill in bills], pyarrow.int64()),
            "amount": pyarrow.array([bill[2] for bill in bills], pyarrow.int64()),
            "known_from": pyarrow.array(
                known_from if isinstance(known_from, list) else [known_from] * len(bills), pyarrow.int64()
            ),
            POSITION: list(range(len(bills))),
        }
    )


def amounts(store: Store, known_at: int | None = None) -> dict[str, object]:
    return {fact.key: fact.values["amount"] for fact in store.facts(BILL, known_at)}


def test_facts_come_out_by_key_and_exact(store: Store) -> None:
    store.append(BILL, rows(("b", 2, 1250), ("a", 1, None)), corrections=False)
    first, second = store.facts(BILL, None)
    assert (first.key, first.recorded_at) == ("a", None)
    assert dict(first.values) == {"id": "a", "at": 1, "amount": None}
    assert second.values["amount"] == Fraction(25, 2)


def test_a_correction_is_a_version(store: Store) -> None:
    """Known at each instant is what had been recorded by then, and nothing is overwritten."""
    store.append(BILL, rows(("a", 1, 100), known_from=10), corrections=True)
    store.append(BILL, rows(("a", 1, 300), ("a", 1, 200), known_from=[30, 20]), corrections=True)
    assert store.count("bill") == 1
    seen = [amounts(store, known_at).get("a") for known_at in (9, 10, 19, 20, 29, 30, None)]
    assert seen == [None, 1, 1, 2, 2, 3, 3]
    assert store.run("SELECT count(*) FROM fact_bill") == [(3,)]


def test_of_rows_recorded_together_the_later_row_stands(store: Store) -> None:
    store.append(BILL, rows(("a", 1, 100), ("a", 1, 200)), corrections=True)
    store.append(BILL, rows(("a", 1, 300)), corrections=True)
    store.append(BILL, rows(("a", 1, 400), ("b", 1, 1)), corrections=True)
    assert amounts(store) == {"a": 4, "b": Fraction(1, 100)}
    assert amounts(store, 5) == amounts(store)


def test_a_correction_recorded_earlier_than_what_is_there_is_history(store: Store) -> None:
    store.append(BILL, rows(("a", 1, 300), known_from=30), corrections=True)
    store.append(BILL, rows(("a", 1, 100), known_from=10), corrections=True)
    assert (amounts(store), amounts(store, 15)) == ({"a": 3}, {"a": 1})


def test_a_retraction_ends_what_was_known_and_a_later_version_begins_anew(store: Store) -> None:
    store.append(BILL, rows(("a", 1, 100), ("b", 1, 1), known_from=10), corrections=True)
    store.retract(BILL, ["a", "not there"], [20, 20])
    assert (amounts(store), store.count("bill")) == ({"b": Fraction(1, 100)}, 1)
    store.append(BILL, rows(("a", 1, 300), known_from=30), corrections=True)
    seen = [amounts(store, known_at).get("a") for known_at in (9, 10, 19, 20, 29, 30, None)]
    assert seen == [None, 1, 1, None, None, 3, 3]


def test_a_kind_that_is_dropped_can_be_made_otherwise(store: Store) -> None:
    store.append(BILL, rows(("a", 1, 100)), corrections=True)
    store.drop("bill")
    store.drop("bill")
    store.create(replace(BILL, fields=BILL.fields[:2]))
    assert store.count("bill") == 0


def test_known_at_can_be_asked_only_where_every_row_says_when_it_was_recorded(store: Store) -> None:
    assert store.has_recorded_at(BILL)
    store.append(BILL, rows(("a", 1, 1), known_from=10), corrections=False)
    assert store.has_recorded_at(BILL)
    assert store.facts(BILL, None)[0].recorded_at == 10
    store.append(BILL, rows(("b", 1, 1)), corrections=False)
    assert not store.has_recorded_at(BILL)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.append(BILL, rows(("a", 1, 1)), corrections=False)
        raise ZeroDivisionError
    assert store.facts(BILL, None) == ()


def test_a_trial_is_taken_back(store: Store) -> None:
    with store.trial() as tried:
        tried.append(BILL, rows(("a", 1, 1)), corrections=False)
        tried.load("asked", {"name": "VARCHAR"}, [("a",)])
        assert [fact.key for fact in tried.facts(BILL, None)] == ["a"]
    assert store.facts(BILL, None) == ()
    assert store.run("SELECT * FROM duckdb_tables() WHERE table_name = 'asked'") == []


def test_what_was_found_out_in_a_trial_is_taken_back_with_it(store: Store) -> None:
    lost = ErasedTime(entry=7, kind="bill", about="a", starts=1, ends=2, known_from=3)
    for before in (True, False):
        if before:
            assert (store.may_hold("bill"), store.erased()) == (False, ())
        with store.trial() as tried:
            tried.append(BILL, rows(("a", 1, 1)), corrections=False)
            tried.hold_erased([lost])
            assert (tried.may_hold("bill"), tried.erased()) == (True, (lost,))
        assert (store.may_hold("bill"), store.erased()) == (False, ())
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.append(BILL, rows(("a", 1, 1)), corrections=False)
        store.hold_erased([lost])
        assert store.erased() == (lost,)
        raise ZeroDivisionError
    assert (store.may_hold("bill"), store.erased()) == (False, ())


def test_a_temporary_table_takes_the_place_of_the_last_one(store: Store) -> None:
    store.load("asked", {"name": "VARCHAR", "n": "BIGINT"}, [("a", 2**62), (None, None)])
    assert store.run("SELECT * FROM asked") == [("a", 2**62), (None, None)]
    store.load("asked", {"name": "VARCHAR"}, [])
    assert store.run("SELECT * FROM asked") == []
    assert store.arrow("SELECT * FROM asked").column_names == ["name"]


def test_a_store_in_a_file_stays(tmp_path: Path) -> None:
    for key in ("a", "b"):
        with Store.open(tmp_path / "facts.duckdb") as store:
            store.create(BILL)
            store.append(BILL, rows((key, 1, 1)), corrections=False)
    with Store.open(tmp_path / "facts.duckdb") as store:
        assert [fact.key for fact in store.facts(BILL, None)] == ["a", "b"]
        other = FactKind(
            name="bill", key="id", about=None, timing=BILL.timing, fields=BILL.fields[:2], span=HERE
        )
        with pytest.raises(StoreError, match="another `bill`"):
            store.create(other)


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no store " * 2000)
    with pytest.raises(StoreError, match="cannot be opened as a store"):
        Store.open(tmp_path / "notes.txt")


def test_a_number_is_never_rounded() -> None:
    assert encode(Fraction(5, 4), NumberType(decimals=2)) == 125
    with pytest.raises(ValueError, match="more than 1 decimals"):
        encode(Fraction(5, 4), NumberType(decimals=1))


def test_memory_is_bounded_where_that_is_asked_for(tmp_path: Path) -> None:
    limit = "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
    with Store.open(tmp_path / "store.duckdb", memory=300_000_000) as store:
        assert store.run(limit) == [("286.1 MiB", str(tmp_path / "store.duckdb.tmp"))]
    with Store.open(None, memory=300_000_000) as store:
        ((megabytes, folder),) = store.run(limit)
    assert megabytes == "286.1 MiB"
    assert Path(folder).is_relative_to(gettempdir())
