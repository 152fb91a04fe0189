"""`troth ledger verify`: whether anything in a ledger was altered, taken away, put in or moved."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_archive, take_keys, take_text_or_json
from api.command.words import plural
from api.ledger_to_json import instant_text, verified_json
from engine.model.ledger import Flaw, Verified
from engine.store.shown_place import shown_place

SHOWN = 50
"""So many flaws are shown as text; JSON has more."""

DESCRIPTION = """Read a whole ledger and say what is wrong with it.

Every entry is named that is not what was recorded, is missing or stands in another's place, with its number,
kind and instant; and what entries record that is not there, or was altered.

Whoever has the database can make a ledger anew with all its hashes. Only a head that was kept elsewhere shows
that: name each with --head. Only the public key shows that a head is the ledger's own: name it with --key."""
EXAMPLE = "troth ledger verify acme.duckdb --head head.txt --key acme.pub"
EXITS = """exit codes:
  0  nothing is wrong
  1  something is wrong: it is named
  2  could not tell: an archive, a file or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """ARCHIVE, the kept heads, the keys, and how the answer is shown."""
    take_archive(parser)
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a signed head that was kept elsewhere; repeat it for more",
    )
    take_keys(parser)
    take_text_or_json(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Verify, and say what is wrong."""
    from api.command.ledger_files import UnusableError, head_in, opened, public_keys
    from engine.ledger.log import LedgerError
    from engine.ledger.verify import KeptHead, verify
    from engine.store.archive import ArchiveError

    try:
        keys = public_keys(options.key)
        kept = [KeptHead(place=f"in {path}", head=head_in(path)) for path in options.head]
        with opened(options) as archive, archive.reading() as reading, console.progress() as progress:
            found = verify(reading, kept=kept, keys=keys, progress=progress)
    except (UnusableError, ArchiveError) as error:
        console.note(f"troth ledger verify: {error}")
        return Exit.NOT_EVALUATED
    except LedgerError as error:
        console.note(f"troth ledger verify: {error}")
        return Exit.BREACHED
    if options.format == "json":
        console.print_data(json.dumps(verified_json(found), ensure_ascii=False, indent=2))
    else:
        for line in _lines(options, found, console):
            console.print(line)
    return Exit.BREACHED if found.found else Exit.KEPT


def _lines(options: Namespace, found: Verified, console: Console) -> Iterator[str]:
    place = shown_place(options.archive)
    if found.found:
        yield console.paint("error", f"{plural(found.found, 'flaw')} in the ledger of {place}")
        for flaw in found.flaws[:SHOWN]:
            yield f"  {flaw.kind:<14}{_place(flaw)}{flaw.what}"
        if (more := found.found - SHOWN) > 0:
            yield f"  … and {more:,} more"
    else:
        yield console.paint("MET", f"nothing is wrong in the ledger of {place}")
    yield ""
    erased = f" ({found.erased:,} erased)" if found.erased else ""
    yield f"  {plural(found.entries, 'entry')}, {plural(found.versions, 'fact version')}{erased}"
    if found.head is not None:
        yield f"  root hash {found.head.root.hex()}"
    for head in found.heads:
        holds = {True: "holds", False: "does not hold", None: "cannot be compared: entries are missing"}
        signed = f", signed by {head.signer}" if head.signer else ""
        yield f"  head of {plural(head.size, 'entry')} {head.place}{signed}: {holds[head.holds]}"
    if not options.head:
        yield "  not checked: whether all of it was made anew; a head kept elsewhere shows it (--head)"
    if not options.key:
        yield "  not checked: who signed the heads; the ledger's public key shows it (--key)"


def _place(flaw: Flaw) -> str:
    if flaw.first is None:
        return ""
    if flaw.first != flaw.last:
        return f"entries {flaw.first} to {flaw.last}: "
    if flaw.entry_kind is None or flaw.recorded_at is None:
        return f"entry {flaw.first}: "
    return f"entry {flaw.first} ({flaw.entry_kind}, {instant_text(flaw.recorded_at)}): "
