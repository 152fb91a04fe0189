"""`troth publish`: a policy set put in use, kept for ever with who and when."""

from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_policies
from api.command.tenant_archive import asked, show_faults, take_archive_and_actor, tenant_of
from api.command.workspace import checked_policies
from engine.model.instants import iso_text
from engine.model.tenancy import Refused

DESCRIPTION = """Put a policy set in use for a tenant, if it is sound: all of POLICIES together.

It is in use from now on, until another is published; earlier ones stay for what was known then. An archive
that is not there is made. A file that `troth serve` has open is published to through that server."""
EXAMPLE = "troth publish policies/examples/hosting --archive acme.duckdb --actor ann"
EXITS = """exit codes:
  0  it was published
  2  it was not: a policy, the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, the archive, and who acts."""
    take_policies(parser)
    take_archive_and_actor(parser)
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Publish, and say under what it is kept."""
    from engine.store.archive import ArchiveError

    checked = checked_policies(options.policies, console)
    if checked.snapshot is None:
        return Exit.NOT_EVALUATED
    try:
        with tenant_of(options, makes=True) as tenant:
            published = tenant.publish(checked.policies, asked(options))
    except ArchiveError as error:
        console.note(f"troth publish: {error}")
        return Exit.NOT_EVALUATED
    if isinstance(published, Refused):
        show_faults("publish", "the policies", published, console)
        return Exit.NOT_EVALUATED
    console.print(f"published by {published.published_by}, in use from {iso_text(published.published_at)}")
    console.print(f"  set {published.seq}, entry {published.entry} of the ledger")
    console.print(f"  version {published.version}")
    console.print(f"  address {published.address}")
    return Exit.KEPT
