"""`troth hold lift`: what a legal hold covered may be erased again."""

from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.tenant_archive import asked, show_faults, take_archive_and_actor, tenant_of
from engine.model.instants import iso_text
from engine.model.tenancy import Refused

DESCRIPTION = """Lift a legal hold: what it covered, and no other hold covers, may be erased again.

The ledger says who lifted it and why."""
EXAMPLE = 'troth hold lift 0 --archive acme.duckdb --actor ann --reason "the claim was settled"'
EXITS = """exit codes:
  0  it was lifted
  2  it was not: the hold, the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """Which hold, why, the archive and who acts."""
    parser.add_argument("hold", type=int, metavar="NUMBER", help="as `troth hold list` shows it")
    parser.add_argument("--reason", required=True, metavar="WORDS", help="why, as the ledger will say")
    take_archive_and_actor(parser)
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Lift it, and say so."""
    from engine.store.archive import ArchiveError

    try:
        with tenant_of(options) as tenant:
            hold = tenant.lift_hold(options.hold, options.reason, asked(options))
    except ArchiveError as error:
        console.note(f"troth hold lift: {error}")
        return Exit.NOT_EVALUATED
    if isinstance(hold, Refused):
        show_faults("hold lift", "it", hold, console)
        return Exit.NOT_EVALUATED
    assert hold.lifted is not None
    console.print(
        f"hold {hold.seq} was lifted by {hold.lifted.lifted_by} at {iso_text(hold.lifted.lifted_at)};"
        f" entry {hold.lifted.entry} of the ledger"
    )
    return Exit.KEPT
