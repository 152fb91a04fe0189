"""Ladders over windows: a fold over a target's windows, one case after the other (S8.3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias, assert_never

from engine.model.followup import Ladder, LadderLevel
from engine.model.period import WindowUnit
from engine.model.quantity import Instant
from engine.model.reaction import LadderCase, LadderEvent, LadderState, LadderStep
from engine.model.verdict import State
from engine.rules.plans.civil_time import civil_day_of
from engine.rules.plans.matches import Matched
from engine.rules.plans.windows import add_months, first_day, label_of
from engine.rules.reactions.run import EPOCH, Ended

Facts: TypeAlias = Mapping[tuple[int, str], Sequence[Matched]]
"""What a level's selections find, by the level's number and the selection's variable, or EXTENSION: a row's
first value is the instant of the remedy, or up to when it extends, where the selection says either."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFold:
    """A ladder in a zone, with what its selections found."""

    ladder: Ladder
    zone: str
    facts: Facts

    def cases(self, row: Sequence[Ended]) -> Iterator[LadderCase]:
        """The cases of one target and subject; `row` holds its windows that are over, in order."""
        windows = {self._first_day(each.window.end - 1): each for each in row}
        closed: tuple[int, date] | None = None
        busy_until: date | None = None
        for opening, ended in windows.items():
            if not ended.is_broken or (busy_until is not None and opening <= busy_until):
                continue
            case = self._entry(closed, opening, ended)
            while case.state is None:
                case = self._advance(case, opening, ended, windows)
            closed = (case.level.number, case.closed_in) if case.closed_in else None
            busy_until = case.closed_in or max(windows)
            joined = [
                each.window.label
                for start, each in windows.items()
                if opening < start <= busy_until and each.is_broken
            ]
            gives = case.level.gives if case.state is LadderState.FAILED else None
            yield LadderCase(
                ladder=self.ladder.id,
                obligation=ended.verdict.obligation,
                subject=ended.verdict.subject,
                occasion=ended.window,
                state=case.state,
                level=case.level.number,
                role=case.level.role,
                steps=case.steps,
                joined=tuple(joined),
                due=case.due,
                gives=f"{gives.party} may {gives.power}" if gives else None,
            )

    def _entry(self, closed: tuple[int, date] | None, opening: date, ended: Ended) -> _Case:
        """The highest level that a breach so soon after a closing enters, else the lowest one."""
        label, since = ended.window.label, ended.window.end
        if closed is not None:
            number, last = closed
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

    def _advance(self, case: _Case, opening: date, ended: Ended, windows: Mapping[date, Ended]) -> _Case:
        """One level: what it waits for, its remedy window, and whether that is clean."""
        breach = "/".join(ended.verdict.identity)
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
        remedy = self._later(self._first_day(remedied), case.level.after)
        remedy = max(remedy, self._later(opening, 1))
        case, remedy = self._extended(case, remedy, breach)
        return self._judged(case, remedy, windows)

    def _extended(self, case: _Case, remedy: date, breach: str) -> tuple[_Case, date]:
        """What approvals make of the remedy window, in their order; it never comes nearer."""
        extension = case.level.extension
        for each in self._given(case, EXTENSION, breach) if extension else ():
            to = each.values[0]
            if not isinstance(to, int) or self._first_day(to) <= remedy:
                continue
            if self.ladder.late_approvals or self._first_day(each.at) <= remedy:
                remedy = self._first_day(to)
                words = f"extended to {self._label(remedy)}"
                case = case.with_step(each.at, LadderEvent.EXTENDED, words, each.id)
        return case, remedy

    def _judged(self, case: _Case, remedy: date, windows: Mapping[date, Ended]) -> _Case:
        days = [self._later(remedy, count) for count in range(self.ladder.clean)]
        for day in days:
            ended = windows.get(day)
            if ended is None:
                return case.waiting(f"{self._label(day)} without a breach")
            if ended.is_broken:
                return self._failed(replace(case, due=()), ended)
            if ended.verdict.state in (State.UNMEASURED, State.PENDING, State.BREACHED):
                return case.waiting(f"a result for {self._label(day)}")
        if case.due:
            return case.waiting()
        words = " to ".join(dict.fromkeys((self._label(days[0]), self._label(days[-1]))))
        closed = case.with_step(windows[days[-1]].window.end, LadderEvent.CLOSED, f"no breach in {words}")
        return replace(closed, state=LadderState.CLOSED, closed_in=days[-1])

    def _failed(self, case: _Case, ended: Ended) -> _Case:
        number = case.level.number
        case = case.with_step(ended.window.end, LadderEvent.FAILED, f"breached in {ended.window.label}")
        for level in self.ladder.levels:
            if level.after_failure_of == number:
                return self._opened(level, ended.window.end, f"level {number} failed", case.steps)
        return replace(case, state=LadderState.FAILED)

    def _given(self, case: _Case, variable: str, breach: str) -> list[Matched]:
        rows = self.facts[case.level.number, variable]
        return [each for each in rows if each.breach == breach and each.at >= case.since]

    # Civil windows, each named by its first day

    def _first_day(self, at: Instant) -> date:
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
