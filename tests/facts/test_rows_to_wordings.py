"""Rows that arrive as objects become facts in the archive's words, and those become rows of tables again."""

import json
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts import rows_to_wordings
from engine.facts.rows_to_wordings import word
from engine.facts.versions_to_store import replay
from engine.model.fact_version import FactVersion
from engine.model.snapshot import Snapshot
from engine.pipeline import check
from engine.source import Source
from engine.store.database import Store

POLICY = """
party acme "Acme"
service shop "Shop" {
  provider acme
}

fact bill "A bill" {
  key id
  about service
  lasts start until end
  degree one of (full, partial)
  cost money USD optional
  hours number with 1 decimals optional
  paid yes/no optional
  note text optional
}
"""

LATER = POLICY.replace("  note text optional\n", "").replace("(full, partial)", "(full, half)")


@cache
def policies(text: str = POLICY) -> Snapshot:
    checked = check([Source(name="p.sla", text=text)])
    assert checked.snapshot is not None, [each.message for each in checked.diagnostics]
    return checked.snapshot


def row(key: str, **members: object) -> Mapping[str, object]:
    return {"id": key, "service": "shop", "start": "2025-03-01T10:00:00Z", "degree": "full"} | members


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        opened.create(policies().kinds["bill"])
        yield opened


def versions(snapshot: Snapshot, *rows: Mapping[str, object] | str, since: int = 0) -> list[FactVersion]:
    """A version of each row, or a retraction of the key, each recorded a second after the last."""
    made: list[FactVersion] = []
    for place, each in enumerate(rows, start=since):
        worded = None if isinstance(each, str) else word(snapshot, snapshot.kinds["bill"], [each])
        assert worded is None or not worded.refused
        made.append(
            FactVersion(
                seq=place,
                entry=place,
                kind="bill",
                key=each if isinstance(each, str) else str(each["id"]),
                content=None if worded is None else worded.wordings[0].content,
                digest="",
                known_from=place * 1_000_000,
                is_retraction=worded is None,
            )
        )
    return made


def test_a_row_is_worded_one_way_however_it_was_written() -> None:
    snapshot = policies()
    kind = snapshot.kinds["bill"]
    written = row(
        "b-1", start="2025-03-01T12:00:00+02:00", cost="USD 12.5", hours="1.50", paid=True, note=None
    )
    worded = word(snapshot, kind, [written])
    assert not worded.refused
    assert json.loads(worded.wordings[0].content) == {
        "cost": "12.50",
        "degree": "full",
        "hours": "1.5",
        "id": "b-1",
        "paid": "yes",
        "service": "shop",
        "start": "2025-03-01T10:00:00Z",
    }
    again = word(snapshot, kind, [json.loads(worded.wordings[0].content)])
    assert again.wordings == worded.wordings


def test_what_is_wrong_with_one_row_is_said_of_that_row_alone() -> None:
    snapshot = policies()
    wrong = [
        row("good"),
        row("spelled", degree="ful"),
        row("unknown", colour="red"),
        row("when", recorded_at="2025-01-01T00:00:00Z"),
        {"id": "lacking"},
        row("nested", note=["a"]),
        row("good"),
        row("", cost="1.005"),
    ]
    worded = word(snapshot, snapshot.kinds["bill"], wrong)
    assert [each.key for each in worded.wordings] == ["good"]
    assert worded.numbers == (1,)
    assert [(each.row, each.column, each.code) for each in worded.refused] == [
        (2, "degree", "bad-value"),
        (3, "colour", "unknown-column"),
        (4, "recorded_at", "unknown-column"),
        (5, "service", "missing-value"),
        (5, "start", "missing-value"),
        (5, "degree", "missing-value"),
        (6, "note", "bad-value"),
        (7, "id", "duplicate-key"),
        (8, "id", "missing-value"),
        (8, "cost", "bad-value"),
    ]


