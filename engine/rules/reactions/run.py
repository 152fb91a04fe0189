"""The patterns of windows from which rights and improvements arise: folds over verdicts (S8.5)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias, assert_never

from engine.model.decimals import number_text
from engine.model.expression import CalendarDays, Duration, Months
from engine.model.followup import BreachedIn, Figure, FigureIn, FigureOver, Pattern
from engine.model.quantity import Bound, Dimension, Instant, Unit
from engine.model.reaction import Credit
from engine.model.verdict import Exact, Flag, InWindow, State, Verdict
from engine.rules.plans.civil_time import civil_day_of, civil_to_instant
from engine.rules.plans.windows import add_months

EPOCH = date(1970, 1, 1)

Paid: TypeAlias = Mapping[tuple[str, str, str], Credit]
"""Credits by the identity of the verdict that they follow from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A window that is over, and its verdict."""

    window: InWindow
    verdict: Verdict

    @property
    def is_broken(self) -> bool:
        """Whether it is a breach with consequences (S6.4)."""
        return self.verdict.state is State.BREACHED and Flag.REPORTED_ONLY not in self.verdict.flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """The end of a window at which one pattern or several hold, each in its own words."""

    last: Ended
    because: tuple[str, ...]


def ended_windows(verdicts: Iterable[Verdict], as_of: Instant) -> dict[tuple[str, str], tuple[Ended, ...]]:
    """By promise and subject, in order of time: a breach dates from the end of its window (S8.1)."""
    over = [
        Ended(window=each.occasion, verdict=each)
        for each in verdicts
        if isinstance(each.occasion, InWindow) and each.occasion.end <= as_of
    ]
    over.sort(key=lambda each: (each.verdict.obligation, each.verdict.subject, each.window.start))
    return {
        key: tuple(found)
        for key, found in groupby(over, key=lambda each: (each.verdict.obligation, each.verdict.subject))
    }


def triggers(
    patterns: Iterable[Pattern], windows: Mapping[tuple[str, str], tuple[Ended, ...]], paid: Paid
) -> list[Trigger]:
    """Where a pattern holds, in order of time, promise and subject."""
    found: dict[tuple[Instant, str, str], tuple[Ended, list[str]]] = {}
    for pattern in patterns:
        for (obligation, subject), row in windows.items():
            if obligation != pattern.obligation:
                continue
            for last, words in _where(pattern, row, paid):
                place = (last.window.end, obligation, subject)
                found.setdefault(place, (last, []))[1].append(words)
    return [Trigger(last=found[key][0], because=tuple(found[key][1])) for key in sorted(found)]


def _where(pattern: Pattern, row: tuple[Ended, ...], paid: Paid) -> Iterator[tuple[Ended, str]]:
    """Slide a frame of so many windows over the row; at its beginning the frame is shorter."""
    for end in range(1, len(row) + 1):
        frame = row[max(0, end - pattern.of) : end]
        if frame[-1].window.start - frame[0].window.start != sum(
            each.window.end - each.window.start for each in frame[:-1]
        ):
            continue
        words = _words(pattern, frame, paid)
        if words is not None:
            yield frame[-1], words


def _words(pattern: Pattern, frame: tuple[Ended, ...], paid: Paid) -> str | None:
    match pattern:
        case BreachedIn():
            return _enough("breached", frame, [each.is_broken for each in frame], pattern.needed, pattern.of)
        case FigureIn(figure=figure, bound=bound):
            figures = [_figure(figure, each, bound.unit, paid) for each in frame]
            marked = [each is not None and bound.holds(each) for each in figures]
            return _enough(f"{figure.value} {_bound(bound)}", frame, marked, pattern.needed, pattern.of)
        case FigureOver(figure=figure, bound=bound, of=of):
            figures = [_figure(figure, each, bound.unit, paid) for each in frame]
            if len(frame) < of or None in figures:
                return None
            total = sum((each for each in figures if each is not None), Fraction(0))
            value = total / of if figure is Figure.AVERAGE else total
            first, last = frame[0].window.label, frame[-1].window.label
            text = f"{figure.value} of {first} to {last}: {_in_unit(value, bound.unit)}, {_bound(bound)}"
            return text if bound.holds(value) else None
        case _:
            assert_never(pattern)


def _enough(what: str, frame: tuple[Ended, ...], marked: list[bool], needed: int, of: int) -> str | None:
    if not marked[-1] or marked.count(True) < needed:
        return None
    labels = ", ".join(each.window.label for each, counts in zip(frame, marked, strict=True) if counts)
    return f"{what} in {marked.count(True)} of {of}: {labels}"


def _figure(figure: Figure, ended: Ended, unit: Unit, paid: Paid) -> Fraction | None:
    verdict = ended.verdict
    if verdict.state in (State.PENDING, State.UNMEASURED, State.NOT_APPLICABLE):
        return None
    match figure:
        case Figure.DOWNTIME:
            return Fraction(verdict.counts["bad"]) if "bad" in verdict.counts else None
        case Figure.AVERAGE:
            return verdict.measured.value if isinstance(verdict.measured, Exact) else None
        case Figure.CREDITS:
            credit = paid.get(verdict.identity)
            if credit is None:
                return Fraction(0)
            amount = credit.amount
            return Fraction(amount.amount) if amount and amount.currency == unit.name else None
        case _:
            assert_never(figure)


def _bound(bound: Bound) -> str:
    return f"{bound.comparison.value} {_in_unit(bound.value, bound.unit)}"


def _in_unit(value: Fraction, unit: Unit) -> str:
    shown = number_text(value, unit.size)
    match unit.dimension:
        case Dimension.RATIO:
            return shown + unit.name
        case Dimension.MONEY:
            return f"{unit.name} {shown}"
        case Dimension.COUNT | Dimension.NUMBER:
            return shown
        case _:
            return f"{shown} {unit.name.removesuffix('s') if shown == '1' else unit.name}"


def end_of(length: Duration, after: Instant, zone: str) -> Instant:
    """The first instant that is too late, so many civil days or months after a window's last day (S2.3)."""
    day = civil_day_of(zone, after - 1)
    match length:
        case CalendarDays(days=days):
            day += days
        case Months(months=months):
            day = (add_months(EPOCH + timedelta(days=day), months) - EPOCH).days
        case _:
            raise AssertionError("the resolver refuses lengths on a clock")
    return civil_to_instant(zone, day + 1, 0)
