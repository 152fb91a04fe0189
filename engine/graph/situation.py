"""Who is affected right now: open outages are what failed, and what is hit has its next deadlines (S10.1)."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from engine.graph.dependency_graph import DependencyGraph, node_id
from engine.model.dependency import NodeKind
from engine.model.fact import Fact, FactKind, Lasts, ReferenceType
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
from engine.model.verdict import Due, InWindow, Occasion, State, Verdict


def interval_uptimes(snapshot: Snapshot) -> tuple[Target, ...]:
    """The targets of uptime whose bad time is made of facts that say when they began and ended."""
    return tuple(
        promise
        for promise in snapshot.obligations()
        if isinstance(promise, Target)
        and isinstance(promise.measure, Uptime)
        and promise.measure.samples is None
        and not promise.measure.covering
        and not (kind := snapshot.kinds[promise.measure.outages.kind]).derived
        and kind.about is not None
        and isinstance(kind.timing, Lasts)
    )


def open_outages(
    snapshot: Snapshot,
    graph: DependencyGraph,
    facts: Mapping[str, Sequence[Fact]],
    as_of: Instant,
    counts: Callable[[Target, Fact], bool],
) -> tuple[OpenOutage, ...]:
    """What is out at an instant: what has begun by then and has not ended by then, by kind and key (S2.5).

    `counts` says whether a target may take a fact for bad time. One of those about the fact's subject must,
    or, where none is, one of those that read facts of its kind. Planned maintenance is out only if a target
    takes it for bad time.
    """
    by_kind: dict[str, list[Target]] = {}
    for promise in interval_uptimes(snapshot):
        assert isinstance(promise.measure, Uptime)
        by_kind.setdefault(promise.measure.outages.kind, []).append(promise)
    found: list[OpenOutage] = []
    for kind in sorted(by_kind):
        timing, about = snapshot.kinds[kind].timing, snapshot.kinds[kind].about
        assert isinstance(timing, Lasts)
        assert about is not None
        for fact in facts.get(kind, ()):
            start, end, subject = (fact.values.get(each) for each in (timing.start, timing.end, about))
            if not isinstance(start, int) or start > as_of or not isinstance(subject, str):
                continue
            if isinstance(end, int) and end <= as_of:
                continue
            own = [each for each in by_kind[kind] if subject in each.terms.subjects]
            if any(counts(each, fact) for each in own or by_kind[kind]):
                node = _node_of(graph, snapshot.kinds[kind], subject)
                found.append(OpenOutage(fact=f"{kind}:{fact.key}", subject=subject, since=start, node=node))
    return tuple(found)


def _node_of(graph: DependencyGraph, kind: FactKind, subject: str) -> str | None:
    """The id of what a fact of the kind is about: what its field refers to, else a service or component."""
    field = kind.field_named(kind.about) if kind.about is not None else None
    nouns = [NodeKind.SERVICE, NodeKind.COMPONENT]
    if field is not None and isinstance(field.type, ReferenceType):
        nouns = [each for each in NodeKind if each.value == field.type.to]
    ids = (node_id(each, subject) for each in nouns)
    return next((id for id in ids if id in graph.nodes), None)


def due_next(
    snapshot: Snapshot,
    promises: Collection[str],
    verdicts: Sequence[Verdict],
    reactions: Sequence[Reaction],
    as_of: Instant,
) -> tuple[DueNext, ...]:
    """What is due next of these promises and of the escalations of their agreements, the first first; what
    is still owed long after it was due, too."""
    hit = set(promises)
    agreements = {each.partition(".")[0] for each in hit}
    found = [
        DueNext(
            at=_last_moment(verdict.due),
            what=Awaited.DEADLINE,
            who=_obliged(snapshot, verdict),
            of=verdict.obligation,
            subject=verdict.subject,
            occasion=verdict.identity[2],
            is_overdue=_last_moment(verdict.due) < as_of,
            date=verdict.due.date,
        )
        for verdict in verdicts
        if verdict.obligation in hit and verdict.due is not None and _is_owed(verdict)
    ]
    for reaction in reactions:
        found += _awaited(reaction, snapshot, hit, agreements, as_of)
    return tuple(sorted(found, key=_order))


def _order(due: DueNext) -> tuple[Instant, str, str, str, str, str]:
    return due.at, due.what, due.of, due.occasion, due.subject or "", due.who


def _last_moment(due: Due) -> Instant:
    """On a clock that stands still when it is due, the instant before it goes on (S4.1)."""
    return due.at if due.last_moment is None else due.last_moment


def _is_owed(verdict: Verdict) -> bool:
    """Whether it can still be done in time, or is late and not done yet."""
    is_late = verdict.state is State.BREACHED and verdict.fulfilled_at is None
    return verdict.state is State.PENDING or is_late


def _obliged(snapshot: Snapshot, verdict: Verdict) -> str:
    promise = snapshot.obligation_of(verdict)
    assert promise is not None
    return promise.terms.obliges or snapshot.agreements[promise.terms.agreement].provider


def _awaited(
    reaction: Reaction, snapshot: Snapshot, hit: set[str], agreements: set[str], as_of: Instant
) -> Iterator[DueNext]:
    """What a reaction waits for, if it is about what is hit."""

    def due(
        at: Instant,
        what: Awaited,
        who: str,
        of: str,
        occasion: Occasion,
        subject: str | None,
        date: dt.date | None = None,
    ) -> DueNext:
        label = occasion.label if isinstance(occasion, InWindow) else occasion.key
        return DueNext(
            at=at,
            what=what,
            who=who,
            of=of,
            subject=subject,
            occasion=label,
            is_overdue=at < as_of,
            date=date,
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
                yield due(limit.at, Awaited.NOTICE, to, id, reaction.occasion, reaction.subject, limit.date)
        case ImprovementCase(state=ImprovementState.DUE | ImprovementState.OVERDUE, obligation=id, due=at):
            if id in hit:
                yield due(at, Awaited.IMPROVEMENT, reaction.owner, id, reaction.occasion, reaction.subject)
        case Credit(obligation=id, due=steps) if id in hit:
            promise = snapshot.obligation(id)
            assert promise is not None, "a credit is of a promise"
            whom = snapshot.agreements[promise.terms.agreement].owed(promise.terms)
            for step in steps:
                what = Awaited.CLAIM if step.step is CreditStep.CLAIM else Awaited.EARN_BACK
                yield due(step.at, what, whom, id, reaction.occasion, reaction.subject, step.date)
        case _:
            pass
