"""`troth impact`: what falls when a supplier, service or component fails, and along which clauses."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from textwrap import wrap

from api.command.console import Console
from api.command.exits import Exit
from api.command.hop_to_words import hop_words
from api.command.options import day_or_instant, take_format
from api.command.policy_files import SUFFIX
from api.command.report_to_markdown import plain
from api.command.report_to_text import COLUMNS
from api.command.tree import Branch, markdown_lines, text_lines
from api.command.words import plural
from api.command.workspace import sound_policies, usual_instant
from api.explanation_to_json import impact_json
from engine import pipeline
from engine.model.dependency import Hit, Hop, Impact, NodeKind
from engine.model.instants import iso_text
from engine.model.quantity import Instant

NAMES_SHOWN = 20
"""Names of one kind in the summary."""

PATHS_SHOWN = 200
DEEPEST_SHOWN = 40
"""Hits whose paths are drawn, and how far away they may be; JSON has them all."""

DESCRIPTION = """Show what falls when suppliers, services or components fail together.

The first argument is a policy; so is every further one that is a file or a folder. The others are names,
written `kind:name` where several things bear one name. Contracts hold within their terms: --at says
which day it is; without it, it is the day on which the newest agreement came into force."""
EXAMPLE = "troth impact policies/examples/hosting party:northwind"


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, what fails, and when."""
    parser.add_argument(
        "policies", nargs=1, metavar="POLICIES", help="policy files, or folders that hold *.sla"
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="what fails, as name or kind:name")
    parser.add_argument("--at", type=day_or_instant, metavar="DATE", help="a date, or an instant")
    take_format(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Compute what falls, and show it with one shortest path each."""
    paths, names = _sorted_out([*options.policies, *options.names])
    if not names:
        console.note("troth impact: name what fails, after the policies")
        return Exit.NOT_EVALUATED
    snapshot, sources = sound_policies(paths, console)
    if snapshot is None:
        return Exit.NOT_EVALUATED
    at = options.at if options.at is not None else usual_instant(snapshot)
    found = pipeline.impact(pipeline.graph(snapshot), names, at=at)
    if not isinstance(found, Impact):
        console.findings([found], sources)
        return Exit.NOT_EVALUATED
    match options.format:
        case "json":
            answer = {"at": iso_text(at), "policy_version": snapshot.version, **impact_json(found)}
            console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
        case "markdown":
            _show_markdown(found, at, console)
        case _:
            _show_text(found, at, console)
    return Exit.KEPT


def _sorted_out(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Policies and names; the first word is a policy even if it is not there, so that it can be missed."""
    paths, names = [Path(words[0])], list[str]()
    for word in words[1:]:
        if "/" in word or word.endswith(SUFFIX) or Path(word).exists():
            paths.append(Path(word))
        else:
            names.append(word)
    return paths, names


def _title(impact: Impact, at: Instant) -> str:
    failed = " and ".join(f"{each.kind.value} {each.name}" for each in impact.failed)
    day = iso_text(at).removesuffix("T00:00:00Z")
    return f"If {failed} {'fails' if len(impact.failed) == 1 else 'fail'} on {day}"


def _by_noun(hits: Sequence[Hit]) -> list[tuple[str, list[Hit]]]:
    """The hits of each kind under the word that people use for it."""
    words = {NodeKind.PARTY: "customer", NodeKind.OBLIGATION: "promise"}
    groups = groupby(hits, key=lambda hit: hit.node.kind)
    return [(words.get(kind, kind.value), list(group)) for kind, group in groups]


def _summary(impact: Impact) -> list[tuple[str, str]]:
    """What is lost, kind by kind, and what stands on less than before."""
    groups = [(noun, "lost", hits) for noun, hits in _by_noun(impact.hits)]
    groups += [(noun, "standing on less", hits) for noun, hits in _by_noun(impact.standing)]
    said: list[tuple[str, str]] = []
    for noun, fate, hits in groups:
        names = [hit.node.name for hit in hits[:NAMES_SHOWN]]
        more = len(hits) - len(names)
        rest = f" and {more:,} more" if more else ""
        said.append((f"{plural(len(hits), noun)} {fate}", ", ".join(names) + rest))
    return said or [("nothing else is lost", "")]


def _paths(impact: Impact) -> Sequence[Branch]:
    """The shortest paths together: each hop once, beneath the one that it follows."""
    following: dict[str, list[Hop]] = {node.id: [] for node in impact.failed}
    near = [each for each in (*impact.hits, *impact.standing) if each.degree <= DEEPEST_SHOWN]
    for hit in near[:PATHS_SHOWN]:
        for hop in hit.path:
            if hop.node.id not in following:
                before = hop.edge.target if hop.edge.source == hop.node.id else hop.edge.source
                following[before].append(hop)
                following[hop.node.id] = []

    def branches(id: str) -> tuple[Branch, ...]:
        return tuple(Branch(text=hop_words(hop), branches=branches(hop.node.id)) for hop in following[id])

    return [branch for node in impact.failed for branch in branches(node.id)]


def _show_text(impact: Impact, at: Instant, console: Console) -> None:
    console.print(console.paint("heading", _title(impact, at)))
    for title, names in _summary(impact):
        for line in wrap(f"{title}: {names}" if names else title, COLUMNS - 2, subsequent_indent="    "):
            console.print(f"  {line}")
    paths = _paths(impact)
    if paths:
        console.print(f"\n{console.paint('heading', 'Because')}")
    for line in text_lines(paths, console.paint):
        console.print(line)


def _show_markdown(impact: Impact, at: Instant, console: Console) -> None:
    console.print(f"# {plain(_title(impact, at))}\n")
    for title, names in _summary(impact):
        console.print(f"- **{title}** {plain(names)}".rstrip())
    paths = _paths(impact)
    if paths:
        console.print("\n## Because\n")
    for line in markdown_lines(paths):
        console.print(line)
