"""`troth hold list`: the legal holds of a tenant, those that stand and those that were lifted."""

import json
from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_archive, take_text_or_json
from api.hold_to_json import hold_json
from engine.model.erasure import Hold
from engine.model.instants import iso_text

DESCRIPTION = """List the legal holds of a tenant: what each covers, who placed it, when and why.

Nothing is written. Holds that were lifted are listed with --all."""
EXAMPLE = "troth hold list acme.duckdb"
GONE = "(erased)"
"""Stands for what was erased with the facts that a hold named, once it was lifted."""

EXITS = """exit codes:
  0  they were listed, if there are any
  2  could not tell: the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """ARCHIVE, and how the answer is shown."""
    take_archive(parser)
    parser.add_argument("--all", action="store_true", help="also those that were lifted")
    take_text_or_json(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Read and show them."""
    from api.command.ledger_files import UnusableError, opened
    from engine.store.archive import ArchiveError
    from engine.tenant.holding import holds

    try:
        with opened(options) as archive, archive.reading() as reading:
            found = [each for each in holds(reading) if options.all or each.lifted is None]
    except (UnusableError, ArchiveError) as error:
        console.note(f"troth hold list: {error}")
        return Exit.NOT_EVALUATED
    if options.format == "json":
        said = {"holds": [hold_json(each) for each in found]}
        console.print_data(json.dumps(said, ensure_ascii=False, indent=2))
    elif not found:
        console.print("no legal hold stands")
    else:
        console.print("\n".join(_shown(each) for each in found))
    return Exit.KEPT


def _shown(hold: Hold) -> str:
    scope = hold.scope
    covers = [
        *(f"kind {each}" for each in scope.kinds),
        *(f"key {each or GONE}" for each in scope.keys),
        *([] if scope.where is None else [f"where {scope.where.field} is {scope.where.value or GONE}"]),
        *([] if scope.since is None else [f"since {iso_text(scope.since)}"]),
        *([] if scope.until is None else [f"until {iso_text(scope.until)}"]),
    ]
    lines = [
        f"hold {hold.seq}, placed by {hold.placed_by} at {iso_text(hold.placed_at)}: {hold.reason}",
        f"  covers  {', '.join(covers)}",
    ]
    if (lifted := hold.lifted) is not None:
        lines.append(f"  lifted  by {lifted.lifted_by} at {iso_text(lifted.lifted_at)}: {lifted.reason}")
    return "\n".join(lines)
