"""`troth trace`: from the contract's words to what came of them, and back, from anything an auditor holds."""

import json
from argparse import ArgumentParser, Namespace
from functools import cache

from api.command.chosen import choose, take_verdict
from api.command.console import Console
from api.command.exits import Exit, exit_of
from api.command.options import take_format, take_judged
from api.command.report_to_markdown import plain
from api.command.tree import markdown_lines, step_to_branch, text_lines
from api.command.words import plural
from api.command.workspace import Workspace, judged_workspace
from api.explanation_to_json import trace_graph_json, trace_json
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.graph.trace.trace_graph import verdict_node_id
from engine.model.explanation import Explanation
from engine.model.tracing import Trace
from engine.model.verdict import Verdict

DESCRIPTION = """Follow a promise from the contract's words to what came of it, or back.

NAME is what you hold: a promise (with --on, one verdict in full), a clause (`msa 3.1`), a fact
(`outage:o-1`), or what followed: `credit:PROMISE`, an escalation, a ladder, a right, an improvement. Each
step has its place in the policy. The exit code is that of the verdicts on the way."""
EXAMPLE = """troth trace policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z acme_sla.shop_availability --on 2025-03"""


def arguments(parser: ArgumentParser) -> None:
    """What is judged, and when; what is traced, and which way."""
    take_judged(parser)
    take_verdict(parser, metavar="NAME", help="a promise, a clause, a fact, or what followed from a verdict")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--forward", action="store_true", help="from the words to what followed")
    way.add_argument("--back", action="store_true", help="from what followed to the words")
    take_format(parser, "graph")


def run(options: Namespace, console: Console) -> Exit:
    """Trace, and end as the verdicts on the way say."""
    with judged_workspace(options, console) as ready:
        found = None if ready is None else _traced(ready, options, console)
        if ready is None or found is None:
            return Exit.NOT_EVALUATED
    traced, verdicts = found
    branches = [step_to_branch(each) for each in traced.tree.steps]
    match options.format:
        case "json":
            _print_json({**trace_json(traced.tree), **trace_graph_json(traced)}, console)
        case "graph":
            _print_json(trace_graph_json(traced), console)
        case "markdown":
            console.print(f"# {plain(traced.tree.text)}\n")
            for line in markdown_lines(branches):
                console.print(line)
        case _:
            console.print(console.paint("heading", traced.tree.text))
            for line in text_lines(branches, console.paint):
                console.print(line)
    if traced.unread:
        more = plural(traced.unread, "verdict")
        console.note(f"{more} more may have read what followed: the worst were computed again")
    return exit_of(verdicts) if ready.is_whole else Exit.NOT_EVALUATED


def _print_json(answer: object, console: Console) -> None:
    console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))


def _traced(ready: Workspace, options: Namespace, console: Console) -> tuple[Trace, list[Verdict]] | None:
    """The trace, and the verdicts that are in it; nothing, and why, where the name says nothing."""
    snapshot, graph, name = ready.snapshot, pipeline.graph(ready.snapshot), options.obligation
    instants = {"as_of": options.as_of, "known_at": options.known_at}
    asked = pipeline.traced_promises(snapshot, graph, name)
    with console.progress() as progress:
        evaluation = pipeline.evaluate(
            snapshot, ready.store, **instants, obligations=asked, progress=progress
        )

    @cache
    def explain(identity: tuple[str, str, str]) -> Explanation:
        return pipeline.explain(snapshot, ready.store, by_identity[identity], **instants)

    by_identity = {each.identity: each for each in evaluation.verdicts}
    obligation = snapshot.obligation(name.removeprefix("obligation:"))
    fitting = [
        each
        for each in evaluation.verdicts
        if options.on in (None, each.identity[2])
        and options.subject in (None, each.subject)
        and (obligation is None or each.obligation == obligation.terms.id)
    ]
    own = [each for each in evaluation.verdicts if obligation and each.obligation == obligation.terms.id]
    if obligation is not None and (len(fitting) == 1 or not fitting):
        zone = snapshot.agreements[obligation.terms.agreement].zone
        verdict = choose(own, id=name, on=options.on, subject=options.subject, zone=zone)
        if isinstance(verdict, Diagnostic):
            console.findings([verdict])
            return None
        explanation = explain(verdict.identity)
        return (
            pipeline.trace(
                snapshot,
                graph,
                explanation,
                evaluation.verdicts,
                evaluation.reactions,
                back=options.back,
            ),
            [verdict],
        )
    found = pipeline.trace_from(
        snapshot,
        graph,
        ready.store,
        name,
        evaluation.verdicts,
        evaluation.reactions,
        lambda verdict: explain(verdict.identity),
        **instants,
        back=True if options.back else False if options.forward else None,
        only=None if options.on is None and options.subject is None else {each.identity for each in fitting},
    )
    if isinstance(found, Diagnostic):
        console.findings([found])
        return None
    return found, [each for each in evaluation.verdicts if verdict_node_id(each.identity) in found.judged]
