"""`troth restore`: an archive made of a back-up, once everything in it has been verified."""

from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING

from api.command.backup_words import content_words, flaw_lines
from api.command.clock import now
from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_keys, take_tenant
from engine.store.shown_place import shown_place

if TYPE_CHECKING:
    from engine.store.archive import Archive

DESCRIPTION = """Make an archive of a back-up: a DuckDB file or a tenant of a PostgreSQL, wherever it is from.

The archive must be new, or nothing may have been kept in it. Everything is restored in one transaction, and
before that ends the digest of the file, the whole ledger and every fact's digest are verified; if anything
is not as it was written, it is named and nothing is restored. A back-up of an older version is migrated.

Whoever can write the back-up can make all of it anew: only a head that was kept elsewhere shows that, and
only the public key whose it is (--head, --key, as for `troth ledger verify`). With --check nothing is kept:
it is the drill that shows that a back-up can be restored."""
EXAMPLE = "troth restore --from acme.troth --archive restored.duckdb"
EXITS = """exit codes:
  0  everything was restored, and nothing is wrong with it
  1  the ledger in the back-up is not as it was written: what is wrong is named
  2  nothing was restored: the back-up, the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """The back-up, the archive, and what it is held against."""
    parser.add_argument("--from", dest="backup", required=True, type=Path, metavar="FILE", help="the back-up")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--archive", metavar="FILE_OR_URL", help="a file that is made, or the URL of a PostgreSQL"
    )
    where.add_argument(
        "--check", action="store_true", help="restore it to nowhere, and say whether it can be"
    )
    take_tenant(parser)
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a signed head that was kept elsewhere; repeat it for more",
    )
    take_keys(parser)
    parser.add_argument(
        "--take-flaws", action="store_true", help="restore a ledger that is not as it was written, too"
    )


def run(options: Namespace, console: Console) -> Exit:
    """Restore, and say what was."""
    from api.command.ledger_files import UnusableError, head_in, public_keys
    from engine.ledger.verify import KeptHead
    from engine.store.archive import ArchiveError
    from engine.tenant.backup import BackupError, FlawedError
    from engine.tenant.backup_to_archive import restore

    done = "can be restored" if options.check else f"restored to `{shown_place(options.archive)}`"
    try:
        keys = public_keys(options.key)
        kept = [KeptHead(place=f"in {path}", head=head_in(path)) for path in options.head]
        with _target(options) as (archive, beside), console.progress() as progress:
            restored = restore(
                options.backup,
                archive,
                beside=beside,
                kept=kept,
                keys=keys,
                is_flawed_taken=options.take_flaws,
                progress=progress,
            )
    except FlawedError as error:
        console.note(f"troth restore: {error}: nothing was restored")
        for line in flaw_lines(error.verified):
            console.note(line)
        return Exit.BREACHED
    except (UnusableError, ArchiveError, BackupError) as error:
        console.note(f"troth restore: {error}; nothing was restored")
        return Exit.NOT_EVALUATED
    verified = restored.verified
    console.print(f"{done}: {content_words(restored.content)}")
    for line in flaw_lines(verified):
        console.print(line)
    if verified.head is not None:
        console.print(f"  root hash {verified.head.root.hex()}")
    return Exit.BREACHED if verified.found else Exit.KEPT


@contextmanager
def _target(options: Namespace) -> "Generator[tuple[Archive, Path]]":
    """The archive that is filled, and a folder beside it; a file that was made for nothing is removed."""
    from engine.store.open_archive import open_archive

    if options.check:
        with (
            TemporaryDirectory(prefix="troth-") as folder,
            closing(open_archive(str(Path(folder) / "check.duckdb"), now)) as archive,
        ):
            yield archive, Path(folder)
        return
    location: str = options.archive
    path = None if "://" in location else Path(location)
    was_there = path is None or path.exists()
    try:
        with closing(open_archive(location, now, tenant=options.tenant)) as archive:
            yield archive, Path(gettempdir()) if path is None else path.resolve().parent
    except BaseException:
        if path is not None and not was_there:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        raise
