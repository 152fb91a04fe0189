"""The syntax of what makes time bad, and of what agreed and bad time are narrowed to and held against."""

from dataclasses import dataclass

from engine.dsl.expressions import Duration, Expression, Match, Name, Node, Number, Unit
from engine.dsl.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedBy(Node):
    """`weight o.share`: how much of the service an outage takes."""

    weight: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingAtLeast(Node):
    """`lasting at least 5 minutes`."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedInWhole(Node):
    """`counted in whole minutes`."""

    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgivenShort(Node):
    """`at most 3 lasting under 15 minutes forgiven`."""

    count: int
    under: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class DownAtOnce(Node):
    """`when at least 2 of zone are down at once`."""

    count: int
    field: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class WithInEach(Node):
    """`with at least 60 requests in each minute`: what a bucket of samples needs, and how long one is."""

    least: Number
    field: Name
    bucket: Duration


UptimeClause = WeightedBy | LastingAtLeast | CountedInWhole | ForgivenShort | DownAtOnce | WithInEach


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresUptime(Statement):
    """`measures uptime from outage o lasting at least 5 minutes where o.severity is major`."""

    match: Match
    clauses: tuple[UptimeClause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhilePeriod(Statement):
    """`while season`: agreed time only counts while the period or mode lasts."""

    period: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class WhileStanding(Statement):
    """`while at least 2 of vm stand`: agreed time only counts while so many facts of a kind hold."""

    count: int
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOf(Statement):
    """`out of 43200 minutes`: what bad time is held against, whatever was agreed."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFacts(Statement):
    """`out of deployment d weight d.users`: bad time is held against the time in which facts hold."""

    match: Match
    weighted: WeightedBy | None
