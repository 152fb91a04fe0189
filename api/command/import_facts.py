"""`troth import-facts`: an export of another tool as a folder of facts, and what is not in it."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from api.command.console import Console, OutputError
from api.command.exits import Exit
from api.command.files import replacing
from api.command.words import plural
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.fact_import import ImportedFacts, ImportRemark, Origin
from engine.source import Source

PLACES_SHOWN = 3

DESCRIPTION = """Make facts of what another tool exports, with the history of each case.

FILEs are what the tool gives: JSON, JSON lines (*.jsonl) or CSV (*.csv); several are read together. A mapping
says which field becomes which, what each status means, and what a history becomes: one ships for each tool,
and a copy can be edited. DIR gets a file for each kind of fact, which `troth evaluate --facts DIR` reads.
What is incomplete, not carried over, assumed or renamed goes to standard error, each with its place. Where a
value cannot be read nothing is written."""
EXAMPLE = """troth import-facts policies/examples/desk/issues.json --from jira \\
      --output facts --kinds kinds.sla"""


def arguments(parser: ArgumentParser) -> None:
    """FILEs, where they are from, and what is to be written."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="*.json, *.jsonl or *.csv")
    parser.add_argument(
        "--from", dest="origin", choices=[each.value for each in Origin], help="the tool, whose mapping ships"
    )
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="a mapping of your own instead")
    parser.add_argument(
        "--show-mapping", action="store_true", help="print the mapping that ships for --from, and stop"
    )
    parser.add_argument("--zone", metavar="ZONE", help="where local times are at home, e.g. Europe/Berlin")
    parser.add_argument("--service", metavar="NAME", help="the service of what names none")
    parser.add_argument("--output", type=Path, metavar="DIR", help="the folder for the facts")
    parser.add_argument(
        "--kinds", type=Path, metavar="FILE", help="also write the kinds that the standard library has not"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Read the files, write the facts, and say what is not in them."""
    mapping = _mapping(options, console)
    if isinstance(mapping, Exit):
        return mapping
    if not options.files or options.output is None:
        console.note("troth import-facts: name the files, and a folder with --output")
        return Exit.NOT_EVALUATED
    read = [read_export(path) for path in options.files]
    sources = [each for each in read if isinstance(each, Source)]
    lost = [each for each in read if isinstance(each, Diagnostic)]
    found = tuple(lost) or pipeline.import_facts(sources, mapping, zone=options.zone, service=options.service)
    if not isinstance(found, ImportedFacts):
        console.findings(found, {each.name: each for each in (*sources, mapping)})
        return Exit.NOT_EVALUATED
    write_facts(found, options.output, options.kinds)
    tell(found, options.output, options.format, console)
    return Exit.KEPT


def tell(found: ImportedFacts, folder: Path, format: str, console: Console) -> None:
    """Say how many facts of each kind were written, and what is not in them."""
    if format == "json":
        answer = {
            "facts": {kind: len(rows) for kind, rows in found.facts.items()},
            "remarks": [_remark(each) for each in found.remarks],
        }
        console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    for remark in found.remarks:
        console.note(f"{remark.kind.value}: {remark.text} ({_places(remark)})")
    for kind, rows in found.facts.items():
        console.print(f"{folder / f'{kind}.ndjson'}: {plural(len(rows), 'fact')}")


def _mapping(options: Namespace, console: Console) -> Source | Exit:
    """The mapping that is asked for, or how the command ends without one."""
    if options.zone is not None and not pipeline.is_zone(options.zone):
        console.note(f"troth import-facts: `{options.zone}` is no time zone; write one like `Europe/Berlin`")
        return Exit.NOT_EVALUATED
    if (options.origin is None) == (options.mapping is None):
        console.note("troth import-facts: say either --from, whose mapping ships, or --mapping")
        return Exit.NOT_EVALUATED
    if options.origin is not None:
        shipped = pipeline.shipped_mapping(Origin(options.origin))
        if options.show_mapping:
            console.write(shipped.text)
            return Exit.KEPT
        return shipped
    own = read_export(options.mapping)
    if isinstance(own, Diagnostic):
        console.findings([own])
        return Exit.NOT_EVALUATED
    return own


def read_export(path: Path) -> Source | Diagnostic:
    """A file of any size as text, or why it is none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Diagnostic(code="no-such-file", message=f"`{path}` does not exist")
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        return Diagnostic(code="unreadable-file", message=f"`{path}` cannot be read: {reason.lower()}")
    try:
        return Source(name=str(path), text=content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Diagnostic(
            code="not-text",
            message=f"`{path}` is not UTF-8: line {line} holds a byte that begins no character",
            help="export it as UTF-8",
        )


def write_facts(found: ImportedFacts, folder: Path, kinds: Path | None) -> None:
    """All files, or none: each takes its name once all are written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"`{folder}` cannot be made: {(error.strerror or str(error)).lower()}") from error
    with ExitStack() as stack:
        for kind, rows in found.facts.items():
            stream = stack.enter_context(replacing(folder / f"{kind}.ndjson"))
            stream.writelines(_line(each) for each in rows)
        if kinds is not None:
            stack.enter_context(replacing(kinds)).write(found.kinds)


def _line(fact: Mapping[str, str]) -> str:
    return json.dumps(fact, ensure_ascii=False) + "\n"


def _places(remark: ImportRemark) -> str:
    shown = ", ".join(remark.places[:PLACES_SHOWN])
    return (
        shown if remark.count <= len(remark.places[:PLACES_SHOWN]) else f"{remark.count:,} times: {shown}, …"
    )


def _remark(remark: ImportRemark) -> dict[str, str | int | list[str]]:
    return {
        "kind": remark.kind.value,
        "text": remark.text,
        "count": remark.count,
        "places": list(remark.places),
    }
