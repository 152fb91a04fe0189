"""Ladders over windows: one case after the other, each run from its first breach on (S8.3)."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from engine.definition.book import Reading, id_of
from engine.definition.civil import date_at, last_date_before
from engine.definition.conditions import Match, instant_of, matching
from engine.definition.runs import Judged, is_breached, is_over, judged_by_subject
from engine.model.agreement import Agreement
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.followup import Ladder, LadderLevel
from engine.model.period import WindowUnit
from engine.model.quantity import Instant
from engine.model.reaction import LadderCase, LadderEvent, LadderState, LadderStep
from engine.model.snapshot import Snapshot
from engine.model.verdict import State, Verdict

Declared: TypeAlias = tuple[Ladder, Agreement, Reading]
"""A ladder as one version of its agreement declares it, and what that version reads."""

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
    """The case before: at which level it closed, and the last day of its last clean window."""

    level: int
    day: dt.date


@dataclass(slots=True, kw_only=True)
class Climb:
    """One case on its way up: what a ladder, a target's windows and the facts make of its first breach."""

    ladder: Ladder
    agreement: Agreement
    reading: Reading
    windows: Mapping[int, Sequence[Judged]]
    first: int
    snapshot: Snapshot
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
            failed: Judged | None = None
            for place in range(remedy, remedy + self.ladder.clean):
                parts = self.windows.get(place, ())
                label = label_at(self.ladder.unit, place)
                failed = self.broken(parts)
                if failed is not None:
                    break
                if not parts or not all(is_over(each, self.snapshot, self.reading.as_of) for each in parts):
                    self.due.append(f"{label} without a breach")
                    return LadderState.OPEN, None
                if any(verdict.state not in CLEAN for _, verdict in parts):
                    self.due.append(f"a result for {label}")
                    return LadderState.OPEN, None
            if failed is None:
                if self.due:
                    return LadderState.OPEN, None
                last = remedy + self.ladder.clean - 1
                words = label_at(self.ladder.unit, remedy)
                if last > remedy:
                    words += f" to {label_at(self.ladder.unit, last)}"
                self.note(self.windows[last][-1][0].end, LadderEvent.CLOSED, f"no breach in {words}")
                return LadderState.CLOSED, last
            self.due.clear()
            window, verdict = failed
            self.note(window.end, LadderEvent.FAILED, f"breached in {verdict.whole_window}")
            below = self.level.number
            higher = [each for each in self.ladder.levels if each.after_failure_of == below]
            if not higher:
                return LadderState.FAILED, None
            self.level, opened_at, reason = higher[0], window.end, f"level {below} failed"

    def broken(self, parts: Sequence[Judged]) -> Judged | None:
        """The first part of a window that is over and breached: it breaches the window from its end on."""
        ended = (each for each in parts if each[0].end <= self.reading.as_of)
        return next((each for each in ended if is_breached(each[1])), None)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A ladder in all the versions that declare it, over what was judged of one target and subject."""

    declared: Sequence[Declared]
    judged: Sequence[Judged]
    breaches: Mapping[tuple[str, str, str], Fact]
    snapshot: Snapshot
    as_of: Instant

    def cases(self) -> Iterator[LadderCase]:
        """One case after the other: a breach opens one as the version says that governs it (S2.6)."""
        before: Closed | None = None
        for window, verdict in self.judged:
            said = next((each for each in self.declared if governs(each, verdict)), None)
            if said is None or window.end > self.as_of or not is_breached(verdict):
                continue
            ladder, agreement, _ = said
            windows = self.windows(ladder, agreement)
            first = place_of(ladder.unit, last_date_before(window.end, agreement.zone))
            if before is not None and first <= place_of(ladder.unit, before.day):
                continue
            case, before = self.case(said, (window, verdict), windows, first, before)
            yield case
            if before is None:
                return

    def windows(self, ladder: Ladder, agreement: Agreement) -> dict[int, list[Judged]]:
        """The parts of each window, by its place."""
        windows: dict[int, list[Judged]] = {}
        for window, verdict in self.judged:
            place = place_of(ladder.unit, last_date_before(window.end, agreement.zone))
            windows.setdefault(place, []).append((window, verdict))
        return windows

    def case(
        self,
        said: Declared,
        opening: Judged,
        windows: Mapping[int, Sequence[Judged]],
        first: int,
        before: Closed | None,
    ) -> tuple[LadderCase, Closed | None]:
        """The case that a breach opens, and where it closed, unless it is open or has failed."""
        ladder, agreement, reading = said
        window, verdict = opening
        level, reason = entered(ladder, before, first, verdict.whole_window)
        climb = Climb(
            ladder=ladder,
            agreement=agreement,
            reading=reading,
            windows=windows,
            first=first,
            snapshot=self.snapshot,
            breach=self.breaches[verdict.identity],
            level=level,
        )
        state, closed = climb.run(window.end, reason)
        done = max(windows) if closed is None else closed
        gives = climb.level.gives if state is LadderState.FAILED else None
        found = LadderCase(
            ladder=ladder.id,
            obligation=verdict.obligation,
            subject=verdict.subject,
            occasion=window,
            state=state,
            level=climb.level.number,
            role=climb.level.role,
            steps=tuple(climb.steps),
            joined=tuple(
                broken[1].whole_window
                for place in sorted(windows)
                if first < place <= done and (broken := climb.broken(windows[place])) is not None
            ),
            due=tuple(climb.due),
            gives=None if gives is None else f"{gives.party} may {gives.power}",
        )
        if closed is None:
            return found, None
        last = last_date_before(windows[closed][-1][0].end, agreement.zone)
        return found, Closed(level=climb.level.number, day=last)


def governs(said: Declared, verdict: Verdict) -> bool:
    """Whether a ladder, as a version declares it, is that of a breach."""
    ladder, agreement, _ = said
    return agreement.version == verdict.version and verdict.obligation in ladder.targets


def cases_of(
    declared: Sequence[Declared],
    verdicts: Sequence[Verdict],
    breaches: Mapping[tuple[str, str, str], Fact],
    snapshot: Snapshot,
    as_of: Instant,
) -> Iterator[LadderCase]:
    """The cases of every target and subject, in order of time; `breaches` by identity."""
    for target in dict.fromkeys(target for ladder, _, _ in declared for target in ladder.targets):
        for judged in judged_by_subject(verdicts, target):
            course = Course(
                declared=declared, judged=judged, breaches=breaches, snapshot=snapshot, as_of=as_of
            )
            yield from course.cases()


def entered(ladder: Ladder, before: Closed | None, first: int, label: str) -> tuple[LadderLevel, str]:
    """The level at which a breach opens a case: a higher one soon after a case that was closed there."""
    for level in reversed(ladder.levels):
        again = level.reopening
        if again is None or before is None or before.level < again.at_or_above:
            continue
        if first - place_of(ladder.unit, before.day) <= again.within:
            return level, f"breached again in {label}, after closing at level {before.level}"
    return ladder.levels[0], f"breached in {label}"
