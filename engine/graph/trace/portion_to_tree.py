"""A portion of a trace as a tree to read: each thing once, the worst verdicts first, long lists cut."""

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.graph.trace.consequence_to_step import CONSEQUENCES
from engine.graph.trace.parts_to_name import parts_of
from engine.graph.trace.parts_to_name import shown as name_shown
from engine.graph.trace.starts_to_portion import Portion
from engine.graph.trace.trace_graph import WORST_FIRST
from engine.model.dependency import TraceStep
from engine.model.tracing import TraceEdge, TraceKind, TraceNode

SHOWN = 20
"""How many of one kind stand beneath one step."""

ENDS = (TraceKind.VERDICT, *CONSEQUENCES)
ORDER = {kind: place for place, kind in enumerate(TraceKind)}


def tree(portion: Portion, title: str, *, back: bool) -> TraceStep:
    """The tree from the words, or from the facts that were asked about, onwards; or `back`, from what
    followed to them."""
    beside: dict[str, list[TraceEdge]] = {}
    behind: dict[str, list[TraceEdge]] = {}
    for edge in portion.edges:
        beside.setdefault(edge.target if back else edge.source, []).append(edge)
        behind.setdefault(edge.target, []).append(edge)
    roots = _ends(portion) if back else _beginnings(portion)
    shown: set[str] = set()
    steps = _steps(portion, roots, beside, behind, shown, back)
    return TraceStep(role="trace back" if back else "trace", text=title, steps=steps)


def _beginnings(portion: Portion) -> Sequence[TraceNode]:
    """Where a forward reading starts: the fact, clause or agreement asked about, else the words, else
    promises without any."""
    asked = [portion.nodes[id] for id in portion.starts]
    if all(each.kind in (TraceKind.FACT, TraceKind.CLAUSE, TraceKind.AGREEMENT) for each in asked):
        return asked
    led_to = {edge.target for edge in portion.edges}
    first = [
        each
        for each in portion.nodes.values()
        if each.kind is TraceKind.CLAUSE or (each.kind is TraceKind.OBLIGATION and each.id not in led_to)
    ]
    return first or asked


def _ends(portion: Portion) -> Sequence[TraceNode]:
    """Where a reading back starts: what was asked about if it followed, else all that led no further."""
    asked = [portion.nodes[id] for id in portion.starts]
    if all(each.kind in (*ENDS, TraceKind.RENEWAL) for each in asked):
        leading = {edge.source for edge in portion.edges}
        return [each for each in asked if each.id not in leading] or asked
    leading = {edge.source for edge in portion.edges}
    last = [each for each in portion.nodes.values() if each.kind in ENDS and each.id not in leading]
    return last or asked


def _steps(
    portion: Portion,
    nodes: Sequence[TraceNode],
    beside: dict[str, list[TraceEdge]],
    behind: dict[str, list[TraceEdge]],
    shown: set[str],
    back: bool,
) -> tuple[TraceStep, ...]:
    """Steps of these nodes, by kind in the order of the way, and within it the worst first."""
    by_kind: dict[TraceKind, list[TraceNode]] = {}
    for node in nodes:
        by_kind.setdefault(node.kind, []).append(node)
    found: list[TraceStep] = []
    for kind in sorted(by_kind, key=lambda kind: ORDER[kind], reverse=back):
        alike = by_kind[kind]
        if kind is TraceKind.VERDICT:
            alike = sorted(alike, key=lambda node: _badness(node))
        steps = [_step(portion, node, beside, behind, shown, back) for node in alike[:SHOWN]]
        if len(alike) > SHOWN:
            rest = alike[SHOWN:]
            noun = kind.value if len(rest) == 1 else f"{kind.value}s"
            states = f" ({state_words(rest)})" if kind is TraceKind.VERDICT else ""
            steps.append(TraceStep(role="left out", text=f"{len(rest):,} more {noun}{states}"))
        if kind is TraceKind.VERDICT and len(alike) > 1:
            steps = [
                TraceStep(role="verdicts", text=f"{len(alike):,} ({state_words(alike)})", steps=tuple(steps))
            ]
        found += steps
    return tuple(found)


