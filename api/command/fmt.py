"""`troth fmt`: policies in their one canonical format, with every comment kept."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.files import replacing
from api.command.options import take_policies
from api.command.policy_files import read_policies
from api.command.words import plural
from engine import pipeline

DESCRIPTION = """Write policies in their one canonical format.

Files are changed in place, each whole or not at all. A file with a mistake is left as it is: nothing
is ever lost to the formatter."""
EXAMPLE = "troth fmt --check policies/examples/hosting"


def arguments(parser: ArgumentParser) -> None:
    """POLICIES and what becomes of them."""
    take_policies(parser)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--check", action="store_true", help="change nothing; exit with 1 if a file would change"
    )
    ways.add_argument("--stdout", action="store_true", help="change nothing; print the formatted policies")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Format each file by itself, whatever becomes of the others."""
    sources, unread = read_policies(options.policies)
    console.findings(unread)
    refused, changed = bool(unread), 0
    for source in sources:
        text = pipeline.format_policy(source)
        if not isinstance(text, str):
            console.findings(text, {source.name: source})
            console.note(f"{source.name}: left as it is")
            refused = True
        elif options.stdout:
            console.write(text)
        elif text != source.text:
            changed += 1
            console.print(f"{source.name}: {'would change' if options.check else 'formatted'}")
            if not options.check:
                with replacing(Path(source.name)) as file:
                    file.write(text)
    if not options.stdout and not changed and not refused:
        console.print(f"{plural(len(sources), 'file')} in canonical format")
    if refused:
        return Exit.NOT_EVALUATED
    return Exit.BREACHED if changed and options.check else Exit.KEPT
