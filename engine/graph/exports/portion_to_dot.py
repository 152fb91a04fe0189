"""A portion of the graph as Graphviz DOT."""

from collections.abc import Iterator

from engine.model.dependency import Edge, Node, NodeKind
from engine.model.instants import iso_text
from engine.model.picture import Mark, Portion

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
    Mark.LOST: 'color="#b3261e", penwidth=2, style=dashed',
    Mark.STANDS_ON_LESS: 'color="#8a5a00", penwidth=2, style=dotted',
}
"""A mark shows in colour and in line."""


def write(portion: Portion) -> str:
    """The text of a DOT file, the same on every run."""
    return "\n".join(_lines(portion)) + "\n"


def _lines(portion: Portion) -> Iterator[str]:
    yield "digraph troth {"
    yield f"  graph [rankdir=LR, comment={_quoted(f'{portion.policy_version} {iso_text(portion.at)}')}];"
    yield "  node [fontname=Helvetica];"
    yield "  edge [fontname=Helvetica, fontsize=10];"
    for node in portion.nodes:
        yield f"  {_quoted(node.id)} [{', '.join(_of_node(node, portion.marks.get(node.id)))}];"
    for edge in portion.edges:
        yield f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [{', '.join(_of_edge(edge))}];"
    yield "}"


def _of_node(node: Node, mark: Mark | None) -> Iterator[str]:
    label = f"{node.needed} of" if node.needed is not None else node.title
    yield f"label={_shown(label)}"
    yield f"shape={SHAPES[node.kind]}"
    tooltip = node.id if mark is None else f"{node.id}: {mark.value}"
    yield f"tooltip={_shown(tooltip)}"
    if mark is not None:
        yield LOOKS[mark]


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
