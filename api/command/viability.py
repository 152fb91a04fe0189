"""`troth viability`: whether what is beneath an agreement carries it, and what it could promise at best."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from textwrap import wrap

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_day, take_format
from api.command.policy_files import sorted_out
from api.command.report_to_markdown import plain
from api.command.report_to_text import COLUMNS
from api.command.words import finding_figures_words, finding_words, plural, unpromised_words
from api.command.workspace import checked_policies
from api.viability_to_json import viability_json
from engine import pipeline
from engine.model.decimals import number_text
from engine.model.instants import iso_text
from engine.model.quantity import PERCENT
from engine.model.viability import Finding, Prospect, Side, Viability

DESCRIPTION = """Show what an agreement could promise at best, and where what is beneath it does not carry it.

The first argument is a policy; so is every further one that is a file or a folder. One more may name the
agreement; without it, all are looked at. Without --as-of, whole terms are, each contract in its own."""
EXAMPLE = "troth viability policies/examples/hosting_gaps crest_sla"

GAPS_SHOWN = 5
"""Stretches of time that are shown of one finding; JSON has more."""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, which agreement, and when."""
    parser.add_argument(
        "policies", nargs="+", metavar="POLICIES", help="policy files, or folders that hold *.sla"
    )
    parser.add_argument(
        "agreement", nargs="?", metavar="AGREEMENT", help="the agreement above; all, if none is named"
    )
    take_day(parser)
    take_format(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Find what does not carry, and show it."""
    paths, names = sorted_out([*options.policies, *([options.agreement] if options.agreement else [])])
    if len(names) > 1:
        console.note("troth viability: name one agreement, or none")
        return Exit.NOT_EVALUATED
    checked = checked_policies(paths, console, errors_only=True)
    if checked.snapshot is None:
        return Exit.NOT_EVALUATED
    agreement = names[0].removeprefix("agreement:") if names else None
    found = pipeline.viability(checked.snapshot, agreement=agreement, as_of=options.as_of)
    if not isinstance(found, Viability):
        console.findings([found], checked.sources)
        return Exit.NOT_EVALUATED
    match options.format:
        case "json":
            answer = {"policy_version": checked.snapshot.version, **viability_json(found)}
            console.print_data(json.dumps(answer, ensure_ascii=False, indent=2))
        case "markdown":
            _show_markdown(found, console)
        case _:
            _show_text(found, console)
    return Exit.KEPT


def _show_text(found: Viability, console: Console) -> None:
    console.print(console.paint("heading", "At best"))
    for prospect in found.prospects:
        head, *rest = _prospect_lines(prospect)
        console.print(f"  {head}")
        for line in rest:
            for part in wrap(line, COLUMNS - 6, subsequent_indent="  "):
                console.print(f"      {part}")
    if not found.prospects:
        console.print("  no agreement in force offers a service")
    console.print("\n" + console.paint("heading", _count(found)))
    for finding in found.findings:
        console.print(f"  {finding_words(finding)}")
        for line in _finding_lines(finding):
            for part in wrap(line, COLUMNS - 6, subsequent_indent="  "):
                console.print(f"      {part}")


def _show_markdown(found: Viability, console: Console) -> None:
    console.print("# At best\n")
    if not found.prospects:
        console.print("no agreement in force offers a service")
    for prospect in found.prospects:
        head, *rest = _prospect_lines(prospect)
        console.print(f"- **{plain(head)}**")
        for line in rest:
            console.print(f"  - {plain(line)}")
    console.print(f"\n# {_count(found)}\n")
    for finding in found.findings:
        console.print(f"- **{plain(finding_words(finding))}**")
        for line in _finding_lines(finding):
            console.print(f"  - {plain(line)}")


def _count(found: Viability) -> str:
    if found.findings:
        return plural(len(found.findings), "finding")
    if any(each.bound is not None for each in found.prospects):
        return "No findings: what is promised beneath carries what is promised above"
    return "No findings" + (": nothing beneath is promised, nothing can be weaker" if found.prospects else "")


def _prospect_lines(prospect: Prospect) -> Iterator[str]:
    about = prospect.service
    target = prospect.target
    promised = "nothing promised" if target is None else f"{number_text(target, PERCENT.size)}% promised"
    yield f"{prospect.agreement} · {about}: {promised}"
    if prospect.bound is None:
        yield "nobody beneath promises any availability: nothing bounds it"
    else:
        expected = (
            f"no expected value, {prospect.unsettled}"
            if prospect.expected is None
            else f"{number_text(prospect.expected, PERCENT.size)}% expected if parts fail independently"
        )
        yield f"{number_text(prospect.bound, PERCENT.size)}% can be promised at best; {expected}"
    named = [
        f"{each.name} {number_text(each.availability, PERCENT.size)}% ({each.promise})"
        for each in prospect.beneath
        if each.availability is not None
    ]
    if named:
        yield f"stands on {', '.join(named)}"
    unpromised = unpromised_words(prospect)
    if unpromised is not None:
        yield unpromised


def _finding_lines(finding: Finding) -> Iterator[str]:
    yield _side("above", finding.above)
    for side in finding.beneath:
        yield _side("beneath", side)
    if finding.figures:
        yield finding_figures_words(finding)
    for gap in finding.gaps[:GAPS_SHOWN]:
        yield f"uncovered {iso_text(gap.start)} to {iso_text(gap.end)}"
    if finding.gap_count > GAPS_SHOWN:
        yield f"uncovered {finding.gap_count:,} times in all"
    for remedy in finding.remedies:
        yield f"mended by {remedy.at}: {remedy.words}"
    if finding.last_day is not None:
        yield f"last day to act: {finding.last_day}"


def _side(which: str, side: Side) -> str:
    where = [] if side.clause is None else [side.clause]
    where += [] if side.span is None else [f"{side.span.source}:{side.span.line}"]
    return f"{which} {side.name} {side.says}" + (f" ({', '.join(where)})" if where else "")
