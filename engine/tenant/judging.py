"""The verdicts of a tenant as they stand, and the keeping of what changes when they are judged anew."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from engine.model.derived import kinds_behind
from engine.model.history import Cause, VerdictChange
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Published
from engine.model.verdict import Verdict
from engine.pipeline import Evaluation, evaluate
from engine.store.archive import Archive
from engine.store.database import Store
from engine.tenant.history import Identity, Judged, Marks, is_settled, keep, news

FED = "SELECT DISTINCT kind FROM fact_version WHERE entry > ? AND entry <= ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known: the policies in use, and every fact through the last `entry`, recorded `at`."""

    snapshot: Snapshot
    published: Published
    entry: int
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Every verdict that there is, and what followed, by what was `known`."""

    known: Known
    evaluation: Evaluation


class Judging:
    """The stand of a tenant, and what was kept of it. One thread at a time."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._marks: Marks | None = None
        self._kinds: tuple[Snapshot, dict[str, frozenset[str]]] | None = None
        self.stand: Stand | None = None

    def advance(self, known: Known, store: Store, now: Instant) -> tuple[VerdictChange, ...]:
        """Judge by what is known, as of now; the changes, which are kept.

        A clock that went back makes nothing undone: what was judged is judged no earlier. Raises
        OvertakenError, with nothing kept, where others have kept what was judged later, or by more.
        """
        marks, others = self._caught_up()
        before = self.stand
        earliest = [marks.as_of, *([] if before is None else [before.evaluation.as_of])]
        as_of = max(now, known.at, *earliest)
        since = marks.entry if before is None else before.known.entry
        touched = self._touched(known, since)
        stand = Stand(known=known, evaluation=evaluate(known.snapshot, store, as_of=as_of, known_at=known.at))
        is_published = known.published.entry > since

        def cause(obligation: str) -> Cause:
            return Cause.PUBLISH if is_published else Cause.FEED if obligation in touched else Cause.TIME

        judged = Judged(
            as_of=as_of,
            known_at=known.at,
            version=known.snapshot.version,
            verdicts=[(each, cause(each.obligation)) for each in _different(before, stand, others)],
            ceased=[(each, cause(each[0])) for each in _ceased(stand, marks)],
        )
        changes: tuple[VerdictChange, ...] = ()
        if found := news(marks, judged):
            with self._archive.writing() as writing:
                changes = keep(writing, marks, judged, found)
            marks.take(changes)
        self.stand = stand
        return changes

    def wakes_at(self) -> Instant | None:
        """The instant before which no verdict changes unless something is told; None: none ever does."""
        if self.stand is None or not self.stand.evaluation.verdicts:
            return None
        return self.stand.evaluation.as_of + 1

    def _caught_up(self) -> tuple[Marks, Set[Identity]]:
        """What was kept by now, and of which verdicts by others since it was looked at last."""
        with self._archive.reading() as reading:
            if self._marks is None:
                self._marks = Marks.read(reading)
                return self._marks, set()
            return self._marks, self._marks.catch_up(reading)

    def _touched(self, known: Known, since: int) -> set[str]:
        """The promises that read facts which came since an entry."""
        with self._archive.reading() as reading:
            fed = {kind for (kind,) in reading.run(FED, (since, known.entry))}
        if self._kinds is None or self._kinds[0] is not known.snapshot:
            kinds = {
                each.terms.id: frozenset(kinds_behind(known.snapshot, each))
                for each in known.snapshot.obligations()
            }
            self._kinds = known.snapshot, kinds
        return {id for id, kinds in self._kinds[1].items() if kinds & fed}


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
            or is_settled(known, before.evaluation.as_of) != is_settled(each, stand.evaluation.as_of)
        ):
            yield each


def _ceased(stand: Stand, marks: Marks) -> Iterator[Identity]:
    """Those of which something was kept, and which are no more."""
    there = {each.identity for each in stand.evaluation.verdicts}
    for identity in marks.latest:
        if identity not in there:
            yield identity
