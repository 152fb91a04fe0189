"""Policies that lost lines: whatever is missing, `check` answers with findings and never falls over."""

import random
import re
from functools import cache
from pathlib import Path

import pytest

from engine.dsl.syntax_to_model import resolve
from engine.dsl.text_to_syntax import parse
from engine.source import Source
from tests.dsl.resolving import standard

ROOT = Path(__file__).parents[2]


@cache
def policies() -> tuple[tuple[str, str], ...]:
    """Every policy that ships, is tested or stands on a golden page: its name and its text."""
    files = sorted([*ROOT.glob("policies/**/*.sla"), *ROOT.glob("tests/**/*.sla")])
    found = [(str(file.relative_to(ROOT)), file.read_text("utf-8")) for file in files]
    for page in sorted(ROOT.glob("api/command/pages/*.md")):
        texts = re.findall(r"^```sla [^\n]*\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
        found += [(f"{page.name} {number}", text) for number, text in enumerate(texts)]
    return tuple(found)


def mutilated(text: str, chance: random.Random) -> str:
    """The text without a few of its lines, and sometimes without some in a row."""
    lines = text.splitlines(keepends=True)
    lost = set(chance.sample(range(len(lines)), min(len(lines), chance.choice((1, 1, 2, 3, 6)))))
    if lines and chance.random() < 0.2:
        first = chance.randrange(len(lines))
        lost |= set(range(first, first + chance.randrange(1, 12)))
    return "".join(line for number, line in enumerate(lines) if number not in lost)


@pytest.mark.parametrize("seed", range(8))
def test_a_policy_that_lost_lines_is_answered(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(15):
        name, text = chance.choice(policies())
        left = mutilated(text, chance)
        policy, found = parse(Source(name=name, text=left))
        snapshot, more = resolve([policy], standard())
        # A policy set is either taken or refused with a reason.
        assert snapshot is not None or found or more, left
