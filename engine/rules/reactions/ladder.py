"""Ladders over windows: a fold over a target's windows, one case after the other (S8.3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias, assert_never

from engine.model.followup import Ladder, LadderLevel
from engine.model.period import WindowUnit, first_day
from engine.model.quantity import Instant
from engine.model.reaction import LadderCase, LadderEvent, LadderState, LadderStep
from engine.model.verdict import State
from engine.rules.plans.civil_time import civil_day_of
from engine.rules.plans.matches import Matched
from engine.rules.plans.windows import add_months, label_of
from engine.rules.reactions.run import EPOCH, Piece

Facts: TypeAlias = Mapping[tuple[int, str], Sequence[Matched]]
"""What a level's selections find, by the level's number and the selection's variable, or EXTENSION: a row's
first value is the instant of the remedy, or up to when it extends, where the selection says either."""

_NOT_KNOWN_CLEAN = (State.UNMEASURED, State.PENDING, State.BREACHED)
"""Neither clean nor a breach with consequences."""

EXTENSION = ""
"""In place of a variable: the selection that extends a level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A case so far: it goes on from `level`, open since `since`, or has come to an end."""

    level: LadderLevel
    since: Instant
    reason: str
    steps: tuple[LadderStep, ...] = ()
    due: tuple[str, ...] = ()
    state: LadderState | None = None
    closed_in: date | None = None

    def with_step(self, at: Instant, event: LadderEvent, reason: str, *facts: str) -> "_Case":
        step = LadderStep(at=at, level=self.level.number, event=event, reason=reason, facts=facts)
        return replace(self, steps=(*self.steps, step))

    def waiting(self, *due: str) -> "_Case":
        return replace(self, state=LadderState.OPEN, due=(*self.due, *due))

    def reported(
        self, ladder: Ladder, opening: Piece, windows: Mapping[date, Sequence[Piece]], as_of: Instant
    ) -> LadderCase:
        """The case as it is told, with the breaches that joined it until it closed."""
        assert self.state is not None, "a case goes on until it closes, fails or waits"
        first = next(day for day, pieces in windows.items() if opening in pieces)
        joined = (
            _broken(pieces, as_of)
            for day, pieces in windows.items()
            if first < day and (self.closed_in is None or day <= self.closed_in)
        )
        gives = self.level.gives if self.state is LadderState.FAILED else None
        return LadderCase(
            ladder=ladder.id,
            obligation=opening.verdict.obligation,
            subject=opening.verdict.subject,
            occasion=opening.window,
            state=self.state,
            level=self.level.number,
            role=self.level.role,
            steps=self.steps,
            joined=tuple(each.verdict.whole_window for each in joined if each is not None),
            due=self.due,
            gives=f"{gives.party} may {gives.power}" if gives else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFold:
    """One ladder as each version of its agreement has it (S2.6)."""

    climbs: Mapping[str | None, "Climb"]
    as_of: Instant

    def cases(self, row: Sequence[Piece]) -> Iterator[LadderCase]:
        """The cases of one target and subject, whose windows are `row`: a breach opens one by the version
        that governs it, and that version brings it to its end."""
        closed: tuple[int, Instant] | None = None
        for piece in row:
            climb = self.climbs.get(piece.verdict.version)
            if climb is None or not piece.is_broken or piece.window.end > self.as_of:
                continue
            if piece.verdict.obligation not in climb.ladder.targets:
                continue
            opening = climb.first_day(piece.window.end - 1)
            if closed is not None and opening <= climb.first_day(closed[1] - 1):
                continue
            windows: dict[date, list[Piece]] = defaultdict(list)
            for each in row:
                windows[climb.first_day(each.window.end - 1)].append(each)
            case = climb.case(piece, windows, closed, self.as_of)
            yield case.reported(climb.ladder, piece, windows, self.as_of)
            if case.closed_in is None:
                return
            closed = case.level.number, windows[case.closed_in][-1].window.end


def _broken(pieces: Sequence[Piece], as_of: Instant) -> Piece | None:
    """The piece that breaks a window, from its own end on."""
    return next((each for each in pieces if each.is_broken and each.window.end <= as_of), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """A ladder as one version has it, in its zone, with what its selections found."""

    ladder: Ladder
    zone: str
    facts: Facts

    def case(
        self,
        piece: Piece,
        windows: Mapping[date, Sequence[Piece]],
        closed: tuple[int, Instant] | None,
        as_of: Instant,
    ) -> _Case:
        """What a breach opens, as far as it has come; `closed` is the case before."""
        opening = self.first_day(piece.window.end - 1)
        case = self._entry(closed, opening, piece)
        while case.state is None:
            case = self._advance(case, opening, piece, windows, as_of)
        return case

    def _entry(self, closed: tuple[int, Instant] | None, opening: date, piece: Piece) -> _Case:
        """The highest level that a breach so soon after a closing enters, else the lowest one."""
        label, since = piece.verdict.whole_window, piece.window.end
        if closed is not None:
            number, last = closed[0], self.first_day(closed[1] - 1)
            again = [
                level
                for level in self.ladder.levels
                if level.reopening is not None
                and number >= level.reopening.at_or_above
                and opening <= self._later(last, level.reopening.within)
            ]
            if again:
                reason = f"breached again in {label}, after closing at level {number}"
                return self._opened(again[-1], since, reason, ())
        return self._opened(self.ladder.levels[0], since, f"breached in {label}", ())

    def _opened(
        self, level: LadderLevel, since: Instant, reason: str, steps: tuple[LadderStep, ...]
    ) -> _Case:
        case = _Case(level=level, since=since, reason=reason, steps=steps)
        return case.with_step(since, LadderEvent.OPENED, reason)

    def _advance(
        self,
        case: _Case,
        opening: date,
        piece: Piece,
        windows: Mapping[date, Sequence[Piece]],
        as_of: Instant,
    ) -> _Case:
        """One level: what it waits for, its remedy window, and whether that is clean."""
        breach = "/".join(piece.verdict.identity)
        given: dict[str, Matched] = {}
        if case.level.notice is not None:
            notices = self._given(case, case.level.notice.variable, breach)
            if not notices:
                return case.waiting(case.level.notice.kind)
            given[case.level.notice.variable] = notices[0]
            case = case.with_step(notices[0].at, LadderEvent.NOTIFIED, "notice given", notices[0].id)
        for need in case.level.needs:
            found = self._given(case, need.variable, breach)
            if found:
                given[need.variable] = found[0]
            else:
                case = replace(case, due=(*case.due, need.kind))
        if case.level.waits_for not in given:
            return case.waiting()
        remedied = given[case.level.waits_for].values[0]
        if not isinstance(remedied, int):
            return case.waiting("the remedy window")
        remedy = self._later(self.first_day(remedied), case.level.after)
        remedy = max(remedy, self._later(opening, 1))
        case, remedy = self._extended(case, remedy, breach)
        return self._judged(case, remedy, windows, as_of)

    def _extended(self, case: _Case, remedy: date, breach: str) -> tuple[_Case, date]:
        """What approvals make of the remedy window, in their order; it never comes nearer."""
        extension = case.level.extension
        for each in self._given(case, EXTENSION, breach) if extension else ():
            to = each.values[0]
            if not isinstance(to, int) or self.first_day(to) <= remedy:
                continue
            if self.ladder.late_approvals or self.first_day(each.at) <= remedy:
                remedy = self.first_day(to)
                words = f"extended to {self._label(remedy)}"
                case = case.with_step(each.at, LadderEvent.EXTENDED, words, each.id)
        return case, remedy

    def _judged(
        self, case: _Case, remedy: date, windows: Mapping[date, Sequence[Piece]], as_of: Instant
    ) -> _Case:
        days = [self._later(remedy, count) for count in range(self.ladder.clean)]
        for day in days:
            pieces = windows.get(day, ())
            broken = _broken(pieces, as_of)
            if broken is not None:
                return self._failed(replace(case, due=()), broken)
            if not pieces or not all(each.is_over for each in pieces):
                return case.waiting(f"{self._label(day)} without a breach")
            if any(each.verdict.state in _NOT_KNOWN_CLEAN for each in pieces):
                return case.waiting(f"a result for {self._label(day)}")
        if case.due:
            return case.waiting()
        words = " to ".join(dict.fromkeys((self._label(days[0]), self._label(days[-1]))))
        end = windows[days[-1]][-1].window.end
        closed = case.with_step(end, LadderEvent.CLOSED, f"no breach in {words}")
        return replace(closed, state=LadderState.CLOSED, closed_in=days[-1])

    def _failed(self, case: _Case, broken: Piece) -> _Case:
        number, end = case.level.number, broken.window.end
        case = case.with_step(end, LadderEvent.FAILED, f"breached in {broken.verdict.whole_window}")
        for level in self.ladder.levels:
            if level.after_failure_of == number:
                return self._opened(level, end, f"level {number} failed", case.steps)
        return replace(case, state=LadderState.FAILED)

    def _given(self, case: _Case, variable: str, breach: str) -> list[Matched]:
        rows = self.facts[case.level.number, variable]
        return [each for each in rows if each.breach == breach and each.at >= case.since]

    # Civil windows, each named by its first day

    def first_day(self, at: Instant) -> date:
        """The first day of the window that holds an instant."""
        return first_day(self.ladder.unit, EPOCH + timedelta(days=civil_day_of(self.zone, at)))

    def _later(self, day: date, count: int) -> date:
        match self.ladder.unit:
            case WindowUnit.DAY:
                return day + timedelta(days=count)
            case WindowUnit.WEEK:
                return day + timedelta(weeks=count)
            case WindowUnit.MONTH:
                return add_months(day, count)
            case WindowUnit.QUARTER:
                return add_months(day, 3 * count)
            case WindowUnit.YEAR:
                return add_months(day, 12 * count)
            case _:
                assert_never(self.ladder.unit)

    def _label(self, day: date) -> str:
        return label_of(self.ladder.unit, day)
