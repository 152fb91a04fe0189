"""Windows under modes that have bounds of their own: cut into parts, and put together again (S6.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise
from typing import TypeAlias, assert_never

from engine.model.measure import EmptyWindow
from engine.model.obligation import ModeBound, ModeEffect, Target
from engine.model.period import Window
from engine.model.quantity import Bound, Instant
from engine.model.verdict import Flag, State, WindowPart
from engine.rules.plans.asked import Asked
from engine.rules.plans.civil_time import LAST
from engine.rules.plans.modes import Spell
from engine.rules.plans.records import RecordRow
from engine.rules.plans.rows_to_record_verdicts import is_between, records_found
from engine.rules.plans.rows_to_verdicts import Found, is_undecided, uptime_found
from engine.rules.plans.uptime import UptimeRow

Row: TypeAlias = UptimeRow | RecordRow
Stretches: TypeAlias = tuple[tuple[Instant, Instant], ...]

RANK = {State.BREACHED: 0, State.PENDING: 1, State.UNMEASURED: 2, State.MET: 3}
"""The state of a window is the first of those of its parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The time of a window under one mode, or under none."""

    under: ModeBound | None
    time: Stretches

    def bound(self, target: Target) -> Bound:
        """The bound that holds in it."""
        return target.bound if self.under is None else self.under.bound

    def said(self, target: Target, found: Found | None = None) -> WindowPart:
        """What the verdict says of it."""
        return WindowPart(
            mode=None if self.under is None else self.under.mode.name,
            length=None if self.time[-1][1] == LAST else sum(end - start for start, end in self.time),
            bound=self.bound(target),
            measured=None if found is None else found.measured,
            state=None if found is None else found.state,
        )


def cut_by_modes(asked: Asked, spells: Sequence[Spell], as_of: Instant) -> Asked:
    """The target with the parts of its windows, where modes split them."""
    if asked.target.mode_effect is not ModeEffect.SPLIT or not spells:
        return asked
    return replace(
        asked,
        parts=tuple(
            replace(
                window,
                start=part.time[0][0],
                end=part.time[-1][1],
                full_start=part.time[0][0],
                full_end=part.time[-1][1],
                share=Fraction(1),
                pieces=part.time,
            )
            for window in asked.windows
            if len(parts := _parts(asked.target, window, _meeting(window, spells))) > 1 or parts[0].under
            for part in parts
        ),
    )


def under_modes(
    row: Row, parts: Sequence[Row], spells: Sequence[Spell], as_of: Instant
) -> tuple[Found, bool]:
    """What was found in a window under the bounds of its modes, and whether the plan decides it.

    A mode that is still open keeps an open window pending: its part may yet grow.
    """
    target, window = row.asked.target, row.window
    whole = _found(row, as_of)
    if target.mode_effect is ModeEffect.EXCUSE or whole[0].state is State.NOT_APPLICABLE:
        return whole
    meeting = _meeting(window, spells)
    proven = [each for each in meeting if each.is_proven]
    found, is_decided = _replaced(row, parts, meeting, whole, as_of) if proven else whole
    is_growing = target.mode_effect is not ModeEffect.GOVERN and any(each.is_open for each in proven)
    if is_growing and window.end > as_of and found.state in (State.MET, State.BREACHED):
        found = replace(found, state=State.PENDING, flags=found.flags - {Flag.DECIDED_EARLY})
    names = {name for each in meeting if not each.is_proven for name in each.missing}
    if found.state is State.BREACHED and names:
        flags, missing = found.flags | {Flag.EXCUSE_UNPROVEN}, found.missing | names
        found = replace(found, flags=flags, missing=missing)
    return found, is_decided


def _replaced(
    row: Row, rows: Sequence[Row], spells: Sequence[Spell], whole: tuple[Found, bool], as_of: Instant
) -> tuple[Found, bool]:
    target, window = row.asked.target, row.window
    match target.mode_effect:
        case ModeEffect.EXCUSE:
            return whole
        case ModeEffect.GOVERN:
            governing = target.mode_bounds[min(each.place for each in spells if each.is_proven)]
            part = Part(under=governing, time=((window.start, window.end),)).said(target)
            return _under(row, part.bound, (part,), as_of)
        case ModeEffect.PRORATE:
            parts = tuple(part.said(target) for part in _parts(target, window, spells))
            if parts == tuple(part for part in parts if part.mode is None):
                return whole
            return _under(row, _weighted(target.bound, parts), parts, as_of)
        case ModeEffect.SPLIT:
            return _together(row, rows, _parts(target, window, spells), whole, as_of) if rows else whole
        case _:
            assert_never(target.mode_effect)


def _weighted(own: Bound, parts: Sequence[WindowPart]) -> Bound:
    """A bound between those of the parts, in proportion to their time; so is its upper end."""
    whole, low, high = sum(part.length or 0 for part in parts), Fraction(0), Fraction(0)
    for part in parts:
        share = Fraction(part.length or 0, whole)
        low += share * part.bound.value
        high += share * (part.bound.value if part.bound.upper is None else part.bound.upper)
    return replace(own, value=low, upper=None if own.upper is None else high)


def _under(row: Row, bound: Bound, parts: tuple[WindowPart, ...], as_of: Instant) -> tuple[Found, bool]:
    """The whole window under another bound; the warning is of the target's own, and so is not given."""
    found, is_decided = _found(_with(row, bound=bound), as_of)
    return replace(found, value=None, bound=bound, window_parts=parts), is_decided


