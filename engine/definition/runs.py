"""Runs of windows: the patterns of verdicts from which rights and improvements arise (S8.5)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias, assert_never

from engine.definition.civil import last_date_before, midnight_after, months_later
from engine.definition.wording import bound_text, value_text
from engine.model.expression import CalendarDays, Duration, Months
from engine.model.followup import BreachedIn, Figure, FigureIn, FigureOver, Pattern
from engine.model.quantity import Bound, Instant
from engine.model.reaction import Credit
from engine.model.verdict import Exact, Flag, InWindow, State, Verdict

Credits: TypeAlias = Mapping[tuple[str, str, str], Credit]
"""The credits by obligation, subject and window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arisen:
    """A pattern that holds at the end of a window: of which promise, and in which words."""

    verdict: Verdict
    window: InWindow
    because: str


def ended(
    verdicts: Sequence[Verdict], obligation: str, as_of: Instant
) -> list[list[tuple[InWindow, Verdict]]]:
    """The windows of a promise that are over, one after the other, apart for each subject."""
    by_subject: dict[str, list[tuple[InWindow, Verdict]]] = {}
    for verdict in verdicts:
        window = verdict.occasion
        if verdict.obligation == obligation and isinstance(window, InWindow) and window.end <= as_of:
            by_subject.setdefault(verdict.subject, []).append((window, verdict))
    return [sorted(by_subject[name], key=lambda each: each[0].start) for name in sorted(by_subject)]


def arisen(
    patterns: Sequence[Pattern], verdicts: Sequence[Verdict], credits: Credits, as_of: Instant
) -> list[Arisen]:
    """Every end of a window at which a pattern holds, in order of time, promise and subject."""
    found: dict[tuple[Instant, str, str], list[Arisen]] = {}
    for pattern in patterns:
        for windows in ended(verdicts, pattern.obligation, as_of):
            for index in range(pattern.of - 1 if isinstance(pattern, FigureOver) else 0, len(windows)):
                run = windows[max(0, index - pattern.of + 1) : index + 1]
                if any(one[0].end != other[0].start for one, other in pairwise(run)):
                    continue
                words = holds(pattern, run, credits)
                if words is not None:
                    window, verdict = run[-1]
                    each = Arisen(verdict=verdict, window=window, because=words)
                    found.setdefault((window.end, verdict.obligation, verdict.subject), []).append(each)
    return [each for key in sorted(found) for each in found[key]]


def holds(pattern: Pattern, run: Sequence[tuple[InWindow, Verdict]], credits: Credits) -> str | None:
    """Why a pattern holds of a run of windows, or None."""
    match pattern:
        case BreachedIn(needed=needed, of=of):
            marked = [window.label for window, verdict in run if is_breached(verdict)]
            return counted("breached", marked, run, needed, of)
        case FigureIn(figure=figure, bound=bound, needed=needed, of=of):
            marked = [
                window.label
                for window, verdict in run
                if (value := figure_of(figure, verdict, window, bound, credits)) is not None
                and bound.holds(value)
            ]
            return counted(f"{figure.value} {bound_text(bound)}", marked, run, needed, of)
        case FigureOver(figure=figure, bound=bound):
            values = [figure_of(figure, verdict, window, bound, credits) for window, verdict in run]
            known = [each for each in values if each is not None]
            if len(known) < len(values):
                return None
            value = sum(known, Fraction(0))
            if figure is Figure.AVERAGE:
                value /= len(known)
            if not bound.holds(value):
                return None
            shown = value_text(value, bound.unit)
            where = f"{run[0][0].label} to {run[-1][0].label}"
            return f"{figure.value} of {where}: {shown}, {bound_text(bound)}"
        case _:
            assert_never(pattern)


def counted(
    what: str, marked: Sequence[str], run: Sequence[tuple[InWindow, Verdict]], needed: int, of: int
) -> str | None:
    """The words for enough marked windows, the last of the run among them."""
    if len(marked) < needed or run[-1][0].label not in marked:
        return None
    return f"{what} in {len(marked)} of {of}: {', '.join(marked)}"


def is_breached(verdict: Verdict) -> bool:
    """What is only reported has no consequence (S6.4)."""
    return verdict.state is State.BREACHED and Flag.REPORTED_ONLY not in verdict.flags


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
            return verdict.measured.value if isinstance(verdict.measured, Exact) else None
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
