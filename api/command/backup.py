"""`troth backup`: all that a tenant keeps, in one file that any archive can be made of again."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.backup_words import content_words
from api.command.console import Console
from api.command.exits import Exit
from api.command.files import replacing
from api.command.options import take_tenant

DESCRIPTION = """Write all that a tenant's archive keeps to one file: facts, policies, the ledger and its
signed heads, answers to requests. It is one state of the archive, whatever is fed meanwhile, and of the same
form for a DuckDB file and for a PostgreSQL: with `troth restore` it is also the way from one to the other.

The file is written whole or not at all, is read through again before it takes its name, and only its owner
may read it. Keys that sign are not in it: they are files of yours. A DuckDB file that `troth serve` has open
is backed up through that server: say its address, and a token that may operate it, if it asks for tokens."""
EXAMPLE = "troth backup --archive acme.duckdb --to acme.troth"
EXITS = """exit codes:
  0  the back-up is there
  2  there is none: the archive, the server, the file or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """The archive or the server that has it, and the file."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--archive", metavar="FILE_OR_URL", help="a file, or the URL of a PostgreSQL")
    which.add_argument("--server", metavar="URL", help="the server that has it, e.g. http://127.0.0.1:8000")
    take_tenant(parser)
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="the token that the server asks for")
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="where the back-up goes")


def run(options: Namespace, console: Console) -> Exit:
    """Write it, and read it through."""
    from api.command.backup_source import pieces
    from api.command.ledger_files import UnusableError
    from engine.store.archive import ArchiveError
    from engine.tenant.backup import BackupContent, BackupError
    from engine.tenant.backup_to_archive import read_through

    if options.server is None and options.token_file is not None:
        console.note("troth backup: --token-file is for a --server")
        return Exit.NOT_EVALUATED
    try:
        read: list[BackupContent] = []
        with (
            replacing(options.to, is_private=True, check=lambda it: read.append(read_through(it))) as stream,
            pieces(options) as found,
        ):
            for piece in found:
                stream.buffer.write(piece)
    except (UnusableError, ArchiveError, BackupError) as error:
        console.note(f"troth backup: {error}")
        return Exit.NOT_EVALUATED
    for content in read:  # a pipe cannot be read again
        console.note(f"troth backup: {options.to} holds {content_words(content)}")
    return Exit.KEPT
