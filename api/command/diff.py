"""`troth diff`: two policy sets side by side, in words, and over the same facts in verdicts and in money."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TypeAlias

from api.command.comparison_to_report import comparison_report, policy_report, show_report
from api.command.console import Console
from api.command.exits import Exit
from api.command.options import day_or_instant, instant, take_facts, take_format
from api.command.workspace import admitted, asked_instant, checked_policies
from api.comparison_to_json import comparison_json, policies_json, risks_json
from engine import pipeline
from engine.model.snapshot import Snapshot

DESCRIPTION = """Show what changes between two versions of the policies.

Without facts: which statements were added, taken away or said otherwise, and in which clause; and the risks
that come and go, of the day on which the newest agreement of NEW came into force, or of --as-of. With --facts
and --as-of also which verdicts change, what follows otherwise, and the difference in money."""
EXAMPLE = """troth diff policies/examples/hosting policies/examples/hosting \\
      --facts policies/examples/hosting/facts --as-of 2025-04-01T00:00:00Z"""

Side: TypeAlias = tuple[Snapshot, pipeline.Evaluation]


def arguments(parser: ArgumentParser) -> None:
    """OLD and NEW, the facts and the instants if any, and how the answer is shown."""
    for name, what in (("old", "the policies as they were"), ("new", "the policies as they are to be")):
        parser.add_argument(name, type=Path, metavar=name.upper(), help=f"{what}: a file or a folder")
    take_facts(parser, needed=False)
    parser.add_argument(
        "--as-of", type=day_or_instant, metavar="DATE", help="a date, or an instant; needed with facts"
    )
    parser.add_argument(
        "--known-at", type=instant, metavar="INSTANT", help="judge by what had been recorded by then"
    )
    take_format(parser)
    parser.add_argument("--all", action="store_true", help="list every change in a text or Markdown report")


def run(options: Namespace, console: Console) -> Exit:
    """Check both, evaluate both if there are facts, and show what differs."""
    if options.facts is not None and options.as_of is None:
        console.note("troth diff: with --facts, --as-of says what time it is")
        return Exit.NOT_EVALUATED
    about_facts = options.known_at is not None or options.reject_rows or options.all_or_nothing
    if options.facts is None and about_facts:
        console.note("troth diff: --known-at, --reject-rows and --all-or-nothing go with --facts")
        return Exit.NOT_EVALUATED
    old, new = (checked_policies([path], console, errors_only=True) for path in (options.old, options.new))
    if old.snapshot is None or new.snapshot is None:
        return Exit.NOT_EVALUATED
    said = pipeline.differences(old, new)
    title = f"From {options.old} to {options.new}"
    if options.facts is None:
        sides = ((snapshot, pipeline.graph(snapshot)) for snapshot in (old.snapshot, new.snapshot))
        at = asked_instant(options, new.snapshot)
        risks = pipeline.risk_differences(*sides, at=at)
        report = policy_report(title, said, risks, everything=options.all)
        show_report({**policies_json(said), "risks": risks_json(risks)}, report, options.format, console)
        return Exit.KEPT
    evaluated: list[Side] = []
    whole = True
    for checked, snapshot in ((old, old.snapshot), (new, new.snapshot)):
        with admitted(checked, snapshot, options, console) as ready:
            if ready is None:
                return Exit.NOT_EVALUATED
            whole = whole and ready.is_whole
            with console.progress() as progress:
                found = pipeline.evaluate(
                    snapshot,
                    ready.store,
                    as_of=options.as_of,
                    known_at=options.known_at,
                    progress=progress,
                )
            evaluated.append((snapshot, found))
    before, after = evaluated
    compared = pipeline.compare(said, before, after)
    report = comparison_report(title, compared, before[0], after[0], everything=options.all)
    show_report(comparison_json(compared), report, options.format, console)
    return Exit.KEPT if whole else Exit.NOT_EVALUATED
