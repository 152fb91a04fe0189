"""Who is affected right now: open outages are what failed, and what is hit has its next deadlines (S10.1)."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.graph.dependency_graph import DependencyGraph, node_id
from engine.model.dependency import NodeKind
from engine.model.fact import Fact, Lasts
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.quantity import Instant
from engine.model.reaction import (
    Credit,
    CreditStep,
    EscalationState,
    EscalationStep,
    ImprovementCase,
    ImprovementState,
    NoticeCase,
    NoticeState,
    Reaction,
    UpdateCase,
    UpdateState,
)
from engine.model.situation import Awaited, DueNext, OpenOutage
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Occasion, State, Verdict


def outage_kinds(snapshot: Snapshot) -> tuple[str, ...]:
    """The kinds of facts that some uptime takes for bad time and that say when they began and ended."""
    kinds = {
        promise.measure.outages.kind
        for promise in snapshot.obligations()
        if isinstance(promise, Target)
        and isinstance(promise.measure, Uptime)
        and promise.measure.samples is None
        and not promise.measure.covering
    }
    return tuple(
        sorted(
            kind
            for kind in kinds
            if snapshot.kinds[kind].about is not None and isinstance(snapshot.kinds[kind].timing, Lasts)
        )
    )


def open_outages(
    snapshot: Snapshot, graph: DependencyGraph, facts: Mapping[str, Sequence[Fact]], as_of: Instant
) -> tuple[OpenOutage, ...]:
    """What is out at an instant: what has begun by then and has not ended by then, by kind and key (S2.5)."""
    found: list[OpenOutage] = []
    for kind in outage_kinds(snapshot):
        timing, about = snapshot.kinds[kind].timing, snapshot.kinds[kind].about
        assert isinstance(timing, Lasts)
        assert about is not None
        for fact in facts.get(kind, ()):
            start, end, subject = (fact.values.get(each) for each in (timing.start, timing.end, about))
            if not isinstance(start, int) or start > as_of or not isinstance(subject, str):
                continue
            if isinstance(end, int) and end <= as_of:
                continue
            known = bool(out_of(graph, subject))
            found.append(OpenOutage(fact=f"{kind}:{fact.key}", subject=subject, since=start, is_known=known))
    return tuple(found)


def out_of(graph: DependencyGraph, subject: str) -> str | None:
    """The id of the service or component of that name."""
    ids = (node_id(kind, subject) for kind in (NodeKind.SERVICE, NodeKind.COMPONENT))
    return next((id for id in ids if id in graph.nodes), None)


def due_next(
    snapshot: Snapshot,
    promises: Collection[str],
    verdicts: Sequence[Verdict],
    reactions: Sequence[Reaction],
    as_of: Instant,
) -> tuple[DueNext, ...]:
    """What is due next of these promises and of the escalations of their agreements, the first first."""
    hit = set(promises)
    agreements = {each.partition(".")[0] for each in hit}
    found = [
        DueNext(
            at=verdict.due.at,
            what=Awaited.DEADLINE,
            who=_obliged(snapshot, verdict),
            of=verdict.obligation,
            subject=verdict.subject,
            occasion=verdict.identity[2],
            is_overdue=verdict.due.at < as_of,
        )
        for verdict in verdicts
        if verdict.state is State.PENDING and verdict.due is not None and verdict.obligation in hit
    ]
    for reaction in reactions:
        found += _awaited(reaction, snapshot, hit, agreements, as_of)
    return tuple(sorted(found, key=lambda each: (each.at, each.what, each.of, each.occasion)))


def _obliged(snapshot: Snapshot, verdict: Verdict) -> str:
    promise = snapshot.obligation_of(verdict)
    assert promise is not None
    return promise.terms.obliges or snapshot.agreements[promise.terms.agreement].provider


def _awaited(
    reaction: Reaction, snapshot: Snapshot, hit: set[str], agreements: set[str], as_of: Instant
) -> Iterator[DueNext]:
    """What a reaction waits for, if it is about what is hit."""

    def due(
        at: Instant, what: Awaited, who: str, of: str, occasion: Occasion, subject: str | None
    ) -> DueNext:
        label = occasion.label if isinstance(occasion, InWindow) else occasion.key
        return DueNext(
            at=at, what=what, who=who, of=of, subject=subject, occasion=label, is_overdue=at < as_of
        )

    match reaction:
        case EscalationStep(
            state=EscalationState.DUE_NEXT, escalation=id, at=at, role=role, occasion=occasion
        ):
            if id.partition(".")[0] in agreements:
                yield due(at, Awaited.ESCALATION, role, id, reaction.occasion, None)
        case UpdateCase(state=UpdateState.DUE, escalation=id, due=at, occasion=occasion):
            if (agreement := id.partition(".")[0]) in agreements:
                yield due(at, Awaited.UPDATE, snapshot.agreements[agreement].provider, id, occasion, None)
        case NoticeCase(state=NoticeState.DUE | NoticeState.OVERDUE, obligation=id, due=limit, to=to):
            if id in hit and limit is not None:
                yield due(limit.at, Awaited.NOTICE, to, id, reaction.occasion, reaction.subject)
        case ImprovementCase(state=ImprovementState.DUE | ImprovementState.OVERDUE, obligation=id, due=at):
            if id in hit:
                yield due(at, Awaited.IMPROVEMENT, reaction.owner, id, reaction.occasion, reaction.subject)
        case Credit(obligation=id, due=steps) if id in hit:
            customer = snapshot.agreements[id.partition(".")[0]].customer
            for step in steps:
                what = Awaited.CLAIM if step.step is CreditStep.CLAIM else Awaited.EARN_BACK
                yield due(step.at, what, customer, id, reaction.occasion, reaction.subject)
        case _:
            pass
