"""What an auditor means by a name: a clause, a promise, a fact, a verdict, or what followed from one."""

from collections.abc import Iterator, Mapping

from engine.diagnostic import Diagnostic
from engine.graph.name_to_near import did_you_mean
from engine.graph.trace.consequence_to_step import CONSEQUENCES
from engine.graph.trace.parts_to_name import parts_of
from engine.graph.trace.trace_graph import TraceGraph
from engine.model.tracing import TraceKind, TraceNode

UNNAMED = (TraceKind.MEASURE, TraceKind.ARITHMETIC, TraceKind.RENEWAL)
"""What shares its name with something else, and is found by its id only."""

FAMILIES: Mapping[TraceKind, TraceKind] = {TraceKind.UPDATE: TraceKind.ESCALATION}
"""What is asked for together: the updates of an escalation, and its levels."""

CHOICES_SHOWN = 10


def find(built: TraceGraph, name: str) -> tuple[TraceNode, ...] | Diagnostic:
    """The nodes of that name: one thing, or all of one kind that followed under one name; or why there are
    none."""
    asked = name.strip()
    for id in (name, f"{TraceKind.FACT}:{name}", asked):
        if id in built.nodes:
            return (built.nodes[id],)
    named: dict[str, list[TraceNode]] = {}
    for node in built.nodes.values():
        for each in dict.fromkeys(_names(node)):
            named.setdefault(each, []).append(node)
    bearers = named.get(asked, [])
    families = {FAMILIES.get(each.kind, each.kind) for each in bearers}
    if len(bearers) == 1 or (len(families) == 1 and families <= set(CONSEQUENCES)):
        return tuple(bearers)
    if bearers:
        choices = [f"     {each.id}" for each in bearers[:CHOICES_SHOWN]]
        more = len(bearers) - len(choices)
        return Diagnostic(
            code="ambiguous-name",
            message=f"`{name}` names {len(bearers):,} things",
            help="say which:\n" + "\n".join(choices) + (f"\n     … and {more:,} more" if more else ""),
        )
    return Diagnostic(
        code="unknown-name",
        message=f"nothing here is named `{name}`",
        help=did_you_mean(asked, named)
        or "name a clause (`document section`), an agreement, a promise (`agreement.promise`), a fact"
        " (`kind:key`), or what followed (`credit:agreement.promise`)",
    )


def _names(node: TraceNode) -> Iterator[str]:
    if node.kind in UNNAMED:
        return
    yield node.name
    if node.kind in CONSEQUENCES:
        yield f"{node.kind}:{parts_of(node.name)[0]}"
    if node.kind in (*CONSEQUENCES, TraceKind.VERDICT):
        # As somebody writes it who knows the parts, and not how they are told apart.
        plain = "/".join(parts_of(node.name))
        yield plain
        yield f"{node.kind}:{plain}"
    for each in node.also:
        yield each
        yield f"{node.kind}:{each}"
