"""All about a ledger at once: its entries, what they record, and the heads that were signed over it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.ledger.displaced import displaced
from engine.ledger.erasure_records import check_erasures
from engine.ledger.export_records import check_exports
from engine.ledger.fact_records import check_facts
from engine.ledger.head_to_note import SignedHead, parse_head
from engine.ledger.in_order import in_order
from engine.ledger.keys import PublicKey
from engine.ledger.log import LedgerError, size_of
from engine.ledger.note import NoteError
from engine.ledger.policy_records import check_policies
from engine.ledger.verdict_records import check_verdicts
from engine.ledger.walk import Walk
from engine.ledger.webhook_records import check_webhooks
from engine.model.ledger import CheckedHead, Flaw, FlawKind, TreeHead, Verified
from engine.store.archive import Reading

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is being read, how much of it is done, and how much there is."""

LISTED = 1_000
"""So many flaws are told; the others are counted."""

TABLES = (
    *("entry", "fact_version", "tree_head", "policy_set", "policy_file"),
    *("verdict_change", "erasure", "hold", "hold_lifted"),
)
"""The tables that are read."""

IN_ARCHIVE = "in the archive"
"""Where a head lies that was not kept elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHead:
    """A head that somebody kept, and where."""

    place: str
    head: SignedHead


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    flaws: list[Flaw] = field(default_factory=list[Flaw])
    count: int = 0

    def report(self, flaw: Flaw) -> None:
        """Take a flaw."""
        self.count += 1
        if len(self.flaws) < LISTED:
            self.flaws.append(flaw)


def verify(
    reading: Reading,
    *,
    kept: Sequence[KeptHead] = (),
    keys: tuple[PublicKey, ...] = (),
    progress: Progress = lambda what, done, of: None,
) -> Verified:
    """Read the whole ledger and say all that is wrong.

    It is held against the heads in the archive and those that others `kept`; where there are `keys`, each
    head must be signed by one of them. Only a kept head can tell that a ledger was made anew with all its
    hashes, and only its signature that it is not one of somebody else. A table that is gone is a LedgerError.
    """
    _need_tables(reading)
    found = _Found()
    _check_numbers(reading, found)
    heads = [*_archived(reading, found), *kept]
    signers = [_signer(each, keys, found) for each in heads]
    roots: dict[int, TreeHead | None] = {}
    sizes = sorted({each.head.head.size for each in heads})
    walk = Walk(report=found.report, at_size=lambda head, size: roots.update({size: head}), sizes=iter(sizes))
    walk.begin()
    total = size_of(reading)
    for row in _entries(reading, progress, total):
        walk.take(row)
    for flaw in displaced(walk.suspects):
        found.report(flaw)
    checked = [_held(each, signer, roots) for each, signer in zip(heads, signers, strict=True)]
    for flaw in _against_heads(heads, checked, walk.size):
        found.report(flaw)
    check_policies(reading, found.report)
    check_erasures(reading, found.report)
    check_exports(reading, found.report)
    check_webhooks(reading, found.report)
    check_verdicts(reading, found.report, lambda done: progress("changes of verdicts", done, 0))
    counts = check_facts(reading, found.report, lambda done: progress("fact versions", done, 0))
    return Verified(
        entries=walk.size,
        head=walk.head(),
        found=found.count,
        flaws=tuple(sorted(found.flaws, key=lambda flaw: (flaw.first is None, flaw.first or 0))),
        heads=tuple(checked),
        versions=counts.versions,
        erased=counts.erased,
    )


def _need_tables(reading: Reading) -> None:
    rows = reading.run(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
    )
    if absent := sorted(set(TABLES) - {name for (name,) in rows}):
        raise LedgerError(f"the archive has lost its table `{absent[0]}`")


def _check_numbers(reading: Reading, found: _Found) -> None:
    """Rows without a number are at no place: nothing else would find them."""
    for table, count in (
        ("entry", "SELECT count(*) FROM entry WHERE seq IS NULL"),
        ("fact_version", "SELECT count(*) FROM fact_version WHERE seq IS NULL"),
    ):
        if rows := reading.run(count)[0][0]:
            what = f"{rows} rows of `{table}` have no number"
            found.report(Flaw(kind=FlawKind.UNREADABLE, first=None, last=None, what=what))


def _entries(reading: Reading, progress: Progress, total: int) -> Iterator[tuple[object, ...]]:
    done = 0
    for rows in in_order(
        reading,
        least="SELECT min(seq) FROM entry WHERE seq >= ?",
        between="SELECT seq, recorded_at, kind, actor, subject, body, leaf, subtrees"
        " FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq",
    ):
        yield from rows
        done += len(rows)
        progress("entries", done, total)


def _archived(reading: Reading, found: _Found) -> Iterator[KeptHead]:
    for (note,) in reading.run("SELECT note FROM tree_head ORDER BY size, signed_at"):
        try:
            yield KeptHead(place=IN_ARCHIVE, head=parse_head(note or ""))
        except NoteError as error:
            what = f"a signed head in the archive cannot be read: {error}"
            found.report(Flaw(kind=FlawKind.UNREADABLE, first=None, last=None, what=what))


def _signer(each: KeptHead, keys: tuple[PublicKey, ...], found: _Found) -> PublicKey | None:
    if not keys:
        return None
    try:
        return each.head.signed_by(keys)
    except NoteError as error:
        what = (
            f"the head of {each.head.head.size} entries {each.place} is not signed as it should be: {error}"
        )
        found.report(Flaw(kind=FlawKind.UNSIGNED, first=None, last=None, what=what))
        return None


def _held(each: KeptHead, signer: PublicKey | None, roots: dict[int, TreeHead | None]) -> CheckedHead:
    head = each.head.head
    root = roots.get(head.size)
    known = head.size not in roots or root is not None
    return CheckedHead(
        place=each.place,
        size=head.size,
        signer=None if signer is None else signer.label,
        holds=(root == head) if known else None,
    )


def _against_heads(heads: Sequence[KeptHead], checked: Sequence[CheckedHead], size: int) -> Iterator[Flaw]:
    """A flaw for each head that does not hold, where it shows more than a smaller one did."""
    agreed = 0
    for each in sorted(checked, key=lambda each: each.size):
        if each.size > size:
            gone = f"entry {size} is" if each.size == size + 1 else f"entries {size} to {each.size - 1} are"
            what = f"{gone} missing at the end: the head {each.place} was signed over {each.size} entries"
            yield Flaw(kind=FlawKind.TRUNCATED, first=size, last=each.size - 1, what=what)
        elif each.holds:
            agreed = each.size
        elif each.holds is False:
            where = f"entries {agreed} to {each.size - 1}" if each.size else "the ledger without entries"
            what = (
                f"{where} are not what the head {each.place} was signed over: something in them was altered"
                " after it was signed"
            )
            yield Flaw(kind=FlawKind.REWRITTEN, first=agreed, last=max(each.size - 1, agreed), what=what)
