"""A portion of the graph as Graphviz DOT."""

from collections.abc import Iterator

from engine.model.dependency import Edge, Node, NodeKind
from engine.model.instants import iso_text
from engine.model.picture import Health, Mark, Portion

SHAPES: dict[NodeKind, str] = {
    NodeKind.PARTY: "house",
    NodeKind.ROLE: "trapezium",
    NodeKind.SERVICE: "box",
    NodeKind.COMPONENT: "component",
    NodeKind.AGREEMENT: "note",
    NodeKind.OBLIGATION: "cds",
    NodeKind.CALENDAR: "tab",
    NodeKind.EXCLUSION: "octagon",
    NodeKind.CLAUSE: "plaintext",
    NodeKind.SOURCE: "cylinder",
    NodeKind.GROUP: "diamond",
    NodeKind.TEMPLATE: "folder",
}

LOOKS: dict[Mark, str] = {
    Mark.FAILS: 'color="#b3261e", penwidth=3, peripheries=2',
    Mark.LOST: 'color="#b3261e", penwidth=2',
    Mark.STANDS_ON_LESS: 'color="#8a5a00", penwidth=2',
}
LINES: dict[Mark, str] = {Mark.LOST: "dashed", Mark.STANDS_ON_LESS: "dotted"}
"""A mark shows in colour, in line and in words."""

FILLS: dict[Health, str] = {
    Health.BREACHED: "#f4b8b2",
    Health.AT_RISK: "#ffd892",
    Health.UNMEASURED: "#d5d9de",
    Health.EXCUSED: "#c3dcfb",
    Health.MET: "#c4e8cb",
    Health.PENDING: "#ffffff",
}
"""How promises stand shows as a ground under dark words, and in words."""


def write(portion: Portion) -> str:
    """The text of a DOT file, the same on every run."""
    return "\n".join(_lines(portion)) + "\n"


def _lines(portion: Portion) -> Iterator[str]:
    yield "digraph troth {"
    yield f"  graph [rankdir=LR, comment={_quoted(f'{portion.policy_version} {iso_text(portion.at)}')}];"
    yield "  node [fontname=Helvetica];"
    yield "  edge [fontname=Helvetica, fontsize=10];"
    for node in portion.nodes:
        yield f"  {_quoted(node.id)} [{', '.join(_of_node(node, portion))}];"
    for edge in portion.edges:
        yield f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [{', '.join(_of_edge(edge))}];"
    yield "}"


def _of_node(node: Node, portion: Portion) -> Iterator[str]:
    mark, health = portion.marks.get(node.id), portion.health.get(node.id)
    said = ", ".join(portion.said(node.id))
    label = f"{node.needed} of" if node.needed is not None else node.title
    yield f"label={_shown(label)}"
    yield f"shape={SHAPES[node.kind]}"
    yield f"tooltip={_shown(f'{node.id}: {said}' if said else node.id)}"
    if said:
        yield f"xlabel={_shown(said)}"
    styles = list[str]()
    if mark is not None:
        yield LOOKS[mark]
        styles += [LINES[mark]] if mark in LINES else []
    styles += ["filled"] if health is not None else []
    if styles:
        yield f'style="{",".join(styles)}"'
    if health is not None:
        yield f'fillcolor="{FILLS[health]}"'


def _of_edge(edge: Edge) -> Iterator[str]:
    yield f"label={_shown(edge.kind.value)}"
    if edge.clause is not None:
        yield f"tooltip={_shown(edge.clause)}"


def _shown(text: str) -> str:
    """A text that Graphviz shows: it reads entities in it."""
    return _quoted(text.replace("&", "&amp;"))


def _quoted(text: str) -> str:
    r"""A quoted string of DOT; a backslash is doubled, so that it neither escapes nor ends anything.

    >>> print(_quoted('a "b" \\'))
    "a \"b\" \\"
    """
    plain = "".join(each if each.isprintable() else " " for each in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
