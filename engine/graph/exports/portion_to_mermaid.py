"""A portion of the graph as a Mermaid flowchart."""

from collections.abc import Iterator

from engine.model.dependency import NodeKind
from engine.model.instants import iso_text
from engine.model.picture import Mark, Portion

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
        mark = portion.marks.get(node.id)
        if mark is not None:
            label = f"{label} ({mark.value})"
        class_name = f":::{mark.name.lower()}" if mark is not None else ""
        yield f"  {number[node.id]}{before}{_quoted(label)}{after}{class_name}"
    for edge in portion.edges:
        yield f"  {number[edge.source]} -->|{_quoted(edge.kind.value)}| {number[edge.target]}"
    for mark in Mark:
        if mark in portion.marks.values():
            yield f"  classDef {mark.name.lower()} {LOOKS[mark]}"


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
