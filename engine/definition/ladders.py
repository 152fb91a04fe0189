"""Ladders over windows: one case after the other, each run from its first breach on (S8.3)."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from engine.definition.book import Reading, id_of
from engine.definition.civil import date_at, last_date_before
from engine.definition.conditions import Match, instant_of, matching
from engine.definition.runs import ended, is_breached
from engine.model.agreement import Agreement
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.followup import Ladder, LadderLevel
from engine.model.period import WindowUnit
from engine.model.quantity import Instant
from engine.model.reaction import LadderCase, LadderEvent, LadderState, LadderStep
from engine.model.verdict import InWindow, State, Verdict

CLEAN = (State.MET, State.EXCUSED, State.NOT_APPLICABLE)
"""A window without a breach; what is unmeasured or pending is neither clean nor breached."""


def place_of(unit: WindowUnit, day: dt.date) -> int:
    """Which window of a unit holds a day, counted from the beginning of dates."""
    match unit:
        case WindowUnit.DAY:
            return day.toordinal()
        case WindowUnit.WEEK:
            return (day.toordinal() - 1) // 7
        case WindowUnit.MONTH:
            return day.year * 12 + day.month - 1
        case WindowUnit.QUARTER:
            return day.year * 4 + (day.month - 1) // 3
        case WindowUnit.YEAR:
            return day.year
        case _:
            assert_never(unit)


def label_at(unit: WindowUnit, place: int) -> str:
    """The label of that window (S2.6)."""
    match unit:
        case WindowUnit.DAY:
            return dt.date.fromordinal(place).isoformat()
        case WindowUnit.WEEK:
            year, week, _ = dt.date.fromordinal(place * 7 + 1).isocalendar()
            return f"{year:04d}-W{week:02d}"
        case WindowUnit.MONTH:
            return f"{place // 12:04d}-{place % 12 + 1:02d}"
        case WindowUnit.QUARTER:
            return f"{place // 4:04d}-Q{place % 4 + 1}"
        case WindowUnit.YEAR:
            return f"{place:04d}"
        case _:
            assert_never(unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The case before: at which level it closed, and its last clean window."""

    level: int
    place: int


@dataclass(slots=True, kw_only=True)
class Climb:
    """One case on its way up: what a ladder, a target's windows and the facts make of its first breach."""

    ladder: Ladder
    agreement: Agreement
    reading: Reading
    windows: Mapping[int, tuple[InWindow, Verdict]]
    first: int
    breach: Fact
    level: LadderLevel
    steps: list[LadderStep] = field(default_factory=list[LadderStep])
    due: list[str] = field(default_factory=list[str])

    @property
    def bound(self) -> dict[str, Fact]:
        """The opening breach, under its short name."""
        return {self.ladder.variable: self.breach}

    def note(self, at: Instant, event: LadderEvent, reason: str, *matches: Match) -> None:
        """Record a transition."""
        facts = tuple(id_of(each.fact) for each in matches)
        self.steps.append(LadderStep(at=at, level=self.level.number, event=event, reason=reason, facts=facts))

    def after(self, selection: Selection, opened_at: Instant) -> list[Match]:
        """The proven facts from the opening of the level on."""
        found = matching(selection, self.reading, self.bound, self.agreement.zone)
        return [each for each in found if each.proven and opened_at <= each.at <= self.reading.as_of]

    def place(self, at: Instant) -> int:
        """The window that holds an instant."""
        return place_of(self.ladder.unit, date_at(at, self.agreement.zone))

    def run(self, opened_at: Instant, reason: str) -> tuple[LadderState, int | None]:
        """Climb until the case closes, fails or waits; with the window in which it closed."""
        while True:
            self.note(opened_at, LadderEvent.OPENED, reason)
            remedy = self.remedy(opened_at)
            if remedy is None:
                return LadderState.OPEN, None
            failed: InWindow | None = None
            for place in range(remedy, remedy + self.ladder.clean):
                window, verdict = self.windows.get(place, (None, None))
                label = label_at(self.ladder.unit, place)
                if window is None or verdict is None:
                    self.due.append(f"{label} without a breach")
                    return LadderState.OPEN, None
                if is_breached(verdict):
                    failed = window
                    break
                if verdict.state not in CLEAN:
                    self.due.append(f"a result for {label}")
                    return LadderState.OPEN, None
            if failed is None:
                if self.due:
                    return LadderState.OPEN, None
                last = remedy + self.ladder.clean - 1
                words = label_at(self.ladder.unit, remedy)
                if last > remedy:
                    words += f" to {label_at(self.ladder.unit, last)}"
                self.note(self.windows[last][0].end, LadderEvent.CLOSED, f"no breach in {words}")
                return LadderState.CLOSED, last
            self.due.clear()
            self.note(failed.end, LadderEvent.FAILED, f"breached in {failed.label}")
            below = self.level.number
            higher = [each for each in self.ladder.levels if each.after_failure_of == below]
            if not higher:
                return LadderState.FAILED, None
            self.level, opened_at, reason = higher[0], failed.end, f"level {below} failed"

    def remedy(self, opened_at: Instant) -> int | None:
        """The remedy window of the level, extended where that was granted; None while a fact is due."""
        bound = self.bound
        if self.level.notice is not None:
            notices = self.after(self.level.notice, opened_at)
            if not notices:
                self.due.append(self.level.notice.kind)
                return None
            bound[self.level.notice.variable] = notices[0].fact
            self.note(notices[0].at, LadderEvent.NOTIFIED, "notice given", notices[0])
        for need in self.level.needs:
            given = self.after(need, opened_at)
            if given:
                bound[need.variable] = given[0].fact
            else:
                self.due.append(need.kind)
        known = self.level.waits_for in bound
        at = instant_of(self.level.remedied, bound) if known else None
        if at is None:
            self.due += ["the remedy window"] * known
            return None
        remedy = max(self.place(at) + self.level.after, self.first + 1)
        extension = self.level.extension
        for each in self.after(extension.by, opened_at) if extension is not None else ():
            assert extension is not None
            to = instant_of(extension.to, {**self.bound, extension.by.variable: each.fact})
            if to is None or self.place(to) <= remedy:
                continue
            if self.ladder.late_approvals or self.place(each.at) <= remedy:
                remedy = self.place(to)
                words = f"extended to {label_at(self.ladder.unit, remedy)}"
                self.note(each.at, LadderEvent.EXTENDED, words, each)
        return remedy


