"""Whether entries and the erasures and holds that they record are there for one another."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from engine.ledger.in_order import in_order
from engine.ledger.records import members, salted_digest
from engine.model.canonical_json import Json
from engine.model.ledger import EntryKind, Flaw, FlawKind
from engine.store.archive import Reading

Report = Callable[[Flaw], None]

ERASURE = ("kind", "about", "starts", "ends")
"""What an erasure touched, as its entry and its rows say it."""


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Rising numbers as stretches, each with its first and its last.

    >>> ranges([1, 2, 3, 7])
    [[1, 3], [7, 7]]
    """
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def check_erasures(reading: Reading, report: Report) -> None:
    """Report what is wrong between entries and erased versions, what they touched, and holds."""
    _check_erased(reading, report)
    _check_unsaid(reading, report)
    _check_holds(reading, report)
    _check_lifted(reading, report)


def _check_erased(reading: Reading, report: Report) -> None:
    entries = {
        seq: (kind, recorded_at, members(body or ""))
        for seq, kind, recorded_at, body in reading.run(
            "SELECT seq, kind, recorded_at, body FROM entry WHERE kind = ? OR seq IN"
            " (SELECT erased_by FROM fact_version UNION SELECT entry FROM erasure) ORDER BY seq",
            (EntryKind.ERASE.value,),
        )
    }
    versions: dict[int, list[list[int]]] = {}
    for erased_by, seq in _erased(reading):
        of = versions.setdefault(erased_by, [])
        if of and seq == of[-1][1] + 1:
            of[-1][1] = seq
        else:
            of.append([seq, seq])
    touched: dict[int, list[dict[str, Json]]] = {}
    for entry, *row in reading.run(f"SELECT entry, {', '.join(ERASURE)} FROM erasure ORDER BY entry, place"):  # noqa: S608 - of fixed names
        touched.setdefault(entry, []).append(dict(zip(ERASURE, row, strict=True)))
    for seq in sorted({*versions, *touched} - {*entries}):
        what = "fact versions name this entry as that of their erasure, which is not there"
        report(Flaw(kind=FlawKind.WITHOUT_ENTRY, first=seq, last=seq, what=what))
    for seq, (kind, recorded_at, said) in entries.items():
        if kind != EntryKind.ERASE:
            what = "fact versions name this entry as that of their erasure, which records something else"
            report(_flaw(FlawKind.WITHOUT_ENTRY, seq, kind, recorded_at, what))
        elif said.get("versions") != versions.get(seq, []):
            what = "the fact versions that it records as erased are not those that were erased by it"
            report(_flaw(FlawKind.WITHOUT_RECORD, seq, kind, recorded_at, what))
        elif said.get("touched") != touched.get(seq, []):
            what = "what is kept of the time that it touched is not what it records"
            report(_flaw(FlawKind.ALTERED, seq, kind, recorded_at, what))


def _erased(reading: Reading) -> Iterator[Sequence[Any]]:
    for rows in in_order(
        reading,
        least="SELECT min(seq) FROM fact_version WHERE erased_by IS NOT NULL AND seq >= ?",
        between="SELECT erased_by, seq FROM fact_version"
        " WHERE seq BETWEEN ? AND ? AND erased_by IS NOT NULL ORDER BY seq",
    ):
        yield from rows


def _check_unsaid(reading: Reading, report: Report) -> None:
    """Of which changes of verdicts the content is gone is what erasures record."""
    gone = reading.run("SELECT seq, entry FROM verdict_change WHERE salt IS NULL ORDER BY seq")
    numbers = [seq for seq, _ in gone]
    recorded: set[int] = set()
    for seq, recorded_at, body in reading.run(
        "SELECT seq, recorded_at, body FROM entry WHERE kind = ? ORDER BY seq", (EntryKind.ERASE.value,)
    ):
        stretches = _stretches(members(body or "").get("changes"))
        if stretches is None:
            what = "its body does not say of which changes of verdicts the content was erased"
            report(_flaw(FlawKind.UNREADABLE, seq, EntryKind.ERASE, recorded_at, what))
            continue
        there = _within(numbers, stretches)
        if len(there) != sum(last - first + 1 for first, last in stretches):
            what = "changes of verdicts that it records as erased are there again, or are gone"
            report(_flaw(FlawKind.WITHOUT_RECORD, seq, EntryKind.ERASE, recorded_at, what))
        recorded.update(there)
    for seq, entry in gone:
        if seq not in recorded:
            what = f"the content of change {seq} of a verdict is gone, and it was not erased"
            report(_flaw(FlawKind.ALTERED, entry, EntryKind.VERDICT, None, what))


def _stretches(named: Json) -> list[tuple[int, int]] | None:
    """The stretches of numbers that `ranges` gave, None where it is none that it gives."""
    if not isinstance(named, list):
        return None
    found: list[tuple[int, int]] = []
    for each in named:
        match each:
            case [int(first), int(last)] if first <= last and (not found or found[-1][1] < first):
                found.append((first, last))
            case _:
                return None
    return found


