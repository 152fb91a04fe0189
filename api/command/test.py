"""`troth test`: whether the worked examples hold, and what none of them tries."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from api.command.console import Console, OutputError
from api.command.exits import Exit
from api.command.files import writing_to
from api.command.options import take_format, take_policies
from api.command.report_to_markdown import plain
from api.command.tested_to_junit import junit
from api.command.words import plural
from api.command.workspace import sound_policies
from engine import pipeline
from engine.diagnostic import Diagnostic, draw
from engine.model.outcome import Aspect, Examined, Outcome, Proposal, Trial
from engine.source import Source

DESCRIPTION = """Run the worked examples that live in the policies, in both evaluators.

Then show what no example tries: promises without one (clauses), conditions, classes, excuses, alternatives
and bands whose loss no example would notice (branches), and the places where a promise is easily misread
(boundaries: a microsecond each side of a deadline, a window's edge, a day on which the clocks change, a leap
day). Boundary examples are proposed, with what the policy means today: read each before you keep it."""
EXAMPLE = "troth test policies/vlei --propose"


NOTHING = "nothing to propose: a proposal is made from a worked example of the same promise that holds"

PLURALS = {Aspect.CLAUSE: "clauses", Aspect.BRANCH: "branches", Aspect.BOUNDARY: "boundaries"}


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, and what to do with the proposals."""
    take_policies(parser)
    proposals = parser.add_mutually_exclusive_group()
    proposals.add_argument("--propose", action="store_true", help="show boundary examples that are missing")
    proposals.add_argument(
        "--write", type=Path, metavar="FILE", help="write them to a new file, ready to be read and kept"
    )
    take_format(parser, "junit")


def run(options: Namespace, console: Console) -> Exit:
    """Test, and show what was found."""
    snapshot, sources = sound_policies(options.policies, console)
    if snapshot is None:
        return Exit.NOT_EVALUATED
    if options.write is not None and options.write.exists():
        raise OutputError(f"`{options.write}` exists: name a new file, nothing of yours is overwritten")
    with console.progress() as progress:
        tested = pipeline.test(snapshot, progress=progress)
    match options.format:
        case "json":
            console.print_data(json.dumps(_json(tested), ensure_ascii=False, indent=2))
        case "junit":
            console.print_data(junit(tested))
        case "markdown":
            for line in _markdown(tested, sources):
                console.print(line)
        case _:
            for line in _text(tested, sources, console):
                console.print(line)
    if options.propose and options.format == "text":
        console.print("\n" + (_proposed(tested.proposals) if tested.proposals else NOTHING))
    if options.write is not None:
        _write(tested.proposals, options.write, console)
    return Exit.KEPT if all(each.passed for each in tested.outcomes) else Exit.BREACHED


# What people read


def _text(tested: Examined, sources: Mapping[str, Source], console: Console) -> Iterator[str]:
    for each in tested.outcomes:
        mark = console.paint("MET", "holds") if each.passed else console.paint("BREACHED", "fails")
        yield f"{mark}  {each.example.obligation}: {each.example.name}"
    for each in _failures(tested.outcomes):
        yield ""
        yield draw(each, sources, console.paint)
    untried = [each for each in tested.trials if each.tried_by is None]
    if untried:
        yield "\n" + console.paint("heading", "What no example tries")
        for id, trials in groupby(untried, key=lambda each: each.obligation):
            yield f"  {id}"
            for text in _untried(list(trials)):
                yield f"    {text}"
    yield ""
    yield from _summary(tested)


def _untried(trials: Sequence[Trial]) -> Iterator[str]:
    """One line for each; a promise without an example needs no list of what else it has not."""
    if any(each.aspect is Aspect.CLAUSE for each in trials):
        yield "no example"
        return
    for each in trials:
        yield f"{each.aspect.value:<9} {each.text}"


def _summary(tested: Examined) -> Iterator[str]:
    failed = sum(not each.passed for each in tested.outcomes)
    held = len(tested.outcomes) - failed
    yield f"{plural(len(tested.outcomes), 'example')}: {held} hold, {failed} fail"
    counts = [
        f"{sum(each.tried_by is not None for each in trials)} of {len(trials)} {PLURALS[aspect]}"
        for aspect in Aspect
        if (trials := [each for each in tested.trials if each.aspect is aspect])
    ]
    yield f"tried: {', '.join(counts) or 'nothing, as nothing is promised'}"
    if tested.proposals:
        yield (
            f"{plural(len(tested.proposals), 'boundary example')} can be proposed: "
            "`--propose` shows them, `--write FILE` writes them"
        )


def _markdown(tested: Examined, sources: Mapping[str, Source]) -> Iterator[str]:
    yield "| example | of | |\n|---|---|---|"
    for each in tested.outcomes:
        mark = "holds" if each.passed else "**fails**"
        yield f"| {plain(each.example.name)} | `{each.example.obligation}` | {mark} |"
    for each in _failures(tested.outcomes):
        yield f"\n```text\n{draw(each, sources)}\n```"
    yield ""
    for line in _summary(tested):
        yield f"- {line}"


def _failures(outcomes: Sequence[Outcome]) -> Iterator[Diagnostic]:
    """Each example that fails, drawn at what it expects."""
    for each in outcomes:
        if not each.passed:
            yield Diagnostic(
                code="example-fails",
                message=f"`{each.example.name}` does not hold",
                labels=tuple(
                    (miss.span, f"expected {miss.expected}, found {miss.found}") for miss in each.mismatches
                ),
                help="either the example or the policy is wrong: the contract decides which",
            )


# What is written


def _proposed(proposals: Sequence[Proposal]) -> str:
    """The proposals in the canonical layout."""
    text = "\n".join(f"# {each.boundary}\n{each.text}" for each in proposals)
    formatted = pipeline.format_policy(Source(name="proposals", text=text))
    assert isinstance(formatted, str), f"a proposal cannot be read: {formatted}"
    return formatted


def _write(proposals: Sequence[Proposal], path: Path, console: Console) -> None:
    if not proposals:
        console.note(f"{NOTHING}; `{path}` was not written")
        return
    with writing_to(path, console) as file:
        file.write(_proposed(proposals))
    count = plural(len(proposals), "boundary example")
    console.note(f"{count} written to `{path}`: read each before you keep it")


def _json(tested: Examined) -> dict[str, object]:
    return {
        "examples": [
            {
                "name": each.example.name,
                "obligation": each.example.obligation,
                "holds": each.passed,
                "mismatches": [
                    {"expected": miss.expected, "found": miss.found, "line": miss.span.line}
                    for miss in each.mismatches
                ],
            }
            for each in tested.outcomes
        ],
        "trials": [
            {
                "obligation": each.obligation,
                "aspect": each.aspect.value,
                "text": each.text,
                "tried_by": each.tried_by,
            }
            for each in tested.trials
        ],
        "proposals": [
            {"obligation": each.obligation, "boundary": each.boundary, "example": each.text}
            for each in tested.proposals
        ],
    }
