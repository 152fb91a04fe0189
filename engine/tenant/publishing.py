"""Policies in: a sound policy set is kept under the digest of its words, and is then in use (S2.6)."""

from collections.abc import Sequence
from dataclasses import asdict

from engine.diagnostic import Diagnostic, Level
from engine.ledger.log import append
from engine.ledger.records import files_address
from engine.model.canonical_json import Json
from engine.model.ledger import Deed, EntryKind
from engine.model.quantity import Instant
from engine.model.tenancy import Fault, Published, Refused, Request
from engine.pipeline import Checked, check
from engine.source import Source
from engine.store.archive import Archive, Reading
from engine.tenant.requests import Before, before, remember

SETS = "SELECT seq, entry, published_at, published_by, address, version FROM policy_set"


def publish(archive: Archive, sources: Sequence[Source], request: Request) -> Published | Refused:
    """Check a policy set, and keep it if it is sound: the one in use, until another is published."""
    checked = check(sources)
    if checked.snapshot is None:
        return Refused(faults=tuple(_fault(each) for each in checked.diagnostics if _is_error(each)))
    address = _address(sources)
    body: Json = {"do": "publish", "address": address}
    version = checked.snapshot.version
    with archive.writing() as writing:
        asked = before(writing, request, body)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            seq = asked.answer["seq"]
            return _published(writing.run(f"{SETS} WHERE seq = ?", (seq,))[0])
        (entry,) = append(
            writing,
            [
                Deed(
                    kind=EntryKind.PUBLISH,
                    actor=request.actor,
                    subject=version,
                    body={"address": address, "files": [each.name for each in sources]},
                )
            ],
        )
        last = writing.run("SELECT max(seq) FROM policy_set")[0][0]
        published = Published(
            seq=0 if last is None else last + 1,
            entry=entry.seq,
            published_at=writing.at,
            published_by=request.actor,
            address=address,
            version=version,
        )
        if not writing.run("SELECT 1 FROM policy_file WHERE address = ? LIMIT 1", (address,)):
            rows = [(address, place, each.name, each.text) for place, each in enumerate(sources)]
            writing.insert("policy_file", ["address", "place", "name", "content"], rows)
        writing.insert("policy_set", list(asdict(published)), [tuple(asdict(published).values())])
        remember(writing, request, body, {"seq": published.seq})
        return published


def in_use(reading: Reading, known_at: Instant | None = None) -> Published | None:
    """The latest policy set that had been published by then, or by now (S2.6)."""
    when, holes = ("", ()) if known_at is None else (" WHERE published_at <= ?", (known_at,))
    rows = reading.run(f"{SETS}{when} ORDER BY seq DESC LIMIT 1", holes)
    return _published(rows[0]) if rows else None


def published_sets(reading: Reading) -> tuple[Published, ...]:
    """Every policy set that was published, in order."""
    return tuple(_published(row) for row in reading.run(f"{SETS} ORDER BY seq"))


def checked_again(reading: Reading, published: Published) -> Checked:
    """A policy set that was published, from what was kept of it."""
    rows = reading.run(
        "SELECT name, content FROM policy_file WHERE address = ? ORDER BY place", (published.address,)
    )
    return check([Source(name=name, text=content) for name, content in rows])


def _published(row: Sequence[object]) -> Published:
    seq, entry, published_at, published_by, address, version = row
    assert isinstance(seq, int)
    assert isinstance(entry, int)
    assert isinstance(published_at, int)
    return Published(
        seq=seq,
        entry=entry,
        published_at=published_at,
        published_by=str(published_by),
        address=str(address),
        version=str(version),
    )


def _address(sources: Sequence[Source]) -> str:
    return files_address((each.name, each.text) for each in sources)


def _is_error(found: Diagnostic) -> bool:
    return found.level is Level.ERROR


def _fault(found: Diagnostic) -> Fault:
    place = found.primary
    where = f"{place.source}:{place.line}:{place.column}: " if place is not None else ""
    return Fault(code=found.code, message=f"{where}{found.message}")
