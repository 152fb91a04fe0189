"""What verdicts became, kept in order: each change with what it rests on, and an entry for each catching up.

A verdict is kept anew when its state, a flag or its due instant changes, and, once it is settled, when
anything else of it does. A figure that only grows while a window or a deadline is open is no change.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from engine.ledger.log import append
from engine.ledger.records import new_salt
from engine.ledger.verdict_records import ChangeRecord, change_digest, changes_recorded
from engine.model.canonical_json import Json, canonical_json
from engine.model.growing import GROWING
from engine.model.history import Cause, VerdictChange
from engine.model.ledger import Deed, EntryKind
from engine.model.quantity import Instant
from engine.model.verdict import InWindow, State, Verdict
from engine.store.archive import Reading, Writing
from engine.tenant.standing import Identity
from engine.tenant.verdict_to_content import content_of, verdict_of

ACTOR = "troth"
"""Who judges."""

COLUMNS = (
    *("seq", "entry", "known_at", "as_of", "cause", "obligation", "subject", "occasion"),
    *("before", "state", "content", "digest", "salt", "gist", "whole"),
)

LATEST = """
SELECT seq, entry, known_at, as_of, obligation, subject, occasion, state, gist, whole FROM (
    SELECT seq, entry, known_at, as_of, obligation, subject, occasion, state, gist, whole,
        row_number() OVER (PARTITION BY obligation, subject, occasion ORDER BY seq DESC) AS place
    FROM verdict_change
) AS changes WHERE place = 1
"""

SINCE = """
SELECT seq, entry, known_at, as_of, obligation, subject, occasion, state, gist, whole
FROM verdict_change WHERE seq > ? ORDER BY seq
"""

CHANGES = """
SELECT seq, entry, known_at, as_of, cause, obligation, subject, occasion, before, state, content
FROM verdict_change
"""


class Mark(NamedTuple):
    """What was kept last of a verdict: its state, and the digests by which it is known to be the same."""

    state: State
    gist: str
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What may have to be kept of one catching up: verdicts that were judged anew, and identities of which
    there is no verdict any more, each with what made it so."""

    as_of: Instant
    verdicts: Sequence[tuple[Verdict, Cause]]
    ceased: Sequence[tuple[Identity, Cause]]


class OvertakenError(Exception):
    """Others have kept changes meanwhile: judge anew. Nothing was kept."""


@dataclass(slots=True)
class Marks:
    """What was kept last of every verdict that there is: through the change `through`, which an `entry`
    recorded, and which was judged by what was known at an instant, as of another."""

    latest: dict[Identity, Mark] = field(default_factory=dict[Identity, Mark])
    through: int = -1
    entry: int = -1
    known_at: Instant = -1
    as_of: Instant = -1

    @classmethod
    def read(cls, reading: Reading) -> "Marks":
        """Of all that was kept."""
        marks = cls()
        for rows in reading.stream(LATEST):
            for row in rows:
                marks._put(row)
        return marks

    def catch_up(self, reading: Reading) -> set[Identity]:
        """Take in what others have kept since: of which verdicts."""
        return {self._put(row) for row in reading.run(SINCE, (self.through,))}

    def take(self, changes: Iterable[VerdictChange]) -> None:
        """Take in what was kept, once it is kept."""
        for each in changes:
            mark = None if each.verdict is None else mark_of(each.verdict, each.as_of)
            state, gist, whole = (None, "", "") if mark is None else mark
            self._put((each.seq, each.entry, each.known_at, each.as_of, *each.identity, state, gist, whole))

    def _put(self, row: Sequence[Any]) -> Identity:
        seq, entry, known_at, as_of, obligation, subject, occasion, state, gist, whole = row
        identity = obligation, subject, occasion
        if state is None:
            self.latest.pop(identity, None)
        else:
            self.latest[identity] = Mark(State(state), gist, whole)
        if seq > self.through:
            self.through, self.entry, self.known_at, self.as_of = seq, entry, known_at, as_of
        return identity


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A change before it is kept; without a verdict and its mark, there is none any more."""

    identity: Identity
    cause: Cause
    before: State | None
    verdict: Verdict | None = None
    mark: Mark | None = None
    content: str | None = None
    salt: str = field(default_factory=new_salt)

    @property
    def record(self) -> ChangeRecord:
        """What the ledger says of it."""
        return ChangeRecord(
            cause=self.cause.value,
            before=None if self.before is None else self.before.value,
            state=None if self.mark is None else self.mark.state.value,
            digest=change_digest(self.salt, self.identity, self.content),
        )


def news(marks: Marks, judged: Judged) -> list[New]:
    """What of the verdicts is not as it was kept."""
    found: list[New] = []
    for verdict, cause in judged.verdicts:
        known, mark = marks.latest.get(verdict.identity), mark_of(verdict, judged.as_of)
        if known is None or (known.whole != mark.whole if mark.whole else known.gist != mark.gist):
            new = New(
                identity=verdict.identity,
                cause=cause,
                before=None if known is None else known.state,
                verdict=verdict,
                mark=mark,
                content=canonical_json(content_of(verdict)),
            )
            found.append(new)
    for identity, cause in judged.ceased:
        known = marks.latest.get(identity)
        if known is not None:
            found.append(New(identity=identity, cause=cause, before=known.state))
    return found


def keep(
    writing: Writing, marks: Marks, known_at: Instant, as_of: Instant, version: str, found: Sequence[New]
) -> tuple[VerdictChange, ...]:
    """Keep what was found new by these marks, something at least, with an entry of the ledger; the marks know
    it once `take` has told them."""
    records = [each.record for each in found]
    body = changes_recorded(records, known_at=known_at, as_of=as_of)
    deed = Deed(kind=EntryKind.VERDICT, actor=ACTOR, subject=version, body=body)
    (entry,) = append(writing, [deed])
    changes = tuple(
        VerdictChange(
            seq=seq,
            entry=entry.seq,
            known_at=known_at,
            as_of=as_of,
            cause=each.cause,
            identity=each.identity,
            before=each.before,
            state=None if each.mark is None else each.mark.state,
            verdict=each.verdict,
        )
        for seq, each in enumerate(found, start=marks.through + 1)
    )
    rows = (
        (
            *(change.seq, entry.seq, known_at, as_of, record.cause, *each.identity),
            *(record.before, record.state, each.content, record.digest, each.salt),
            *(("", "") if each.mark is None else (each.mark.gist, each.mark.whole)),
        )
        for change, each, record in zip(changes, found, records, strict=True)
    )
    writing.insert("verdict_change", COLUMNS, rows)
    return changes


def is_settled(verdict: Verdict, as_of: Instant) -> bool:
    """Whether no time that passes changes the verdict's figures: its window is over, or its deadline."""
    if verdict.state is State.PENDING:
        return False
    occasion = verdict.occasion
    return occasion.end <= as_of if isinstance(occasion, InWindow) else True


