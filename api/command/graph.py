"""`troth graph`: the dependency graph as a file for other tools, or as a picture."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.files import writing_to
from api.command.options import hops, take_day, take_output, take_policies
from api.command.workspace import sound_policies, usual_instant
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.dependency import NodeKind
from engine.model.picture import Format

DEPTH = 2

DESCRIPTION = """Write what depends on what as Graphviz DOT, Mermaid, GraphML or Cytoscape JSON, or draw it.

A picture shows customers, agreements, services, contracts and suppliers from left to right, and folds boxes
that stand alike where there are more than 150; the other formats have every node. Contracts hold within
their terms: --as-of says which day it is; without it, it is the day on which the newest agreement came into
force."""
EXAMPLE = "troth graph policies/examples/hosting --as-of 2025-06-01 --format svg --failed northwind"


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, when, which part, in which format."""
    take_policies(parser)
    take_day(parser)
    parser.add_argument(
        "--format", choices=[each.value for each in Format], default=Format.DOT.value, help="default: dot"
    )
    parser.add_argument("--around", metavar="NODE", help="only what lies around it: name, or kind:name")
    parser.add_argument(
        "--depth", type=hops, default=DEPTH, metavar="N", help=f"how many edges from it (default: {DEPTH})"
    )
    parser.add_argument(
        "--kinds", type=_kinds, metavar="KIND,…", help="only nodes of these kinds (default: all)"
    )
    parser.add_argument(
        "--failed", action="append", default=[], metavar="NODE", help="mark what falls with it; repeatable"
    )
    take_output(parser)
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Take the part that is asked for, and write it."""
    snapshot, sources = sound_policies(options.policies, console)
    if snapshot is None:
        return Exit.NOT_EVALUATED
    at = options.as_of if options.as_of is not None else usual_instant(snapshot)
    written = pipeline.export(
        snapshot,
        pipeline.graph(snapshot),
        at=at,
        format=Format(options.format),
        around=options.around,
        depth=options.depth,
        kinds=options.kinds,
        failed=options.failed,
    )
    if isinstance(written, Diagnostic):
        console.findings([written], sources)
        return Exit.NOT_EVALUATED
    with writing_to(options.output, console) as out:
        out.write(written)
    return Exit.KEPT


def _kinds(text: str) -> tuple[NodeKind, ...]:
    known = {kind.value: kind for kind in NodeKind}
    unknown = [each for each in text.split(",") if each not in known]
    if unknown:
        raise ArgumentTypeError(f"`{unknown[0]}` is no kind; there are {', '.join(known)}")
    return tuple(known[each] for each in text.split(","))
