"""Promises: targets (one promise per window), duties (one per trigger), and recovery points."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from engine.model.approval import Waivers
from engine.model.citation import Citation
from engine.model.credit import Credits
from engine.model.deadline import ByClass, Limit, PausedDay, Within
from engine.model.exclusion import Exclusion, IntervalSource, Mode, NamedPeriod, Permission
from engine.model.expression import Duration, Expression, Selection
from engine.model.measure import EmptyWindow, Measure, MissingData
from engine.model.partition import BoundTable, Partition
from engine.model.period import Windows, WindowUnit
from engine.model.quantity import Bound
from engine.model.severity import Severity
from engine.source import Span


class ObligationKind(StrEnum):
    """What the author called it."""

    TARGET = "target"
    DUTY = "duty"
    PERIODIC_DUTY = "periodic duty"
    STANDING_DUTY = "standing duty"
    PROHIBITION = "prohibition"
    RECOVERY_TIME = "recovery time objective"
    RECOVERY_POINT = "recovery point objective"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The civil days whose occasions this version of an obligation governs, where another version of its
    agreement has it too (S2.6): from `since` on, and before `until`; absent means without end."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every obligation has. `id` is `agreement.obligation`, the identity of its verdicts: one that was
    renamed keeps the id it began with, and facts may say any of its `other_names`, too (S7.4). `agreement`
    names the version of it that promises it in this form; `subjects` are the services whose facts it reads
    (empty: facts of any subject); `subject` is the name shown in its verdicts (S2.7)."""

    id: str
    title: str
    kind: ObligationKind
    agreement: str
    cites: tuple[Citation, ...]
    obliges: str | None
    subject: str
    subjects: tuple[str, ...]
    reported_only: bool
    severity: Severity | None
    carries: tuple[str, ...]
    span: Span = field(compare=False)
    reach: Reach = Reach()
    other_names: tuple[str, ...] = ()


class PartWindow(StrEnum):
    """What a window that the term cut short is worth (S2.6); prorated, a bound on a total is held for the
    part of the window's civil days that is left."""

    MEASURED = "are measured"
    PRORATED = "are prorated"
    NOT_MEASURED = "are not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringSource:
    """What a target's figures come from, and the `party` that measures, watched or not:
    `source "Portal monitor" by acme`."""

    name: str
    party: str | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """Whose word makes a source's data final: until then a verdict is provisional (S7.1). `by` is a role.

    `persons` says that there are facts of who held it: then a person who did may sign as well.
    """

    source: str
    by: str
    persons: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far two figures may lie apart and still agree: so much in the base of the bound's dimension, or a
    share of what was measured, below 1."""

    limit: Fraction
    relative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterFigure:
    """The other party's figure for a window: a proven fact of a kind that lasts, for exactly its time.

    `value` is in the base of the bound's dimension. One on the other side of the bound than what was
    measured, and further from that than the tolerance, leaves the verdict disputed until `settled_at`
    (S7.1).
    """

    facts: Selection
    value: Expression
    settled_at: Expression
    tolerance: Tolerance | None = None


class ModeEffect(StrEnum):
    """What a mode does to a window that it meets (S6.5)."""

    SPLIT = "split the window"
    PRORATE = "prorate the bound"
    GOVERN = "govern the window"
    EXCUSE = "excuse the window"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeBound:
    """The bound that a mode puts in the place of the target's own (S6.5)."""

    mode: Mode
    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A measure over each window against a bound. A prohibition is a count that must be zero; `only_while`
    keeps the records whose `belongs` instant lies inside the named period or mode. `permissions` read the
    record and `exclusions` hold its `belongs` instant: one that is proven excepts the record, and a window
    that nothing else breaches is excused.

    `least_records`: with fewer records than that, but some, a window is not measured (S6.2). Up to
    `allowed_misses` of a share are forgiven. `implied`: a level that nobody agreed, never breached.
    `modes` excuse it; where `mode_effect` is another, there are none, but `mode_bounds` in order of
    declaration.
    `bounds`: of a target `for each` value, the bound of each; `bound` is then the first of them.
    `watched_source` is the name of the `source` where observations say what it watched; no verdict reads
    `source`.
    """

    terms: Terms
    measure: Measure
    bound: Bound
    windows: Windows
    warns: Bound | None
    part_windows: PartWindow
    empty_windows: EmptyWindow
    missing_data: MissingData
    watched_source: str | None
    modes: tuple[Mode, ...] = ()
    only_while: IntervalSource | None = None
    permissions: tuple[Permission, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    waivers: Waivers | None = None
    credits: Credits | None = None
    least_records: int = 0
    allowed_misses: int = 0
    implied: bool = False
    sign_off: SignOff | None = None
    countered: CounterFigure | None = None
    mode_effect: ModeEffect = ModeEffect.EXCUSE
    mode_bounds: tuple[ModeBound, ...] = ()
    partition: Partition | None = None
    bounds: BoundTable | None = None
    source: MeasuringSource | None = None


# Duties


class OnChange(StrEnum):
    """What a changed classification does to the clock (S4.9)."""

    KEEPS_START = "keeps its start"
    RESTARTS = "restarts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassification:
    """Facts that change the class that a ByClass limit reads: `new_class` is read from the change."""

    effect: OnChange
    changes: Selection
    new_class: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTrigger:
    """The duty arises at each fact of the selection, at the kind's instant or start.

    With `joined` it arises at each combination of one fact of every selection, each of whose conditions may
    read those before it: the occasion's instant is the latest of theirs, its key is all keys in order.
    """

    trigger: Selection
    joined: tuple[Selection, ...] = ()

    @property
    def selections(self) -> tuple[Selection, ...]:
        """What an occasion is made of, in order."""
        return (self.trigger, *self.joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWindow:
    """The duty arises for each window, bound to `variable`."""

    windows: Windows
    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A recovery objective is fulfilled by an instant that the trigger itself holds (the mode's end)."""

    at: Expression


