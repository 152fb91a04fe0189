"""Which promises must be judged so that a trace is whole: those of its name, and all that hang together."""

from collections.abc import Collection, Iterator

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.graph.trace.consequence_to_step import CONSEQUENCES
from engine.graph.trace.evaluation_to_graph import build
from engine.graph.trace.name_to_starts import find
from engine.graph.trace.starts_to_portion import walk
from engine.model.derived import (
    BREACH,
    Source,
    feeding,
    followups,
    is_derived,
    kinds_behind,
    selections_behind,
    sources,
    verdicts_behind,
)
from engine.model.expression import Selection
from engine.model.followup import NoticeOfBreach
from engine.model.obligation import Duty, Obligation, OnTrigger
from engine.model.reading import looked_up, selections_of
from engine.model.snapshot import Snapshot
from engine.model.tracing import TraceKind


def concerned(snapshot: Snapshot, graph: DependencyGraph, name: str) -> frozenset[str] | None:
    """The promises whose verdicts a name is about, as far as the policies alone say, and all that follow from
    each other with them; absent: perhaps all."""
    kind, _ = fact_named(snapshot, name)
    if kind is not None:
        # `notice:…` may be a fact that was fed, or what followed from a breach.
        return None if kind in CONSEQUENCES else of_kind(snapshot, kind)
    built = build(snapshot, graph, (), (), {})
    found = find(built, name)
    if isinstance(found, Diagnostic) or any(
        each.kind not in (TraceKind.CLAUSE, TraceKind.AGREEMENT, TraceKind.OBLIGATION) for each in found
    ):
        return None
    if {each.name for each in found} & _words_of_reactions(snapshot):
        return None
    portion = walk(built, found)
    asked = {each.name for each in portion.nodes.values() if each.kind is TraceKind.OBLIGATION}
    return hanging_together(snapshot, asked)


def of_kind(snapshot: Snapshot, kind: str) -> frozenset[str] | None:
    """The promises that facts of a kind may touch; absent: perhaps all."""
    if any(kind == each.kind for each in _read_by_reactions(snapshot)):
        return None
    asked = {each.terms.id for each in snapshot.obligations() if kind in kinds_behind(snapshot, each)}
    return hanging_together(snapshot, asked)


def hanging_together(snapshot: Snapshot, asked: Collection[str]) -> frozenset[str]:
    """These promises, what they read of others, and whatever reads or counts them together with others: the
    credits under one cap, the windows of a right, and so on, as far as that goes (S9)."""
    beside: dict[Source, list[Source]] = {}
    for source in sources(snapshot):
        for other in (*verdicts_behind(snapshot, source), *_read(snapshot, source)):
            beside.setdefault(source, []).append(other)
            beside.setdefault(other, []).append(source)
    found = dict.fromkeys(Source(kind=BREACH, name=each) for each in asked)
    waiting = list(found)
    while waiting:
        for other in beside.get(waiting.pop(), ()):
            if other not in found:
                found[other] = None
                waiting.append(other)
    return frozenset(each.name for each in found if each.kind == BREACH)


def reads_outcomes(snapshot: Snapshot, obligation: Obligation) -> bool:
    """Whether verdicts of a promise may rest on what followed from others in a way that their evidence does
    not name: anything but a trigger."""
    named: tuple[Selection, ...] = ()
    if isinstance(obligation, Duty) and isinstance(obligation.occasion, OnTrigger):
        named = obligation.occasion.selections
    return any(is_derived(snapshot, each) for each in selections_of(obligation) if each not in named)


def promises_read(snapshot: Snapshot, obligation: Obligation) -> frozenset[str]:
    """The promises whose outcomes a promise may read: their breaches, or what followed from them."""
    found: set[str] = set()
    for selection in selections_of(obligation):
        if is_derived(snapshot, selection):
            for source in feeding(snapshot, selection):
                behind = (source, *verdicts_behind(snapshot, source))
                found.update(each.name for each in behind if each.kind == BREACH)
    return frozenset(found)


def fact_named(snapshot: Snapshot, name: str) -> tuple[str | None, str]:
    """The kind and the key in `kind:key` or `fact:kind:key`, if facts of that kind are fed."""
    kind, _, key = name.removeprefix(f"{TraceKind.FACT}:").partition(":")
    is_fed = bool(key) and kind in snapshot.kinds and not snapshot.kinds[kind].derived
    return kind if is_fed else None, key


def _read(snapshot: Snapshot, source: Source) -> Iterator[Source]:
    for selection in selections_behind(snapshot, source):
        if is_derived(snapshot, selection):
            yield from feeding(snapshot, selection)


def _words_of_reactions(snapshot: Snapshot) -> frozenset[str]:
    """The clauses that say what follows."""
    return frozenset(
        citation.clause
        for agreement in snapshot.agreements.values()
        for each in (*agreement.escalations, *followups(agreement))
        for citation in each.cites
    )


def _read_by_reactions(snapshot: Snapshot) -> Iterator[Selection]:
    """What escalations, ladders, rights, improvements and notices read by themselves."""
    for source in sources(snapshot):
        if source.kind != BREACH:
            yield from selections_behind(snapshot, source)
    for agreement in snapshot.agreements.values():
        for notice in agreement.notifications:
            if isinstance(notice, NoticeOfBreach):
                yield from (notice.by, *looked_up(notice.by.where))
