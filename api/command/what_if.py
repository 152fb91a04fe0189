"""`troth what-if`: the same facts under changed policies, before and after."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from api.command.comparison_to_report import comparison_report, show_report
from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_facts, take_format, take_instants, take_policies
from api.command.policy_files import read_policy
from api.command.workspace import admitted, workspace
from api.comparison_to_json import comparison_json
from api.verdict_to_json import Json
from engine import pipeline
from engine.diagnostic import Diagnostic, Level
from engine.model.snapshot import Snapshot
from engine.source import Source

if TYPE_CHECKING:
    from engine.store.database import Store

DESCRIPTION = """Show what would change if the policies said something else, over the same facts.

A change reads like a sentence: `change acme_sla.restore for p1 to within 2 hours`; the language reference
has them all. Changes are made one after another, and the files stay as they are."""
EXAMPLE = """troth what-if policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z --change "change acme_sla.shop_availability to at least 99.9%\""""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, the facts, the instants, the changes, and how the answer is shown."""
    take_policies(parser)
    take_facts(parser)
    take_instants(parser)
    parser.add_argument(
        "--change", action="append", default=[], metavar="CHANGE", help="one change, or several lines of them"
    )
    parser.add_argument(
        "--changes", action="append", default=[], type=Path, metavar="FILE", help="a file of changes"
    )
    take_format(parser)
    parser.add_argument("--all", action="store_true", help="list every change in a text or Markdown report")


def run(options: Namespace, console: Console) -> Exit:
    """Change, evaluate twice, and show what differs."""
    changes, unread = _changes(options)
    if unread or not changes:
        console.findings(unread)
        if not unread:
            console.note("troth what-if: name a change with --change, or a file of them with --changes")
        return Exit.NOT_EVALUATED
    with workspace(options, console) as ready:
        if ready is None:
            return Exit.NOT_EVALUATED
        changed = pipeline.change(ready.checked, changes)
        if changed.snapshot is None:
            errors = [each for each in changed.diagnostics if each.level is Level.ERROR]
            console.findings(errors, changed.sources)
            return Exit.NOT_EVALUATED
        said = pipeline.differences(ready.checked, changed)
        before = _evaluated(ready.snapshot, ready.store, options, console)
        if pipeline.facts_stay(ready.snapshot, changed.snapshot, ready.admission):
            after, is_whole = _evaluated(changed.snapshot, ready.store, options, console), ready.is_whole
        else:
            console.note("what the changes add may be in facts that were refused or not read: read again")
            with admitted(changed, changed.snapshot, options, console) as again:
                if again is None:
                    return Exit.NOT_EVALUATED
                after, is_whole = _evaluated(changed.snapshot, again.store, options, console), again.is_whole
    found = pipeline.compare(said, (ready.snapshot, before), (changed.snapshot, after))
    lines = [line for each in changes for line in each.text.splitlines() if line.strip()]
    report = comparison_report(
        f"What if: {'; '.join(lines)}", found, ready.snapshot, changed.snapshot, everything=options.all
    )
    asked: list[Json] = [each.text for each in changes]
    show_report({"changes": asked, **comparison_json(found)}, report, options.format, console)
    return Exit.KEPT if ready.is_whole and is_whole else Exit.NOT_EVALUATED


def _evaluated(
    snapshot: Snapshot, store: "Store", options: Namespace, console: Console
) -> pipeline.Evaluation:
    with console.progress() as progress:
        return pipeline.evaluate(
            snapshot, store, as_of=options.as_of, known_at=options.known_at, progress=progress
        )


def _changes(options: Namespace) -> tuple[list[Source], list[Diagnostic]]:
    """The changes in the order of the command line, those of files after the others."""
    written = [
        Source(name=f"change {number}", text=text) for number, text in enumerate(options.change, start=1)
    ]
    files = [read_policy(path) for path in options.changes]
    unread = [each for each in files if isinstance(each, Diagnostic)]
    return [*written, *(each for each in files if isinstance(each, Source))], unread