def mark_of(verdict: Verdict, as_of: Instant) -> Mark:
    """By what a verdict is known to be the same, judged anew."""
    said = content_of(verdict)
    gist: Json = [said["state"], said.get("flags"), said.get("due")]
    counts = said.get("counts")
    if isinstance(counts, Mapping):
        said["counts"] = {name: count for name, count in counts.items() if name not in GROWING}
    said.pop("clause", None)
    if verdict.fulfilled_at is None:
        said.pop("late_by", None)
    return Mark(verdict.state, _digest(gist), _digest(said) if is_settled(verdict, as_of) else "")


def _digest(value: Json) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def kept_changes(
    reading: Reading,
    *,
    after: int = -1,
    first: int,
    before: int | None = None,
    last: bool = False,
    identity: Identity | None = None,
) -> tuple[VerdictChange, ...]:
    """At most `first` changes with a number above `after` and below `before`, in order; with `last` those
    that came last. With an `identity` only those of one verdict."""
    conditions, holes = ["seq > ?"], list[object]([after])
    if before is not None:
        conditions.append("seq < ?")
        holes.append(before)
    if identity is not None:
        conditions.append("obligation = ? AND subject = ? AND occasion = ?")
        holes += identity
    order = "DESC" if last else "ASC"
    sql = f"{CHANGES} WHERE {' AND '.join(conditions)} ORDER BY seq {order} LIMIT ?"
    rows = reading.run(sql, (*holes, first))
    return tuple(_change(row) for row in (reversed(rows) if last else rows))


def last_change(reading: Reading, as_of: Instant | None = None) -> int:
    """The number of the last change, or of the last that was judged as of no later than an instant; -1 where
    there is none."""
    if as_of is None:
        ((found,),) = reading.run("SELECT max(seq) FROM verdict_change")
    else:
        ((found,),) = reading.run("SELECT max(seq) FROM verdict_change WHERE as_of <= ?", (as_of,))
    return -1 if found is None else found


def _change(row: Sequence[Any]) -> VerdictChange:
    seq, entry, known_at, as_of, cause, obligation, subject, occasion, before, state, content = row
    return VerdictChange(
        seq=seq,
        entry=entry,
        known_at=known_at,
        as_of=as_of,
        cause=Cause(cause),
        identity=(obligation, subject, occasion),
        before=None if before is None else State(before),
        state=None if state is None else State(state),
        verdict=None if content is None else verdict_of(json.loads(content)),
    )
