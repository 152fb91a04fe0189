"""The patterns of windows from which rights and improvements arise: folds over verdicts (S8.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from typing import TypeAlias, assert_never

from engine.model.decimals import number_text
from engine.model.expression import CalendarDays, Duration, Months
from engine.model.followup import BreachedIn, Figure, FigureIn, FigureOver, Pattern
from engine.model.obligation import Target
from engine.model.period import TermWindow
from engine.model.quantity import Bound, Dimension, Instant, Unit
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Flag, InWindow, State, Verdict
from engine.rules.plans.civil_time import civil_day_of, civil_to_instant
from engine.rules.plans.windows import add_months, calendar_window, reach_of

EPOCH = date(1970, 1, 1)

Paid: TypeAlias = Mapping[tuple[str, str, str], Credit]
"""Credits by the identity of the verdict that they follow from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A window that has begun, or the part of one that a version governs (S2.6), and its verdict.

    `is_over` says that it has ended, and that nothing of its window is left to a version that has yet to
    begin. `calendar` is the window as the calendar has it.
    """

    window: InWindow
    verdict: Verdict
    is_over: bool
    calendar: tuple[Instant, Instant]

    @property
    def is_broken(self) -> bool:
        """Whether it is a breach with consequences (S6.4)."""
        return self.verdict.state is State.BREACHED and Flag.REPORTED_ONLY not in self.verdict.flags


Pieces: TypeAlias = Mapping[tuple[str, str], tuple[Piece, ...]]
"""By promise and subject, in order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A window of the calendar that is over, in all the pieces that versions cut it into."""

    pieces: tuple[Piece, ...]

    @property
    def label(self) -> str:
        """The window's own label."""
        return self.pieces[0].verdict.whole_window

    @property
    def last(self) -> Piece:
        """The piece that it ended with."""
        return self.pieces[-1]

    @property
    def is_broken(self) -> bool:
        """A broken piece breaks it."""
        return any(each.is_broken for each in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """The end of a window at which one pattern or several hold, each in its own words."""

    last: Piece
    because: tuple[str, ...]


def pieces_of(verdicts: Iterable[Verdict], snapshot: Snapshot, as_of: Instant) -> Pieces:
    """All windows that have begun: a breach dates from the end of its own (S8.1)."""
    found = [
        _piece(each, each.occasion, snapshot, as_of)
        for each in verdicts
        if isinstance(each.occasion, InWindow)
    ]
    found.sort(key=lambda each: (each.verdict.obligation, each.verdict.subject, each.window.start))
    return {
        key: tuple(row)
        for key, row in groupby(found, key=lambda each: (each.verdict.obligation, each.verdict.subject))
    }


def _piece(verdict: Verdict, window: InWindow, snapshot: Snapshot, as_of: Instant) -> Piece:
    promise = snapshot.obligation_of(verdict)
    calendar, is_over = calendar_of(window, verdict, snapshot), window.end <= as_of
    is_cut = window.label != verdict.whole_window
    if is_cut and isinstance(promise, Target) and promise.terms.reach.until is not None:
        _, until = reach_of(promise.terms, snapshot.agreements[promise.terms.agreement].zone)
        rest = until if isinstance(promise.windows, TermWindow) else min(until, calendar[1])
        is_over = is_over and rest <= as_of
    return Piece(window=window, verdict=verdict, is_over=is_over, calendar=calendar)


def calendar_of(window: InWindow, verdict: Verdict, snapshot: Snapshot) -> tuple[Instant, Instant]:
    """The window as the calendar has it, of which a version may govern a part."""
    promise = snapshot.obligation_of(verdict)
    if not isinstance(promise, Target):
        return window.start, window.end
    zone = snapshot.agreements[promise.terms.agreement].zone
    return calendar_window(promise.windows, zone, window.start, window.end)


def _ended(pieces: Iterable[Piece]) -> list[Ended]:
    windows = (tuple(row) for _, row in groupby(pieces, key=lambda each: each.verdict.whole_window))
    return [Ended(pieces=each) for each in windows if all(piece.is_over for piece in each)]


def triggers(patterns: Iterable[Pattern], pieces: Pieces, paid: Paid, version: str | None) -> list[Trigger]:
    """Where a pattern holds at the end of a window of this version, in order of time, promise and subject."""
    found: dict[tuple[Instant, str, str], tuple[Piece, list[str]]] = {}
    for pattern in patterns:
        for (obligation, subject), row in pieces.items():
            if obligation != pattern.obligation:
                continue
            for last, words in _where(pattern, _ended(row), paid):
                if last.verdict.version != version:
                    continue
                place = (last.window.end, obligation, subject)
                found.setdefault(place, (last, []))[1].append(words)
    return [Trigger(last=found[key][0], because=tuple(found[key][1])) for key in sorted(found)]


def _where(pattern: Pattern, row: Sequence[Ended], paid: Paid) -> Iterator[tuple[Piece, str]]:
    """Slide a frame of so many windows over the row; at its beginning the frame is shorter."""
    for end in range(1, len(row) + 1):
        frame = row[max(0, end - pattern.of) : end]
        if any(one.last.calendar[1] < other.pieces[0].calendar[0] for one, other in pairwise(frame)):
            continue
        words = _words(pattern, frame, paid)
        if words is not None:
            yield frame[-1].last, words


def _words(pattern: Pattern, frame: Sequence[Ended], paid: Paid) -> str | None:
    match pattern:
        case BreachedIn():
            return _enough("breached", frame, [each.is_broken for each in frame], pattern.needed, pattern.of)
        case FigureIn(figure=figure, bound=bound):
            figures = [_whole_figure(figure, each, bound.unit, paid) for each in frame]
            marked = [each is not None and bound.holds(each) for each in figures]
            return _enough(f"{figure.value} {_bound(bound)}", frame, marked, pattern.needed, pattern.of)
        case FigureOver(figure=figure, bound=bound, of=of):
            figures = [_whole_figure(figure, each, bound.unit, paid) for each in frame]
            if len(frame) < of or None in figures:
                return None
            total = sum((each for each in figures if each is not None), Fraction(0))
            value = total / of if figure is Figure.AVERAGE else total
            first, last = frame[0].label, frame[-1].label
            text = f"{figure.value} of {first} to {last}: {_in_unit(value, bound.unit)}, {_bound(bound)}"
            return text if bound.holds(value) else None
        case _:
            assert_never(pattern)


def _enough(what: str, frame: Sequence[Ended], marked: list[bool], needed: int, of: int) -> str | None:
    if not marked[-1] or marked.count(True) < needed:
        return None
    labels = ", ".join(each.label for each, counts in zip(frame, marked, strict=True) if counts)
    return f"{what} in {marked.count(True)} of {of}: {labels}"


def _whole_figure(figure: Figure, ended: Ended, unit: Unit, paid: Paid) -> Fraction | None:
    """Downtime and credits of the pieces add up; their values are weighed by elapsed time.

    Pieces in which the promise does not apply are left out where it does in another.
    """
    applied = [each for each in ended.pieces if each.verdict.state is not State.NOT_APPLICABLE]
    figures = [_figure(figure, each, unit, paid) for each in applied]
    if not figures or None in figures:
        return None
    lengths = [each.window.end - each.window.start for each in applied]
    weights = lengths if figure is Figure.AVERAGE else [1] * len(applied)
    total = sum((each or 0) * weight for each, weight in zip(figures, weights, strict=True))
    return Fraction(total) / sum(lengths) if figure is Figure.AVERAGE else Fraction(total)


def _figure(figure: Figure, piece: Piece, unit: Unit, paid: Paid) -> Fraction | None:
    verdict = piece.verdict
    if verdict.state in (State.PENDING, State.UNMEASURED, State.NOT_APPLICABLE):
        return None
    match figure:
        case Figure.DOWNTIME:
            return Fraction(verdict.counts["bad"]) if "bad" in verdict.counts else None
        case Figure.AVERAGE:
            measured = verdict.measured
            if not isinstance(measured, Exact) or measured.unit.dimension is not unit.dimension:
                return None
            return measured.value
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
