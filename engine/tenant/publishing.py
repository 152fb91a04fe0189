"""Policies in: a sound policy set is kept under the digest of its words, and is then in use (S2.6)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from engine.diagnostic import Diagnostic, Level
from engine.dsl.reader import reader
from engine.ledger.log import append
from engine.ledger.records import content_digest, files_address
from engine.model.canonical_json import Json, is_text
from engine.model.frozen import Frozen
from engine.model.ledger import Deed, EntryKind
from engine.model.quantity import Instant
from engine.model.tenancy import Fault, Published, Refused, Request
from engine.pipeline import check, freeze
from engine.source import Source
from engine.store.archive import Archive, Reading, Writing
from engine.tenant.frozen_to_pieces import pieces, rests_on
from engine.tenant.requests import NO_TEXT, Before, before, remember

SETS = "SELECT seq, entry, published_at, published_by, address, version, reader FROM policy_set"


def publish(archive: Archive, sources: Sequence[Source], request: Request) -> Published | Refused:
    """Check a policy set, and keep it if it is sound: the one in use, until another is published.

    What it rests on is kept with it: whatever is installed later, it means what it means now.
    """
    if faults := tuple(_unkeepable(sources)):
        return Refused(faults=faults)
    # What is asked is to publish these files: asked again, they may rest on other holidays by then.
    body: Json = {"do": "publish", "address": _address(sources)}
    with archive.reading() as reading:
        asked = before(reading, request, body)
        if asked is not None:
            return asked if isinstance(asked, Refused) else _answered(reading, asked)
    checked = check(sources)
    if checked.snapshot is None:
        return Refused(faults=tuple(_fault(each) for each in checked.diagnostics if _is_error(each)))
    frozen = freeze(checked)
    with archive.writing() as writing:
        asked = before(writing, request, body)
        if asked is not None:
            return asked if isinstance(asked, Refused) else _answered(writing, asked)
        published = _keep(writing, sources, frozen, checked.snapshot.version, request)
        remember(writing, request, body, {"seq": published.seq})
        return published


def _keep(
    writing: Writing, sources: Sequence[Source], frozen: Frozen, version: str, request: Request
) -> Published:
    """Keep a sound policy set with its entry; of its files and pieces only what is not there yet."""
    rest = {content_digest(text): text for text in pieces(frozen)}
    address = _address(sources, list(rest))
    said: Json = {
        "address": address,
        "files": [each.name for each in sources],
        "rests_on": rests_on(frozen),
        "reader": reader(),
    }
    deed = Deed(kind=EntryKind.PUBLISH, actor=request.actor, subject=version, body=said)
    (entry,) = append(writing, [deed])
    last = writing.run("SELECT max(seq) FROM policy_set")[0][0]
    published = Published(
        seq=0 if last is None else last + 1,
        entry=entry.seq,
        published_at=writing.at,
        published_by=request.actor,
        address=address,
        version=version,
        reader=reader(),
    )
    if not writing.run("SELECT 1 FROM policy_set WHERE address = ? LIMIT 1", (address,)):
        files = [(address, place, each.name, each.text) for place, each in enumerate(sources)]
        writing.insert("policy_file", ["address", "place", "name", "content"], files)
        places = [(address, place, digest) for place, digest in enumerate(rest)]
        writing.insert("policy_piece", ["address", "place", "digest"], places)
        among = "SELECT digest FROM frozen_piece WHERE digest IN (SELECT unnest(?::TEXT[]))"
        there = {digest for (digest,) in writing.run(among, (list(rest),))}
        new = [(digest, text) for digest, text in rest.items() if digest not in there]
        writing.insert("frozen_piece", ["digest", "content"], new)
    writing.insert("policy_set", list(asdict(published)), [tuple(asdict(published).values())])
    return published


def _unkeepable(sources: Sequence[Source]) -> Iterator[Fault]:
    """Why these are no files of a policy set: none at all would take every promise away unsaid."""
    if not sources:
        yield Fault(code="no-policies", message="a policy set has a file at least, and there is none")
    for source in sources:
        if not is_text(source.name) or not is_text(source.text):
            where = f"{source.name}: it" if is_text(source.name) else "the name of a file"
            yield Fault(code="not-text", message=f"{where} {NO_TEXT}")
    for name, times in Counter(each.name for each in sources).items():
        if times > 1 and is_text(name):
            yield Fault(code="duplicate-file", message=f"{name}: there is more than one file of that name")


def in_use(reading: Reading, known_at: Instant | None = None) -> Published | None:
    """The latest policy set that had been published by then, or by now (S2.6)."""
    when, holes = ("", ()) if known_at is None else (" WHERE published_at <= ?", (known_at,))
    rows = reading.run(f"{SETS}{when} ORDER BY seq DESC LIMIT 1", holes)
    return _published(rows[0]) if rows else None


def published_sets(reading: Reading, after: int = -1) -> tuple[Published, ...]:
    """Every policy set that was published, in order; with `after` those after the one so numbered."""
    return tuple(_published(row) for row in reading.run(f"{SETS} WHERE seq > ? ORDER BY seq", (after,)))


def _answered(reading: Reading, asked: Before) -> Published:
    return _published(reading.run(f"{SETS} WHERE seq = ?", (asked.answer["seq"],))[0])


def _published(row: Sequence[object]) -> Published:
    seq, entry, published_at, published_by, address, version, read_by = row
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
        reader=None if read_by is None else str(read_by),
    )


def _address(sources: Sequence[Source], rest: Sequence[str] = ()) -> str:
    return files_address(((each.name, each.text) for each in sources), rest)


def _is_error(found: Diagnostic) -> bool:
    return found.level is Level.ERROR


def _fault(found: Diagnostic) -> Fault:
    place = found.primary
    where = f"{place.source}:{place.line}:{place.column}: " if place is not None else ""
    return Fault(code=found.code, message=f"{where}{found.message}")
