"""Whether entries and the policy sets whose publishing they record are there for one another."""

from collections.abc import Callable
from typing import Any

from engine.ledger.records import content_digest, files_address, members
from engine.model.ledger import EntryKind, Flaw, FlawKind
from engine.store.archive import Reading

Report = Callable[[Flaw], None]


def check_policies(reading: Reading, report: Report) -> None:
    """Report what is wrong between entries and policy sets, and with the files and pieces of each."""
    taken: set[int] = set()
    for row in reading.run(
        "SELECT p.seq, p.entry, p.published_at, p.published_by, p.address, p.version, p.reader,"
        " e.recorded_at, e.kind, e.actor, e.subject, e.body"
        " FROM policy_set p LEFT JOIN entry e ON e.seq = p.entry ORDER BY p.seq"
    ):
        _check_set(row, taken, report)
        taken.add(row[1])
    _check_files(reading, report)
    _check_pieces(reading, report)
    for seq, recorded_at in reading.run(
        "SELECT seq, recorded_at FROM entry e WHERE kind = ?"
        " AND NOT EXISTS (SELECT 1 FROM policy_set p WHERE p.entry = e.seq) ORDER BY seq",
        (EntryKind.PUBLISH.value,),
    ):
        what = "the policy set that it records is not there"
        report(_flaw(FlawKind.WITHOUT_RECORD, seq, EntryKind.PUBLISH, recorded_at, what))


def _check_set(row: tuple[Any, ...], taken: set[int], report: Report) -> None:
    seq, entry, published_at, published_by, address, version, reader = row[:7]
    recorded_at, kind, actor, subject, body = row[7:]
    if body is None:
        what = f"policy set {seq} names this entry, which is not there"
        report(_flaw(FlawKind.WITHOUT_ENTRY, entry, None, None, what))
    elif kind != EntryKind.PUBLISH or entry in taken:
        what = f"policy set {seq} names this entry, which records something else"
        report(_flaw(FlawKind.WITHOUT_ENTRY, entry, kind, recorded_at, what))
    else:
        kept = {
            "instant": published_at,
            "publisher": published_by,
            "version": version,
            "address": address,
            "reader": reader,
        }
        said = {
            "instant": recorded_at,
            "publisher": actor,
            "version": subject,
            "address": members(body).get("address"),
            "reader": members(body).get("reader"),
        }
        if wrong := [name for name in kept if kept[name] != said[name]]:
            what = f"policy set {seq} is not as it was recorded: its {' and its '.join(wrong)} are others"
            report(_flaw(FlawKind.ALTERED, entry, kind, recorded_at, what))


def _check_files(reading: Reading, report: Report) -> None:
    """The files of each policy set, with the digests of the pieces, have the digest that is their address."""
    for address, entry, recorded_at in reading.run(
        "SELECT p.address, min(p.entry), min(p.published_at) FROM policy_set p GROUP BY p.address ORDER BY 2"
    ):
        files = reading.run(
            "SELECT name, content FROM policy_file WHERE address = ? ORDER BY place", (address,)
        )
        pieces = reading.run("SELECT digest FROM policy_piece WHERE address = ? ORDER BY place", (address,))
        if files_address(files, [digest for (digest,) in pieces]) != address:
            what = (
                "the policy files that it records are not there"
                if not files
                else "its policy files, or what they rest on, were altered: their digest is another"
            )
            kind = FlawKind.ALTERED if files else FlawKind.WITHOUT_RECORD
            report(_flaw(kind, entry, EntryKind.PUBLISH, recorded_at, what))
    for (address,) in reading.run(
        "SELECT DISTINCT f.address FROM policy_file f"
        " WHERE NOT EXISTS (SELECT 1 FROM policy_set p WHERE p.address = f.address) ORDER BY 1"
    ):
        what = f"there are policy files ({address}) that no policy set is made of"
        report(Flaw(kind=FlawKind.WITHOUT_ENTRY, first=None, last=None, what=what))


def _check_pieces(reading: Reading, report: Report) -> None:
    """What policy sets rest on is there, as its digest says, and nothing that none of them rests on."""
    sound: set[str] = set()
    for rows in reading.stream("SELECT digest, content FROM frozen_piece ORDER BY digest"):
        sound.update(digest for digest, content in rows if content_digest(content) == digest)
    used: set[str] = set()
    for digest, entry, recorded_at in reading.run(
        "SELECT r.digest, min(p.entry), min(p.published_at) FROM policy_piece r"
        " LEFT JOIN policy_set p ON p.address = r.address GROUP BY r.digest ORDER BY 2, 1"
    ):
        used.add(digest)
        if entry is not None and digest not in sound:
            what = f"a piece that the policies rest on ({digest}) is not there as it was frozen with them"
            report(_flaw(FlawKind.ALTERED, entry, EntryKind.PUBLISH, recorded_at, what))
    for (address,) in reading.run(
        "SELECT DISTINCT r.address FROM policy_piece r"
        " WHERE NOT EXISTS (SELECT 1 FROM policy_set p WHERE p.address = r.address) ORDER BY 1"
    ):
        what = f"there are pieces ({address}) that no policy set rests on"
        report(Flaw(kind=FlawKind.WITHOUT_ENTRY, first=None, last=None, what=what))
    for digest in sorted(sound - used):
        what = f"there is a piece ({digest}) that no policies rest on"
        report(Flaw(kind=FlawKind.WITHOUT_ENTRY, first=None, last=None, what=what))


def _flaw(kind: FlawKind, seq: int, entry_kind: str | None, at: int | None, what: str) -> Flaw:
    return Flaw(kind=kind, first=seq, last=seq, entry_kind=entry_kind, recorded_at=at, what=what)