class Excess(StrEnum):
    """What becomes of the occasions beyond a workload bound (S4.8)."""

    WAITS = "the excess waits"
    DOES_NOT_BIND = "the excess does not bind"
    NOTHING_BINDS = "nothing binds"


class ClockUnit(StrEnum):
    """The units of the UTC clock that a workload is bounded in."""

    MINUTE = "minute"
    HOUR = "hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """At most so many facts of the trigger's kind bind in each civil window of the agreement's zone, in each
    minute or hour of the UTC clock, or, without a unit, at once: open from the trigger until the first fact
    after it that fulfils (S4.8).

    They are counted in order of (instant, key), apart for each combination of the fields `each`.
    """

    at_most: int
    counted: Selection
    unit: WindowUnit | ClockUnit | None
    each: tuple[str, ...]
    excess: Excess


class RunningDeadlines(StrEnum):
    """What a mode that begins does to a deadline that runs (S6.5)."""

    KEEP = "keep their length"
    TAKE = "take the new length"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeLimit:
    """The limit of a duty that a mode puts in the place of its own, counted from the same start (S6.5). If it
    is by class, so is the duty's own, by the same expression."""

    mode: Mode
    limit: Within | ByClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something must follow something, in time (S4). `fulfilments` are alternatives, in order. With a
    `partition` there is one occasion for each trigger or window and each combination."""

    terms: Terms
    occasion: OnTrigger | OnWindow
    fulfilments: tuple[Selection, ...] | Recovered
    limit: Limit
    reclassification: Reclassification | None = None
    pauses: tuple[NamedPeriod, ...] = ()
    paused_day: PausedDay = PausedDay.ALL
    steps: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    modes: tuple[Mode, ...] = ()
    waivers: Waivers | None = None
    warns: Duration | None = None
    mode_limits: tuple[ModeLimit, ...] = ()
    running_deadlines: RunningDeadlines = RunningDeadlines.KEEP
    credits: Credits | None = None
    workload: Workload | None = None
    partition: Partition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPoint:
    """`lose at most D from A to B`: per trigger, the elapsed time between two of its instants."""

    terms: Terms
    trigger: Selection
    start: Expression
    end: Expression
    bound: Bound
    closed_at: Expression


Obligation: TypeAlias = Target | Duty | RecoveryPoint
