"""A portion of the graph as a Mermaid flowchart."""

from collections.abc import Iterator

from engine.model.dependency import NodeKind
from engine.model.instants import iso_text
from engine.model.picture import Health, Mark, Portion

SHAPES: dict[NodeKind, tuple[str, str]] = {
    NodeKind.PARTY: ("([", "])"),
    NodeKind.ROLE: ("[/", "\\]"),
    NodeKind.SERVICE: ("[", "]"),
    NodeKind.COMPONENT: ("[(", ")]"),
    NodeKind.AGREEMENT: ("[[", "]]"),
    NodeKind.OBLIGATION: (">", "]"),
    NodeKind.CALENDAR: ("(", ")"),
    NodeKind.EXCLUSION: ("{{", "}}"),
    NodeKind.CLAUSE: ("[\\", "/]"),
    NodeKind.SOURCE: ("[/", "/]"),
    NodeKind.GROUP: ("{", "}"),
    NodeKind.TEMPLATE: ("[\\", "\\]"),
}

LOOKS: dict[Mark, str] = {
    Mark.FAILS: "stroke:#b3261e,stroke-width:4px",
    Mark.LOST: "stroke:#b3261e,stroke-width:3px,stroke-dasharray:6 3",
    Mark.STANDS_ON_LESS: "stroke:#8a5a00,stroke-width:3px,stroke-dasharray:2 3",
}
"""A mark shows in colour and in line, and in its words."""

FILLS: dict[Health, str] = {
    Health.BREACHED: "fill:#f4b8b2,color:#1b1f24",
    Health.AT_RISK: "fill:#ffd892,color:#1b1f24",
    Health.UNMEASURED: "fill:#d5d9de,color:#1b1f24",
    Health.EXCUSED: "fill:#c3dcfb,color:#1b1f24",
    Health.MET: "fill:#c4e8cb,color:#1b1f24",
    Health.PENDING: "fill:#ffffff,color:#1b1f24",
}
"""How promises stand shows as a ground, and in words."""

PLAIN = frozenset(" .,_:/()-+=!?'")
"""Punctuation that means nothing between quotes."""


def write(portion: Portion) -> str:
    """The text of a Mermaid file, the same on every run."""
    return "\n".join(_lines(portion)) + "\n"


def _lines(portion: Portion) -> Iterator[str]:
    yield f"%% {portion.policy_version} {iso_text(portion.at)}"
    yield "flowchart LR"
    number = {node.id: f"n{place}" for place, node in enumerate(portion.nodes)}
    for node in portion.nodes:
        before, after = SHAPES[node.kind]
        label = f"{node.needed} of" if node.needed is not None else node.title
        said = portion.said(node.id)
        label = f"{label} ({', '.join(said)})" if said else label
        look = _look(portion, node.id)
        class_name = f":::{_class(*look)}" if any(look) else ""
        yield f"  {number[node.id]}{before}{_quoted(label)}{after}{class_name}"
    for edge in portion.edges:
        yield f"  {number[edge.source]} -->|{_quoted(edge.kind.value)}| {number[edge.target]}"
    for mark, health in sorted({_look(portion, node.id) for node in portion.nodes}, key=str):
        if mark or health:
            styles = [*([LOOKS[mark]] if mark else []), *([FILLS[health]] if health else [])]
            yield f"  classDef {_class(mark, health)} {','.join(styles)}"


def _look(portion: Portion, id: str) -> tuple[Mark | None, Health | None]:
    return portion.marks.get(id), portion.health.get(id)


def _class(mark: Mark | None, health: Health | None) -> str:
    """One name for both: a node has one class."""
    return "_and_".join(each.name.lower() for each in (mark, health) if each is not None)


def _quoted(text: str) -> str:
    """A quoted text in which nothing is markup: whatever might be is written by its number.

    >>> _quoted('a "b" <c>; `d`')
    '"a #34;b#34; #60;c#62;#59; #96;d#96;"'
    """
    return '"' + "".join(_plain(each) for each in text) + '"'


def _plain(character: str) -> str:
    if character.isalnum() or character in PLAIN:
        return character
    return f"#{ord(character)};" if character.isprintable() else " "