def _together(
    row: Row, rows: Sequence[Row], parts: Sequence[Part], whole: tuple[Found, bool], as_of: Instant
) -> tuple[Found, bool]:
    """Each part is judged as a window of its own, and one that is breached breaches the window.

    A part with nothing in it breaches nothing; where all are so, the whole window's finding stands.
    """
    target = row.asked.target
    judged = [
        _found(_with(_as_late(each, row), bound=part.bound(target), empty_windows=EmptyWindow.MET), as_of)
        for part, each in zip(parts, rows, strict=True)
    ]
    founds = [found for found, _ in judged]
    is_decided = whole[1] and all(decided for _, decided in judged)
    said = tuple(part.said(target, found) for part, found in zip(parts, founds, strict=True))
    if all(each.state is State.MET and each.measured is None for each in founds):
        return replace(whole[0], value=None, window_parts=said), is_decided
    _, _, place = min((RANK[each.state], each.measured is None, place) for place, each in enumerate(founds))
    state = founds[place].state
    flags = {flag for each in founds for flag in each.flags if flag is Flag.EXCUSE_UNPROVEN}
    if state in (State.PENDING, State.MET) and any(
        _is_warned(target, each) for part, each in zip(parts, founds, strict=True) if part.under is None
    ):
        flags.add(Flag.AT_RISK)
    if row.window.end > as_of and state in (State.MET, State.BREACHED):
        flags.add(Flag.DECIDED_EARLY)
    found = Found(
        state=state,
        value=None,
        measured=founds[place].measured,
        counts=whole[0].counts,
        flags=frozenset(flags),
        missing=frozenset(name for each in founds for name in each.missing),
        parts=tuple(fault for each in founds for fault in each.parts),
        bound=parts[place].bound(target),
        window_parts=said,
    )
    return found, is_decided


def _as_late(part: Row, whole: Row) -> Row:
    """The part, before which lies what lies before the whole window."""
    if isinstance(part, UptimeRow) and isinstance(whole, UptimeRow):
        return replace(part, unwatched_earlier=whole.unwatched_earlier)
    return part


def _is_warned(target: Target, found: Found) -> bool:
    """Whether the ordinary part of a window is beyond the warning."""
    is_held = found.state in (State.PENDING, State.MET) and found.value is not None
    return is_held and target.warns is not None and target.warns.holds(found.value or Fraction(0))


def _found(row: Row, as_of: Instant) -> tuple[Found, bool]:
    if isinstance(row, UptimeRow):
        return uptime_found(row, as_of), not is_undecided(row, as_of)
    return records_found(row, as_of), not row.figures.is_doubtful and not is_between(row)


def _with(row: Row, *, bound: Bound, empty_windows: EmptyWindow | None = None) -> Row:
    """The row of a target that promises something else."""
    target = row.asked.target
    other = replace(target, bound=bound, empty_windows=empty_windows or target.empty_windows)
    return replace(row, asked=replace(row.asked, target=other))


def _meeting(window: Window, spells: Sequence[Spell]) -> list[Spell]:
    return [each for each in spells if each.a < window.end and window.start < each.b]


def _parts(target: Target, window: Window, spells: Sequence[Spell]) -> list[Part]:
    """Under no mode, then under each; of several at once the first declared holds."""
    time: dict[int, list[tuple[Instant, Instant]]] = {}
    for place, run in groupby(_steps(window, spells), key=lambda step: step[0]):
        stretches = [(start, end) for _, start, end in run]
        time.setdefault(place, []).append((stretches[0][0], stretches[-1][1]))
    return [
        Part(under=None if place < 0 else target.mode_bounds[place], time=tuple(time[place]))
        for place in sorted(time)
    ]


def _steps(window: Window, spells: Sequence[Spell]) -> Iterator[tuple[int, Instant, Instant]]:
    """The window cut wherever a proven mode begins or ends, with the mode that holds, or -1."""
    proven = [each for each in spells if each.is_proven and each.a < each.b]
    edges = {window.start, window.end}
    edges |= {edge for each in proven for edge in (each.a, each.b) if window.start < edge < window.end}
    for start, end in pairwise(sorted(edges)):
        yield min((each.place for each in proven if each.a <= start < each.b), default=-1), start, end
