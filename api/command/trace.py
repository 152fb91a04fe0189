"""`troth trace`: one verdict followed from the contract's words to what came of it."""

import json
from argparse import ArgumentParser, Namespace

from api.command.chosen import explained, take_verdict
from api.command.console import Console
from api.command.exits import Exit, exit_of
from api.command.options import take_facts, take_format, take_instants, take_policies
from api.command.report_to_markdown import plain
from api.command.tree import markdown_lines, step_to_branch, text_lines
from api.command.workspace import workspace
from api.explanation_to_json import trace_json
from engine import pipeline

DESCRIPTION = """Follow one verdict from the contract's words to what came of it.

Clause, promise, measure, sources, facts, arithmetic, verdict, severity, escalation, credit: each step with
its place in the policy. The exit code is that of this one verdict."""
EXAMPLE = """troth trace policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z acme_sla.shop_availability --on 2025-03"""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, the facts, the instants, and the verdict."""
    take_policies(parser)
    take_facts(parser)
    take_instants(parser)
    take_verdict(parser)
    take_format(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Trace, and end as the verdict says."""
    with workspace(options, console) as ready:
        chosen = None if ready is None else explained(ready, options, console)
        if ready is None or chosen is None:
            return Exit.NOT_EVALUATED
    graph = pipeline.graph(ready.snapshot)
    traced = pipeline.trace(ready.snapshot, graph, chosen.explanation, chosen.reactions)
    branches = [step_to_branch(each) for each in traced.steps]
    match options.format:
        case "json":
            console.print_data(json.dumps(trace_json(traced), ensure_ascii=False, indent=2))
        case "markdown":
            console.print(f"# {plain(traced.text)}\n")
            for line in markdown_lines(branches):
                console.print(line)
        case _:
            console.print(console.paint("heading", traced.text))
            for line in text_lines(branches, console.paint):
                console.print(line)
    return exit_of([chosen.verdict]) if ready.is_whole else Exit.NOT_EVALUATED