def _within(numbers: Sequence[int], stretches: Iterable[tuple[int, int]]) -> list[int]:
    """Those of rising numbers that lie in any of the stretches, however long an entry says that these are."""
    found: list[int] = []
    for first, last in stretches:
        found += numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
    return found


def _check_holds(reading: Reading, report: Report) -> None:
    taken: set[int] = set()
    unsaid = _unsaid_holds(reading)
    for row in reading.run(
        "SELECT h.seq, h.entry, h.placed_at, h.placed_by, h.reason, h.scope, h.salt,"
        " e.recorded_at, e.kind, e.actor, e.body FROM hold h LEFT JOIN entry e ON e.seq = h.entry"
        " ORDER BY h.seq"
    ):
        seq, entry, placed_at, placed_by, reason, scope, salt, recorded_at, kind, actor, body = row
        said = members(body or "")
        if said.get("do") != "place" or kind != EntryKind.HOLD or entry in taken:
            report(_unrecorded(f"hold {seq}", entry, kind, recorded_at))
            continue
        taken.add(entry)
        kept = (placed_at, placed_by, seq, reason)
        is_said = kept == (recorded_at, actor, said.get("hold"), said.get("reason"))
        # What it named of facts that were erased went with them, and the salt with that.
        is_whole = salt == "" if seq in unsaid else _scope_digest(salt, scope) == said.get("scope")
        if not is_said or not is_whole:
            what = f"hold {seq} is not as it was recorded"
            report(_flaw(FlawKind.ALTERED, entry, kind, recorded_at, what))
    _without("hold", "entry", "place", "the hold that it records is not there", reading, report)


def _unsaid_holds(reading: Reading) -> set[int]:
    """The holds of which erasures record that they no longer say all that they named."""
    numbers = [seq for (seq,) in reading.run("SELECT seq FROM hold ORDER BY seq")]
    bodies = reading.run("SELECT body FROM entry WHERE kind = ?", (EntryKind.ERASE.value,))
    return {
        hold
        for (body,) in bodies
        for hold in _within(numbers, _stretches(members(body or "").get("holds")) or ())
    }


def _check_lifted(reading: Reading, report: Report) -> None:
    taken: set[int] = set()
    for row in reading.run(
        "SELECT l.hold, l.entry, l.lifted_at, l.lifted_by, l.reason, e.recorded_at, e.kind, e.actor, e.body"
        " FROM hold_lifted l LEFT JOIN entry e ON e.seq = l.entry ORDER BY l.hold"
    ):
        hold, entry, lifted_at, lifted_by, reason, recorded_at, kind, actor, body = row
        said = members(body or "")
        if said.get("do") != "lift" or kind != EntryKind.HOLD or entry in taken:
            report(_unrecorded(f"the end of hold {hold}", entry, kind, recorded_at))
            continue
        taken.add(entry)
        if (lifted_at, lifted_by, hold, reason) != (recorded_at, actor, said.get("hold"), said.get("reason")):
            what = f"the end of hold {hold} is not as it was recorded"
            report(_flaw(FlawKind.ALTERED, entry, kind, recorded_at, what))
    _without("hold_lifted", "entry", "lift", "the end of a hold that it records is gone", reading, report)


def _without(table: str, column: str, deed: str, what: str, reading: Reading, report: Report) -> None:
    """Entries of holds that no row is there for; those that say neither of both are reported once."""
    for seq, recorded_at, body in reading.run(
        f"SELECT seq, recorded_at, body FROM entry e WHERE kind = ?"  # noqa: S608 - of fixed names
        f" AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.{column} = e.seq) ORDER BY seq",
        (EntryKind.HOLD.value,),
    ):
        said = members(body or "").get("do")
        if said == deed:
            report(_flaw(FlawKind.WITHOUT_RECORD, seq, EntryKind.HOLD, recorded_at, what))
        elif deed == "place" and said != "lift":
            unsaid = "its body does not say what it records"
            report(_flaw(FlawKind.UNREADABLE, seq, EntryKind.HOLD, recorded_at, unsaid))


def _scope_digest(salt: Any, scope: str) -> str | None:
    try:
        return salted_digest(salt, scope)
    except (TypeError, ValueError):
        return None


def _unrecorded(named: str, entry: int, kind: str | None, at: int | None) -> Flaw:
    gone = kind is None
    what = f"{named} names this entry, which {'is not there' if gone else 'records something else'}"
    return _flaw(FlawKind.WITHOUT_ENTRY, entry, kind, at, what)


def _flaw(kind: FlawKind, seq: int, entry_kind: str | None, at: int | None, what: str) -> Flaw:
    return Flaw(kind=kind, first=seq, last=seq, entry_kind=entry_kind, recorded_at=at, what=what)
