"""Erasure on legal demand: what facts said is removed, its digests stay, and the ledger says who and why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.facts.spelling import shown
from engine.ledger.erasure_records import ranges
from engine.ledger.log import append
from engine.ledger.records import members
from engine.model.canonical_json import Json, canonical_json, is_text
from engine.model.erasure import Erased, ErasureOrder, Selection
from engine.model.fact import FactKind
from engine.model.ledger import Deed, EntryKind
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Fault, Refused, Request
from engine.store.archive import Archive, Cell, Reading, Writing
from engine.tenant.erased import is_unscrubbed
from engine.tenant.erased_changes import changes_naming, unsay_changes
from engine.tenant.fact_times import touched
from engine.tenant.holding import covers, standing_holds, unfit_words, unsay
from engine.tenant.requests import ERASED, NO_TEXT, Before, before, remember
from engine.tenant.webhook_events import forget_occasions

MOST_FACTS = 10_000
"""Facts of one erasure."""

VERSIONS = """
SELECT seq, entry, key, content, known_from, erased_by FROM fact_version
WHERE kind = ? AND key IN (SELECT unnest(?::TEXT[])) ORDER BY seq
"""

SAYING = "SELECT DISTINCT key FROM fact_version WHERE kind = ? AND strpos(content, ?) > 0 ORDER BY key"

UNANSWER = f"""
UPDATE answer SET digest = '{ERASED}' WHERE answered_at IN (SELECT unnest(?::BIGINT[]))
OR (body LIKE '%"unchanged":%' AND body NOT LIKE '%"unchanged":0,%' AND answered_at >= ?)
"""  # noqa: S608 - of a fixed text
"""What was asked when the versions came, or a hold that named them, is no longer known by its digest, nor
what was asked since and said something that was known already: somebody could find out by guessing."""


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of a fact that is to be erased, or was."""

    seq: int
    entry: int
    key: str
    content: str | None
    known_from: Instant
    erased_by: int | None


def erase(
    archive: Archive, snapshot: Snapshot | None, order: ErasureOrder, request: Request
) -> Erased | Refused:
    """Remove what all versions of the selected facts say; that there were such versions, since when, and
    their digests stay (S2.5). A standing hold over any of the facts keeps all of them.

    Facts of a kind that is no longer declared can be erased, too. What was erased before is not erased
    again. The content may lie in the database's files until the archive is scrubbed.
    """
    selection = order.selection
    if faults := (
        *_unfit(selection),
        *unfit_words("reason", order.reason),
        *unfit_words("ground", order.ground),
    ):
        return Refused(faults=faults)
    kind = None if snapshot is None else snapshot.kinds.get(selection.kind)
    asks = _asks(order)
    with archive.writing() as writing:
        asked = before(writing, request, asks)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return _erased(asked.answer, is_scrubbed=not is_unscrubbed(writing))
        found = _selected(writing, selection)
        if isinstance(found, Refused):
            return found
        if held := tuple(_held(writing, kind, selection.kind, found)):
            return Refused(faults=held)
        if order.with_keys and (clear := tuple(_keys_in_ledger(writing, found))):
            return Refused(faults=clear)
        erased = _erase(writing, kind, order, found, request)
        remember(writing, request, asks, _answer(erased))
        return erased


def versions_of(reading: Reading, kind: str, keys: Sequence[str]) -> dict[str, list[_Version]]:
    """All versions of facts by their keys, those of each in order."""
    found: dict[str, list[_Version]] = {}
    for row in reading.run(VERSIONS, (kind, list(keys))):
        version = _Version(*row)
        found.setdefault(version.key, []).append(version)
    return found


def held_by(
    reading: Reading, kind: FactKind | None, name: str, facts: Mapping[str, Sequence[_Version]]
) -> dict[str, int]:
    """The standing holds that cover facts, the first of each, by key."""
    standing = standing_holds(reading, name)
    held: dict[str, int] = {}
    for key, versions in facts.items():
        contents = [each.content for each in versions if each.content is not None]
        for hold in standing if contents else ():
            if covers(hold.scope, kind, key, contents):
                held[key] = hold.seq
                break
    return held


