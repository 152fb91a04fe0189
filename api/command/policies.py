"""`troth policies`: the policy sets that were published, and the files of each, as they were in force."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_tenant, take_text_or_json
from api.command.words import plural
from api.ledger_to_json import instant_text
from api.published_to_json import published_json
from engine.model.tenancy import Published
from engine.store.shown_place import shown_place

if TYPE_CHECKING:
    from engine.tenant.published_to_snapshot import PolicySet

SHORTEST = 8
"""So many characters of an address tell it apart, unless another begins with the same."""

DESCRIPTION = """List the policy sets that were published to an archive, and write one's files back.

Each has its number, when and by whom it was published, the version that says what it means and the address
that says how it is written and what it rests on. With --show one is told in full: its files, and the standard
library, holidays and time zones that were frozen with it; with --output its files are written to a folder,
and `frozen.json` with what they rest on. Nothing is overwritten, and nothing is written to the archive."""
EXAMPLE = "troth policies --archive acme.duckdb --show 0 --output then"
EXITS = """exit codes:
  0  they were shown, or written
  2  could not tell: an archive, a folder or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """The archive, which set, and how and where it goes."""
    parser.add_argument(
        "--archive", required=True, metavar="ARCHIVE", help="a file, or the URL of a PostgreSQL"
    )
    take_tenant(parser)
    parser.add_argument(
        "--show", metavar="SET", help="one of them: its number, or its address or the beginning of it"
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help="write the files of that one there")
    take_text_or_json(parser)


def run(options: Namespace, console: Console) -> Exit:
    """List them, or show or write one."""
    from api.command.ledger_files import UnusableError, opened
    from api.command.policies_to_folder import files_of, write_files
    from engine.store.archive import ArchiveError
    from engine.tenant.published_to_snapshot import policy_set
    from engine.tenant.publishing import published_sets

    try:
        if options.output is not None and options.show is None:
            raise UnusableError("which of them is to be written is not said: --show SET")
        with opened(options) as archive, archive.reading() as reading:
            sets = published_sets(reading)
            shown = None if options.show is None else policy_set(reading, _named(options.show, sets))
    except (UnusableError, ArchiveError) as error:
        console.note(f"troth policies: {error}")
        return Exit.NOT_EVALUATED
    if shown is None:
        _list(options, sets, console)
    elif options.output is None:
        _show(options, shown, console)
    else:
        files = files_of(shown.files, shown.frozen)
        write_files(options.output, files)
        console.note(f"troth policies: wrote {plural(len(files), 'file')} to {options.output}")
    return Exit.KEPT


def _named(name: str, sets: Sequence[Published]) -> Published:
    """The set of a number, or the last one of an address."""
    from api.command.ledger_files import UnusableError

    if name.isascii() and name.isdigit() and len(name) < SHORTEST:
        found = [each for each in sets if each.seq == int(name)]
    else:
        found = [each for each in sets if len(name) >= SHORTEST and each.address.startswith(name)]
    if len({each.address for each in found}) > 1:
        raise UnusableError(f"there are several sets whose address begins with `{name}`")
    if not found:
        least = f"; an address needs {SHORTEST} characters" if len(name) < SHORTEST else ""
        raise UnusableError(f"no policy set `{name}` was published; there are {len(sets)}{least}")
    return found[-1]


def _list(options: Namespace, sets: Sequence[Published], console: Console) -> None:
    if options.format == "json":
        console.print_data(json.dumps([published_json(each) for each in sets], ensure_ascii=False, indent=2))
        return
    console.print(f"{plural(len(sets), 'policy set')} of {shown_place(options.archive)}")
    rows = [
        (str(each.seq), instant_text(each.published_at), each.published_by, each.version, each.address)
        for each in sets
    ]
    if rows:
        titles = ("set", "published", "by", "version", "address")
        widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
        console.print("")
        for row in (titles, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            console.print(f"  {'  '.join(cells)}".rstrip())


def _show(options: Namespace, shown: "PolicySet", console: Console) -> None:
    from engine.tenant.frozen_to_pieces import rests_on

    if options.format == "json":
        files = [each.name for each in shown.files]
        said = published_json(shown.published) | {"files": files, "rests_on": rests_on(shown.frozen)}
        console.print_data(json.dumps(said, ensure_ascii=False, indent=2))
        return
    for line in _lines(shown):
        console.print(line)


def _lines(shown: "PolicySet") -> Iterator[str]:
    of, frozen = shown.published, shown.frozen
    yield f"policy set {of.seq}, published at {instant_text(of.published_at)} by {of.published_by}"
    yield f"  version  {of.version}"
    yield f"  address  {of.address}"
    yield f"  entry    {of.entry} of the ledger"
    if of.reader is not None:
        yield f"  read by  {of.reader}"
    yield "\nfiles"
    yield from (f"  {each.name}" for each in shown.files)
    yield "\nfrozen with them"
    yield from (f"  {each.name}" for each in frozen.standard)
    yield from (f"  holidays of {each.source.region}, {each.source.version}" for each in frozen.holidays)
    yield from (f"  time zone {each.zone}, {each.version}" for each in frozen.zones)
    if of.reader is None:
        yield "  nothing: this set was published before anything was"
