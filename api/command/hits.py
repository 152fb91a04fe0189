"""Hits and their paths, laid out: what there is of each kind, and each hop once beneath the one before."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap

from api.command.console import Console
from api.command.hop_to_words import hop_place, hop_words, node_words
from api.command.report_to_markdown import plain
from api.command.report_to_text import COLUMNS
from api.command.tree import Branch, markdown_lines, text_lines
from api.command.words import plural
from engine.model.dependency import EdgeKind, Hit, Hop, Node, NodeKind

NAMES_SHOWN = 20
"""Names of one kind in the summary."""

PATHS_SHOWN = 200
DEEPEST_SHOWN = 40
"""Hits whose paths are drawn, and how far away they may be; JSON has them all."""

NOUNS = {NodeKind.PARTY: "customer", NodeKind.OBLIGATION: "promise"}
"""What people call a hit of a kind, where they do not call it by the kind."""

HIT = (NodeKind.OBLIGATION, NodeKind.AGREEMENT, NodeKind.PARTY)
"""What does not fall but is hit."""


def summary(
    hits: Sequence[Hit], fate: str | None, nouns: Mapping[NodeKind, str] = NOUNS
) -> Iterator[tuple[str, str]]:
    """How many of each kind, with what befalls them, and their names; `fate` is that of all, else by kind."""
    for kind, group in groupby(hits, key=lambda hit: hit.node.kind):
        by_fate: dict[str, list[Hit]] = {}
        for hit in group:
            by_fate.setdefault(_fate(hit) if fate is None else fate, []).append(hit)
        for befalls, found in by_fate.items():
            names = [_named(hit.node) for hit in found[:NAMES_SHOWN]]
            more = len(found) - len(names)
            rest = f" and {more:,} more" if more else ""
            noun = plural(len(found), nouns.get(kind, kind.value))
            yield f"{noun} {befalls}".rstrip(), ", ".join(names) + rest


def _fate(hit: Hit) -> str:
    """What befalls a hit by its kind, or for want of measuring."""
    if not hit.for_want_of_measuring:
        return "hit" if hit.node.kind in HIT else "lost"
    is_measured = hit.path[-1].edge.kind is EdgeKind.MEASURED_BY
    return "unmeasured" if is_measured else "resting on what is unmeasured"


def left_out_words(left_out: int) -> str:
    """What the limits leave out of an answer."""
    return f"{left_out:,} more {'is' if left_out == 1 else 'are'} left out, as was asked"


def _named(node: Node) -> str:
    """A node by its name; a group with how many must stand."""
    return f"{node_words(node)} (at least {node.needed})" if node.needed is not None else node.name


def paths(tops: Sequence[Node], hits: Sequence[Hit]) -> Sequence[Branch]:
    """The shortest paths together, beneath what they begin at; a hop that no clause made has its line."""
    following: dict[str, list[Hop]] = {node.id: [] for node in tops}
    near = (hit for hit in hits if hit.degree <= DEEPEST_SHOWN)
    for _, hit in zip(range(PATHS_SHOWN), near, strict=False):
        for hop in hit.path:
            if hop.node.id not in following:
                before = hop.edge.target if hop.edge.source == hop.node.id else hop.edge.source
                following[before].append(hop)
                following[hop.node.id] = []

    def branches(id: str) -> tuple[Branch, ...]:
        return tuple(
            Branch(
                text=hop_words(hop)
                + (f", at least {hop.node.needed} of them" if hop.node.needed is not None else ""),
                note="" if hop.edge.clause else hop_place(hop),
                branches=branches(hop.node.id),
            )
            for hop in following[id]
        )

    return [branch for node in tops for branch in branches(node.id)]


def show(
    title: str,
    lines: Sequence[tuple[str, str]],
    branches: Sequence[Branch],
    console: Console,
    *,
    as_markdown: bool,
    heading: str | None = None,
) -> None:
    """An answer about hits: what it says line by line, and the paths beneath their heading."""
    if as_markdown:
        console.print(f"# {plain(title)}\n")
        for name, said in lines:
            console.print(f"- **{plain(name)}** {plain(said)}".rstrip())
        if branches or heading is None:
            console.print("" if heading is None else f"\n## {heading}\n")
        for line in markdown_lines(branches):
            console.print(line)
        return
    console.print(console.paint("heading", title))
    for name, said in lines:
        for line in wrap(f"{name}: {said}" if said else name, COLUMNS - 2, subsequent_indent="    "):
            console.print(f"  {line}")
    if branches or heading is None:
        console.print("" if heading is None else f"\n{console.paint('heading', heading)}")
    for line in text_lines(branches, console.paint):
        console.print(line)
