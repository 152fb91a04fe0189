"""`troth check`: every independent mistake in a policy set, in one run."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from importlib import resources

from api.command.console import Console
from api.command.diagnostic_to_json import diagnostic_json
from api.command.diagnostics_to_sarif import sarif
from api.command.exits import Exit
from api.command.options import take_format, take_policies
from api.command.policy_files import read_policies
from api.command.words import plural
from engine import pipeline
from engine.diagnostic import Diagnostic, Level, draw, without_advice
from engine.dsl.names import nearest
from engine.model.snapshot import Snapshot
from engine.source import Source

PAGES = resources.files("api.command") / "pages"
"""One page for each code, which is a test and documentation at once."""

DESCRIPTION = """Find every independent mistake in a policy set.

The files are read as one set: a name declared in one may be used in another."""
EXAMPLE = "troth check policies/examples/hosting"


def arguments(parser: ArgumentParser) -> None:
    """POLICIES and how the findings are shown, or the code to explain."""
    take_policies(parser, needed=False)
    parser.add_argument(
        "--explain", metavar="CODE", help="show the page of a finding: a bad policy, what is said, the remedy"
    )
    parser.add_argument(
        "--advice", action="store_true", help="name what good practice has and the policies have not, too"
    )
    parser.add_argument("--strict", action="store_true", help="a warning refuses the policies, too")
    take_format(parser, "sarif")


def run(options: Namespace, console: Console) -> Exit:
    """Check, and show what was found."""
    if options.explain is not None:
        return _explain(options.explain, console)
    if not options.policies:
        console.note("troth check: which POLICIES? name files or folders, or a CODE with `--explain`")
        return Exit.NOT_EVALUATED
    sources, unread = read_policies(options.policies)
    checked = pipeline.check(sources)
    found = (*unread, *checked.diagnostics)
    findings = found if options.advice else without_advice(found)
    match options.format:
        case "json":
            console.print_data(_json(findings, checked.snapshot))
        case "markdown":
            console.print(_markdown(findings, checked.sources))
        case "sarif":
            console.print_data(sarif(findings))
        case _:
            console.findings(findings, checked.sources, answer=True)
            console.print(("\n" if findings else "") + _summary(sources, findings, checked.snapshot))
            if not findings and found:
                console.print(f"`--advice` names {plural(len(found), 'thing')} that good practice has")
    is_refused = bool(without_advice(found)) if options.strict else _errors(findings) > 0
    return Exit.NOT_EVALUATED if is_refused else Exit.KEPT


def _explain(code: str, console: Console) -> Exit:
    """The page that shows a finding, which is the one that tests hold."""
    page = PAGES / f"{code}.md"
    codes = {each.name.removesuffix(".md") for each in PAGES.iterdir() if each.name.endswith(".md")}
    if code in codes:
        console.print(page.read_text(encoding="utf-8").rstrip())
        return Exit.KEPT
    near = nearest(code, sorted(codes))
    console.note(f"troth: no finding has the code `{code}`" + (f"; did you mean `{near}`?" if near else ""))
    return Exit.NOT_EVALUATED


def _errors(findings: Sequence[Diagnostic]) -> int:
    return sum(each.level is Level.ERROR for each in findings)


def _summary(sources: Sequence[Source], findings: Sequence[Diagnostic], snapshot: Snapshot | None) -> str:
    errors = _errors(findings)
    warnings = len(without_advice(findings)) - errors
    advice = len(findings) - errors - warnings
    said = [plural(errors, "error")] if errors else []
    said += [plural(warnings, "warning")] if warnings else []
    said += [plural(advice, "piece") + " of advice"] if advice else []
    if snapshot is not None and not errors:
        said += [
            plural(len(snapshot.agreements), "agreement"),
            plural(len(snapshot.obligations()), "promise"),
        ]
    return f"{plural(len(sources), 'file')}: {', '.join(said or ['nothing to judge'])}" + (
        "" if findings else "; no mistakes found"
    )


def _json(findings: Sequence[Diagnostic], snapshot: Snapshot | None) -> str:
    version = None if snapshot is None or _errors(findings) else snapshot.version
    answer = {"policy_version": version, "diagnostics": [diagnostic_json(each) for each in findings]}
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _markdown(findings: Sequence[Diagnostic], sources: Mapping[str, Source]) -> str:
    if not findings:
        return "No mistakes found."
    return "\n\n".join(f"```text\n{draw(each, sources)}\n```" for each in findings)
