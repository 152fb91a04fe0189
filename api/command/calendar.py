"""`troth calendar`: what is due, as an iCalendar file for people's calendars."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.files import writing_to
from api.command.options import take_facts, take_instants, take_output, take_policies
from api.command.policy_files import read_policy
from api.command.workspace import workspace
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.dsl.names import did_you_mean
from engine.model.snapshot import Snapshot

DESCRIPTION = """Write what is due next, and what was due and is not done, as an iCalendar file (RFC 5545).

Deadlines, reviews, notices, updates and escalations, claims, improvements, renewals and rights that lapse
become events; what is due in days is a day, everything else an instant in UTC. An event keeps its UID when it
is put off. With --revises, the calendar that this one replaces, what has changed since is the next revision
of its event, and what is no longer due is cancelled."""
EXAMPLE = """troth calendar policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z --role duty_manager"""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, the facts, the instants, and whose calendar."""
    take_policies(parser)
    take_facts(parser)
    take_instants(parser)
    parser.add_argument(
        "--role", action="append", default=[], metavar="NAME", help="what is due from this role; repeatable"
    )
    parser.add_argument(
        "--party",
        action="append",
        default=[],
        metavar="NAME",
        help="from this party and its roles; repeatable",
    )
    parser.add_argument(
        "--revises", type=Path, metavar="FILE", help="the calendar that this one replaces, as it was written"
    )
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    take_output(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Judge everything, and write what is due."""
    before = None if options.revises is None else read_policy(options.revises)
    if isinstance(before, Diagnostic):
        console.findings([before])
        return Exit.NOT_EVALUATED
    with workspace(options, console) as ready:
        if ready is None or not _names_are_there(options, ready.snapshot, console):
            return Exit.NOT_EVALUATED
        with console.progress() as progress:
            evaluation = pipeline.evaluate(
                ready.snapshot,
                ready.store,
                as_of=options.as_of,
                known_at=options.known_at,
                progress=progress,
            )
        entries = pipeline.agenda(ready.snapshot, evaluation.verdicts, evaluation.reactions, evaluation.as_of)
        names = [*options.role, *options.party]
        if names:
            entries = pipeline.entries_of(ready.snapshot, entries, names)
        title = f"Troth: {', '.join(names)}" if names else "Troth"
        written = pipeline.calendar(entries, options.as_of, name=title, before=before)
        is_whole = ready.is_whole
    if isinstance(written, Diagnostic):
        console.findings([written])
        return Exit.NOT_EVALUATED
    with writing_to(options.output, console) as out:
        out.write(written)
    if is_whole:
        return Exit.KEPT
    console.note("not all facts were admitted: this calendar rests on the others")
    return Exit.NOT_EVALUATED


def _names_are_there(options: Namespace, snapshot: Snapshot, console: Console) -> bool:
    """Whether all roles and parties are declared; says which are not."""
    unknown = [
        Diagnostic(
            code="unknown-name", message=f"no {sort} is named `{name}`", help=did_you_mean(name, known)
        )
        for sort, names, known in (
            ("role", options.role, snapshot.roles),
            ("party", options.party, snapshot.parties),
        )
        for name in names
        if name not in known
    ]
    console.findings(unknown)
    return not unknown