def test_versions_become_what_was_known_at_each_instant(store: Store) -> None:
    snapshot = policies()
    kind = snapshot.kinds["bill"]
    history = versions(
        snapshot, row("a", note="one"), row("a", note="two"), "a", row("b"), row("a", note="three")
    )

    def notes() -> list[object]:
        seen: list[object] = []
        for at in range(5):
            known = {each.key: each.values["note"] for each in store.facts(kind, at * 1_000_000)}
            seen.append(known.get("a"))
        return seen

    assert replay(snapshot, history, store) == ()
    assert notes() == ["one", "two", None, None, "three"]
    # One at a time they give the same.
    store.drop("bill")
    store.create(kind)
    for each in history:
        replay(snapshot, [each], store)
    assert notes() == ["one", "two", None, None, "three"]
    assert store.count("bill") == 2


def test_what_later_policies_do_not_admit_is_told_and_the_rest_is_held() -> None:
    before, after = policies(), policies(LATER)
    history = versions(before, row("a", note="one"), row("b", degree="partial"), row("c"))
    with Store.open(None) as store:
        store.create(after.kinds["bill"])
        unheld = replay(after, history, store)
        assert [(each.row, each.column) for each in unheld] == [(1, "degree")]
        assert [each.key for each in store.facts(after.kinds["bill"], None)] == ["a", "c"]


def test_facts_of_a_kind_that_is_gone_are_passed_over(store: Store) -> None:
    snapshot = policies()
    history = versions(snapshot, row("a"))
    without = policies(POLICY[: POLICY.index("fact")])
    assert replay(without, history, store) == ()


MEMBERS: dict[str, list[object]] = {
    "id": ["a", "b", "c", "", "ü" * 501, None, True, ["a"], 1, "a\0", "\ud800"],
    "service": ["shop", "shop", "shap", None],
    "start": [
        *("2025-03-01T10:00:00Z", "2025-03-01 10:00+01:00", "2025-03-01T10:00:00.5-0130", "2025-03-30T02:30"),
        *("2025-03-01T10:00:00Z", "1969-12-31T23:00:00Z", "2200-01-01T00:00:00Z", "today", None, False),
    ],
    "end": ["2025-03-01T10:00:00Z", "2025-03-01T09:59:59Z", "2026-01-01T00:00:00Z", "", None, None],
    "degree": ["full", "full", "partial", "ful", None, "Full"],
    "cost": ["USD 12.5", "12.50", "EUR 1", "1e2", ".5", "+3.", "1.005", "9" * 19, "9" * 17, None, {}],
    "hours": ["1.5", "1.50", "-2", "1e-1", "0.05", " 1", "", None],
    "paid": ["yes", "NO", True, False, "true", "ja", None],
    "note": ["", "Ünï\U0001f600", "a,b", '"', "x\n", None, True],
    "colour": ["red"],
    "recorded_at": ["2025-03-01T10:00:00Z"],
}
USUAL = 8
"""So many times each row is as it should be, for once that anything may stand in it."""


@st.composite
def rows(draw: st.DrawFn) -> list[Mapping[str, object]]:
    """Rows most of which are admitted, each of a key of its own, and some of which are wrong in any way."""
    made: list[Mapping[str, object]] = []
    for number in range(draw(st.integers(0, 4))):
        good = row(
            f"b-{number}", **{name: draw(st.sampled_from(MEMBERS[name][:2])) for name in ("cost", "paid")}
        )
        if draw(st.integers(0, USUAL)):
            made.append(good)
            continue
        names = draw(st.lists(st.sampled_from(sorted(MEMBERS)), unique=True))
        made.append({**good, **{name: draw(st.sampled_from(MEMBERS[name])) for name in names}})
    return made


@given(rows())
def test_few_rows_are_read_as_whole_columns_are(given_rows: list[Mapping[str, object]]) -> None:
    snapshot = policies()
    kind = snapshot.kinds["bill"]
    few = rows_to_wordings._word_few(snapshot, kind, given_rows)
    columns = rows_to_wordings._word_columns(snapshot, kind, given_rows)
    assert (few is None) == bool(columns.refused)
    assert word(snapshot, kind, given_rows) == columns


def test_many_rows_are_read_in_whole_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = policies()
    many = [row(f"b-{number}") for number in range(rows_to_wordings.FEW + 1)]
    worded = word(snapshot, snapshot.kinds["bill"], many)
    assert len(worded.wordings) == len(many)
    monkeypatch.setattr(rows_to_wordings, "FEW", len(many))
    assert word(snapshot, snapshot.kinds["bill"], many) == worded
