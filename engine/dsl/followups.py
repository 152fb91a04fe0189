"""The syntax of what follows from repeated breaches: ladders, rights, improvements, notices."""

from dataclasses import dataclass

from engine.dsl.expressions import Duration, Expression, FieldOf, Match, Name, Node, Text
from engine.dsl.limits import Bound, Limit
from engine.dsl.statement import Cites, Statement

# --- when ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanUnit(Node):
    """`month`, `months`: the unit of a run of windows, always in the singular."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachedIn(Statement):
    """`when availability breached in 3 of 6 consecutive months`; `needed` is `of` where it is not said."""

    promise: Name
    needed: int
    of: int
    consecutive: bool
    unit: SpanUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureIn(Statement):
    """`when downtime of availability above 7.2 hours in 1 month`: in each window that counts."""

    figure: str
    promise: Name
    bound: Bound
    needed: int
    of: int
    consecutive: bool
    unit: SpanUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOver(Statement):
    """`when average of availability below 97% over 3 consecutive months`: of all the windows together."""

    figure: str
    promise: Name
    bound: Bound
    of: int
    unit: SpanUnit


Pattern = BreachedIn | FigureIn | FigureOver


# --- ladders ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OpensOnFailure(Statement):
    """`opens when level 1 fails`."""

    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpensAgain(Statement):
    """`opens when breached again within 2 months of closing at level 2 or above`."""

    within: int
    unit: SpanUnit
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifiedBy(Statement):
    """`notified by notice n where n.obligation is b.obligation`."""

    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedied(Statement):
    """`remedied in month 2 after n.at`; without `after`, `remedied in the month of p.remedied_by`."""

    unit: SpanUnit
    after: int | None
    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedBy(Statement):
    """`extended by approval a where a.obligation is b.obligation to a.until`."""

    match: Match
    to: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNeeds(Statement):
    """`needs root_cause c where …, remediation_plan p where …`."""

    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailsGives(Statement):
    """`fails gives gleif the right to terminate`."""

    party: Name
    power: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderLevel(Statement):
    """`level 1 relationship_manager { notified by …  remedied in month 2 after n.at … }`."""

    number: int
    role: Name
    items: tuple[
        OpensOnFailure | OpensAgain | NotifiedBy | Remedied | ExtendedBy | LevelNeeds | FailsGives, ...
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosesWhen(Statement):
    """`closes when the remedy month is clean`, or `… and the next are clean`."""

    unit: SpanUnit
    and_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder(Statement):
    """`ladder breach_ladder on breach b of availability for each target { level 1 …  closes when … }`."""

    name: Name
    title: Text | None
    alias: Name
    targets: tuple[Name, ...]
    items: tuple[Cites | LadderLevel | ClosesWhen, ...]


# --- rights and improvements --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ExercisableFor(Statement):
    """`exercisable for 30 calendar days`."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ExercisedBy(Statement):
    """`exercised by notice n where n.kind is "termination"`."""

    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Right(Statement):
    """`right terminate_for_cause of bolt to terminate { when …  exercisable for … }`."""

    name: Name
    title: Text | None
    holder: Name
    power: Name
    items: tuple[Cites | Pattern | ExercisableFor | ExercisedBy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWithin(Statement):
    """`due within 30 calendar days`."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBy(Statement):
    """`recorded by improvement i where i.obligation is availability`."""

    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementNeeds(Statement):
    """`needs i.cause, i.plan`."""

    fields: tuple[FieldOf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAt(Statement):
    """`done at i.done_at`."""

    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedByRole(Statement):
    """`owner service_owner`."""

    role: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement(Statement):
    """`improvement sip { when …  owner …  due within …  recorded by …  needs …  done at … }`."""

    name: Name
    title: Text | None
    items: tuple[Cites | Pattern | OwnedByRole | DueWithin | RecordedBy | ImprovementNeeds | DoneAt, ...]


# --- notices ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyBreach(Statement):
    """`notify bolt on breach b of availability within 1 business day on K by notice n where …`; without
    `of`, of every promise."""

    to: Name
    alias: Name
    promises: tuple[Name, ...]
    limit: Limit
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyAtRisk(Statement):
    """`notify service_owner on at risk of availability`."""

    to: Name
    promises: tuple[Name, ...]
