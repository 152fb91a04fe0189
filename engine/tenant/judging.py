"""The verdicts of a tenant as they stand, and the keeping of what changes when they are judged anew."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from engine.facts.admission import RefusedRow
from engine.ledger.fact_records import RECORDING
from engine.model.derived import has_strata, kinds_behind
from engine.model.fact_version import FactVersion
from engine.model.history import Cause, VerdictChange
from engine.model.ledger import EntryKind
from engine.model.quantity import Instant, Microseconds
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Published
from engine.model.verdict import Verdict
from engine.pipeline import Checked, Evaluation, evaluate, touched, turning
from engine.pipeline import turned as time_touched
from engine.store.archive import Archive
from engine.store.database import Store
from engine.tenant.erased import last_erasure
from engine.tenant.history import Judged, Marks, OvertakenError, keep, news
from engine.tenant.standing import Identity, Standing, by_identity

FACTS = frozenset(each.value for each in RECORDING)
"""Entries of these kinds bring versions of facts."""

NO_NEWS = frozenset(
    each.value
    for each in (
        *(EntryKind.VERDICT, EntryKind.KEY, EntryKind.EXPORT),
        *(EntryKind.REVIEW, EntryKind.HOLD, EntryKind.WEBHOOK),
    )
)
"""Entries of these kinds change nothing that verdicts rest on."""

MOST_TOLD = 50_000
"""Versions of facts above which all is judged anew: so many take less than a whole evaluation of some
million facts does, and are held in memory for a moment."""

KINDS = "SELECT DISTINCT kind FROM entry WHERE seq > ? AND seq <= ?"

GONE = "SELECT DISTINCT kind FROM erasure WHERE entry > ? AND entry <= ?"

FED = "SELECT DISTINCT kind FROM fact_version WHERE entry > ? AND entry <= ?"

TOLD = """
SELECT seq, entry, kind, key, digest, known_from, retracted FROM fact_version
WHERE entry > ? AND entry <= ? ORDER BY seq LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Policies that were published, and the facts as they admit them, in tables that plans read; `unheld` are
    the versions that they do not admit."""

    checked: Checked
    store: Store
    unheld: tuple[RefusedRow, ...]

    @property
    def snapshot(self) -> Snapshot:
        """What the policies mean."""
        assert self.checked.snapshot is not None, "only what is sound is published"
        return self.checked.snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known: the policies in use, and every fact through the last `entry`, recorded `at`."""

    held: Held
    published: Published
    entry: int
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a tenant stands by what was `known`, `as_of` an instant: whole, with all that followed, where that
    was evaluated."""

    known: Known
    as_of: Instant
    whole: Evaluation | None


class Judging:
    """Every verdict of a tenant as it stands, and what was kept of it. One thread at a time."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._marks: Marks | None = None
        self._erased = -1
        """The last erasure when what was kept was read: what is known may name what later ones took."""
        self._since = -1
        """The last entry that was known when it was kept last."""
        self._standing = Standing()
        self._judged: dict[Identity, Verdict | None] = {}
        """What was judged anew since it was kept last."""
        self._is_all_new = True
        """Whether all that was kept is to be compared: nothing is known of what was judged before."""
        self._arises: Instant | None = None
        self._kinds: tuple[Snapshot, dict[str, frozenset[str]]] | None = None
        self.stand: Stand | None = None

    def judge(self, known: Known, now: Instant, *, whole: Microseconds | None) -> Stand:
        """How it stands by what is known, as of now: judged anew is only what was touched, or what time may
        have changed. Wanted `whole` it has every figure, too, and all that follows: where nothing changed, as
        of an instant that is no further back than so long.

        A clock that went back makes nothing undone: what was judged is judged no earlier.
        """
        before = self.stand
        as_of = max(now, known.at, self._read().as_of, -1 if before is None else before.as_of)
        if before is None or not self._judge_touched(before, known, as_of, whole):
            self._judge_whole(known, as_of)
        assert self.stand is not None, "it was judged"
        return self.stand

    def keep(self) -> tuple[VerdictChange, ...]:
        """Keep what changed since it was kept last; the changes.

        Raises OvertakenError, with nothing kept, where others have kept something meanwhile: judge anew.
        """
        stand = self.stand
        if stand is None:
            return ()
        marks, others = self._caught_up()
        if others and (marks.known_at, marks.as_of) > (stand.known.at, stand.as_of):
            raise self._overtaken()
        found = news(marks, self._to_compare(stand, marks, others))
        changes: tuple[VerdictChange, ...] = ()
        if found:
            with self._archive.writing() as writing:
                if marks.catch_up(writing):
                    raise self._overtaken()
                if last_erasure(writing) > self._erased:
                    raise self._forgotten()
                changes = keep(writing, marks, stand.known.at, stand.as_of, self._version(stand), found)
            marks.take(changes)
        self._since, self._is_all_new = stand.known.entry, False
        self._judged.clear()
        return changes

    def wakes_at(self) -> Instant | None:
        """The instant before which no verdict changes unless something is told; None: none ever does."""
        found = [each for each in (self._standing.turns_at, self._arises) if each is not None]
        return min(found, default=None)

    # Judging

    def _judge_whole(self, known: Known, as_of: Instant) -> None:
        held = known.held
        whole = evaluate(held.snapshot, held.store, as_of=as_of, known_at=known.at)
        there = by_identity(whole.verdicts)
        gone = [each.identity for each in self._standing.every() if each.identity not in there]
        is_same = self.stand is not None and self.stand.known.held.snapshot is held.snapshot
        new = [each for each in whole.verdicts if not is_same or self._standing.find(each.identity) != each]
        self._take(known, as_of, new, gone)
        self.stand = Stand(known=known, as_of=as_of, whole=whole)

    def _judge_touched(self, before: Stand, known: Known, as_of: Instant, whole: Microseconds | None) -> bool:
        """Judge only what may have changed, and say whether that could be done; wanted `whole` also what has
        other figures by now, and work out what follows from all."""
        is_old = whole is not None and (before.whole is None or as_of - before.as_of > whole)
        if before.as_of == as_of and before.known.entry == known.entry and not is_old:
            return True
        if before.known.held.snapshot is not known.held.snapshot:
            return False
        told = self._told(before.known.entry, known.entry)
        if told is None:
            return False
        held = known.held
        turned = self._standing.turned(as_of)
        arises = self._arises is not None and self._arises <= as_of
        if not told and not turned and not arises and not is_old:
            # What came since is no news: the tables hold what they held.
            still = replace(before.known, entry=known.entry, at=known.at)
            self.stand = replace(before, known=still)
            return True
        if arises and any(each.renewal is not None for each in held.snapshot.agreements.values()):
            return False
        if any(
            each.starts is not None and before.as_of < each.starts <= as_of for each in held.store.erased()
        ):
            return False
        anew = touched(held.snapshot, held.store, told, as_of=as_of, since=before.as_of)
        if whole is None and not has_strata(held.snapshot):
            anew = self._standing.bear(anew)
        anew |= time_touched(
            held.snapshot,
            held.store,
            turned if whole is None else (*turned, *self._standing.grown()),
            as_of=as_of,
            begun_since=before.as_of if arises else None,
        )
        were = self._standing.touched(anew)
        evaluation = evaluate(
            held.snapshot,
            held.store,
            as_of=as_of,
            known_at=known.at,
            touched=anew,
            beside=None if whole is None else self._standing.beside(were),
        )
        found = [each for each in evaluation.verdicts if anew.is_of(each)]
        there = by_identity(found)
        self._take(known, as_of, found, [each for each in were if each not in there])
        self.stand = Stand(known=known, as_of=as_of, whole=None if whole is None else evaluation)
        return True

    def _take(self, known: Known, as_of: Instant, new: Sequence[Verdict], gone: Sequence[Identity]) -> None:
        """Have verdicts that were judged anew stand in place of what stood."""
        held = known.held
        turns = turning(held.snapshot, held.store, as_of=as_of, known_at=known.at)
        turns_at, bears, arises = turns.turns_at(new), [*map(turns.bears, new)], turns.arises_at()
        # Nothing is asked of the store any more: what is half put in its place would be told half.
        self._standing.take_out(gone)
        self._standing.put(new, turns_at, bears, as_of)
        self._arises = arises
        self._judged.update({each.identity: each for each in new})
        self._judged.update(dict.fromkeys(gone))

    def _told(self, since: int, through: int) -> list[FactVersion] | None:
        """The versions of facts that came between two entries; None where more came than these."""
        with self._archive.reading() as reading:
            kinds = {kind for (kind,) in reading.run(KINDS, (since, through))}
            if kinds - FACTS - NO_NEWS:
                return None
            if not kinds & FACTS:
                return []
            rows = reading.run(TOLD, (since, through, MOST_TOLD + 1))
        if len(rows) > MOST_TOLD:
            return None
        return [
            FactVersion(
                seq=seq,
                entry=entry,
                kind=kind,
                key=key,
                content=None,
                digest=digest,
                known_from=known_from,
                is_retraction=retracted,
            )
            for seq, entry, kind, key, digest, known_from, retracted in rows
        ]

    # Keeping

    def _to_compare(self, stand: Stand, marks: Marks, others: Set[Identity]) -> Judged:
        """What may not be as it was kept."""
        judged: dict[Identity, Verdict | None] = dict(self._judged)
        if self._is_all_new:
            judged.update(dict.fromkeys(marks.latest))
            judged.update({each.identity: each for each in self._standing.every()})
        judged.update({each: self._standing.find(each) for each in others})
        cause = self._causes(marks.entry if self._is_all_new else self._since, stand.known)
        return Judged(
            as_of=stand.as_of,
            verdicts=[(each, cause(each.obligation)) for each in judged.values() if each is not None],
            ceased=[(identity, cause(identity[0])) for identity, each in judged.items() if each is None],
        )

    def _overtaken(self) -> OvertakenError:
        """All is judged and compared again."""
        self.stand, self._is_all_new = None, True
        return OvertakenError()

    def _forgotten(self) -> OvertakenError:
        """Facts were erased by another process: nothing is known any more."""
        self._marks, self._standing = None, Standing()
        self._judged.clear()
        return self._overtaken()

    def _version(self, stand: Stand) -> str:
        return stand.known.held.snapshot.version

    def _read(self) -> Marks:
        """What was kept by when it was looked at last."""
        if self._marks is None:
            with self._archive.reading() as reading:
                self._marks = Marks.read(reading)
                self._erased = last_erasure(reading)
        return self._marks

    def _caught_up(self) -> tuple[Marks, Set[Identity]]:
        """What was kept by now, and of which verdicts by others since it was looked at last."""
        marks = self._read()
        with self._archive.reading() as reading:
            return marks, marks.catch_up(reading)

    def _causes(self, since: int, known: Known) -> Callable[[str], Cause]:
        """What made verdicts of a promise others since an entry."""
        with self._archive.reading() as reading:
            fed = {kind for (kind,) in reading.run(FED, (since, known.entry))}
            gone = {kind for (kind,) in reading.run(GONE, (since, known.entry))}
        snapshot = known.held.snapshot
        if self._kinds is None or self._kinds[0] is not snapshot:
            kinds = {
                each.terms.id: frozenset(kinds_behind(snapshot, each)) for each in snapshot.obligations()
            }
            self._kinds = snapshot, kinds
        read = self._kinds[1]
        is_published = known.published.entry > since

        def cause(obligation: str) -> Cause:
            if is_published:
                return Cause.PUBLISH
            kinds = read.get(obligation, frozenset())
            return Cause.ERASE if kinds & gone else Cause.FEED if kinds & fed else Cause.TIME

        return cause