def _step(
    portion: Portion,
    node: TraceNode,
    beside: dict[str, list[TraceEdge]],
    behind: dict[str, list[TraceEdge]],
    shown: set[str],
    back: bool,
) -> TraceStep:
    """One node and what stands beneath it; at its second place only its name."""
    # Many facts are of one kind, and many promises read it: it ends the way, unless it was asked about.
    is_end = node.kind is TraceKind.FACT_KIND and node.id not in portion.starts
    edges = () if is_end else beside.get(node.id, ())
    if node.id in shown and edges:
        name = name_shown(node.name) if node.kind in ENDS else node.name
        return TraceStep(role=node.kind.value, text=f"{name}, as above")
    shown.add(node.id)
    others = dict.fromkeys(edge.source if back else edge.target for edge in edges)
    if back and node.kind is TraceKind.FACT:
        others = {id: None for id in others if id not in shown}
    beneath = _steps(portion, [portion.nodes[id] for id in others], beside, behind, shown, back)
    if node.kind is TraceKind.VERDICT and not back:
        beneath = (*_words(portion, node, behind, shown), *_facts(portion, node, behind, shown), *beneath)
    if node.kind in CONSEQUENCES and not back:
        beneath = (*_causes(portion, node, behind, shown), *beneath)
    return TraceStep(
        role=node.kind.value,
        text=node.text,
        clause=node.clause if node.kind is TraceKind.OBLIGATION else None,
        span=node.span,
        steps=(*node.lines, *beneath),
    )


def _facts(
    portion: Portion, verdict: TraceNode, behind: dict[str, list[TraceEdge]], shown: set[str]
) -> Iterable[TraceStep]:
    """Below a verdict that was not reached from a fact: what it rests on, in one line."""
    before = [portion.nodes[edge.source] for edge in behind[verdict.id]]
    before += [
        portion.nodes[edge.source]
        for each in before
        if each.kind is TraceKind.ARITHMETIC
        for edge in behind.get(each.id, ())
    ]
    facts = list(dict.fromkeys(each.text for each in before if each.kind is TraceKind.FACT))
    if facts and not any(each.id in shown for each in before if each.kind is TraceKind.FACT):
        more = f" and {len(facts) - SHOWN:,} more" if len(facts) > SHOWN else ""
        yield TraceStep(role="facts", text=", ".join(facts[:SHOWN]) + more)


def _causes(
    portion: Portion, followed: TraceNode, behind: dict[str, list[TraceEdge]], shown: set[str]
) -> Iterable[TraceStep]:
    """Below what followed and was reached from a fact or a clause of its own: from which verdicts."""
    before = [portion.nodes[edge.source] for edge in behind.get(followed.id, ())]
    verdicts = [each for each in before if each.kind is TraceKind.VERDICT]
    if any(each.id in shown for each in verdicts):
        return
    for each in verdicts[:SHOWN]:
        words = tuple(_words(portion, each, behind, shown))
        yield TraceStep(role="followed from", text=each.text, steps=words)
    if len(verdicts) > SHOWN:
        yield TraceStep(role="left out", text=f"{len(verdicts) - SHOWN:,} more verdicts")


def _words(
    portion: Portion, verdict: TraceNode, behind: dict[str, list[TraceEdge]], shown: set[str]
) -> Iterable[TraceStep]:
    """Below a verdict that was reached from a fact: in whose words the fact matters."""
    promise = portion.nodes.get(f"{TraceKind.OBLIGATION}:{parts_of(verdict.name)[0]}")
    if promise is None or promise.id in shown:
        return
    before = [portion.nodes[edge.source] for edge in behind.get(promise.id, ())]
    clauses = [each for each in before if each.kind is TraceKind.CLAUSE]
    yield TraceStep(
        role="by the words of",
        text=promise.text,
        span=promise.span,
        steps=tuple(TraceStep(role="clause", text=each.text, span=each.span) for each in clauses),
    )


def _badness(node: TraceNode) -> tuple[int, str]:
    assert node.state is not None
    return WORST_FIRST.index(node.state), node.id


def state_words(nodes: Iterable[TraceNode]) -> str:
    """How many verdicts there are in each state, the worst first.

    >>> from engine.model.verdict import State
    >>> state_words([TraceNode(id="verdict:v", kind=TraceKind.VERDICT, text="", state=State.MET)])
    '1 MET'
    """
    counts = Counter(node.state for node in nodes)
    return ", ".join(f"{counts[state]:,} {state.value}" for state in WORST_FIRST if counts[state])
