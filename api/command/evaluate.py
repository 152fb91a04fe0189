"""`troth evaluate`: every promise judged by the facts at one instant."""

from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit, exit_of
from api.command.files import writing_to
from api.command.options import take_format, take_judged, take_output
from api.command.workspace import Workspace, judged_workspace
from engine import pipeline

DESCRIPTION = """Judge every promise by the facts, at an instant.

The same policies, facts and instants give the same bytes, for ever. A row that is refused is an error in
the facts: what the other rows say is printed, and the exit code is 2. Where a whole file is refused,
nothing is judged.

With --archive the policies and facts are those that a tenant keeps; nothing is written to it. Without
--known-at they are those of now: say both instants, and the answer stays the same."""
EXAMPLE = """troth evaluate policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z"""


def arguments(parser: ArgumentParser) -> None:
    """What is judged, and when; and how the verdicts are shown."""
    take_judged(parser)
    take_format(parser, "ndjson", "parquet")
    parser.add_argument("--all", action="store_true", help="list every verdict in a text or Markdown report")
    take_output(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Evaluate, print, and end as the verdicts say."""
    if options.format == "parquet" and options.output is None and console.out.isatty():
        console.note("troth evaluate: Parquet is not for a terminal; name a file with --output")
        return Exit.NOT_EVALUATED
    with judged_workspace(options, console) as ready:
        if ready is None:
            return Exit.NOT_EVALUATED
        with console.progress() as progress:
            evaluation = pipeline.evaluate(
                ready.snapshot,
                ready.store,
                as_of=options.as_of,
                known_at=options.known_at,
                progress=progress,
            )
        console.findings(evaluation.warnings)
    with writing_to(options.output, console) as target:
        _show(ready, evaluation, options, target)
    if ready.is_whole:
        return exit_of(evaluation.verdicts)
    # A long report has pushed what was refused out of sight.
    console.note("not all facts were admitted, as said before the report: these verdicts rest on the others")
    return Exit.NOT_EVALUATED


def _show(ready: Workspace, evaluation: pipeline.Evaluation, options: Namespace, console: Console) -> None:
    match options.format:
        case "json" | "ndjson":
            from api.command import evaluation_to_json

            lay_out = evaluation_to_json.one_object if options.format == "json" else evaluation_to_json.rows
            for line in lay_out(evaluation, ready.admission):
                console.print_data(line)
        case "parquet":
            from api.exports.rows_to_parquet import parquet
            from api.exports.table import Table

            table = Table(
                as_of=evaluation.as_of,
                known_at=evaluation.known_at,
                policy_version=evaluation.policy_version,
                verdicts=evaluation.verdicts,
            )
            for piece in parquet(table):
                console.write_bytes(piece)
        case _:
            from api.command import evaluation_to_report, report_to_markdown, report_to_text

            report = evaluation_to_report.report(ready.snapshot, evaluation, everything=options.all)
            if options.format == "markdown":
                console.print(report_to_markdown.lay_out(report))
            else:
                console.print(report_to_text.lay_out(report, console.paint))
