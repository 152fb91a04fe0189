"""Legal holds: what they cover is not erased until they are lifted; placing and lifting are recorded."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from engine.ledger.log import append
from engine.ledger.records import new_salt, salted_digest
from engine.model.canonical_json import Json, canonical_json, is_text
from engine.model.erasure import FieldValue, Hold, HoldScope, Lifted
from engine.model.fact import FactKind
from engine.model.instants import EARLIEST, LATEST
from engine.model.ledger import Deed, EntryKind
from engine.model.tenancy import Fault, Refused, Request
from engine.store.archive import Archive, Reading, Writing
from engine.tenant.fact_times import fact_time, words_of
from engine.tenant.requests import NO_TEXT, Before, before, remember

LONGEST_REASON = 1_000
"""Characters of a reason or a legal ground."""

MOST_NAMES = 10_000
"""Kinds or keys that one hold names."""

HOLDS = """
SELECT h.seq, h.entry, h.placed_at, h.placed_by, h.reason, h.scope,
       l.entry, l.lifted_at, l.lifted_by, l.reason
FROM hold h LEFT JOIN hold_lifted l ON l.hold = h.seq
"""


def place(archive: Archive, scope: HoldScope, reason: str, request: Request) -> Hold | Refused:
    """Let nothing be erased that the scope covers, until the hold is lifted.

    The ledger keeps a salted digest of the scope: keys in it may be personal, and must be able to go.
    """
    written = _written(scope)
    if faults := (*unfit_words("reason", reason), *_unfit_scope(scope)):
        return Refused(faults=faults)
    asks: Json = {"do": "hold", "scope": written, "reason": reason}
    with archive.writing() as writing:
        asked = before(writing, request, asks)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return _hold(writing, asked.answer["hold"])
        last = writing.run("SELECT max(seq) FROM hold")[0][0]
        seq = 0 if last is None else last + 1
        text, salt = canonical_json(written), new_salt()
        said: Json = {"do": "place", "hold": seq, "reason": reason, "scope": salted_digest(salt, text)}
        deed = Deed(kind=EntryKind.HOLD, actor=request.actor, subject=f"hold {seq}", body=said)
        (entry,) = append(writing, [deed])
        columns = ["seq", "entry", "placed_at", "placed_by", "reason", "scope", "salt"]
        row = (seq, entry.seq, writing.at, request.actor, reason, text, salt)
        writing.insert("hold", columns, [row])
        remember(writing, request, asks, {"hold": seq})
        return _hold(writing, seq)


def lift(archive: Archive, seq: int, reason: str, request: Request) -> Hold | Refused:
    """End a hold: what it covered may be erased again."""
    if faults := unfit_words("reason", reason):
        return Refused(faults=faults)
    asks: Json = {"do": "lift", "hold": str(seq), "reason": reason}
    with archive.writing() as writing:
        asked = before(writing, request, asks)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return _hold(writing, asked.answer["hold"])
        found = writing.run(f"{HOLDS} WHERE h.seq = ?", (seq,)) if 0 <= seq < 2**63 else []
        if not found:
            return Refused(faults=(Fault(code="unknown-hold", message=f"there is no hold {seq}"),))
        if found[0][6] is not None:
            words = f"hold {seq} was lifted before, by {found[0][8]}"
            return Refused(faults=(Fault(code="hold-lifted", message=words),))
        said: Json = {"do": "lift", "hold": seq, "reason": reason}
        deed = Deed(kind=EntryKind.HOLD, actor=request.actor, subject=f"hold {seq}", body=said)
        (entry,) = append(writing, [deed])
        columns = ["hold", "entry", "lifted_at", "lifted_by", "reason"]
        writing.insert("hold_lifted", columns, [(seq, entry.seq, writing.at, request.actor, reason)])
        remember(writing, request, asks, {"hold": seq})
        return _hold(writing, seq)


def holds(reading: Reading) -> tuple[Hold, ...]:
    """Every hold that was placed, in order."""
    return tuple(_read(row) for row in reading.run(f"{HOLDS} ORDER BY h.seq"))


def standing_holds(reading: Reading, kind: str) -> tuple[Hold, ...]:
    """The holds that stand and may cover facts of a kind."""
    return tuple(
        each for each in holds(reading) if each.lifted is None and kind in (each.scope.kinds or (kind,))
    )


def covers(scope: HoldScope, kind: FactKind | None, key: str, contents: Iterable[str]) -> bool:
    """Whether a hold that may cover facts of this kind covers a fact of it, by any of its versions; where
    nobody can tell when the fact is, it does."""
    if scope.keys and key not in scope.keys:
        return False
    return any(_covers_version(scope, kind, content) for content in contents)


def unsay(writing: Writing, kind: str, keys: Collection[str], contents: Iterable[str]) -> list[Hold]:
    """Take out of the holds that were lifted what they name of facts that are erased: any of these keys, and
    what a field says in any of these contents. An empty text stands in its place. Those holds, in order."""
    said = [words_of(each) for each in contents]
    changed: list[Hold] = []
    for hold in holds(writing):
        scope, where = hold.scope, hold.scope.where
        if hold.lifted is None or kind not in (scope.kinds or (kind,)):
            continue
        if where is not None and any(each.get(where.field) == where.value for each in said):
            where = replace(where, value="")
        left = replace(scope, keys=tuple("" if each in keys else each for each in scope.keys), where=where)
        if left != scope:
            text = canonical_json(_written(left))
            writing.run("UPDATE hold SET scope = ?, salt = '' WHERE seq = ?", (text, hold.seq))
            changed.append(hold)
    return changed


def unfit_words(name: str, words: str) -> tuple[Fault, ...]:
    """Why a reason or a ground is none that can be kept."""
    if not words.strip() or len(words) > LONGEST_REASON:
        what = f"the {name} has 1 to {LONGEST_REASON:,} characters, and this one has {len(words.strip()):,}"
        return (Fault(code=name, message=what, field=name),)
    if not is_text(words):
        return (Fault(code="not-text", message=f"the {name} {NO_TEXT}", field=name),)
    return ()


def _covers_version(scope: HoldScope, kind: FactKind | None, content: str) -> bool:
    if scope.where is not None and words_of(content).get(scope.where.field) != scope.where.value:
        return False
    when = fact_time(kind, content)
    if when.start is None:
        return True
    ends = when.start if when.end is None else when.end
    return (scope.until is None or when.start < scope.until) and (
        scope.since is None or when.is_open or ends >= scope.since
    )


def _unfit_scope(scope: HoldScope) -> tuple[Fault, ...]:
    if scope == HoldScope():
        words = "a hold says what it covers: kinds, keys, what a field says, or a time"
        return (Fault(code="hold-scope", message=words),)
    if scope.since is not None and scope.until is not None and scope.until <= scope.since:
        return (
            Fault(code="hold-scope", message="the time that a hold covers does not end before it begins"),
        )
    if not all(EARLIEST <= each < LATEST for each in (scope.since, scope.until) if each is not None):
        words = "no fact lies outside of the years 1970 to 2199: a side that is to be open is left out"
        return (Fault(code="hold-scope", message=words),)
    if max(len(scope.kinds), len(scope.keys)) > MOST_NAMES:
        return (Fault(code="hold-scope", message=f"a hold names at most {MOST_NAMES:,} kinds or keys"),)
    where = () if scope.where is None else (scope.where.field, scope.where.value)
    if not all(is_text(each) for each in (*scope.kinds, *scope.keys, *where)):
        return (Fault(code="not-text", message=f"what a hold covers {NO_TEXT}"),)
    return ()


def _written(scope: HoldScope) -> dict[str, Json]:
    where = None if scope.where is None else asdict(scope.where)
    return {
        "kinds": list(scope.kinds),
        "keys": list(scope.keys),
        "where": where,
        "since": scope.since,
        "until": scope.until,
    }


def _hold(reading: Reading, seq: Json) -> Hold:
    return _read(reading.run(f"{HOLDS} WHERE h.seq = ?", (seq,))[0])


def _read(row: Sequence[Any]) -> Hold:
    seq, entry, placed_at, placed_by, reason, text, *lifted = row
    written: dict[str, Any] = json.loads(text)
    where = written["where"]
    return Hold(
        seq=seq,
        entry=entry,
        placed_at=placed_at,
        placed_by=placed_by,
        reason=reason,
        scope=HoldScope(
            kinds=tuple(written["kinds"]),
            keys=tuple(written["keys"]),
            where=None if where is None else FieldValue(**where),
            since=written["since"],
            until=written["until"],
        ),
        lifted=None
        if lifted[0] is None
        else Lifted(entry=lifted[0], lifted_at=lifted[1], lifted_by=lifted[2], reason=lifted[3]),
    )
