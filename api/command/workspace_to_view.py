"""Policies and facts as the web application takes them: the served verdicts, and the engine's verbs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from api.command.graph_to_drawing import drawn
from api.command.view_to_seen import parts, seen_view
from api.view import ComplianceView, Revision
from engine import pipeline
from engine.diagnostic import Diagnostic, Level
from engine.model.change import Differences
from engine.model.quantity import Instant
from engine.model.risk import Risk
from engine.model.snapshot import Snapshot
from engine.source import Source

if TYPE_CHECKING:
    from engine.facts.admission import Admission
    from engine.graph.dependency_graph import DependencyGraph
    from engine.store.database import Store

KEPT_RISKS = 4
"""Instants whose risks are kept: pages are cheap."""


class Ready(Protocol):
    """A sound policy set, and a store with its facts."""

    @property
    def checked(self) -> pipeline.Checked: ...
    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def store(self) -> "Store": ...
    @property
    def admission(self) -> "Admission": ...


def revision_of(found: pipeline.Evaluation) -> Revision:
    """What was judged, as the doors take it."""
    return Revision(
        as_of=found.as_of,
        known_at=found.known_at,
        verdicts=found.verdicts,
        reactions=found.reactions,
        warnings=found.warnings,
    )


def compliance_view(
    ready: Ready,
    *,
    as_of: Instant,
    known_at: Instant | None,
    graph: "DependencyGraph | None" = None,
    judged: pipeline.Evaluation | None = None,
) -> ComplianceView:
    """The engine's verbs over policies and facts, as the doors take them; the graph, if there is one yet, and
    what was judged at these instants, if it was."""
    snapshot, store = ready.snapshot, ready.store
    graph = pipeline.graph(snapshot) if graph is None else graph
    part_of = parts(snapshot)

    def evaluate(as_of: Instant, known_at: Instant | None) -> Revision | Diagnostic:
        if known_at is not None and (findings := pipeline.unrecorded(snapshot, store)):
            return findings[0]
        return revision_of(pipeline.evaluate(snapshot, store, as_of=as_of, known_at=known_at))

    @lru_cache(maxsize=KEPT_RISKS)
    def risk(at: Instant) -> Risk:
        return pipeline.risk(snapshot, graph, at=at)

    def what_if(changes: Sequence[str], of: Revision) -> Differences | tuple[Diagnostic, ...]:
        numbered = enumerate(changes, start=1)
        changed = pipeline.change(
            ready.checked, [Source(name=f"change {number}", text=text) for number, text in numbered]
        )
        if changed.snapshot is None:
            return tuple(each for each in changed.diagnostics if each.level is Level.ERROR)
        if not pipeline.facts_stay(snapshot, changed.snapshot, ready.admission):
            return (
                Diagnostic(
                    code="not-yet-supported",
                    message="the changes add what may be in facts that were refused or not read, and they "
                    "are not read again here",
                    help="ask `troth what-if` on the command line, which reads them again",
                ),
            )
        before = pipeline.Evaluation(
            as_of=of.as_of,
            known_at=of.known_at,
            policy_version=snapshot.version,
            verdicts=of.verdicts,
            reactions=of.reactions,
        )
        after = pipeline.evaluate(changed.snapshot, store, as_of=of.as_of, known_at=of.known_at)
        said = pipeline.differences(ready.checked, changed)
        return pipeline.compare(said, (snapshot, before), (changed.snapshot, after))

    revision = evaluate(as_of, known_at) if judged is None else revision_of(judged)
    assert isinstance(revision, Revision)  # the workspace refuses what cannot be asked
    return ComplianceView(
        snapshot=snapshot,
        revision=revision,
        evaluate=evaluate,
        explain=lambda verdict, of: pipeline.explain(
            snapshot, store, verdict, as_of=of.as_of, known_at=of.known_at
        ),
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
        ),
        rests_on=lambda name, at: pipeline.rests_on(graph, name, at=at),
        trace=lambda explanation, of, back: pipeline.trace(
            snapshot, graph, explanation, of.verdicts, of.reactions, back=back
        ),
        trace_from=lambda name, of, explain, back: pipeline.trace_from(
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
        ),
        risk=risk,
        export=lambda drawing: drawn(snapshot, graph, drawing),
        what_if=what_if,
        diagnose=lambda text: pipeline.check([Source(name="draft.sla", text=text)]).diagnostics,
        viability=lambda agreement, at: pipeline.viability(snapshot, agreement=agreement, as_of=at),
        warnings=ready.admission.diagnostics,
        refused_rows=ready.admission.refused_rows,
        part=lambda whole, principal, evaluate: seen_view(whole, part_of(principal), store, evaluate),
    )
