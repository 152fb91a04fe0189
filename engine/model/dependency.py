"""The dependency graph's nouns: nodes, edges, and the answers to impact and trace (S10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.period import Term
from engine.model.quantity import Money
from engine.source import Span


class NodeKind(StrEnum):
    """What a node stands for."""

    PARTY = "party"
    ROLE = "role"
    SERVICE = "service"
    COMPONENT = "component"
    AGREEMENT = "agreement"
    OBLIGATION = "obligation"
    CALENDAR = "calendar"
    EXCLUSION = "exclusion"
    CLAUSE = "clause"
    SOURCE = "source"
    GROUP = "group"
    TEMPLATE = "template"


class EdgeKind(StrEnum):
    """What an edge says; it runs as the words read, from the subject to the object."""

    PROVIDES = "provides"
    CONSUMES = "consumes"
    NEEDS = "needs"
    COVERS = "covers"
    UNDERPINS = "underpins"
    CARRIES = "carries"
    OBLIGES = "obliges"
    ACTS_FOR = "acts for"
    KEPT_THROUGH = "kept through"
    PROMISES = "promises"
    FILLS = "fills"
    MEASURED_BY = "measured by"
    RUNS = "runs"
    COUNTED_ON = "counted on"
    EXCUSED_BY = "excused by"
    ESCALATES_TO = "escalates to"
    CITES = "cites"
    AMENDS = "amends"
    SUPERSEDES = "supersedes"
    DECLARES = "declares"
    FOLLOWS_FROM = "follows from"
    COMBINES = "combines"
    REFERS_TO = "refers to"
    OWNED_BY = "owned by"
    REVIEWED_BY = "reviewed by"
    JUDGED_BY = "judged by"
    SIGNED_OFF_BY = "signed off by"
    APPROVED_BY = "approved by"
    DECLARED_BY = "declared by"
    IMPROVED_BY = "improved by"
    NOTIFIES = "notifies"
    CREDITS = "credits"
    NEVER_CREDITED_WITH = "never credited with"
    GIVES_A_RIGHT_TO = "gives a right to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node; `id` is `kind:name` (a group's name is `SERVICE/1`, `SERVICE/1.2`, … by its place)."""

    id: str
    kind: NodeKind
    name: str
    title: str
    span: Span | None = field(compare=False, default=None)
    needed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An edge, the clause or line that created it, and the term in which it holds."""

    source: str
    target: str
    kind: EdgeKind
    clause: str | None = None
    span: Span | None = field(compare=False, default=None)
    term: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a path."""

    edge: Edge
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A node that falls or is hit, how many hops away, and one shortest deterministic path to it.

    What is reached through a source alone is hit `for_want_of_measuring`: nothing is lost, but nobody can
    tell whether the promise is kept.

    The path is a sequence, not a tuple: all the paths along a chain of n nodes are n²/2 hops, so each is
    walked only when asked for.
    """

    node: Node
    degree: int
    path: Sequence[Hop]
    for_want_of_measuring: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseExposure:
    """The most that one promise's credit could come to, for one window or occasion, and how that was found;
    without an amount, why there is none: what it hangs on is not known, or it has no end (`unbounded`)."""

    obligation: str
    amount: Money | None
    unbounded: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The most that the credits of the promises of one agreement, in one currency, could come to together,
    under its caps.

    Without an amount it is not known, or has no end (`unbounded`); `said` are the caps that were applied.
    """

    agreement: str
    currency: str
    amount: Money | None
    unbounded: bool
    promises: tuple[PromiseExposure, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What falls or is hit when `failed` fail (S10.1); hits in order of kind, degree, name. `standing` are
    the services that lose a member of a group but still stand.

    `counts` are all the hits of each kind, and `standing_count` all that stand, whatever the answer was
    limited to; `left_out` is how many of both the limits leave out. Of the failed, `not_there` are those that
    are not in force at the instant, with which nothing falls. `money` is at risk with the promises that are
    hit and not only unmeasured.
    """

    failed: tuple[Node, ...]
    hits: Sequence[Hit]
    standing: Sequence[Hit]
    counts: Mapping[NodeKind, int]
    standing_count: int
    left_out: int = 0
    not_there: tuple[Node, ...] = ()
    money: tuple[Exposure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What `node` rests on, in order of kind, degree, name; paths lead down from it, and groups are among the
    hits. `counts` are whole whatever the answer was limited to, and `left_out` is how many it leaves out.
    What is not in force at the instant (`is_there`) rests on nothing."""

    node: Node
    hits: Sequence[Hit]
    counts: Mapping[NodeKind, int]
    left_out: int = 0
    is_there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One step from the contract's words to what followed, or back (S10.3)."""

    role: str
    text: str
    clause: str | None = None
    span: Span | None = field(compare=False, default=None)
    steps: tuple["TraceStep", ...] = ()
