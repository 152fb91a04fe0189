"""`troth impact`: what falls when a supplier, service or component fails, and along which clauses."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, time
from itertools import groupby
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import day_or_instant, take_format
from api.command.policy_files import SUFFIX
from api.command.report_to_markdown import plain
from api.command.words import plural
from api.command.workspace import sound_policies
from api.explanation_to_json import impact_json
from engine import pipeline
from engine.model.dependency import Hit, Hop, Impact, NodeKind
from engine.model.instants import instant_of, iso_text
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot

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
    at = options.at if options.at is not None else _newest(snapshot)
    found = pipeline.impact(pipeline.graph(snapshot), names, at=at)
    if not isinstance(found, Impact):
        console.findings([found], sources)
        return Exit.NOT_EVALUATED
    match options.format:
        case "json":
            answer = {"at": iso_text(at), "policy_version": snapshot.version, **impact_json(found)}
            console.print(json.dumps(answer, ensure_ascii=False, indent=2))
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


def _newest(snapshot: Snapshot) -> Instant:
    starts = [each.term.start for each in snapshot.agreements.values()]
    return instant_of(datetime.combine(max(starts), time(), UTC)) if starts else 0


def _title(impact: Impact, at: Instant) -> str:
    failed = " and ".join(f"{each.kind.value} {each.name}" for each in impact.failed)
    day = iso_text(at).removesuffix("T00:00:00Z")
    return f"If {failed} {'fails' if len(impact.failed) == 1 else 'fail'} on {day}"


def _lost(impact: Impact) -> str:
    said = [plural(len(hits), noun) for noun, hits in _by_noun(impact.hits)]
    return f"lost: {', '.join(said) or 'nothing else'}"


def _by_noun(hits: Sequence[Hit]) -> list[tuple[str, list[Hit]]]:
    """The hits of each kind under the word that people use for it."""
    words = {NodeKind.PARTY: "customer", NodeKind.OBLIGATION: "promise"}
    groups = groupby(hits, key=lambda hit: hit.node.kind)
    return [(words.get(kind, kind.value), list(group)) for kind, group in groups]


def _hop_words(hop: Hop) -> str:
    """The edge as it reads, and the clause that made it."""
    clause = f" ({hop.edge.clause})" if hop.edge.clause else ""
    return f"{_name(hop.edge.source)} {hop.edge.kind.value} {_name(hop.edge.target)}{clause}"


def _name(id: str) -> str:
    kind, _, name = id.partition(":")
    if kind != NodeKind.GROUP:
        return name
    service, _, place = name.partition("/")
    return f"group {place} of {service}"


def _show_text(impact: Impact, at: Instant, console: Console) -> None:
    console.print(console.paint("heading", _title(impact, at)))
    console.print(_lost(impact))
    width = max((len(hit.node.name) for hit in (*impact.hits, *impact.standing)), default=0)
    groups = [(f"{noun}s", hits) for noun, hits in _by_noun(impact.hits)]
    if impact.standing:
        groups.append(("still standing, on less", list(impact.standing)))
    for title, hits in groups:
        console.print(f"\n{console.paint('heading', title)}")
        for hit in hits:
            for number, hop in enumerate(hit.path):
                name, arrow = ("", "→ ") if number else (hit.node.name, "")
                console.print(f"  {name:<{width}}  {arrow}{_hop_words(hop)}")


def _show_markdown(impact: Impact, at: Instant, console: Console) -> None:
    console.print(f"# {plain(_title(impact, at))}\n\n{plain(_lost(impact))}\n")
    console.print("| | name | because |\n| --- | --- | --- |")
    groups = _by_noun(impact.hits) + [(f"{noun}, standing", hits) for noun, hits in _by_noun(impact.standing)]
    for noun, hits in groups:
        for hit in hits:
            why = " → ".join(_hop_words(hop) for hop in hit.path)
            console.print(f"| {noun} | {plain(hit.node.name)} | {plain(why)} |")
