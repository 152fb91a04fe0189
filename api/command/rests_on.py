"""`troth rests-on`: what a promise, an agreement or a service rests on, and in which clauses."""

import json
from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.hits import left_out_words, paths, show, summary
from api.command.options import kinds_of, take_day, take_format, take_limits
from api.command.policy_files import sorted_out
from api.command.words import day_words
from api.command.workspace import asked_instant, sound_policies
from api.graph_to_json import foundation_json
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.dependency import Foundation, NodeKind
from engine.model.instants import iso_text
from engine.model.quantity import Instant

DESCRIPTION = """Show what a promise, an agreement or a service rests on: the reverse of impact.

Everything is listed whose failure has a part in that of what is named, alone or together with others; of a
k-of-n group it is said how many of its members must stand. The first argument is a policy; so is every
further one that is a file or a folder; the last one is the name."""
EXAMPLE = "troth rests-on policies/examples/hosting acme_sla.shop_availability"


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, the name, when, and how much of the answer is wanted."""
    parser.add_argument(
        "policies", nargs=1, metavar="POLICIES", help="policy files, or folders that hold *.sla"
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="what is asked about, as name or kind:name")
    take_day(parser)
    take_limits(parser)
    take_format(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Compute what it rests on, and show it as a tree."""
    files, names = sorted_out([*options.policies, *options.names])
    if len(names) != 1:
        console.note("troth rests-on: name one thing, after the policies")
        return Exit.NOT_EVALUATED
    snapshot, sources = sound_policies(files, console)
    if snapshot is None:
        return Exit.NOT_EVALUATED
    at = asked_instant(options, snapshot)
    found = pipeline.rests_on(
        pipeline.graph(snapshot),
        names[0],
        at=at,
        most_degree=options.most_degree,
        kinds=kinds_of(options),
    )
    if isinstance(found, Diagnostic):
        console.findings([found], sources)
        return Exit.NOT_EVALUATED
    if options.format == "json":
        answer = {"as_of": iso_text(at), "policy_version": snapshot.version, **foundation_json(found)}
        console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _show(found, at, options.format == "markdown", console)
    return Exit.KEPT


def _show(found: Foundation, at: Instant, as_markdown: bool, console: Console) -> None:
    title = f"What {found.node.kind.value} {found.node.name} rests on, on {day_words(at)}"
    lines = list(summary(found.hits, "", {NodeKind.OBLIGATION: "promise"}))
    if not found.is_there:
        lines.append(("it is not in force at that instant", ""))
    if found.left_out:
        lines.append((left_out_words(found.left_out), ""))
    show(title, lines, paths([found.node], found.hits), console, as_markdown=as_markdown)
