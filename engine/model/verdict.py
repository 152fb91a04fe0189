"""Verdicts: what the facts say of one promise on one occasion, with the figures that say so (S7)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from engine.model.obligation import Citation
from engine.model.partition import Combination, subject_text
from engine.model.quantity import Bound, Instant, Microseconds, Unit


class State(StrEnum):
    """The states of S7.1."""

    MET = "MET"
    BREACHED = "BREACHED"
    PENDING = "PENDING"
    EXCUSED = "EXCUSED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    UNMEASURED = "UNMEASURED"


class Flag(StrEnum):
    """What else must be known to read a state rightly (S7.1)."""

    AT_RISK = "at risk"
    DECIDED_EARLY = "decided early"
    CLIPPED = "clipped"
    REPORTED_ONLY = "reported only"
    IMPLIED = "implied"
    UNACCEPTED = "unaccepted"
    JUDGED = "judged"
    EXCUSE_UNPROVEN = "excuse unproven"
    PROVISIONAL = "provisional"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTriggerFact:
    """The occasion of a duty: the trigger fact."""

    kind: str
    key: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class InWindow:
    """The occasion of a target or a periodic duty: a window, clipped to the term."""

    start: Instant
    end: Instant
    label: str


Occasion: TypeAlias = OnTriggerFact | InWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """A measured value, in the base of the unit's dimension."""

    value: Fraction
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A value that later or unknown facts still move, between `low` and `high`, both possible (S5.7)."""

    low: Fraction
    high: Fraction
    unit: Unit


Measured: TypeAlias = Exact | Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a deadline ends. `at` is in time if `inclusive`, else the first instant that is too late.

    `date` is the civil last day of a day-based deadline. `last_moment` (inclusive, on a clock: the last
    instant at which n(t) still equals D) is given only where it is later than `at` (S4.1).
    """

    at: Instant
    inclusive: bool
    date: dt.date | None = None
    last_moment: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of the verdict's record: a superseded deadline, a step missing or out of order."""

    name: str
    text: str
    at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPart:
    """A part of a window under its own bound: that of `mode`, or of no mode (S6.5).

    `length` is its elapsed time, absent where the term has no end and so the window has none. It is judged
    by itself only where modes split the window.
    """

    mode: str | None
    length: Microseconds | None
    bound: Bound
    measured: Measured | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the verdict rests on: for a trigger the facts' `kind:key` ids, for a window how many facts were
    read, their digest, and the query that read them."""

    facts: int
    ids: tuple[str, ...] = ()
    digest: str | None = None
    query: str | None = field(default=None, compare=False)


LENGTHS = frozenset(
    {
        *("agreed", "excluded", "bad", "weighted", "unwatched", "denominator"),
        *("oldest_open", "counted", "paused", "allowed"),
    }
)
"""The counts of a verdict that are lengths of time; the others are plain numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One promise on one occasion (S7.4).

    `counts` are exact lengths in microseconds, or plain numbers, by name. Uptime: agreed, excluded, bad,
    unwatched, denominator (bad and unwatched are proven figures up to `as of`, the others are of the whole
    window), and weighted where outages have weights, rounded down. Records: records, open, oldest_open (µs,
    where open is not 0), misses (of a share), excepted (of a prohibition with exceptions, whose records are
    then the others). A duty on a clock: counted, paused (up to fulfilment or `as of`), allowed.
    `window_parts` are there where a mode gave the window, or a part of it, another bound (S6.5): `bound` and
    `measured` are then those that decided.
    `version` is that of the agreement under which it was judged, where the agreement has versions (S2.6).
    `judged_by` is who judged what nothing can measure: the name given, else the role (S7.1).
    `late_by` is µs on the limit's clock, or whole days for day-based limits (`late_unit` says which).
    """

    obligation: str
    subject: str
    occasion: Occasion
    state: State
    flags: tuple[Flag, ...] = ()
    measured: Measured | None = None
    bound: Bound | None = None
    due: Due | None = None
    fulfilled_at: Instant | None = None
    fulfilled_by: str | None = None
    late_by: Fraction | None = None
    late_unit: Unit | None = None
    excused_by: str | None = None
    judged_by: str | None = None
    parts: tuple[Part, ...] = ()
    counts: Mapping[str, Microseconds] = field(default_factory=dict[str, Microseconds])
    missing: tuple[str, ...] = ()
    evidence: Evidence = Evidence(facts=0)
    clause: tuple[Citation, ...] = ()
    window_parts: tuple[WindowPart, ...] = ()
    version: str | None = None
    combination: Combination = ()

    @property
    def about(self) -> str:
        """The subject without its combination of values."""
        return self.subject.removesuffix(subject_text("", self.combination))

    @property
    def identity(self) -> tuple[str, str, str]:
        """Obligation, subject, and window label or trigger key (S7.4)."""
        match self.occasion:
            case OnTriggerFact(key=key):
                return (self.obligation, self.subject, key)
            case InWindow(label=label):
                return (self.obligation, self.subject, label)

    @property
    def whole_window(self) -> str:
        """The label of the window as the calendar has it, the same for all the parts into which a change of
        versions has cut it (S2.6); the trigger's key, where there is no window."""
        match self.occasion:
            case OnTriggerFact(key=key):
                return key
            case InWindow(label=label):
                return label.removesuffix(f" version {self.version}")

    @property
    def rounded(self) -> Fraction | None:
        """The exact value as the policy rounds it, before it is compared or only to show it (S1.2)."""
        if self.bound is None or self.bound.rounding is None or not isinstance(self.measured, Exact):
            return None
        return self.bound.rounding.rounded(self.measured.value, self.bound.unit)

    @property
    def margin(self) -> Fraction | None:
        """How far what was compared lies on the good side of the bound (negative: short of it)."""
        if self.bound is None or not isinstance(self.measured, Exact):
            return None
        return self.bound.margin(self.bound.compared(self.measured.value))
