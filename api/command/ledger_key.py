"""`troth ledger key`: a key that signs the heads of a ledger, and its public part."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.secret_files import keep_secret

DESCRIPTION = """Make a key that signs the heads of a ledger, or show the public part of one.

FILE holds the key that signs: whoever has it can speak in the ledger's name, so keep it apart from the
archive. What is printed is the public key, for everyone who checks heads and proofs. NAME is the ledger's: it
stands in each head, and a key that replaces another is made with the same name. Best is a name that nobody
else has, such as a host and a path."""
EXAMPLE = "troth ledger key acme.key --new troth.example.com/acme"
EXITS = """exit codes:
  0  the public key was printed
  2  there is no such key, or it could not be made
"""


def arguments(parser: ArgumentParser) -> None:
    """FILE, and the name of a new key."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where the key that signs is, or is to be")
    parser.add_argument(
        "--new", metavar="NAME", help="make a key of this name; a file that is there stays as it is"
    )


def run(options: Namespace, console: Console) -> Exit:
    """Make the key if asked for, and print its public part."""
    from api.command.ledger_files import UnusableError, signing_key
    from engine.ledger.keys import KeyFormatError, SigningKey

    try:
        if options.new is None:
            key = signing_key(options.file)
        else:
            key = SigningKey.generate(options.new)
            keep_secret(options.file, key.text)
    except (UnusableError, KeyFormatError) as error:
        console.note(f"troth ledger key: {error}")
        return Exit.NOT_EVALUATED
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        console.note(f"troth ledger key: `{options.file}` cannot be made: {reason}")
        return Exit.NOT_EVALUATED
    console.print_data(key.public.text)
    return Exit.KEPT
