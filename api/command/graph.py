"""`troth graph`: the dependency graph as a file for other tools, or as a picture."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence

from api.command.console import Console
from api.command.exits import Exit
from api.command.files import writing_to
from api.command.options import (
    day_or_instant,
    hops,
    instant,
    kinds_of,
    take_day,
    take_facts,
    take_kinds,
    take_output,
    take_policies,
)
from api.command.workspace import asked_instant, sound_policies, workspace
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.picture import Format
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.source import Source

DEPTH = 2

DESCRIPTION = """Write what depends on what as Graphviz DOT, Mermaid, GraphML or Cytoscape JSON, or draw it.

A picture shows customers, agreements, services, contracts and suppliers from left to right, and folds boxes
that stand alike where there are more than 150; the other formats have every node. Contracts hold within
their terms: --as-of says which day it is; without it, it is the day on which the newest agreement came into
force.

With --facts and --as-of, each promise, agreement and service shows the worst of its verdicts, by colour, by
shape and in words: breached, at risk, unmeasured, excused, met, pending. What is only reported does not
count, and --since leaves out windows and triggers that were over by then. --risks marks the single points of
failure."""
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
    take_kinds(parser, "only nodes of this kind; may be said again (default: all)")
    parser.add_argument(
        "--failed", action="append", default=[], metavar="NODE", help="mark what falls with it; repeatable"
    )
    take_facts(parser, needed=False)
    parser.add_argument(
        "--known-at", type=instant, metavar="INSTANT", help="with --facts: by what had been recorded by then"
    )
    parser.add_argument(
        "--since", type=day_or_instant, metavar="DATE", help="with --facts: by verdicts that reach beyond it"
    )
    parser.add_argument("--risks", action="store_true", help="mark the single points of failure")
    take_output(parser)
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Take the part that is asked for, and write it."""
    if options.facts is not None and options.as_of is None:
        console.note("troth graph: with --facts, --as-of says what time it is")
        return Exit.NOT_EVALUATED
    if options.facts is None:
        if options.since is not None or options.known_at is not None:
            console.note("troth graph: --since and --known-at say which facts count: name some with --facts")
            return Exit.NOT_EVALUATED
        snapshot, sources = sound_policies(options.policies, console)
        if snapshot is None:
            return Exit.NOT_EVALUATED
        at = asked_instant(options, snapshot)
        return _write(snapshot, sources, (), at, options, console)
    with workspace(options, console) as ready:
        if ready is None:
            return Exit.NOT_EVALUATED
        with console.progress() as progress:
            found = pipeline.evaluate(
                ready.snapshot,
                ready.store,
                as_of=options.as_of,
                known_at=options.known_at,
                progress=progress,
            )
    end = _write(ready.snapshot, ready.checked.sources, found.verdicts, options.as_of, options, console)
    return end if ready.is_whole else Exit.NOT_EVALUATED


def _write(
    snapshot: Snapshot,
    sources: Mapping[str, Source],
    verdicts: Sequence[Verdict],
    at: Instant,
    options: Namespace,
    console: Console,
) -> Exit:
    written = pipeline.export(
        snapshot,
        pipeline.graph(snapshot),
        at=at,
        format=Format(options.format),
        around=options.around,
        depth=options.depth,
        kinds=kinds_of(options),
        failed=options.failed,
        verdicts=verdicts,
        since=options.since,
        risks=options.risks,
    )
    if isinstance(written, Diagnostic):
        console.findings([written], sources)
        return Exit.NOT_EVALUATED
    with writing_to(options.output, console) as out:
        out.write(written)
    return Exit.KEPT
