"""`troth hold place`: what a legal hold covers is not erased until it is lifted."""

from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import field_value, instant
from api.command.tenant_archive import asked, show_faults, take_archive_and_actor, tenant_of
from engine.model.erasure import HoldScope
from engine.model.instants import iso_text
from engine.model.tenancy import Refused

DESCRIPTION = """Place a legal hold with a tenant: whatever it covers is not erased until it is lifted.

It covers the facts that are as all of --kind, --key, --where, --since and --until say, of which one must be
said; a fact lies in a time that it shares an instant with. Where nobody can tell when a fact was, it is
covered. The ledger says who placed it and why."""
EXAMPLE = """troth hold place --kind visit --where who=bob --archive acme.duckdb --actor ann \\
      --reason "claim 7 of 2025\""""
EXITS = """exit codes:
  0  it was placed
  2  it was not: the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """What is covered, why, the archive and who acts."""
    parser.add_argument(
        "--kind",
        action="append",
        default=[],
        metavar="KIND",
        help="facts of this kind; say it again for more",
    )
    parser.add_argument(
        "--key", action="append", default=[], metavar="KEY", help="facts of this key; say it again for more"
    )
    parser.add_argument(
        "--where", type=field_value, metavar="FIELD=TEXT", help="facts of which any version says this"
    )
    parser.add_argument("--since", type=instant, metavar="INSTANT", help="facts at this instant or later")
    parser.add_argument("--until", type=instant, metavar="INSTANT", help="facts before this instant")
    parser.add_argument("--reason", required=True, metavar="WORDS", help="why, as the ledger will say")
    take_archive_and_actor(parser)
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Place it, and say its number."""
    from engine.store.archive import ArchiveError

    scope = HoldScope(
        kinds=tuple(options.kind),
        keys=tuple(options.key),
        where=options.where,
        since=options.since,
        until=options.until,
    )
    try:
        with tenant_of(options) as tenant:
            hold = tenant.place_hold(scope, options.reason, asked(options))
    except ArchiveError as error:
        console.note(f"troth hold place: {error}")
        return Exit.NOT_EVALUATED
    if isinstance(hold, Refused):
        show_faults("hold place", "the hold", hold, console)
        return Exit.NOT_EVALUATED
    console.print(
        f"hold {hold.seq} was placed by {hold.placed_by} at {iso_text(hold.placed_at)};"
        f" entry {hold.entry} of the ledger"
    )
    return Exit.KEPT
