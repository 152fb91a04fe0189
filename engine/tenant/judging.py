"""The verdicts of a tenant as they stand, and the keeping of what changes when they are judged anew."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass

from engine.facts.admission import RefusedRow
from engine.model.derived import kinds_behind
from engine.model.history import Cause, VerdictChange
from engine.model.ledger import EntryKind
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Published
from engine.model.verdict import Verdict
from engine.pipeline import Checked, Evaluation, arises_at, evaluate, turns_at
from engine.store.archive import Archive
from engine.store.database import Store
from engine.tenant.history import Identity, Judged, Marks, OvertakenError, is_settled, keep, news

GONE = "SELECT DISTINCT kind FROM erasure WHERE entry > ? AND entry <= ?"

FED = "SELECT DISTINCT kind FROM fact_version WHERE entry > ? AND entry <= ?"

NO_NEWS = (EntryKind.VERDICT, EntryKind.KEY, EntryKind.EXPORT, EntryKind.REVIEW, EntryKind.HOLD)
"""Entries of these kinds change nothing that verdicts rest on."""

NEWS = "SELECT 1 FROM entry WHERE seq > ? AND seq <= ? AND kind NOT IN (?, ?, ?, ?, ?) LIMIT 1"


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
    """Every verdict that there is, and what followed, by what was `known`."""

    known: Known
    evaluation: Evaluation

    @property
    def as_of(self) -> Instant:
        """What time it was."""
        return self.evaluation.as_of


class Judging:
    """The stand of a tenant, and what was kept of it. One thread at a time."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._marks: Marks | None = None
        self._kept: Stand | None = None
        """The stand of which all is kept that changed."""
        self._kinds: tuple[Snapshot, dict[str, frozenset[str]]] | None = None
        self._wakes: tuple[Stand, Instant | None] | None = None
        self.stand: Stand | None = None

    def judge(self, known: Known, now: Instant, *, exactly: bool) -> Stand:
        """The stand by what is known, as of now: the one there is, where no verdict can have changed since,
        unless its figures are wanted `exactly`.

        A clock that went back makes nothing undone: what was judged is judged no earlier.
        """
        before = self.stand
        as_of = max(now, known.at, self._read().as_of, -1 if before is None else before.as_of)
        if before is None or self._is_overdue(before, known, as_of) or (exactly and as_of > before.as_of):
            snapshot, store = known.held.snapshot, known.held.store
            self.stand = before = Stand(
                known=known, evaluation=evaluate(snapshot, store, as_of=as_of, known_at=known.at)
            )
        return before

    def keep(self) -> tuple[VerdictChange, ...]:
        """Keep what changed since it was kept last; the changes.

        Raises OvertakenError, with nothing kept, where others have kept something meanwhile: judge anew.
        """
        before, stand = self._kept, self.stand
        if stand is None:
            return ()
        marks, others = self._caught_up()
        if stand is before and not others:
            return ()
        if others and (marks.known_at, marks.as_of) > (stand.known.at, stand.as_of):
            raise self._overtaken()
        cause = self._causes(marks.entry if before is None else before.known.entry, stand.known)
        judged = Judged(
            as_of=stand.as_of,
            known_at=stand.known.at,
            version=stand.known.held.snapshot.version,
            verdicts=[(each, cause(each.obligation)) for each in _different(before, stand, others)],
            ceased=[(each, cause(each[0])) for each in _ceased(stand, marks)],
        )
        changes: tuple[VerdictChange, ...] = ()
        if found := news(marks, judged):
            with self._archive.writing() as writing:
                if marks.catch_up(writing):
                    raise self._overtaken()
                changes = keep(writing, marks, judged, found)
            marks.take(changes)
        self._kept = stand
        return changes

    def _overtaken(self) -> OvertakenError:
        """Nothing is known any more of what changed: all is judged and compared again."""
        self.stand = self._kept = None
        return OvertakenError()

    def wakes_at(self) -> Instant | None:
        """The instant before which no verdict of the stand changes unless something is told; None: never."""
        stand = self.stand
        if stand is None:
            return None
        if self._wakes is None or self._wakes[0] is not stand:
            held, verdicts = stand.known.held, stand.evaluation.verdicts
            told = {"as_of": stand.as_of, "known_at": stand.known.at}
            turns = turns_at(held.snapshot, held.store, verdicts, **told)
            instants = (*turns, arises_at(held.snapshot, held.store, **told))
            self._wakes = stand, min((each for each in instants if each is not None), default=None)
        return self._wakes[1]

    def _is_overdue(self, stand: Stand, known: Known, as_of: Instant) -> bool:
        """Whether something was told since, or enough time has passed, that may change a verdict."""
        if known.entry != stand.known.entry:
            parameters = (stand.known.entry, known.entry, *(each.value for each in NO_NEWS))
            with self._archive.reading() as reading:
                if reading.run(NEWS, parameters):
                    return True
        wakes_at = self.wakes_at() if as_of > stand.as_of else None
        return wakes_at is not None and wakes_at <= as_of

    def _read(self) -> Marks:
        """What was kept by when it was looked at last."""
        if self._marks is None:
            with self._archive.reading() as reading:
                self._marks = Marks.read(reading)
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


def _different(before: Stand | None, stand: Stand, others: Set[Identity]) -> Iterator[Verdict]:
    """The verdicts that are not as they were, and those of which others have kept something."""
    was = {each.identity: each for each in before.evaluation.verdicts} if before is not None else {}
    for each in stand.evaluation.verdicts:
        known = was.get(each.identity)
        if (
            known is None
            or before is None
            or known != each
            or each.identity in others
            or is_settled(known, before.as_of) != is_settled(each, stand.as_of)
        ):
            yield each


def _ceased(stand: Stand, marks: Marks) -> Iterator[Identity]:
    """Those of which something was kept, and which are no more."""
    there = {each.identity for each in stand.evaluation.verdicts}
    for identity in marks.latest:
        if identity not in there:
            yield identity
