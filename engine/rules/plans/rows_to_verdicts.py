"""The figures of a window become its verdict: state, flags, value, counts, what is missing (S5.7, S6, S7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.model.measure import (
    CapSpending,
    EmptyWindow,
    ExcludedTime,
    MissingData,
)
from engine.model.obligation import PartWindow
from engine.model.period import Window
from engine.model.quantity import Bound, Instant, Microseconds
from engine.model.verdict import (
    Evidence,
    Exact,
    Flag,
    InWindow,
    Measured,
    Part,
    Range,
    State,
    Verdict,
    WindowPart,
)
from engine.rules.plans.asked import Asked
from engine.rules.plans.modes import Spell
from engine.rules.plans.uptime import Figures, UptimeRow
from engine.rules.plans.waivers import Waiver

EMPTY = {
    EmptyWindow.MET: State.MET,
    EmptyWindow.UNMEASURED: State.UNMEASURED,
    EmptyWindow.NOT_APPLICABLE: State.NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a measure found in a window, before excuses and warnings; `value` rests on proven facts alone.

    `bound` is the one that decided, where it is not the target's own. `excused_by` is the exception of a
    prohibition that has excused it already.
    """

    state: State
    value: Fraction | None
    measured: Measured | None
    counts: Mapping[str, Microseconds]
    flags: frozenset[Flag] = frozenset()
    missing: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    bound: Bound | None = None
    window_parts: tuple[WindowPart, ...] = ()
    excused_by: str | None = None


def is_left_out(asked: Asked, window: Window) -> bool:
    """Whether this is a part of a window, which by convention is not measured (S2.6)."""
    return window.is_clipped and asked.target.part_windows is PartWindow.NOT_MEASURED


def verdict(
    asked: Asked,
    window: Window,
    found: Found | None,
    modes: Sequence[Spell],
    evidence: Evidence,
    waivers: Sequence[Waiver] = (),
) -> Verdict:
    """The verdict of a window; nothing found says that the window is a part that is not measured (S7.4).

    A breach in a window that a proven mode meets is excused by it (S6.5), or one whose last moment lies in a
    proven waiver (S4.8). At risk: the best value of an open window, or the value that met the bound,
    is beyond the warning.
    """
    target, terms = asked.target, asked.target.terms
    state = State.NOT_APPLICABLE if found is None else found.state
    flags = set(() if found is None else found.flags)
    missing = set(() if found is None else found.missing)
    excused_by = None if found is None else found.excused_by
    waiving = () if target.implied else [each for each in waivers if each.ends(window.end)]
    for excuses in (modes, waiving):
        if state is not State.BREACHED:
            break
        meeting = [each for each in excuses if each.a < window.end and window.start < each.b]
        excused_by = next((each.name for each in meeting if each.is_proven), None)
        names = [name for each in meeting for name in each.missing]
        if excused_by is not None:
            state = State.EXCUSED
        elif names:
            flags.add(Flag.EXCUSE_UNPROVEN)
            missing.update(names)
    if target.implied:
        # A level that nobody agreed is measured and never breached.
        is_breach = state in (State.BREACHED, State.EXCUSED)
        state, excused_by = (State.NOT_APPLICABLE, None) if is_breach else (state, excused_by)
        flags.add(Flag.IMPLIED)
    value = None if found is None else found.value
    if target.warns is not None and value is not None and state in (State.PENDING, State.MET):
        flags |= {Flag.AT_RISK} if target.warns.holds(value) else set()
    flags |= {Flag.CLIPPED} if window.is_clipped else set()
    flags |= {Flag.REPORTED_ONLY} if terms.reported_only else set()
    flags |= {Flag.UNACCEPTED} if asked.agreement.accepted is None else set()
    return Verdict(
        obligation=terms.id,
        subject=terms.subject,
        version=asked.agreement.version,
        occasion=InWindow(start=window.start, end=window.end, label=window.label),
        state=state,
        flags=tuple(flag for flag in Flag if flag in flags),
        measured=None if found is None else found.measured,
        bound=target.bound if found is None or found.bound is None else found.bound,
        excused_by=excused_by,
        parts=() if found is None else found.parts,
        counts={} if found is None else found.counts,
        missing=tuple(sorted(missing)),
        evidence=evidence,
        clause=terms.cites,
        window_parts=() if found is None else found.window_parts,
        combination=asked.combination,
    )


def measured(asked: Asked, values: Iterable[Fraction]) -> Measured:
    """One exact value, or the range of those that are possible."""
    known = [*values]
    low, high = min(known), max(known)
    unit = asked.target.bound.unit
    return Exact(value=low, unit=unit) if low == high else Range(low=low, high=high, unit=unit)


# Uptime


