"""`troth explain`: why one verdict is what it is, every line a number that a person can check."""

import json
from argparse import ArgumentParser, Namespace

from api.command import report_to_markdown, report_to_text
from api.command.chosen import Chosen, explained, take_verdict
from api.command.console import Console
from api.command.evaluation_to_report import entry
from api.command.exits import Exit, exit_of
from api.command.options import take_format, take_judged
from api.command.tree import line_to_branch, markdown_lines, text_lines
from api.command.words import state_words
from api.command.workspace import judged_workspace
from api.explanation_to_json import explanation_json
from engine.model.explanation import Line

DESCRIPTION = """Show why one verdict is what it is, line by line.

The lines are computed again from the facts, by other means than the verdict was. The exit code is that of
this one verdict."""
EXAMPLE = """troth explain policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z acme_sla.shop_availability --on 2025-03"""


def arguments(parser: ArgumentParser) -> None:
    """What is judged, and when; and the verdict."""
    take_judged(parser)
    take_verdict(parser)
    take_format(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Explain, and end as the verdict says."""
    with judged_workspace(options, console) as ready:
        chosen = None if ready is None else explained(ready, options, console)
        if ready is None or chosen is None:
            return Exit.NOT_EVALUATED
    match options.format:
        case "json":
            console.print_data(json.dumps(explanation_json(chosen.explanation), ensure_ascii=False, indent=2))
        case "markdown":
            _show_markdown(chosen, console)
        case _:
            _show_text(chosen, console)
    return exit_of([chosen.verdict]) if ready.is_whole else Exit.NOT_EVALUATED


def _show_text(chosen: Chosen, console: Console) -> None:
    for line in report_to_text.entry_lines(
        entry(chosen.verdict, chosen.obligation, chosen.zone), console.paint
    ):
        console.print(line)
    for title, lines in _parts(chosen):
        console.print(f"\n{console.paint('heading', title)}")
        for line in text_lines([line_to_branch(each) for each in lines], console.paint):
            console.print(line)


def _show_markdown(chosen: Chosen, console: Console) -> None:
    for line in report_to_markdown.entry_lines(entry(chosen.verdict, chosen.obligation, chosen.zone)):
        console.print(line)
    for title, lines in _parts(chosen):
        console.print(f"\n## {report_to_markdown.plain(title)}\n")
        for line in markdown_lines([line_to_branch(each) for each in lines]):
            console.print(line)


def _parts(chosen: Chosen) -> list[tuple[str, tuple[Line, ...]]]:
    how = "computed again from the facts" if chosen.explanation.recomputed else "not recomputed"
    parts = [
        (f"Why {state_words(chosen.verdict)} (times in {chosen.zone}; {how})", chosen.explanation.lines),
        ("Why not better", chosen.explanation.why_not),
    ]
    return [each for each in parts if each[1]]
