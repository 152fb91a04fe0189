"""Modes with bounds of their own: which part of a window stands under which bound (S6.5)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias, assert_never

from engine.definition.intervals import Stretch, common, length, without
from engine.definition.periods import Spell, proven
from engine.definition.windows import LAST_INSTANT
from engine.model.measure import EmptyWindow
from engine.model.obligation import ModeBound, ModeEffect, Target
from engine.model.period import Window
from engine.model.quantity import Bound, Instant
from engine.model.verdict import Flag, State, Verdict, WindowPart

Judge: TypeAlias = Callable[[Target, Window], Verdict]
"""The verdict of a target, perhaps with another bound, on a window or on a part of one."""

FIRST_OF = (State.BREACHED, State.PENDING, State.UNMEASURED, State.MET)
"""Of the states of a window's parts, the first of these is the window's."""


def under_modes(
    verdict: Verdict,
    target: Target,
    spells: Sequence[Sequence[Spell]],
    window: Window,
    as_of: Instant,
    judge: Judge,
) -> Verdict:
    """The verdict where modes have bounds of their own, whose intervals are `spells`, each in its place.

    `verdict` is the one under the target's own bound, which stands where no proven mode meets the window. A
    mode that is still open keeps an open window pending: its part may yet grow.
    """
    if verdict.state is State.NOT_APPLICABLE:
        return verdict
    meeting = [[each for each in some if meets(each, window, as_of)] for some in spells]
    if any(each.proven for some in meeting for each in some):
        verdict = replaced(verdict, target, meeting, window, as_of, judge)
        is_growing = any(each.proven and each.end is None for some in meeting for each in some)
        is_moving = target.mode_effect is not ModeEffect.GOVERN and is_growing and window.end > as_of
        if is_moving and verdict.state in (State.MET, State.BREACHED):
            flags = tuple(flag for flag in verdict.flags if flag is not Flag.DECIDED_EARLY)
            verdict = replace(verdict, state=State.PENDING, flags=flags)
    names = {name for some in meeting for each in some for name in each.missing if not each.proven}
    if verdict.state is State.BREACHED and names:
        missing = tuple(sorted({*verdict.missing, *names}))
        return replace(verdict, flags=with_flags(verdict, {Flag.EXCUSE_UNPROVEN}), missing=missing)
    return verdict


def meets(spell: Spell, window: Window, as_of: Instant) -> bool:
    """Whether a mode meets a window; one that is still open reaches to `as of` (S2.2)."""
    return spell.start < window.end and window.start < spell.stretch(as_of)[1]


def replaced(
    verdict: Verdict,
    target: Target,
    spells: Sequence[Sequence[Spell]],
    window: Window,
    as_of: Instant,
    judge: Judge,
) -> Verdict:
    """The verdict under the bounds of the modes that meet the window."""
    match target.mode_effect:
        case ModeEffect.EXCUSE:
            return verdict
        case ModeEffect.GOVERN:
            found = (
                bound
                for bound, some in zip(target.mode_bounds, spells, strict=True)
                if any(each.proven for each in some)
            )
            governing = next(found)
            whole = None if window.end == LAST_INSTANT else window.end - window.start
            part = WindowPart(mode=governing.mode.name, length=whole, bound=governing.bound)
            verdict = judge(replace(target, bound=governing.bound, warns=None), window)
            return replace(verdict, window_parts=(part,))
        case ModeEffect.PRORATE:
            parts = tuple(
                part_of(target, bound, time) for bound, time in divided(target, spells, window, as_of)
            )
            if all(part.mode is None for part in parts):
                return verdict
            held = replace(target, bound=weighted(target.bound, parts), warns=None)
            return replace(judge(held, window), window_parts=parts)
        case ModeEffect.SPLIT:
            return split(verdict, target, divided(target, spells, window, as_of), window, as_of, judge)
        case _:
            assert_never(target.mode_effect)


def weighted(own: Bound, parts: Sequence[WindowPart]) -> Bound:
    """The bound weighted by time: 10 of 31 days at 95% beside 97.7% give 96.83% (S6.5)."""
    ends = [(part.length or 0, part.bound.value, part.bound.upper) for part in parts]
    whole = sum(length for length, _, _ in ends)
    value = sum((length * low for length, low, _ in ends), Fraction(0)) / whole
    if own.upper is None:
        return replace(own, value=value)
    upper = sum((length * (low if high is None else high) for length, low, high in ends), Fraction(0))
    return replace(own, value=value, upper=upper / whole)


def divided(
    target: Target, spells: Sequence[Sequence[Spell]], window: Window, as_of: Instant
) -> list[tuple[ModeBound | None, list[Stretch]]]:
    """The time of a window under no mode and under each; under several at once, the first declared holds."""
    rest = [(window.start, window.end)]
    held: list[tuple[ModeBound | None, list[Stretch]]] = []
    for bound, some in zip(target.mode_bounds, spells, strict=True):
        time = common(rest, proven(some, as_of))
        rest = without(rest, time)
        held.append((bound, time))
    return [(bound, time) for bound, time in [(None, rest), *held] if time]


def part_of(target: Target, bound: ModeBound | None, time: Sequence[Stretch]) -> WindowPart:
    """A part before it is judged."""
    return WindowPart(
        mode=None if bound is None else bound.mode.name,
        length=length(time),
        bound=target.bound if bound is None else bound.bound,
    )


def split(
    verdict: Verdict,
    target: Target,
    times: Sequence[tuple[ModeBound | None, Sequence[Stretch]]],
    window: Window,
    as_of: Instant,
    judge: Judge,
) -> Verdict:
    """Each part is judged as a window of its own, and one that is breached breaches the window (S6.5).

    A part with nothing in it breaches nothing; where all are so, `verdict` stands. The warning is of the
    ordinary bound, so that only time under no mode is at risk.
    """
    if all(bound is None for bound, _ in times):
        return verdict
    parts: list[tuple[WindowPart, Verdict]] = []
    for bound, time in times:
        part = part_of(target, bound, time)
        own = replace(
            target,
            bound=part.bound,
            warns=target.warns if bound is None else None,
            empty_windows=EmptyWindow.MET,
        )
        judged = judge(own, piece_of(window, time))
        parts.append((replace(part, measured=judged.measured, state=judged.state), judged))
    window_parts = tuple(part for part, _ in parts)
    if all(each.state is State.MET and each.measured is None for _, each in parts):
        return replace(verdict, window_parts=window_parts)
    state = next(state for state in FIRST_OF if any(each.state is state for _, each in parts))
    deciding = [each for _, each in parts if each.state is state]
    decider = next((each for each in deciding if each.measured is not None), deciding[0])
    flags = {flag for _, each in parts for flag in each.flags if flag is Flag.EXCUSE_UNPROVEN}
    if state in (State.PENDING, State.MET):
        flags |= {flag for _, each in parts for flag in each.flags if flag is Flag.AT_RISK}
    if window.end > as_of and state in (State.MET, State.BREACHED):
        flags.add(Flag.DECIDED_EARLY)
    kept = {Flag.CLIPPED, Flag.REPORTED_ONLY, Flag.UNACCEPTED}
    plain = replace(verdict, flags=tuple(flag for flag in verdict.flags if flag in kept))
    return replace(
        plain,
        state=state,
        flags=with_flags(plain, flags),
        measured=decider.measured,
        bound=decider.bound,
        parts=tuple(fault for _, each in parts for fault in each.parts),
        missing=tuple(sorted({name for _, each in parts for name in each.missing})),
        window_parts=window_parts,
    )


def piece_of(window: Window, time: Sequence[Stretch]) -> Window:
    """A part of a window as a window of its own."""
    start, end = time[0][0], time[-1][1]
    return replace(
        window, start=start, end=end, full_start=start, full_end=end, share=Fraction(1), pieces=tuple(time)
    )


def with_flags(verdict: Verdict, more: set[Flag]) -> tuple[Flag, ...]:
    """The flags of a verdict and more, in order."""
    return tuple(flag for flag in Flag if flag in verdict.flags or flag in more)
