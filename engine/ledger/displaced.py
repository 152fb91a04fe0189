"""Which of the entries that are not what was recorded are others, in the wrong place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.ledger.entry_to_leaf import entry_bytes
from engine.ledger.in_order import LAST
from engine.ledger.tree import leaf_hash
from engine.ledger.walk import Suspect, altered
from engine.model.ledger import Flaw, FlawKind, Hash


@dataclass(slots=True)
class Run:
    """Neighbours that moved equally far: what stands at `first` to `last` was recorded `offset` places on."""

    suspect: Suspect
    first: int
    last: int
    offset: int


def displaced(suspects: Sequence[Suspect]) -> Iterator[Flaw]:
    """What is wrong with each suspect, in their order; neighbours that moved together are one flaw.

    An entry moved where it has the hash of another place, kept with it or at that place: rows that were
    renumbered, and contents that were put into other rows.
    """
    leaves = {each.entry.seq: each.leaf for each in suspects}
    runs: list[Run] = []
    stayed: list[Suspect] = []
    for suspect in suspects:
        seq = suspect.entry.seq
        last = runs[-1] if runs else None
        nearest = [seq + last.offset] if last else []
        home = _home(suspect, [*nearest, seq - 1, seq + 1, *leaves], leaves)
        if home is None:
            stayed.append(suspect)
        elif last is not None and (last.last, last.offset) == (seq - 1, home - seq):
            last.last = seq
        else:
            runs.append(Run(suspect=suspect, first=seq, last=seq, offset=home - seq))
    flaws = [altered(each) for each in stayed] + [_moved(run) for run in runs] + list(_nowhere(runs))
    yield from sorted(flaws, key=lambda flaw: (flaw.first or 0, flaw.kind is not FlawKind.MISSING))


def _home(suspect: Suspect, places: Sequence[int], leaves: dict[int, Hash | None]) -> int | None:
    for place in dict.fromkeys(places):
        if place == suspect.entry.seq or not 0 <= place <= LAST:
            continue
        hash = leaf_hash(entry_bytes(replace(suspect.entry, seq=place)))
        if hash in (suspect.leaf, leaves.get(place)):
            return place
    return None


def _moved(run: Run) -> Flaw:
    if run.first == run.last:
        what = f"it is what was recorded as entry {run.first + run.offset}"
    else:
        what = f"they are what was recorded as entries {run.first + run.offset} to {run.last + run.offset}"
    entry = run.suspect.entry
    return Flaw(
        kind=FlawKind.MOVED,
        first=run.first,
        last=run.last,
        entry_kind=entry.kind,
        recorded_at=entry.recorded_at,
        what=what,
    )


def _nowhere(runs: Sequence[Run]) -> Iterator[Flaw]:
    """The entries in whose places others stand, and which stand nowhere."""
    moved = {seq for run in runs for seq in range(run.first, run.last + 1)}
    found = {seq + run.offset for run in runs for seq in range(run.first, run.last + 1)}
    for seq in sorted(moved - found):
        what = "it is missing: another stands in its place, and it stands nowhere"
        yield Flaw(kind=FlawKind.MISSING, first=seq, last=seq, what=what)