def _asks(order: ErasureOrder) -> dict[str, Json]:
    """What is asked, by which the same request is known again. Nobody must find what was erased by guessing
    what its digest is of: it does not say what a field says, nor, where keys are to go, too, which they are,
    but only how many."""
    selection = order.selection
    where = selection.where
    return {
        "do": "erase",
        "kind": selection.kind,
        "keys": str(len(selection.keys)) if order.with_keys else list(selection.keys),
        "where": None if where is None else where.field,
        "reason": order.reason,
        "ground": order.ground,
        "with_keys": order.with_keys,
    }


def _unfit(selection: Selection) -> tuple[Fault, ...]:
    keys, where = selection.keys, selection.where
    if bool(keys) is (where is not None):
        words = "say which facts are to be erased: their keys, or what a field of them says"
        return (Fault(code="selection", message=words, field="keys"),)
    if len(keys) > MOST_FACTS:
        words = f"one erasure is of at most {MOST_FACTS:,} facts, and this one of {len(keys):,}"
        return (Fault(code="too-many-facts", message=words, field="keys"),)
    if repeated := [key for key, times in Counter(keys).items() if times > 1]:
        words = f"the key {shown(repeated[0])} is there more than once"
        return (Fault(code="duplicate-key", message=words, field="keys"),)
    texts = (selection.kind, *keys, *(() if where is None else (where.field, where.value)))
    if not all(is_text(each) for each in texts):
        return (Fault(code="not-text", message=f"what is to be erased {NO_TEXT}", field="keys"),)
    return ()


def _selected(writing: Writing, selection: Selection) -> dict[str, list[_Version]] | Refused:
    keys: Sequence[str] = selection.keys
    if (where := selection.where) is not None:
        # All that a content holds are texts: a member stands in it in these words and no others.
        member = canonical_json({where.field: where.value})[1:-1]
        keys = [key for (key,) in writing.run(SAYING, (selection.kind, member))]
        if not keys:
            words = f"no `{selection.kind}` says {shown(where.value)} as its {shown(where.field)}"
            return Refused(faults=(Fault(code="unknown-fact", message=words, field="where"),))
        if len(keys) > MOST_FACTS:
            words = (
                f"{len(keys):,} facts say so, and one erasure is of at most {MOST_FACTS:,}: name their keys"
            )
            return Refused(faults=(Fault(code="too-many-facts", message=words, field="where"),))
    found = versions_of(writing, selection.kind, keys)
    unknown = [(row, key) for row, key in enumerate(keys, start=1) if not key or key not in found]
    if unknown:
        return Refused(
            faults=tuple(
                Fault(
                    code="unknown-fact",
                    message=f"there never was a `{selection.kind}` {shown(key)}",
                    row=row,
                    field="keys",
                )
                for row, key in unknown
            )
        )
    return found


def _held(
    reading: Reading, kind: FactKind | None, name: str, found: Mapping[str, Sequence[_Version]]
) -> Iterator[Fault]:
    rows = {key: row for row, key in enumerate(found, start=1)}
    for key, hold in held_by(reading, kind, name, found).items():
        words = f"`{name}` {shown(key)} is under legal hold {hold}: it stays until that is lifted"
        yield Fault(code="held", message=words, row=rows[key], field="keys")


def _keys_in_ledger(reading: Reading, found: Mapping[str, Sequence[_Version]]) -> Iterator[Fault]:
    """Why keys cannot go: entries that were made before there were salts prove themselves by them."""
    seqs = sorted({each.entry for versions in found.values() for each in versions})
    entries = reading.run("SELECT seq, body FROM entry WHERE seq IN (SELECT unnest(?::BIGINT[]))", (seqs,))
    unsalted = {seq for seq, body in entries if "versions" not in members(body)}
    for row, (key, versions) in enumerate(found.items(), start=1):
        if within := [each.entry for each in versions if each.entry in unsalted]:
            words = (
                f"the key {shown(key)} cannot go: entry {within[0]} of the ledger was made when keys were not"
                " salted, and could no longer be verified; erase the content alone"
            )
            yield Fault(code="key-in-ledger", message=words, row=row, field="keys")


