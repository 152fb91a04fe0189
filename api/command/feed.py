"""`troth feed`: facts from files, kept with a tenant for ever."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from api.command.console import Console
from api.command.exits import Exit
from api.command.tenant_archive import (
    FAULTS_SHOWN,
    asked,
    show_faults,
    take_archive_and_actor,
    tenant_of,
)
from api.command.words import plural
from engine.diagnostic import Level
from engine.model.instants import iso_text
from engine.model.tenancy import Fed, Refused

if TYPE_CHECKING:
    from engine.facts.folder_to_rows import FileRows
    from engine.model.snapshot import Snapshot
    from engine.tenant.tenant import Tenant

DESCRIPTION = """Feed facts to a tenant, from one file or a folder of them, read as `--facts` reads them.

If any row or file is refused nothing is kept, unless --reject-rows lets the rest in. What is known already
is no new fact; what says otherwise of a key needs --corrections. A file is kept in batches of 10,000 rows,
each whole or not at all, and every fact is recorded as of when it is kept: `recorded_at` in a file is not
taken. A file that `troth serve` has open is fed through that server."""
EXAMPLE = "troth feed policies/examples/hosting/facts --archive acme.duckdb --actor ann"
EXITS = """exit codes:
  0  everything was kept, or was known already
  2  something was not: a row, a file, the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """The facts, the archive, and who acts."""
    parser.add_argument("facts", type=Path, metavar="FOLDER_OR_FILE", help="KIND.csv, KIND.ndjson, …")
    take_archive_and_actor(parser)
    parser.add_argument(
        "--corrections", action="store_true", help="rows may say otherwise what is known of their keys"
    )
    parser.add_argument("--reject-rows", action="store_true", help="keep the rows that are not refused")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Read everything, then keep it, file after file."""
    from engine.facts.folder_to_rows import find_rows
    from engine.store.archive import ArchiveError

    try:
        with tenant_of(options) as tenant:
            snapshot = tenant.policies()
            if snapshot is None:
                console.note("troth feed: no policies have been published yet: `troth publish` them first")
                return Exit.NOT_EVALUATED
            files, findings = find_rows(snapshot, options.facts, corrections=options.corrections)
            console.findings((*findings, *(each for file in files for each in file.diagnostics)))
            is_whole = _show_refused(files, console) and not any(
                each.level is Level.ERROR
                for each in (*findings, *(each for file in files for each in file.diagnostics))
            )
            if not is_whole and not options.reject_rows:
                console.note("troth feed: nothing was kept, because not all could be")
                return Exit.NOT_EVALUATED
            fed = [_feed(tenant, snapshot, each, options, console) for each in files if each.batch.rows]
    except ArchiveError as error:
        console.note(f"troth feed: {error}")
        return Exit.NOT_EVALUATED
    if not fed:
        console.note("troth feed: there are no facts")
    return Exit.KEPT if is_whole and all(fed) else Exit.NOT_EVALUATED


def _show_refused(files: "tuple[FileRows, ...]", console: Console) -> bool:
    """Show the first refused rows; whether there are none."""
    refused = [each for file in files for each in file.refused]
    for each in refused[:FAULTS_SHOWN]:
        column = "" if each.column is None else f", column `{each.column}`"
        console.note(f"refused[{each.code}]: {each.file}, row {each.row}{column}: {each.reason}")
    if len(refused) > FAULTS_SHOWN:
        console.note(f"{len(refused) - FAULTS_SHOWN:,} more reasons are not shown")
    return not refused


def _feed(
    tenant: "Tenant", snapshot: "Snapshot", file: "FileRows", options: Namespace, console: Console
) -> bool:
    """Keep the rows of a file and say so; whether all of them were."""
    from engine.facts.folder_to_rows import batches
    from engine.tenant.fitting import MOST_ROWS

    kind = file.batch.kind
    if file.says_when:
        console.note(f"{file.file}: `recorded_at` is not taken: facts are recorded when they are kept")
    kept: list[Fed] = []
    for batch in batches(file.batch, snapshot.kinds[kind].key, MOST_ROWS):
        fed = tenant.feed(batch, asked(options))
        if isinstance(fed, Refused):
            what = file.file if len(file.batch.rows) == len(batch.rows) else f"this batch of {file.file}"
            show_faults("feed", what, fed, console)
            break
        kept.append(fed)
    if kept:
        entries = [str(each.entry) for each in kept if each.entry is not None]
        where = f"; {'entry' if len(entries) == 1 else 'entries'} {', '.join(entries)}" if entries else ""
        since = f", known from {iso_text(kept[-1].known_from)}" if entries else ""
        versions, unchanged = (
            sum(getattr(each, name) for each in kept) for name in ("versions", "unchanged")
        )
        console.print(
            f"{file.file}: {plural(versions, 'new version')} of `{kind}`, {unchanged:,} known already"
            f"{where}{since}"
        )
    return sum(each.versions + each.unchanged for each in kept) == len(file.batch.rows)
