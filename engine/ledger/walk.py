"""The walk over all entries in order: each against its own hash, its neighbours, and the hashes above it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.ledger.entry_to_leaf import entry_bytes
from engine.ledger.log import entry_of, hashes_of
from engine.ledger.tree import complete_subtrees, completed_by, joined, leaf_hash, node_hash
from engine.model.ledger import Entry, Flaw, FlawKind, Hash, TreeHead

SUSPECTS = 1_000
"""So many entries that are not what was recorded are compared with one another, to find those that moved."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A complete subtree of what was walked: its hash as kept, None where it is not, and whether it is known
    to be wrong, so that nothing more is said of it."""

    hash: Hash | None
    spoilt: bool


@dataclass(frozen=True, slots=True)
class Suspect:
    """An entry that is not what its hash says, and that hash."""

    entry: Entry
    leaf: Hash | None


@dataclass(slots=True)
class Walk:
    """Takes the rows of `entry` one by one, in the order of `seq`.

    The tree is made of the hashes as they are kept: so an altered entry is one flaw, and not one more for
    every hash above it. Where all of them agree with one another, its root is that of the contents.
    """

    report: Callable[[Flaw], None]
    at_size: Callable[[TreeHead | None, int], None]
    """Told the head at each size in `sizes`; None where entries before it are missing."""
    sizes: Iterator[int]
    """Rising."""
    size: int = 0
    suspects: list[Suspect] = field(default_factory=list[Suspect])
    _peaks: list[Peak] = field(default_factory=list[Peak])
    _before: Entry | None = None
    _sound: Entry | None = None
    _awaited: int | None = None

    def begin(self) -> None:
        """Tell of the empty tree, where it is asked for."""
        self._awaited = next(self.sizes, None)
        self._tell()

    def take(self, row: Sequence[Any]) -> None:
        """The next row, with the columns of `log.COLUMNS`."""
        if None in row[:6]:
            what = "what it says is not whole: one of its columns is empty"
            flaw = Flaw(kind=FlawKind.UNREADABLE, first=row[0], last=row[0], what=what)
            self.report(flaw)
            return
        entry = entry_of(row)
        before = self._before
        if before is not None and entry.seq == before.seq:
            same = "with the same contents" if entry == before else "with other contents"
            self.report(_flaw(FlawKind.DOUBLE, entry, f"it stands there more than once, {same}"))
            return
        if entry.seq < 0:
            self.report(_flaw(FlawKind.UNREADABLE, entry, "no entry has a number below 0"))
            return
        if entry.seq > self.size:
            self._jump(entry.seq)
        leaf, above = self._kept(row)
        spoilt = leaf is None or leaf_hash(entry_bytes(entry)) != leaf
        if spoilt:
            self._suspect(Suspect(entry, leaf))
        else:
            self._check_instant(entry)
        self._push(entry, Peak(leaf, spoilt), above)
        self._before = entry
        self._tell()

    def head(self) -> TreeHead | None:
        """The head of what was walked, None where entries are missing."""
        hashes = [peak.hash for peak in self._peaks]
        whole = [hash for hash in hashes if hash is not None]
        return TreeHead(size=self.size, root=joined(whole)) if len(whole) == len(hashes) else None

    def _check_instant(self, entry: Entry) -> None:
        """Instants rise along the entries that are what was recorded."""
        sound = self._sound
        if sound is not None and entry.recorded_at < sound.recorded_at:
            what = f"it says that it was recorded earlier than entry {sound.seq}, which stands before it"
            self.report(_flaw(FlawKind.EARLIER, entry, what))
        self._sound = entry

    def _kept(self, row: Sequence[Any]) -> tuple[Hash | None, list[Hash] | None]:
        leaf = hashes_of(row[6])
        return leaf[0] if leaf is not None and len(leaf) == 1 else None, hashes_of(row[7])

    def _push(self, entry: Entry, peak: Peak, above: list[Hash] | None) -> None:
        count = completed_by(entry.seq)
        known: list[Hash | None] = [*(above or ())]
        if above is None or len(above) != count:
            if not peak.spoilt:
                what = f"the hashes that are kept with it are not {count} whole ones"
                self.report(_flaw(FlawKind.REHASHED, entry, what))
            known = [*known, *[None] * count][:count]
            peak = Peak(peak.hash, True)
        for level, kept in enumerate(known, start=1):
            left = self._peaks.pop()
            if left.spoilt or peak.spoilt or left.hash is None or peak.hash is None:
                # What lies beneath is known to be wrong; the hash above may still be as it was.
                peak = Peak(kept, peak.spoilt)
                continue
            if node_hash(left.hash, peak.hash) != kept:
                self._rehashed(entry, level)
            peak = Peak(kept, False)
        self._peaks.append(peak)
        self.size = entry.seq + 1

    def _rehashed(self, entry: Entry, level: int) -> None:
        first = entry.seq + 1 - (1 << level)
        what = (
            f"the hash over entries {first} to {entry.seq}, kept with the last, is not that of theirs:"
            " one of them was altered together with its own hash, or that hash was"
        )
        self.report(Flaw(kind=FlawKind.REHASHED, first=first, last=entry.seq, what=what))

    def _suspect(self, suspect: Suspect) -> None:
        if len(self.suspects) < SUSPECTS:
            self.suspects.append(suspect)
        else:
            self.report(altered(suspect))

    def _jump(self, to: int) -> None:
        """Leave out the entries that are missing: nothing is known of a subtree with one of them."""
        first, last = self.size, to - 1
        which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
        self.report(
            Flaw(kind=FlawKind.MISSING, first=first, last=last, what=f"{which} missing: the next one is {to}")
        )
        known = dict(zip(complete_subtrees(0, self.size), self._peaks, strict=True))
        none = Peak(None, True)
        self._peaks = [known.get(each, none) for each in complete_subtrees(0, to)]
        self.size = to
        self._tell()

    def _tell(self) -> None:
        while self._awaited is not None and self._awaited <= self.size:
            self.at_size(self.head() if self._awaited == self.size else None, self._awaited)
            self._awaited = next(self.sizes, None)


def altered(suspect: Suspect) -> Flaw:
    """That an entry is not what was recorded."""
    if suspect.leaf is None:
        return _flaw(FlawKind.UNREADABLE, suspect.entry, "the hash that is kept with it is none")
    return _flaw(FlawKind.ALTERED, suspect.entry, "it is not what was recorded: its hash is another")


def _flaw(kind: FlawKind, entry: Entry, what: str) -> Flaw:
    return Flaw(
        kind=kind,
        first=entry.seq,
        last=entry.seq,
        entry_kind=entry.kind,
        recorded_at=entry.recorded_at,
        what=what,
    )