def _erase(
    writing: Writing,
    kind: FactKind | None,
    order: ErasureOrder,
    found: Mapping[str, Sequence[_Version]],
    request: Request,
) -> Erased:
    name = order.selection.kind
    all_of = sorted((each for versions in found.values() for each in versions), key=lambda each: each.seq)
    gone = [
        each for each in all_of if each.erased_by is None and (each.content is not None or order.with_keys)
    ]
    nameless = [each for each in all_of if order.with_keys]
    if not gone and not nameless:
        return Erased(entry=None, erased_at=writing.at, facts=0, versions=0)
    contents = [each.content for each in gone if each.content is not None]
    times: list[dict[str, Json]] = [
        {"kind": name, "about": about, "starts": starts, "ends": ends}
        for about, starts, ends in touched(kind, contents)
    ]
    facts = len({each.key for each in (*gone, *nameless)})
    judged = changes_naming(writing, name, found.keys(), with_keys=order.with_keys)
    unsaid = unsay(writing, name, found if order.with_keys else (), contents)
    said: dict[str, Json] = {
        "facts": facts,
        "versions": ranges(each.seq for each in gone),
        "changes": ranges(judged),
        "with_keys": order.with_keys,
        "reason": order.reason,
        "ground": order.ground,
        "touched": times,
    }
    if unsaid:
        said["holds"] = ranges(each.seq for each in unsaid)
    (entry,) = append(writing, [Deed(kind=EntryKind.ERASE, actor=request.actor, subject=name, body=said)])
    seqs = [each.seq for each in gone]
    writing.run(
        "UPDATE fact_version SET content = NULL, salt = NULL, erased_by = ?"
        " WHERE seq IN (SELECT unnest(?::BIGINT[]))",
        (entry.seq, seqs),
    )
    if nameless:
        writing.run(
            "UPDATE fact_version SET key = '' WHERE seq IN (SELECT unnest(?::BIGINT[]))",
            ([each.seq for each in nameless],),
        )
    unsay_changes(writing, judged, found if order.with_keys else ())
    if order.with_keys:
        forget_occasions(writing, list(found))
    rows: list[tuple[Cell, ...]] = [
        (entry.seq, place, name, _text(each["about"]), _number(each["starts"]), _number(each["ends"]))
        for place, each in enumerate(times)
    ]
    writing.insert("erasure", ["entry", "place", "kind", "about", "starts", "ends"], rows)
    writing.insert("unscrubbed", ["entry"], [(entry.seq,)])
    told = sorted({each.known_from for each in (*gone, *nameless)})
    writing.run(UNANSWER, ([*told, *(each.placed_at for each in unsaid)], told[0]))
    return Erased(entry=entry.seq, erased_at=writing.at, facts=facts, versions=len(gone), is_scrubbed=False)


def _answer(erased: Erased) -> dict[str, Json]:
    return {
        "entry": erased.entry,
        "erased_at": erased.erased_at,
        "facts": erased.facts,
        "versions": erased.versions,
    }


def _erased(answer: Mapping[str, Json], *, is_scrubbed: bool) -> Erased:
    erased_at, facts, versions = (_number(answer[name]) for name in ("erased_at", "facts", "versions"))
    assert erased_at is not None
    assert facts is not None
    assert versions is not None
    entry = _number(answer["entry"])
    return Erased(entry=entry, erased_at=erased_at, facts=facts, versions=versions, is_scrubbed=is_scrubbed)


def _text(value: Json) -> str | None:
    assert value is None or isinstance(value, str)
    return value


def _number(value: Json) -> int | None:
    assert value is None or isinstance(value, int)
    return value
