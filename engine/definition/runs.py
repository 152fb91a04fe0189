"""Runs of windows: the patterns of verdicts from which rights and improvements arise (S8.5)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias, assert_never

from engine.definition.civil import date_at, last_date_before, midnight_after, months_later
from engine.definition.intervals import Stretch
from engine.definition.windows import reach_of, whole_window_of
from engine.definition.wording import bound_text, value_text
from engine.model.expression import CalendarDays, Duration, Months
from engine.model.followup import BreachedIn, Figure, FigureIn, FigureOver, Pattern
from engine.model.obligation import Target
from engine.model.quantity import Bound, Instant
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Flag, InWindow, State, Verdict

Credits: TypeAlias = Mapping[tuple[str, str, str], Credit]
"""The credits by obligation, subject and window."""


Judged: TypeAlias = tuple[InWindow, Verdict]
"""A window, or the part of it that one version governs, and its verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A window as the calendar has it: its parts in order of time, one for each version (S2.6)."""

    parts: tuple[Judged, ...]

    @property
    def label(self) -> str:
        """The label of the whole window."""
        return self.parts[0][1].whole_window

    @property
    def is_breached(self) -> bool:
        """One part that is breached breaches it."""
        return any(is_breached(verdict) for _, verdict in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arisen:
    """A pattern that holds at the end of a window, or of its last part: of which promise, in which words."""

    verdict: Verdict
    window: InWindow
    because: str


def judged_by_subject(verdicts: Sequence[Verdict], obligation: str) -> list[list[Judged]]:
    """What was judged of a promise in order of time, apart for each subject."""
    by_subject: dict[str, list[Judged]] = {}
    for verdict in verdicts:
        if verdict.obligation == obligation and isinstance(verdict.occasion, InWindow):
            by_subject.setdefault(verdict.subject, []).append((verdict.occasion, verdict))
    return [sorted(by_subject[name], key=lambda each: each[0].start) for name in sorted(by_subject)]


def is_over(part: Judged, snapshot: Snapshot, as_of: Instant) -> bool:
    """Whether a part has ended, and nothing of its window is left to a version that has yet to take over."""
    window, verdict = part
    if window.label == verdict.whole_window or window.end > as_of:
        return window.end <= as_of
    promise = snapshot.obligation_of(verdict)
    assert promise is not None
    if promise.terms.reach.until is None:
        return True
    _, until = reach_of(promise.terms, snapshot.agreements[promise.terms.agreement])
    whole = in_calendar(part, snapshot)
    return until <= as_of or (whole is not None and whole[1] <= as_of)


def in_calendar(part: Judged, snapshot: Snapshot) -> Stretch | None:
    """The window of the calendar that a part of one is cut from, where there is such a window."""
    window, verdict = part
    promise = snapshot.obligation_of(verdict)
    if not isinstance(promise, Target):
        return None
    zone = snapshot.agreements[promise.terms.agreement].zone
    return whole_window_of(promise.windows, date_at(window.start, zone), zone)


def are_consecutive(one: Judged, other: Judged, snapshot: Snapshot) -> bool:
    """Whether no window of the calendar lies between the last part of one and the first of another; days
    between two versions are none."""
    before, after = in_calendar(one, snapshot), in_calendar(other, snapshot)
    end = one[0].end if before is None else before[1]
    start = other[0].start if after is None else after[0]
    return end >= start


def ended(
    verdicts: Sequence[Verdict], obligation: str, snapshot: Snapshot, as_of: Instant
) -> list[list[Whole]]:
    """The windows of a promise all of whose parts are over, one after the other, apart for each subject."""
    rows: list[list[Whole]] = []
    for judged in judged_by_subject(verdicts, obligation):
        by_label: dict[str, list[Judged]] = {}
        for each in judged:
            by_label.setdefault(each[1].whole_window, []).append(each)
        rows.append(
            [
                Whole(parts=tuple(parts))
                for parts in by_label.values()
                if all(is_over(each, snapshot, as_of) for each in parts)
            ]
        )
    return rows


def arisen(
    patterns: Sequence[Pattern],
    verdicts: Sequence[Verdict],
    credits: Credits,
    snapshot: Snapshot,
    as_of: Instant,
) -> list[Arisen]:
    """Every end of a window at which a pattern holds, in order of time, promise and subject."""
    found: dict[tuple[Instant, str, str], list[Arisen]] = {}
    for pattern in patterns:
        for windows in ended(verdicts, pattern.obligation, snapshot, as_of):
            for index in range(pattern.of - 1 if isinstance(pattern, FigureOver) else 0, len(windows)):
                run = windows[max(0, index - pattern.of + 1) : index + 1]
                if not all(
                    are_consecutive(one.parts[-1], other.parts[0], snapshot) for one, other in pairwise(run)
                ):
                    continue
                words = holds(pattern, run, credits)
                if words is not None:
                    window, verdict = run[-1].parts[-1]
                    each = Arisen(verdict=verdict, window=window, because=words)
                    found.setdefault((window.end, verdict.obligation, verdict.subject), []).append(each)
    return [each for key in sorted(found) for each in found[key]]


def holds(pattern: Pattern, run: Sequence[Whole], credits: Credits) -> str | None:
    """Why a pattern holds of a run of windows, or None."""
    match pattern:
        case BreachedIn(needed=needed, of=of):
            marked = [each.label for each in run if each.is_breached]
            return counted("breached", marked, run, needed, of)
        case FigureIn(figure=figure, bound=bound, needed=needed, of=of):
            marked = [
                each.label
                for each in run
                if (value := whole_figure(figure, each, bound, credits)) is not None and bound.holds(value)
            ]
            return counted(f"{figure.value} {bound_text(bound)}", marked, run, needed, of)
        case FigureOver(figure=figure, bound=bound):
            values = [whole_figure(figure, each, bound, credits) for each in run]
            known = [each for each in values if each is not None]
            if len(known) < len(values):
                return None
            value = sum(known, Fraction(0))
            if figure is Figure.AVERAGE:
                value /= len(known)
            if not bound.holds(value):
                return None
            shown = value_text(value, bound.unit)
            where = f"{run[0].label} to {run[-1].label}"
            return f"{figure.value} of {where}: {shown}, {bound_text(bound)}"
        case _:
            assert_never(pattern)


def counted(what: str, marked: Sequence[str], run: Sequence[Whole], needed: int, of: int) -> str | None:
    """The words for enough marked windows, the last of the run among them."""
    if len(marked) < needed or run[-1].label not in marked:
        return None
    return f"{what} in {len(marked)} of {of}: {', '.join(marked)}"


def is_breached(verdict: Verdict) -> bool:
    """What is only reported has no consequence (S6.4)."""
    return verdict.state is State.BREACHED and Flag.REPORTED_ONLY not in verdict.flags


def whole_figure(figure: Figure, whole: Whole, bound: Bound, credits: Credits) -> Fraction | None:
    """The figure of a window: downtime and credits of its parts add up, values are weighed by elapsed time.

    A part to which the promise does not apply has none, and is left out beside others.
    """
    applied = [each for each in whole.parts if each[1].state is not State.NOT_APPLICABLE]
    if not applied:
        return None
    total, time = Fraction(0), 0
    for window, verdict in applied:
        value = figure_of(figure, verdict, window, bound, credits)
        if value is None:
            return None
        length = window.end - window.start if figure is Figure.AVERAGE else 1
        total, time = total + value * length, time + length
    return total / time if figure is Figure.AVERAGE else total


def figure_of(
    figure: Figure, verdict: Verdict, window: InWindow, bound: Bound, credits: Credits
) -> Fraction | None:
    """A window's downtime in microseconds, its credit in the bound's currency, or its exact value."""
    if verdict.state not in (State.MET, State.BREACHED, State.EXCUSED):
        return None
    match figure:
        case Figure.DOWNTIME:
            bad = verdict.counts.get("bad")
            return None if bad is None else Fraction(bad)
        case Figure.CREDITS:
            credit = credits.get((verdict.obligation, verdict.subject, window.label))
            if credit is None:
                return Fraction(0)
            if credit.amount is None or credit.amount.currency != bound.unit.name:
                return None
            return Fraction(credit.amount.amount)
        case Figure.AVERAGE:
            measured = verdict.measured
            is_alike = isinstance(measured, Exact) and measured.unit.dimension is bound.unit.dimension
            return measured.value if isinstance(measured, Exact) and is_alike else None
        case _:
            assert_never(figure)


def days_after(end: Instant, length: Duration, zone: str) -> Instant:
    """The midnight after so many civil days or months from a window's last civil day (S2.3, S4.2)."""
    first = last_date_before(end, zone)
    match length:
        case CalendarDays(days=days):
            last = first + dt.timedelta(days=days)
        case Months(months=months):
            last = months_later(first, months)
        case _:
            raise AssertionError("the resolver refuses lengths on a clock")
    return midnight_after(last, zone)
