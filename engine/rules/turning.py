"""When a verdict may change although nothing is told: time passes, due moments and ends come (S2.5, S7)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.model.derived import BREACH, kinds_behind
from engine.model.exclusion import Intervals
from engine.model.expression import FieldOf, Selection
from engine.model.fact import InstantType, Lasts
from engine.model.measure import (
    Aggregated,
    OutageAttribution,
    ShareWithin,
    Uptime,
)
from engine.model.obligation import Duty, ModeEffect, Obligation, OnWindow, Target
from engine.model.period import HourWindows, Windows
from engine.model.quantity import DAY, Instant, Microseconds
from engine.model.reading import selections_of
from engine.model.renewal import RenewalState
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, State, Verdict
from engine.rules.bearing import FOR_NEWS, bearing
from engine.rules.plans.asked import Asked
from engine.rules.plans.overdue import asked_in, overdue_at
from engine.rules.plans.records import records_shape
from engine.rules.plans.samples_to_sql import whole_buckets
from engine.rules.plans.warned import warned_from
from engine.rules.plans.windows import term_of, windows
from engine.rules.renewal import renewals
from engine.rules.turning_uptime import least_time
from engine.store.database import Store, table_of
from engine.store.identifiers import named

AHEAD = "SELECT min($field) FROM $facts WHERE $field >= ?"
OPEN = "SELECT 1 FROM $facts WHERE $start <= ? AND ($end IS NULL OR $end > ?) LIMIT 1"

LOOKED_AHEAD, LOOKED_AHEAD_FOR_HOURS = 400 * DAY, 2 * DAY
"""How far ahead the next window is looked for; where none begins by then, it is asked for anew."""


@dataclass(slots=True, kw_only=True)
class Turning:
    """What the promises of a policy set share when it is asked when their verdicts turn: `snapshot` has the
    terms that `as of` knows of. What is known of facts is asked of the store once."""

    snapshot: Snapshot
    store: Store
    as_of: Instant
    known_at: Instant | None
    ahead: dict[tuple[str, Instant], Instant | None] = field(
        default_factory=dict[tuple[str, Instant], Instant | None]
    )
    opened: dict[str, bool] = field(default_factory=dict[str, bool])
    renewed_at: dict[str, Instant | None] | None = None

    def turns_at(self, verdicts: Sequence[Verdict]) -> tuple[Instant | None, ...]:
        """For each verdict the instant before which neither its state nor a flag of it changes unless a fact
        is fed, corrected or retracted; absent if it never does.

        It is sound, and not always sharp: at that instant nothing need change, and it is asked anew. What
        reads the breaches of other promises changes no sooner than any of their verdicts does.
        """
        promises: dict[tuple[str, str | None], tuple[Obligation, Instant | None]] = {}
        due: dict[tuple[str, str | None], list[Verdict]] = {}
        for each in verdicts:
            by = each.obligation, each.version
            if by not in promises:
                promise = self.snapshot.obligation_of(each)
                assert promise is not None, f"`{each.obligation}` is promised"
                promises[by] = promise, self._shared(promise)
            if isinstance(promises[by][0], Duty) and each.state is State.PENDING:
                due.setdefault(by, []).append(each)
        warned: dict[tuple[str, str], Instant | None] = {}
        for by, pending in due.items():
            duty, _ = promises[by]
            assert isinstance(duty, Duty)
            zone = self.snapshot.agreements[duty.terms.agreement].zone
            instants = [each.due.at for each in pending if each.due is not None]
            found = {} if duty.warns is None else warned_from(duty.warns, instants, zone, self.store)
            for each in pending:
                if each.due is not None:
                    warned[each.obligation, each.identity[2]] = found.get(each.due.at)
        overdue = self._overdue(verdicts)
        return tuple(
            self._first(
                (
                    overdue.get((each.obligation, each.version)),
                    promises[each.obligation, each.version][1],
                    *self._own(promises[each.obligation, each.version][0], each),
                    warned.get((each.obligation, each.identity[2])) if each.state is State.PENDING else None,
                )
            )
            for each in verdicts
        )

    def _overdue(self, verdicts: Sequence[Verdict]) -> dict[tuple[str, str | None], Instant]:
        """By promise and version, when an open record of a share may become a miss."""
        occasions: dict[tuple[str, str | None], list[InWindow]] = {}
        for each in verdicts:
            if isinstance(each.occasion, InWindow) and not self.bears(each):
                occasions.setdefault((each.obligation, each.version), []).append(each.occasion)
        groups: dict[tuple[object, ...], list[tuple[tuple[str, str | None], Asked]]] = {}
        for by, found in occasions.items():
            promise = next(each for each in self.snapshot.promises(by[0]) if self._version(each) == by[1])
            if isinstance(promise, Target) and isinstance(promise.measure, ShareWithin):
                asked = asked_in(self.snapshot, promise, found)
                groups.setdefault(records_shape(asked), []).append((by, asked))
        turns: dict[tuple[str, str | None], Instant] = {}
        for group in groups.values():
            asked = [each for _, each in group]
            instants = overdue_at(asked, self.snapshot, self.store, as_of=self.as_of, known_at=self.known_at)
            turns |= {by: at for (by, _), at in zip(group, instants, strict=True) if at is not None}
        return turns

    def bears(self, verdict: Verdict) -> Microseconds:
        """How much news its state and its flags bear until it turns, in microseconds of bad time."""
        promise = self.snapshot.obligation_of(verdict)
        return bearing(promise, verdict, self.as_of) if isinstance(promise, Target) else 0

    def _version(self, promise: Obligation) -> str | None:
        return self.snapshot.agreements[promise.terms.agreement].version

    def arises_at(self) -> Instant | None:
        """The instant before which there is no verdict on an occasion that has none yet, unless a fact is
        fed: when the next window begins, or a fact that lies ahead is seen."""
        return self._first(self._arising())

    def _arising(self) -> Iterator[Instant | None]:
        for promise in self.snapshot.obligations():
            yield self._shared(promise)
            match promise:
                case Target(windows=cut) | Duty(occasion=OnWindow(windows=cut)):
                    yield self._begins(promise, cut)
                case _:
                    pass

    def _begins(self, promise: Obligation, kind: Windows) -> Instant | None:
        """When the next window begins."""
        agreement, own = self.snapshot.agreements[promise.terms.agreement], self._as_of(promise)
        until = own + (LOOKED_AHEAD_FOR_HOURS if isinstance(kind, HourWindows) else LOOKED_AHEAD)
        begun, cut = len(windows(agreement, kind, own)), windows(agreement, kind, until)
        if len(cut) > begun:
            return max(cut[begun].start, self._next_bucket(promise) or 0)
        return until if until < term_of(agreement)[1] else None

    def _first(self, instants: Iterable[Instant | None]) -> Instant | None:
        return min((each for each in instants if each is not None and each > self.as_of), default=None)

    @property
    def _soon(self) -> Instant:
        """Where nothing better is known."""
        return self.as_of + 1

    # What all verdicts of a promise share

    def _shared(self, promise: Obligation) -> Instant | None:
        """When the promise may read its facts otherwise, or its agreement's term may have another end."""
        derived = {each.kind for each in selections_of(promise) if self.snapshot.kinds[each.kind].derived}
        if derived - {BREACH}:
            return self._soon
        own = self._as_of(promise)
        bucket = self._next_bucket(promise)
        found = [
            max(each, bucket or 0)
            for kind in kinds_behind(self.snapshot, promise)
            if (each := self._ahead(kind, own)) is not None
        ]
        if self.renewed_at is None:
            self.renewed_at = {
                each.agreement: None
                if each.state is not RenewalState.OPEN
                else each.ends
                if each.due is None
                else each.due.at + each.due.inclusive
                for each in renewals(self.snapshot, self.store, as_of=self.as_of, known_at=self.known_at)
            }
        found += [each for each in self.renewed_at.values() if each is not None]
        return self._first(found)

    def _ahead(self, kind: str, as_of: Instant) -> Instant | None:
        """The first instant of any fact of the kind that lies ahead; the next one where one is right now."""
        if (kind, as_of) not in self.ahead:
            of = self.snapshot.kinds[kind]
            names = [each.name for each in of.fields if isinstance(each.type, InstantType)]
            statement = " UNION ALL ".join(named(AHEAD, field=name, facts=table_of(kind)) for name in names)
            is_there = bool(names) and (of.derived or self.store.may_hold(kind))
            rows = self.store.run(statement, (as_of,) * len(names)) if is_there else []
            found = [max(instant, as_of + 1) for (instant,) in rows if instant is not None]
            self.ahead[kind, as_of] = min(found, default=None)
        return self.ahead[kind, as_of]

    def _as_of(self, promise: Obligation) -> Instant:
        """What time it is for a promise: samples are read in whole buckets."""
        if isinstance(promise, Target) and isinstance(promise.measure, Uptime):
            return whole_buckets(self.as_of, promise.measure.samples)
        return self.as_of

    def _next_bucket(self, promise: Obligation) -> Instant | None:
        if isinstance(promise, Target) and isinstance(promise.measure, Uptime) and promise.measure.samples:
            return self._as_of(promise) + promise.measure.samples.length
        return None

    def _is_open(self, selection: Selection) -> bool:
        """Whether a fact of the kind lasts on."""
        if selection.kind not in self.opened:
            kind = self.snapshot.kinds[selection.kind]
            timing = kind.timing
            if not isinstance(timing, Lasts):
                return True
            statement = named(OPEN, facts=table_of(kind.name), start=timing.start, end=timing.end)
            self.opened[selection.kind] = bool(self.store.run(statement, (self.as_of, self.as_of)))
        return self.opened[selection.kind]

    def _goes_on(self, made: Intervals) -> bool:
        """Whether one of the intervals may be open."""
        timing = self.snapshot.kinds[made.facts.kind].timing
        if not isinstance(made.until, FieldOf) or not isinstance(timing, Lasts):
            return True
        return made.until.field != timing.end or self._is_open(made.facts)

    # What hangs on the verdict

    def _own(self, promise: Obligation, verdict: Verdict) -> Iterator[Instant | None]:
        match promise:
            case Target():
                yield from self._of_target(promise, verdict)
            case Duty():
                yield from self._of_duty(promise, verdict)
            case _:
                return

    def _of_duty(self, duty: Duty, verdict: Verdict) -> Iterator[Instant | None]:
        """A pause that goes on puts a deadline off, and never forward."""
        if isinstance(verdict.occasion, InWindow):
            yield verdict.occasion.end
            yield verdict.occasion.end + 1
        if verdict.state is State.PENDING and verdict.due is not None:
            due = verdict.due
            last = due.at if due.last_moment is None else due.last_moment
            yield last + due.inclusive
            if last + due.inclusive <= self.as_of:
                yield self._soon
            if duty.pauses and Flag.AT_RISK in verdict.flags:
                yield self._soon

    def _of_target(self, target: Target, verdict: Verdict) -> Iterator[Instant | None]:
        assert isinstance(verdict.occasion, InWindow)
        window, own = verdict.occasion, self._as_of(target)
        is_open = window.end > own
        bucket = self._next_bucket(target)
        if is_open:
            yield max(window.end, bucket or 0)
            if own == window.start:
                yield bucket or self._soon
            if target.mode_effect in (ModeEffect.SPLIT, ModeEffect.PRORATE) and any(
                self._goes_on(each.mode.intervals) for each in target.mode_bounds
            ):
                yield self._soon
            if target.countered is not None and verdict.state in (State.MET, State.BREACHED):
                yield self._soon
        match target.measure:
            case Uptime():
                yield from self._of_uptime(target, target.measure, verdict, is_open=is_open, bucket=bucket)
            case ShareWithin():
                pass  # asked of all its records at once
            case Aggregated(buckets=buckets):
                if buckets is not None and is_open:
                    yield self._soon

    def _of_uptime(
        self, target: Target, measure: Uptime, verdict: Verdict, *, is_open: bool, bucket: Instant | None
    ) -> Iterator[Instant | None]:
        """The bad time of a window, and what it is held against, change by no more than time passes, but for
        outages that count at once from their beginning."""
        if bucket is not None:
            # A run of buckets may go on, and reach back into a window that is over.
            yield bucket
            return
        is_jumping = (
            measure.least > 0
            or measure.whole > 0
            or measure.forgiven is not None
            or measure.attribution is OutageAttribution.WHOLE_AT_END
        )
        is_settled = measure.forgiven is None and target.watched_source is None
        if is_jumping and self._is_open(measure.outages):
            yield self._soon
        elif is_open:
            if (
                measure.deployed is not None
                or target.mode_bounds
                or any(each.cap is not None for each in measure.excludes)
                or (is_jumping and not is_settled)
            ):
                yield self._soon
            else:
                length = least_time(target, verdict)
                yield self.as_of + length - length // FOR_NEWS
