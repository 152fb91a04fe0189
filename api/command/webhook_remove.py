"""`troth webhook remove`: a machine is told nothing any more."""

from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.tenant_archive import asked, show_faults, take_archive_and_actor, tenant_of
from engine.model.tenancy import Refused

DESCRIPTION = """Tell a webhook nothing any more; what it was not told yet goes with it. The ledger says who
removed it."""
EXAMPLE = "troth webhook remove 0 --archive acme.duckdb --actor ann"
EXITS = """exit codes:
  0  it was removed
  2  it was not: the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """Which, the archive and who acts."""
    parser.add_argument("webhook", type=int, metavar="NUMBER", help="of `troth webhook list`")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    take_archive_and_actor(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Remove it."""
    from engine.store.archive import ArchiveError

    try:
        with tenant_of(options) as tenant:
            found = tenant.telling.remove(options.webhook, asked(options))
    except ArchiveError as error:
        console.note(f"troth webhook remove: {error}")
        return Exit.NOT_EVALUATED
    if isinstance(found, Refused):
        show_faults("webhook remove", f"webhook {options.webhook}", found, console, done="removed")
        return Exit.NOT_EVALUATED
    console.note(f"webhook {found.seq} was removed")
    return Exit.KEPT
