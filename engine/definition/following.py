"""What followed an occasion: the fulfilment, the deadline that governs it, and its steps (S4.5–S4.10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

from engine.definition.book import Bindings, Reading, id_of
from engine.definition.civil import date_at, last_date_before, time_at
from engine.definition.conditions import Match, absences, instant_of, matching, names_of, number_of, value_of
from engine.definition.deadlines import (
    Deadline,
    at_least_before,
    by_business_day,
    by_instant,
    within,
    within_end,
)
from engine.definition.duty_modes import Given, given_at, given_later, perhaps_given
from engine.definition.intervals import since
from engine.definition.periods import Spell, proven
from engine.model.agreement import Agreement
from engine.model.deadline import (
    LONGEST_READ,
    LONGEST_READ_MONTHS,
    AtLeastBefore,
    ByBusinessDay,
    ByClass,
    ByInstant,
    Judged,
    SingleLimit,
    WindowEnd,
    Within,
)
from engine.model.decimals import exact_text
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Expression, Months
from engine.model.fact import Fact
from engine.model.obligation import Duty, OnChange, Recovered
from engine.model.period import Window
from engine.model.quantity import DAY, Instant
from engine.model.reading import STEP_KIND
from engine.model.verdict import Part, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One occasion of a duty: trigger facts or a window, and what their variables stand for.

    `trigger` is the first of `joined`, all the facts that make the occasion; an occasion beyond a workload
    bound may wait until an instant (S4.8).
    """

    duty: Duty
    agreement: Agreement
    reading: Reading
    bound: Bindings
    trigger: Fact | None
    window: Window | None
    joined: tuple[Fact, ...] = ()
    waits_until: Instant | None = None

    @property
    def as_of(self) -> Instant:
        """What time it is."""
        return self.reading.as_of

    @property
    def key(self) -> str:
        """The triggers' keys, or the window's label."""
        return " + ".join(each.key for each in self.joined) or (self.window.label if self.window else "")

    @property
    def at(self) -> Instant:
        """The latest of the triggers' instants, or the window's end."""
        instants = [self.reading.book.at(each) for each in self.joined]
        return max(instants) if instants else self.window.end if self.window else 0

    def trigger_of(self, kind: str) -> Fact | None:
        """The trigger of a kind; the first, where there are several."""
        return next((each for each in self.joined if each.kind == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A deadline and the class under which it holds, from a change on (S4.9), or the mode that gave it."""

    named: str | None
    change: Match | None
    deadline: Deadline
    given: Given | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How one reading of the facts turns out: fulfilled `by` a fact, or by nothing yet."""

    by: Match | None
    regimes: tuple[Regime, ...]
    state: State
    steps: tuple[Part, ...]

    @property
    def deadline(self) -> Deadline:
        """The deadline that governs."""
        return self.regimes[-1].deadline


class UnmeasuredError(Exception):
    """A value without which the promise has no deadline is absent; `missing` names it (S7.1)."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(*missing)
        self.missing = tuple(sorted(set(missing)))


def follow(occasion: Occasion, spells: Sequence[Spell]) -> list[Followed]:
    """Every way in which the facts can be read; more than one where a match is unproven (S7.2).

    The first takes only what is proven. Raises UnmeasuredError where there is no deadline to hold it against.
    """
    limit = first_limit(occasion)
    found = candidates(occasion, start_of(occasion, limit))
    proven_at = next((index for index, each in enumerate(found) if each.proven), len(found))
    by_proof = found[proven_at] if proven_at < len(found) else None
    changes = changes_of(occasion, limit)
    return [
        outcome(occasion, spells, by, changed)
        for by in (by_proof, *found[:proven_at])
        for changed in readings_of(
            occasion, spells, [each for each in changes if by is None or each.at < by.at]
        )
    ]


def readings_of(
    occasion: Occasion, spells: Sequence[Spell], changes: Sequence[Match]
) -> Sequence[Sequence[Match]]:
    """Each unproven change taken and left, the proven ones alone first (S7.2).

    Readings that have come to one regime go on alike, so one of them is kept.
    """
    readings: list[list[Match]] = [[]]
    for change in changes:
        taken = [[*each, change] for each in readings]
        kept: dict[str | None, list[Match]] = {}
        for each in taken if change.proven else [*readings, *taken]:
            *_, regime = regimes_of(occasion, spells, each)
            kept.setdefault(regime.change and id_of(regime.change.fact), each)
        readings = list(kept.values())
    return readings


def first_limit(occasion: Occasion) -> SingleLimit:
    """The limit that holds from the start on: the duty's own, or that of a mode."""
    own = own_limit(occasion)[1]
    given = given_at_start(occasion)
    return own if given is None else limit_given(occasion, given)


def own_limit(occasion: Occasion) -> tuple[str | None, SingleLimit]:
    """The class of the trigger, where there are classes, and the limit that the duty itself has for it."""
    limit = occasion.duty.limit
    assert not isinstance(limit, Judged), "what is judged has no deadline"
    return class_limit(limit, limit.by, occasion.bound) if isinstance(limit, ByClass) else (None, limit)


def limit_given(occasion: Occasion, given: Given) -> Within:
    """The length that a mode gives, to the trigger's class."""
    limit = given.limit.limit
    if isinstance(limit, ByClass):
        limit = class_limit(limit, limit.by, occasion.bound)[1]
    assert isinstance(limit, Within), "a mode gives a length"
    return limit


def mode_start(occasion: Occasion, limit: Within) -> Instant:
    """The instant at which it is settled which mode gives the deadline its length: its start (S6.5)."""
    return occasion.at if isinstance(limit.start, WindowEnd) else needed(limit.start, occasion.bound)


def given_at_start(occasion: Occasion) -> Given | None:
    """The length that a mode gives a deadline from its start on."""
    duty = occasion.duty
    if not duty.mode_limits:
        return None
    own = own_limit(occasion)[1]
    assert isinstance(own, Within), "a mode gives another length to `within` only"
    start = mode_start(occasion, own)
    return given_at(duty, occasion.reading, occasion.agreement.zone, start)


def perhaps_in_mode(occasion: Occasion, last: Instant | None, until: Instant) -> tuple[str, ...]:
    """What is missing to prove a mode that would have given a late deadline another length (S7.3)."""
    duty, zone = occasion.duty, occasion.agreement.zone
    if not duty.mode_limits:
        return ()
    own = own_limit(occasion)[1]
    assert isinstance(own, Within), "a mode gives another length to `within` only"
    return tuple(perhaps_given(duty, occasion.reading, zone, mode_start(occasion, own), last, until))


def class_limit(limit: ByClass, by: Expression, bound: Bindings) -> tuple[str, SingleLimit]:
    """The class and the limit that it chooses; raises UnmeasuredError for a class absent or without a row."""
    named = value_of(by, bound)
    if named is None:
        raise UnmeasuredError(list(absences(by, bound)))
    row = exact_text(named) if isinstance(named, Fraction) else str(named)
    if row not in limit.limits:
        raise UnmeasuredError(list(names_of(by, bound)))
    return row, limit.limits[row]


def needed(expression: Expression, bound: Bindings) -> Instant:
    """An instant that the deadline cannot do without; raises UnmeasuredError where it is absent."""
    at = instant_of(expression, bound)
    if at is None:
        raise UnmeasuredError(list(absences(expression, bound)))
    return at


def start_of(occasion: Occasion, limit: SingleLimit) -> Instant | None:
    """The instant from which on a fact can fulfil; none for `by`, `before`, `at least … before` and for a
    window's duty, for which earlier facts count too (S4.5)."""
    if isinstance(limit, Within) and not isinstance(limit.start, WindowEnd):
        return needed(limit.start, occasion.bound)
    return None


def candidates(occasion: Occasion, start: Instant | None) -> list[Match]:
    """What may fulfil by `as of`: the earliest of all branches first, ties by branch and key (S4)."""
    fulfilments = occasion.duty.fulfilments
    if isinstance(fulfilments, Recovered):
        at = instant_of(fulfilments.at, occasion.bound)
        if at is None or at > occasion.as_of or occasion.trigger is None:
            return []
        return [Match(fact=occasion.trigger, at=at, proven=True, missing=())]
    found = [
        (each.at, branch, each.fact.key, each)
        for branch, selection in enumerate(fulfilments)
        for each in matching(selection, occasion.reading, occasion.bound, occasion.agreement.zone)
        if (start is None or each.at >= start) and each.at <= occasion.as_of
    ]
    return [each for *_, each in sorted(found, key=lambda each: each[:3])]


def changes_of(occasion: Occasion, limit: SingleLimit) -> list[Match]:
    """The facts after the start that change the class, in order (S4.9)."""
    change = occasion.duty.reclassification
    if change is None or not isinstance(occasion.duty.limit, ByClass):
        return []
    start = start_of(occasion, limit)
    after = occasion.at if start is None else start
    found = matching(change.changes, occasion.reading, occasion.bound, occasion.agreement.zone)
    return [each for each in found if after < each.at <= occasion.as_of]


def outcome(
    occasion: Occasion, spells: Sequence[Spell], by: Match | None, changes: Sequence[Match]
) -> Followed:
    """MET when `by` fulfils in time and in its steps, else BREACHED; PENDING while that can be (S4.7)."""
    is_moded = bool(occasion.duty.mode_limits)
    until = occasion.as_of if by is None else by.at
    regimes = tuple(
        moded_regimes(occasion, spells, by) if is_moded else regimes_of(occasion, spells, changes)
    )
    in_time = regimes[-1].deadline.allows(until)
    steps = () if by is None else tuple(faulty_steps(occasion, by.at))
    if by is None:
        state = State.PENDING if in_time else State.BREACHED
    else:
        state = State.MET if in_time and not steps else State.BREACHED
    return Followed(by=by, regimes=regimes, state=state, steps=steps)


def regimes_of(occasion: Occasion, spells: Sequence[Spell], changes: Sequence[Match]) -> Iterator[Regime]:
    """The deadlines one after the other: a change comes too late for one that has ended before it (S4.9)."""
    limit, change = occasion.duty.limit, occasion.duty.reclassification
    if not isinstance(limit, ByClass):
        deadline = deadline_of(occasion, first_limit(occasion), spells, None)
        yield Regime(named=None, change=None, deadline=deadline)
        return
    named, single = class_limit(limit, limit.by, occasion.bound)
    deadline = deadline_of(occasion, single, spells, None)
    yield Regime(named=named, change=None, deadline=deadline)
    for each in changes:
        last = deadline.last_moment
        if change is None or (last is not None and last < each.at):
            return
        bound = {**occasion.bound, change.changes.variable: each.fact}
        named, single = class_limit(limit, change.new_class, bound)
        restart = each.at if change.effect is OnChange.RESTARTS else None
        deadline = deadline_of(occasion, single, spells, restart)
        yield Regime(named=named, change=each, deadline=deadline)


def moded_regimes(occasion: Occasion, spells: Sequence[Spell], by: Match | None) -> Iterator[Regime]:
    """The deadlines that modes give one after the other; a mode comes too late where it begins when the duty
    is fulfilled, or the deadline over (S6.5)."""
    duty, (named, limit) = occasion.duty, own_limit(occasion)
    assert isinstance(limit, Within), "a mode gives another length to `within` only"
    given = given_at_start(occasion)
    deadline = deadline_of(occasion, first_limit(occasion), spells, None)
    named = named if given is None else given.limit.mode.name
    yield Regime(named=named, change=None, deadline=deadline, given=given)
    start = mode_start(occasion, limit)
    for later in given_later(duty, occasion.reading, occasion.agreement.zone, start):
        last = deadline.last_moment
        is_begun = later.at <= occasion.as_of if by is None else later.at < by.at
        if not is_begun or (last is not None and last < later.at):
            return
        deadline = deadline_of(occasion, limit_given(occasion, later), spells, None)
        yield Regime(named=later.limit.mode.name, change=None, deadline=deadline, given=later)


def deadline_of(
    occasion: Occasion, limit: SingleLimit, spells: Sequence[Spell], restart: Instant | None
) -> Deadline:
    """The deadline that a limit gives on this occasion (S4.1–S4.6); pauses count from its start on (S3.3)."""
    bound, zone, when = occasion.bound, occasion.agreement.zone, occasion.duty.paused_day
    paused = proven(spells, occasion.as_of)
    match limit:
        case Within(start=start):
            limit = told(limit, bound)
            if isinstance(start, WindowEnd):
                return within_end(limit, occasion.at, since(paused, occasion.at), when)
            at = needed(start, bound) if restart is None else restart
            at = at if occasion.waits_until is None else max(at, occasion.waits_until)
            return within(limit, at, since(paused, at), when)
        case ByInstant(at=at):
            return by_instant(limit, needed(at, bound))
        case AtLeastBefore(at=at):
            return at_least_before(limit, needed(at, bound))
        case ByBusinessDay(anchor=anchor):
            if isinstance(anchor, WindowEnd):
                end = occasion.window.full_end if occasion.window else occasion.at
                deadline = by_business_day(limit, last_date_before(end, zone), DAY)
            else:
                at = needed(anchor, bound)
                deadline = by_business_day(limit, date_at(at, zone), time_at(at, zone))
            if deadline is None:
                raise UnmeasuredError(())
            return deadline
        case _:
            assert_never(limit)


def told(limit: Within, bound: Bindings) -> Within:
    """The limit with the length that a fact says; raises UnmeasuredError where it says none."""
    if limit.read is None:
        return limit
    amount = number_of(limit.read, bound)
    if amount is None:
        raise UnmeasuredError(list(absences(limit.read, bound)))
    length = times(limit.duration, amount)
    if length is None:
        raise UnmeasuredError(list(names_of(limit.read, bound)))
    return replace(limit, duration=length, read=None)


def times(unit: Duration, amount: Fraction) -> Duration | None:
    """So many times a length; None if it is below nothing, or longer than anything that is agreed."""
    match unit:
        case ClockDuration(length=one):
            length = amount * one
            return replace(unit, length=int(length)) if 0 <= length <= LONGEST_READ * DAY else None
        case CalendarDays(days=one):
            days = amount * one
            return replace(unit, days=int(days)) if 0 <= days <= LONGEST_READ else None
        case BusinessDays():
            return replace(unit, days=int(amount)) if 0 <= amount <= LONGEST_READ else None
        case Months(months=one):
            months = amount * one
            return replace(unit, months=int(months)) if 0 <= months <= LONGEST_READ_MONTHS else None
        case _:
            assert_never(unit)


def faulty_steps(occasion: Occasion, fulfilled_at: Instant) -> Iterator[Part]:
    """The named steps that are missing or out of order when the duty is fulfilled (S4.10)."""
    first: dict[str, Instant] = {}
    for fact in occasion.reading.kind(STEP_KIND):
        at, name = occasion.reading.book.at(fact), fact.values["name"]
        if fact.values["case"] == occasion.key and at <= fulfilled_at and isinstance(name, str):
            first.setdefault(name, at)
    previous: Instant | None = None
    for step in occasion.duty.steps:
        at = first.get(step)
        if at is None:
            yield Part(name=step, text="missing when the duty was fulfilled")
            continue
        if previous is not None and at < previous:
            yield Part(name=step, text="out of order", at=at)
        previous = at
