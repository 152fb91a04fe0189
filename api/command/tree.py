"""Explanations and traces are trees: laid out as indented text or as a Markdown list."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from api.command.report_to_markdown import plain
from api.command.report_to_text import COLUMNS, on_one_line
from engine.diagnostic import Paint
from engine.model.dependency import TraceStep
from engine.model.explanation import Line

_FIGURE = re.compile(r"(?P<label>[a-z ]+?) (?P<whole>[\d,]+)(?P<rest>(\.\d+)?(%| [a-z]+)([,;:].*)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One line of a tree, the role by which it is coloured, and what stands beneath it."""

    text: str
    note: str = ""
    branches: tuple["Branch", ...] = ()


def line_to_branch(line: Line) -> Branch:
    """A line of an explanation; the facts that it rests on stand behind it."""
    unsaid = [each for each in line.facts if each.partition(":")[2] not in line.text]
    return Branch(
        text=line.text,
        note=f"[{', '.join(unsaid)}]" if unsaid else "",
        branches=tuple(line_to_branch(each) for each in line.lines),
    )


def step_to_branch(step: TraceStep) -> Branch:
    """A step of a trace; its clause or its place stands behind it."""
    place = f"{step.span.source}:{step.span.line}" if step.span is not None else ""
    return Branch(
        text=step.text if step.role == "line" else f"{step.role}: {step.text}",
        note=" ".join(f"[{each}]" for each in (step.clause, place) if each),
        branches=tuple(step_to_branch(each) for each in step.steps),
    )


def text_lines(branches: Sequence[Branch], paint: Paint, depth: int = 1) -> Iterator[str]:
    """The tree, indented; the numbers of lines that stand together stand under one another."""
    for branch, text in zip(branches, _aligned([each.text for each in branches]), strict=True):
        indent = "  " * depth
        *above, last = wrap(
            text, COLUMNS, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False
        ) or [indent]
        yield from above
        yield last + (f"  {paint('faint', on_one_line(branch.note))}" if branch.note else "")
        yield from text_lines(branch.branches, paint, depth + 1)


def _aligned(texts: Sequence[str]) -> list[str]:
    """Lines of the form `label number unit …` with their numbers one under another, by the decimal point.

    >>> _aligned(["agreed 44,640 min", "bad 58.5 min", "from 2025-01-01 to 2025-02-01"])
    ['agreed 44,640 min', 'bad        58.5 min', 'from 2025-01-01 to 2025-02-01']
    """
    found = [_FIGURE.fullmatch(text) for text in texts]
    label = max((len(each["label"]) for each in found if each), default=0)
    whole = max((len(each["whole"]) for each in found if each), default=0)
    return [
        f"{each['label']:<{label}} {each['whole']:>{whole}}{each['rest']}" if each else text
        for each, text in zip(found, texts, strict=True)
    ]


def markdown_lines(branches: Sequence[Branch], depth: int = 0) -> Iterator[str]:
    """The tree as nested list items."""
    for branch in branches:
        note = f" {plain(branch.note)}" if branch.note else ""
        yield f"{'  ' * depth}- {plain(branch.text)}{note}"
        yield from markdown_lines(branch.branches, depth + 1)
