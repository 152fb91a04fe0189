"""`troth ledger head`: a ledger as it stands, signed, in three lines that anybody can keep."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.files import writing_to
from api.command.options import take_actor, take_archive, take_output

DESCRIPTION = """Sign a ledger as it stands, or show the head that was signed last.

A head is whose ledger it is, how many entries it has, one hash over all of them, and a signature (a C2SP
checkpoint). Give it to somebody else to keep: with it they find whatever is altered before it from then on.
--actor says who signs, which the ledger records with the first head of a key.
Without --sign the last head in the archive is shown, and nothing is signed."""
EXAMPLE = "troth ledger head acme.duckdb --sign acme.key --actor ann --output head.txt"
EXITS = """exit codes:
  0  the head was shown
  1  nothing was signed: the ledger does not begin with what was signed before, or is not the key's
  2  could not tell: an archive, a file or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """ARCHIVE, the key, and where the head goes."""
    take_archive(parser)
    parser.add_argument("--sign", type=Path, metavar="FILE", help="sign with the key in this file")
    take_actor(parser, needed=False)
    take_output(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Sign if asked to, and write the head."""
    from api.command.ledger_files import UnusableError, opened, signing_key
    from engine.ledger.log import LedgerError, last_head, sign_head
    from engine.store.archive import ArchiveError

    if (options.sign is None) != (options.actor is None):
        said = (
            "--actor NAME says who signs" if options.actor is None else "--actor signs nothing without --sign"
        )
        console.note(f"troth ledger head: {said}")
        return Exit.NOT_EVALUATED
    try:
        key = None if options.sign is None else signing_key(options.sign)
        with opened(options, writes=key is not None) as archive:
            if key is not None:
                with archive.writing() as writing:
                    head = sign_head(writing, key, options.actor)
            else:
                with archive.reading() as reading:
                    head = last_head(reading)
    except (UnusableError, ArchiveError) as error:
        console.note(f"troth ledger head: {error}")
        return Exit.NOT_EVALUATED
    except LedgerError as error:
        console.note(f"troth ledger head: {error}")
        return Exit.BREACHED
    if head is None:
        console.note("troth ledger head: nothing was signed yet; sign it: --sign FILE")
        return Exit.NOT_EVALUATED
    with writing_to(options.output, console) as target:
        target.write(head.text)
    return Exit.KEPT