def uptime_found(row: UptimeRow, as_of: Instant) -> Found:
    """MET if the bound holds at worst, BREACHED if not even at best; between them PENDING while the window is
    open, then UNMEASURED (S5.7)."""
    target, window, measure = row.asked.target, row.window, row.measure
    is_watched = target.watched_source is not None
    unwatched = row.best.unwatched if is_watched or measure.samples is not None else 0
    is_down = is_watched and target.missing_data is MissingData.COUNTS_AS_DOWN
    bad = row.best.bad + (row.best.unknown if is_down else 0)
    unknown = _unknown(row, row.best) if is_down else Fraction(0)
    best = _value(row, row.best, _weighted(row, row.best) + unknown)
    worst = _value(row, row.worst, _weighted(row, row.worst) + _feared(row))
    if measure.deployed is not None and row.worst.ahead:
        # Whatever is deployed in time to come may outweigh all that was.
        best, worst = Fraction(1), Fraction(0)
    is_open = window.end > as_of
    flags: set[Flag] = set()
    if best is None or worst is None:
        state = EMPTY[target.empty_windows]
    elif target.bound.side(best) != target.bound.side(worst):
        state = State.PENDING if is_open else State.UNMEASURED
    else:
        state = State.MET if target.bound.holds(best) else State.BREACHED
        flags |= {Flag.DECIDED_EARLY} if is_open else set()
    missing: set[str] = set()
    if state is State.UNMEASURED:
        missing.update(name for each in row.unproven if each.is_outage for name in each.missing)
        missing.update({f"observation:{target.watched_source}"} if is_watched and unwatched else ())
    unproven = [name for each in row.unproven if not each.is_outage for name in each.missing]
    return Found(
        state=state,
        value=best,
        measured=None if best is None or worst is None else measured(row.asked, (best, worst)),
        counts={
            "agreed": row.best.agreed,
            "excluded": row.best.excluded,
            "bad": bad,
            **({} if measure.weight is None else {"weighted": (_weighted(row, row.best) + unknown) // 1}),
            "unwatched": unwatched,
            "denominator": _denominator(row, row.best) // 1,
        },
        flags=frozenset(flags | ({Flag.EXCUSE_UNPROVEN} if unproven else set())),
        missing=frozenset(missing.union(unproven)),
    )


def is_undecided(row: UptimeRow, as_of: Instant) -> bool:
    """Whether what is feared would change more than the bad time: a cap spent by it, or an outage too short
    by what is known of it. The definition tries these both ways (S7.2).

    A cap is spent inside its exclusion alone. There nothing need be watched as long as the cap lasts, so that
    only what lies ahead can spend it, unless possible outages have spent it sooner. Of one that rolls they
    may also have left more for later.
    """
    measure = row.measure
    is_watched = row.asked.target.watched_source is not None
    was_unwatched = is_watched and (row.worst.unwatched > 0 or row.unwatched_earlier)
    is_unseen = row.window.end > as_of or was_unwatched
    spends = measure.cap_spending is CapSpending.BAD_TIME and (
        row.worst.capped_ahead == 1 or (was_unwatched and row.best.excluded != row.worst.excluded)
    )
    return row.is_spending_unsure or (is_unseen and (spends or row.worst.dropped == 1))


def _feared(row: UptimeRow) -> Fraction:
    """The time that may have been, or may yet turn, bad (S5.7, S6.7)."""
    is_watched = row.asked.target.watched_source is not None
    return row.worst.ahead + (_unknown(row, row.worst) if is_watched else Fraction(0))


def _unknown(row: UptimeRow, figures: Figures) -> Fraction:
    """Unwatched time that no outage is known in, or what is deployed in it (S5.6, S6.7)."""
    if row.measure.deployed is None:
        return Fraction(figures.unknown)
    return figures.unknown_deployed * row.deployed_scale


def _weighted(row: UptimeRow, figures: Figures) -> Fraction:
    """Bad time, or the part of it that its weights make of it (S5.5)."""
    if row.measure.weight is None:
        return Fraction(figures.bad)
    return figures.weighted * row.weight_scale


def _denominator(row: UptimeRow, figures: Figures) -> Fraction:
    """A fixed time, or what is agreed, with or without excluded time, or what is deployed in it (S5.6)."""
    measure = row.measure
    if measure.fixed is not None:
        return Fraction(measure.fixed)
    if measure.deployed is not None:
        return figures.deployed * row.deployed_scale
    if measure.excluded_time is ExcludedTime.COUNTS_AS_AVAILABLE:
        return Fraction(figures.agreed)
    return Fraction(figures.agreed - figures.excluded)


def _value(row: UptimeRow, figures: Figures, bad: Fraction) -> Fraction | None:
    """max(0, (denominator − bad) / denominator); nothing of nothing (S5.6)."""
    whole = _denominator(row, figures)
    return max(Fraction(0), (whole - bad) / whole) if whole else None
