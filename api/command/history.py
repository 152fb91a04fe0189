"""`troth history`: how the verdicts of a tenant changed, in order, and what made them."""

import json
from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_tenant, take_text_or_json
from api.ledger_to_json import instant_text
from api.verdict_to_json import Json, verdict_json
from engine.model.history import VerdictChange

SHOWN = 100

DESCRIPTION = """Show how the verdicts of a tenant changed.

Each change has its number, counted from 0, the instant as of which it was judged, the verdict, its state
before and since, and what made it: policies that were published, facts that were fed, corrected or taken
back, an erasure, or only time. The JSON has the whole verdict with it, by what was known when, and the entry
of the ledger that records it. A tenant's server keeps the changes; nothing is written to the archive."""
EXAMPLE = "troth history --archive acme.duckdb --after 120"
EXITS = """exit codes:
  0  they were shown, if there are any
  2  could not tell: the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """The archive, and which changes."""
    parser.add_argument(
        "--archive", required=True, metavar="ARCHIVE", help="a file, or the URL of a PostgreSQL"
    )
    take_tenant(parser)
    parser.add_argument("--after", type=int, metavar="NUMBER", help="those that came after this one")
    parser.add_argument(
        "--first",
        type=int,
        default=SHOWN,
        metavar="COUNT",
        help=f"so many at most (default: {SHOWN}): the last ones, or the first ones after --after",
    )
    take_text_or_json(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Show them."""
    from api.command.ledger_files import UnusableError, opened
    from engine.store.archive import ArchiveError
    from engine.tenant.history import kept_changes

    try:
        if options.first < 1:
            raise UnusableError("--first is 1 at least")
        with opened(options) as archive, archive.reading() as reading:
            after = -1 if options.after is None else options.after
            found = kept_changes(reading, after=after, first=options.first, last=options.after is None)
    except (UnusableError, ArchiveError) as error:
        console.note(f"troth history: {error}")
        return Exit.NOT_EVALUATED
    if options.format == "json":
        console.print_data(json.dumps([change_json(each) for each in found], ensure_ascii=False, indent=2))
    else:
        for each in found:
            console.print(_line(each))
        if not found:
            console.note("troth history: there are no such changes")
    return Exit.KEPT


def change_json(change: VerdictChange) -> dict[str, Json]:
    """One change; every key is always there, null where it says nothing."""
    obligation, subject, occasion = change.identity
    return {
        "seq": change.seq,
        "entry": change.entry,
        "as_of": instant_text(change.as_of),
        "known_at": instant_text(change.known_at),
        "cause": change.cause.value,
        "obligation": obligation,
        "subject": subject,
        "occasion": occasion,
        "before": None if change.before is None else change.before.value,
        "state": None if change.state is None else change.state.value,
        "verdict": None if change.verdict is None else verdict_json(change.verdict),
    }


def _line(change: VerdictChange) -> str:
    obligation, subject, occasion = change.identity
    before = "new" if change.before is None else change.before.value
    state = "gone" if change.state is None else change.state.value
    what = f"{obligation} {subject} {occasion}: {before} → {state}"
    return f"{change.seq}  {instant_text(change.as_of)}  {what} ({change.cause.value})"
