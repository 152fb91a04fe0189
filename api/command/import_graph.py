"""`troth import-graph`: a graph of services from another tool as a policy, and what is not in it."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.files import writing_to
from api.command.options import take_output
from api.command.policy_files import read_policy
from api.command.words import plural
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.imported import EdgeColumns, Imported, ImportFormat, Remark

SUFFIXES = {
    ".yaml": ImportFormat.BACKSTAGE,
    ".yml": ImportFormat.BACKSTAGE,
    ".graphml": ImportFormat.GRAPHML,
    ".xml": ImportFormat.GRAPHML,
    ".csv": ImportFormat.CSV,
}

DESCRIPTION = """Make a policy of parties, services, components and needs of a graph that another tool holds.

FILE is a Backstage catalog (YAML), GraphML, or CSV with a row for each edge: the source needs the target.
What could not be carried over, what was renamed and what was assumed goes to standard error, each with its
line; the policy passes `troth check`."""
EXAMPLE = "troth import-graph policies/examples/backstage/catalog-info.yaml"


def arguments(parser: ArgumentParser) -> None:
    """FILE, its format and its columns."""
    parser.add_argument("file", type=Path, metavar="FILE", help="catalog-info.yaml, *.graphml or *.csv")
    parser.add_argument(
        "--from", dest="origin", choices=[each.value for each in ImportFormat], help="default: by the name"
    )
    parser.add_argument("--source", default="source", metavar="COLUMN", help="CSV: what needs (source)")
    parser.add_argument("--target", default="target", metavar="COLUMN", help="CSV: what is needed (target)")
    parser.add_argument("--provider", metavar="COLUMN", help="CSV: who provides the source (default: none)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    take_output(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Read the file, write the policy, and say what is not in it."""
    origin = ImportFormat(options.origin) if options.origin else SUFFIXES.get(options.file.suffix.lower())
    if origin is None:
        console.note(f"troth import-graph: say with --from what `{options.file}` is")
        return Exit.NOT_EVALUATED
    source = read_policy(options.file)
    columns = EdgeColumns(source=options.source, target=options.target, provider=options.provider)
    found = source if isinstance(source, Diagnostic) else pipeline.import_graph(source, origin, columns)
    if isinstance(found, Diagnostic):
        console.findings([found])
        return Exit.NOT_EVALUATED
    is_empty = not found.text.strip()
    if options.format == "json" or not is_empty:
        with writing_to(options.output, console) as out:
            _write(found, options, out)
    if options.format == "text" and found.remarks:
        for remark in found.remarks:
            place = f"{options.file}:{remark.line}" if remark.line is not None else f"{options.file}"
            console.note(f"{place}: {remark.kind.value}: {remark.text}")
        console.note(plural(len(found.remarks), "remark"))
    if is_empty:
        console.note(f"troth import-graph: `{options.file}` has nothing that a policy could say")
        return Exit.NOT_EVALUATED
    return Exit.KEPT


def _write(found: Imported, options: Namespace, out: Console) -> None:
    if options.format == "json":
        remarks = [_remark(each, options.file) for each in found.remarks]
        answer = {"policy": found.text, "remarks": remarks}
        out.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        out.write(found.text)


def _remark(remark: Remark, file: Path) -> dict[str, str | int | None]:
    return {"kind": remark.kind.value, "text": remark.text, "source": str(file), "line": remark.line}