def cases_of(
    ladder: Ladder,
    agreement: Agreement,
    verdicts: Sequence[Verdict],
    breaches: Mapping[tuple[str, str, str], Fact],
    reading: Reading,
) -> Iterator[LadderCase]:
    """The cases of every target and subject, in order of time; `breaches` by identity."""
    for target in ladder.targets:
        for run in ended(verdicts, target, reading.as_of):
            windows = {
                place_of(ladder.unit, last_date_before(window.end, agreement.zone)): (window, verdict)
                for window, verdict in run
            }
            before: Closed | None = None
            done = -1
            for first in sorted(windows):
                window, verdict = windows[first]
                if first <= done or not is_breached(verdict):
                    continue
                level, reason = entered(ladder, before, first, window.label)
                climb = Climb(
                    ladder=ladder,
                    agreement=agreement,
                    reading=reading,
                    windows=windows,
                    first=first,
                    breach=breaches[verdict.identity],
                    level=level,
                )
                state, closed = climb.run(window.end, reason)
                done = max(windows) if closed is None else closed
                before = None if closed is None else Closed(level=climb.level.number, place=closed)
                gives = climb.level.gives if state is LadderState.FAILED else None
                yield LadderCase(
                    ladder=ladder.id,
                    obligation=verdict.obligation,
                    subject=verdict.subject,
                    occasion=window,
                    state=state,
                    level=climb.level.number,
                    role=climb.level.role,
                    steps=tuple(climb.steps),
                    joined=tuple(
                        windows[place][0].label
                        for place in sorted(windows)
                        if first < place <= done and is_breached(windows[place][1])
                    ),
                    due=tuple(climb.due),
                    gives=None if gives is None else f"{gives.party} may {gives.power}",
                )


def entered(ladder: Ladder, before: Closed | None, first: int, label: str) -> tuple[LadderLevel, str]:
    """The level at which a breach opens a case: a higher one soon after a case that was closed there."""
    for level in reversed(ladder.levels):
        again = level.reopening
        if again is None or before is None or before.level < again.at_or_above:
            continue
        if first - before.place <= again.within:
            return level, f"breached again in {label}, after closing at level {before.level}"
    return ladder.levels[0], f"breached in {label}"
