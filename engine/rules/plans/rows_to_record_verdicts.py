"""The figures of a window of records become what is found: state, value, counts, what is missing (S6, S7)."""

from enum import Enum, auto

from engine.model.measure import Aggregate, Aggregated, FieldValue, Holds, One, Uptime, is_share
from engine.model.obligation import Target
from engine.model.quantity import Comparison, Dimension, Instant
from engine.model.verdict import Flag, Part, State
from engine.rules.plans.intervals_to_sql import names_in
from engine.rules.plans.records import RecordRow, buckets_of, excepted
from engine.rules.plans.rows_to_verdicts import EMPTY, Found, measured


def records_found(row: RecordRow, as_of: Instant) -> Found:
    """The aggregate against the bound; an open window is decided only by what no record can turn (S5.7).

    Time that nobody watched may hide records: a bound that is met, or that more records could mend, is then
    unmeasured (S6.7). So is a window of too few records, but some (S6.2).
    """
    target, figures, is_open = row.asked.target, row.figures, row.window.end > as_of
    side = _side(row)
    is_thin = 0 < figures.records < target.least_records
    state = _state(target, side, is_thin=is_thin, is_open=is_open)
    flags = {Flag.DECIDED_EARLY} if is_open and state in (State.MET, State.BREACHED) else set[Flag]()
    if row.is_unwatched and _may_turn(target, state, side):
        state, flags = State.UNMEASURED, set[Flag]()
    taken_out = excepted(target, figures)
    counts = {"records": figures.records - taken_out, "open": figures.open}
    if buckets_of(target) is not None:
        counts = {"buckets": figures.records, "empty": figures.misses}
    elif figures.open:
        counts["oldest_open"] = figures.oldest_open
    if _is_share(target):
        counts["misses"] = figures.misses
    missing: set[str] = set()
    excepted_by: str | None = None
    if target.permissions or target.exclusions:
        counts["excepted"] = taken_out
        missing |= set(names_in(figures.exception_doubt or ""))
        flags |= {Flag.EXCUSE_UNPROVEN} if missing else set()
    if taken_out and state is State.MET:
        # But for the exception the window would be breached (S4.8).
        names = [each.name for each in (*target.permissions, *target.exclusions)]
        assert figures.excepted_by is not None, "an exception takes records out"
        state, excepted_by = State.EXCUSED, names[figures.excepted_by]
    if state is State.UNMEASURED:
        missing |= {f"observation:{target.watched_source}"} if row.is_unwatched else set()
        missing |= {f"records: {figures.records} of {target.least_records}"} if is_thin else set()
    return Found(
        state=state,
        value=row.value,
        measured=None
        if row.value is None or row.upper is None
        else measured(row.asked, (row.value, row.upper)),
        counts=counts,
        flags=frozenset(flags),
        missing=frozenset(missing),
        parts=_forgiven(row) if state is State.MET else (),
        excused_by=excepted_by,
    )


def is_between(row: RecordRow) -> bool:
    """Whether a bound, a warning, or an end of a band lies between the two ends of what is told: the value
    itself decides then (S1.1)."""
    target = row.asked.target
    if row.value is None or row.upper is None or row.value == row.upper:
        return False
    bounds = [target.bound, *(() if target.warns is None else (target.warns,))]
    if target.credits is not None:
        bounds += [end for each in (*target.credits.bands, *target.credits.points) for end in each.ends]
    return any(each.side(row.value) != each.side(row.upper) for each in bounds)


def _side(row: RecordRow) -> int | None:
    """On which side of the bound the value lies; so many misses as are allowed are none (S6.2)."""
    target = row.asked.target
    if row.value is None:
        return None
    is_forgiven = _is_share(target) and row.figures.misses <= target.allowed_misses
    return 0 if is_forgiven else target.bound.side(row.value)


def _is_share(target: Target) -> bool:
    return not isinstance(target.measure, Uptime) and is_share(target.measure)


def _forgiven(row: RecordRow) -> tuple[Part, ...]:
    """The misses that are allowed where the bound alone would not hold, by name."""
    if row.value is None or row.asked.target.bound.holds(row.value):
        return ()
    missed = row.figures.missed or ""
    return tuple(Part(name="miss allowed", text=fact) for fact in sorted(missed.split("\n")) if fact)


def _state(target: Target, side: int | None, *, is_thin: bool, is_open: bool) -> State:
    if side is None:
        return State.PENDING if is_open else EMPTY[target.empty_windows]
    if is_thin:
        return State.PENDING if is_open else State.UNMEASURED
    if not is_open:
        return State.BREACHED if side else State.MET
    if side:
        return State.PENDING if _can_mend(target, side) else State.BREACHED
    counts_up = isinstance(target.measure, Aggregated) and target.measure.aggregate is Aggregate.COUNT
    return State.MET if counts_up and target.bound.wants_high else State.PENDING


def _may_turn(target: Target, state: State, side: int | None) -> bool:
    """Whether records that nobody saw could turn a state, also that of an empty window (S6.7)."""
    if state is State.MET:
        if target.bound.comparison in (Comparison.EXACTLY, Comparison.BETWEEN):
            return True
        return moves(target) is not (Move.UP if target.bound.wants_high else Move.DOWN)
    if state is State.BREACHED:
        return side is not None and _can_mend(target, side)
    return state is State.NOT_APPLICABLE


def _can_mend(target: Target, side: int) -> bool:
    """Whether more records could still mend a value on that side of the bound (S5.7)."""
    return moves(target) is not (Move.DOWN if side < 0 else Move.UP)


class Move(Enum):
    """Where more records can move a value."""

    UP = auto()
    DOWN = auto()
    BOTH = auto()


def moves(target: Target) -> Move:
    """A count, a highest and a sum of what is never negative only rise, a lowest only falls."""
    measure = target.measure
    if not isinstance(measure, Aggregated) or measure.buckets is not None:
        return Move.BOTH
    match measure.aggregate:
        case Aggregate.COUNT | Aggregate.HIGHEST:
            return Move.UP
        case Aggregate.LOWEST:
            return Move.DOWN
        case Aggregate.SUM:
            # Time from one instant to another is negative where the second comes first.
            match measure.records.value:
                case One() | Holds():
                    return Move.UP
                case FieldValue(unit=unit) if unit.dimension is Dimension.TIME:
                    return Move.UP
                case _:
                    return Move.BOTH
        case _:
            return Move.BOTH
