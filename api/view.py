"""What the doors are given: a snapshot, the verdicts at one instant, and the engine's verbs as callables."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from api.waking import Run, Waker
from engine.diagnostic import Diagnostic
from engine.graph.trace.consequence_to_step import follows
from engine.model.change import Differences
from engine.model.dependency import Foundation, Impact, NodeKind
from engine.model.explanation import Explanation
from engine.model.picture import Format
from engine.model.principal import Principal
from engine.model.quantity import Instant, Microseconds
from engine.model.reaction import Reaction, RenewalCase
from engine.model.risk import Risk
from engine.model.situation import Situation
from engine.model.snapshot import Snapshot
from engine.model.tracing import Trace
from engine.model.verdict import Occasion, State, Verdict
from engine.model.viability import Viability
from engine.tenant.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Every verdict at one instant, as known at another, with what followed (S7.4); `warnings` are of facts
    that name what is not there."""

    as_of: Instant
    known_at: Instant | None
    verdicts: tuple[Verdict, ...]
    reactions: tuple[Reaction, ...]
    warnings: tuple[Diagnostic, ...] = ()
    by_identity: Mapping[tuple[str, str, str], Verdict] = field(init=False, repr=False, compare=False)
    by_occasion: Mapping[Occasion, Sequence[Reaction]] = field(init=False, repr=False, compare=False)
    renewals: Mapping[str, RenewalCase] = field(init=False, repr=False, compare=False)
    orders: dict[str, tuple[Verdict, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict[str, tuple[Verdict, ...]]
    )

    def __post_init__(self) -> None:
        by_occasion: dict[Occasion, list[Reaction]] = {}
        renewals: dict[str, RenewalCase] = {}
        for reaction in self.reactions:
            if isinstance(reaction, RenewalCase):
                renewals[reaction.agreement] = reaction
            else:
                by_occasion.setdefault(reaction.occasion, []).append(reaction)
        object.__setattr__(self, "renewals", renewals)
        object.__setattr__(self, "by_identity", {each.identity: each for each in self.verdicts})
        object.__setattr__(self, "by_occasion", by_occasion)

    def ordered(self, name: str, key: Callable[[Verdict], tuple[str | int, ...]]) -> tuple[Verdict, ...]:
        """The verdicts in an order, which is made once and kept under its name."""
        if name not in self.orders:
            self.orders[name] = tuple(sorted(self.verdicts, key=key))
        return self.orders[name]

    def following(self, verdict: Verdict) -> tuple[Reaction, ...]:
        """What followed from a verdict (S8)."""
        return tuple(each for each in self.by_occasion.get(verdict.occasion, ()) if follows(verdict, each))


Evaluate: TypeAlias = Callable[[Instant, Instant | None], Revision | Diagnostic]
"""What makes the revision as of an instant, by what was known at another, or says why it cannot be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is asked of a graph as a file: of which part of it, and what is marked in it."""

    at: Instant
    format: Format
    around: str | None = None
    depth: int = 2
    failed: Sequence[str] = ()
    verdicts: Sequence[Verdict] = ()
    since: Instant | None = None
    risks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The tenant that keeps what is sent, and as whose doing it is recorded."""

    tenant: Tenant
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How far a tenant has come, for those who watch it. `verdicts` are those that were judged last, by their
    state; none where nothing was judged yet. `unjudged_for` is how long ago the first was kept that verdicts
    do not know yet, 0 where they know all, None where they were not judged here yet."""

    entries: int
    last_entry_at: Instant | None
    fact_versions: int
    verdicts: Mapping[State, int]
    judged_at: Instant | None
    unjudged_for: Microseconds | None
    deliveries_waiting: int


class NothingSeenError(LookupError):
    """There is no part of a view that could be shown."""


class Views(Protocol):
    """What the doors are opened on; all but `ready` is asked on one thread.

    Each of the three raises NothingPublishedError where there were no policies.
    """

    @property
    def keeper(self) -> Tenant | None:
        """The tenant that keeps what is sent; None where nothing is kept."""
        ...

    def waker(self, run: Run) -> Waker | None:
        """What keeps the verdicts up, to be started; None where nothing is kept. `run` does something on the
        thread that asks."""
        ...

    def present(self) -> "ComplianceView":
        """What is known now: the view that a request is answered from, which stays what it is."""
        ...

    def known(self, known_at: Instant) -> "ComplianceView | Diagnostic":
        """The view whose policies were in use at an instant (S2.6), or why it cannot be asked about."""
        ...

    def ready(self) -> tuple[str, Instant]:
        """The version of the policies in use, and the instant as of which is answered.

        Raises ArchiveError where what is kept cannot be read, UnusablePoliciesError among them.
        """
        ...

    def figures(self) -> Figures | None:
        """How far the tenant has come; None where nothing is kept. Raises ArchiveError."""
        ...

    def backing_up(self, name: str) -> AbstractContextManager[Iterator[bytes]] | None:
        """A back-up of the tenant of this name, in pieces; None where nothing is kept. Entering it raises
        ArchiveError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceView:
    """One policy set and its facts, as the doors see them; one caller at a time.

    `revision` is what is served unless another instant is asked for; `evaluate(as_of, known_at)` makes that
    one, or says why it cannot be made. `explain(verdict, revision)` raises where the two evaluators disagree
    (S7.5). `impact(names, at)` says which name it does not know, and so do `rests_on(name, at)` and
    `viability(agreement, as_of)`, where absent means all agreements and whole terms.
    `trace_from(name, revision, explain, back)` begins anywhere on the way from the words to what followed.
    `export(drawing)` writes the graph as a file, or says which name it does not know.
    `situation(revision, failed, most_degree, kinds)` says who is affected by what is out then, and by what
    else `failed`. `what_if(changes, revision)` holds the revision against the same one under changed
    policies, or says what is wrong with the changes. `warnings` and `refused_rows` say what was wrong with
    the facts that every revision rests on; who sees a part is not told how many rows were refused.
    `shown(verdict)` is a verdict from elsewhere as it is seen here, or None, and `sees(identity)` whether one
    of that identity would be.

    One that `is_past` has policies that were in use before. By itself a view is the only one of its Views:
    what does not change, and keeps nothing.
    """

    snapshot: Snapshot
    revision: Revision
    evaluate: Evaluate
    explain: Callable[[Verdict, Revision], Explanation]
    impact: Callable[[Sequence[str], Instant], Impact | Diagnostic]
    situation: Callable[
        [Revision, Sequence[str], int | None, Collection[NodeKind] | None], Situation | Diagnostic
    ]
    rests_on: Callable[[str, Instant], Foundation | Diagnostic]
    trace: Callable[[Explanation, Revision, bool], Trace]
    trace_from: Callable[[str, Revision, Callable[[Verdict], Explanation], bool | None], Trace | Diagnostic]
    diagnose: Callable[[str], tuple[Diagnostic, ...]]
    viability: Callable[[str | None, Instant | None], Viability | Diagnostic]
    risk: Callable[[Instant], Risk]
    export: Callable[[Drawing], str | Diagnostic]
    what_if: Callable[[Sequence[str], Revision], Differences | tuple[Diagnostic, ...]]
    warnings: tuple[Diagnostic, ...] = ()
    refused_rows: int | None = 0
    is_past: bool = False
    part: "Callable[[ComplianceView, Principal, Evaluate], ComplianceView] | None" = None
    shown: Callable[[Verdict], Verdict | None] = field(default=lambda verdict: verdict)
    sees: Callable[[tuple[str, str, str]], bool] = field(default=lambda _identity: True)

    def seen_by(self, principal: Principal, evaluate: Evaluate | None = None) -> "ComplianceView":
        """What somebody sees: all of it, or, as a customer or a supplier, a part.

        Whatever the part is asked, it knows nothing else: lists, counts, paths and the nearest name come from
        it alone. `evaluate` gives revisions of the whole, where some are kept. A view that cannot be cut
        shows a customer or a supplier nothing: NothingSeenError.
        """
        if not principal.is_narrowed:
            return self
        if self.part is None:
            raise NothingSeenError
        return self.part(self, principal, evaluate or self.evaluate)

    @property
    def keeper(self) -> None:
        """Nothing is kept."""
        return None

    def waker(self, run: Run) -> None:
        """Nothing is kept, and nothing is judged anew."""

    def present(self) -> "ComplianceView":
        """Itself."""
        return self

    def known(self, known_at: Instant) -> "ComplianceView":
        """Itself: there is one policy set."""
        return self

    def ready(self) -> tuple[str, Instant]:
        """Always, as of the one instant."""
        return self.snapshot.version, self.revision.as_of

    def figures(self) -> None:
        """Nothing is kept."""
        return

    def backing_up(self, name: str) -> None:
        """Nothing is kept."""
        return
