"""`troth ledger prove`: what shows to anybody that an entry is in a ledger, or that the ledger only grew."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.files import writing_to
from api.command.options import take_archive, take_output

DESCRIPTION = """Make the proof that an entry is in a ledger, or that a ledger only grew since a kept head.

The proof of entry SEQ holds the entry itself, some hashes, and a signed head (a C2SP tlog-proof). With
--since HEAD it shows that the ledger begins with all of what HEAD was signed over. `troth ledger check-proof`
checks either without the archive. The head is the last one in the archive, or that of --head."""
EXAMPLE = "troth ledger prove acme.duckdb 2 --output entry-2.tlog-proof"
EXITS = """exit codes:
  0  the proof was made
  1  there is none: the ledger is not what the head was signed over, or has no such entry
  2  could not tell: an archive, a file or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """ARCHIVE, what to prove, the head, and where the proof goes."""
    take_archive(parser)
    parser.add_argument("seq", nargs="?", type=int, metavar="SEQ", help="the number of an entry, from 0")
    parser.add_argument("--since", type=Path, metavar="HEAD", help="prove growth since the head in this file")
    parser.add_argument(
        "--head", type=Path, metavar="FILE", help="prove in the ledger of this head (default: the last one)"
    )
    take_output(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Make the proof, which is checked before it is given."""
    from api.command.ledger_files import UnusableError, head_in, opened
    from engine.ledger.log import LedgerError, last_head, prove_entry, prove_growth
    from engine.ledger.proof_to_text import entry_proof_text, growth_proof_text
    from engine.store.archive import ArchiveError

    if (options.seq is None) == (options.since is None):
        console.note("troth ledger prove: say what to prove: the number of an entry, or --since HEAD")
        return Exit.NOT_EVALUATED
    try:
        since = None if options.since is None else head_in(options.since)
        given = None if options.head is None else head_in(options.head)
        with opened(options) as archive, archive.reading() as reading:
            head = given or last_head(reading)
            if head is None:
                console.note("troth ledger prove: nothing was signed yet; `troth ledger head --sign` signs")
                return Exit.NOT_EVALUATED
            if since is None:
                text = entry_proof_text(prove_entry(reading, options.seq, head))
            else:
                text = growth_proof_text(prove_growth(reading, since.head, head))
    except (UnusableError, ArchiveError) as error:
        console.note(f"troth ledger prove: {error}")
        return Exit.NOT_EVALUATED
    except LedgerError as error:
        console.note(f"troth ledger prove: {error}")
        return Exit.BREACHED
    with writing_to(options.output, console) as target:
        target.write(text)
    return Exit.KEPT
