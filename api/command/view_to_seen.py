"""From the view of a whole tenant to that of a customer or a supplier: every verb over what is seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from api.command.graph_to_drawing import drawn
from api.view import ComplianceView, Evaluate, Revision
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.change import Differences
from engine.model.explanation import Explanation
from engine.model.principal import Principal
from engine.model.quantity import Instant
from engine.model.risk import Risk
from engine.model.snapshot import Snapshot
from engine.model.tracing import Trace
from engine.model.verdict import Verdict

if TYPE_CHECKING:
    from engine.graph.dependency_graph import DependencyGraph
    from engine.sight.followed_to_seen import Sight
    from engine.store.database import Store

KEPT_PARTS = 32
"""For how many sets of parties what they see is kept with a policy set."""

KEPT_RISKS = 4

UNCHANGEABLE = Diagnostic(
    code="not-yours",
    message="what would change if the policies said something else is asked of all of their words, and a "
    "customer or a supplier sees a part",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is seen of a policy set, the graph of that, and its risks."""

    whole: Snapshot
    sight: "Sight"
    graph: "DependencyGraph"
    risk: Callable[[Instant], Risk]

    def revision(self, whole: Revision) -> Revision:
        """The verdicts that are seen, and what followed from them; findings about facts of all are not."""
        verdicts = self.sight.verdicts(whole.verdicts)
        return Revision(
            as_of=whole.as_of,
            known_at=whole.known_at,
            verdicts=verdicts,
            reactions=self.sight.reactions(whole.reactions, verdicts),
        )


def parts(snapshot: Snapshot) -> Callable[[Principal], Part]:
    """What customers and suppliers see of a policy set; of those that asked last it is kept."""

    @lru_cache(maxsize=KEPT_PARTS)
    def made(seer: Principal) -> Part:
        sight = pipeline.sight(snapshot, seer)
        graph = pipeline.graph(sight.snapshot)

        @lru_cache(maxsize=KEPT_RISKS)
        def risk(at: Instant) -> Risk:
            return pipeline.risk(sight.snapshot, graph, at=at)

        return Part(whole=snapshot, sight=sight, graph=graph, risk=risk)

    # Who it is does not matter for what is seen, nor which tenants may be entered.
    return lambda principal: made(Principal(identity="", roles=principal.roles, parties=principal.parties))


def seen_view(whole: ComplianceView, part: Part, store: "Store", evaluate: Evaluate) -> ComplianceView:
    """The view of what is seen; `evaluate` gives the revisions of the whole."""
    sight, graph = part.sight, part.graph
    snapshot = sight.snapshot

    def revised(as_of: Instant, known_at: Instant | None) -> Revision | Diagnostic:
        found = evaluate(as_of, known_at)
        return found if isinstance(found, Diagnostic) else part.revision(found)

    def explain(verdict: Verdict, of: Revision) -> Explanation:
        if not sight.is_reading(verdict.obligation):
            return whole.explain(verdict, of)
        # The evaluators must agree on what was judged, names and all.
        judged = evaluate(of.as_of, of.known_at)
        assert isinstance(judged, Revision), "what was evaluated can be evaluated"
        named = next(
            each
            for each in judged.verdicts
            if each.identity == verdict.identity and each.version == verdict.version
        )
        return sight.explanation(whole.explain(named, judged))

    def trace_from(
        name: str, of: Revision, explain: Callable[[Verdict], Explanation], back: bool | None
    ) -> Trace | Diagnostic:
        return pipeline.trace_from(
            snapshot,
            graph,
            store,
            name,
            of.verdicts,
            of.reactions,
            explain,
            as_of=of.as_of,
            known_at=of.known_at,
            back=back,
            sight=(part.whole, sight),
        )

    def what_if(_changes: Sequence[str], _of: Revision) -> Differences | tuple[Diagnostic, ...]:
        return (UNCHANGEABLE,)

    return ComplianceView(
        snapshot=snapshot,
        revision=part.revision(whole.revision),
        evaluate=revised,
        explain=explain,
        impact=lambda names, at: pipeline.impact(graph, names, at=at, snapshot=snapshot),
        situation=lambda of, failed, most_degree, kinds: pipeline.situation(
            snapshot,
            graph,
            store,
            as_of=of.as_of,
            known_at=of.known_at,
            failed=failed,
            most_degree=most_degree,
            kinds=kinds,
            followed=(of.verdicts, of.reactions),
            own=True,
        ),
        rests_on=lambda name, at: pipeline.rests_on(graph, name, at=at),
        trace=lambda explanation, of, back: pipeline.trace(
            snapshot, graph, explanation, of.verdicts, of.reactions, back=back
        ),
        trace_from=trace_from,
        risk=part.risk,
        export=lambda drawing: drawn(snapshot, graph, drawing),
        what_if=what_if,
        diagnose=whole.diagnose,
        viability=lambda agreement, at: pipeline.viability(snapshot, agreement=agreement, as_of=at),
        refused_rows=None,
        shown=sight.verdict,
        sees=lambda identity: snapshot.obligation(identity[0]) is not None and sight.names_nothing(identity),
        is_past=whole.is_past,
    )
