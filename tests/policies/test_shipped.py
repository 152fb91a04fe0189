"""The policies that ship are sound, and both evaluators give what their worked examples expect."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from engine import pipeline
from engine.diagnostic import Level, draw, without_advice
from engine.model.outcome import Examined
from engine.model.snapshot import Snapshot
from engine.pipeline import check, format_policy
from engine.source import Source

POLICIES = Path(__file__).parents[2] / "policies"
SETS = {
    "vlei": sorted((POLICIES / "vlei").glob("*.sla")),
    **{
        folder.name: sorted(folder.glob("*.sla"))
        for folder in sorted((POLICIES / "examples").iterdir())
        if any(folder.glob("*.sla"))
    },
    **{file.stem: [file] for file in sorted((POLICIES / "public").glob("*.sla"))},
}

WARNED = {
    "github": ["credit-gap", "credit-on-met"],
    "github_enterprise": ["credit-gap", "credit-on-met", "credit-gap", "credit-on-met"],
    "hosting_gaps": [
        "uc-ends-early",
        "above-ceiling",
        "window-weaker",
        "hours-uncovered",
        "underpinning-weaker",
    ],
    "vlei": [
        "conflicting-zones",
        "reference-without-promise",
        "reference-without-promise",
        "prose-against-matrix",
        "prose-against-matrix",
    ],
    "volvo": ["ambiguous-unit"],
}
"""What the contracts themselves have, or what an example is there to show."""


def snapshot_of(files: Sequence[Path], more: str = "") -> Snapshot:
    """The policy set of the files and of one more text, which must have no error."""
    sources = [Source(name=file.name, text=file.read_text(encoding="utf-8")) for file in files]
    checked = check([*sources, Source(name="more.sla", text=more)])
    errors = [each for each in checked.diagnostics if each.level is Level.ERROR]
    assert not errors, "\n".join(draw(each, checked.sources) for each in errors)
    assert checked.snapshot is not None
    return checked.snapshot


@pytest.mark.parametrize("name", SETS)
def test_the_set_is_sound_and_warns_of_nothing_else(name: str) -> None:
    checked = check([Source(name=file.name, text=file.read_text(encoding="utf-8")) for file in SETS[name]])
    found = [each.code for each in without_advice(checked.diagnostics)]
    assert found == WARNED.get(name, []), "\n".join(
        draw(each, checked.sources) for each in without_advice(checked.diagnostics)
    )


@pytest.mark.parametrize("name", SETS)
def test_the_worked_examples_hold_in_both_evaluators(name: str) -> None:
    failed = [each for each in examined(name).outcomes if not each.passed]
    assert not failed, "\n".join(f"{each.example.name}: {each.mismatches}" for each in failed)


@pytest.mark.parametrize("name", SETS)
def test_the_boundary_examples_proposed_hold_in_both_evaluators(name: str) -> None:
    proposals = examined(name).proposals
    snapshot = snapshot_of(SETS[name], "\n".join(each.text for each in proposals))
    outcomes = pipeline.run_examples(snapshot)
    assert len(outcomes) == len(examined(name).outcomes) + len(proposals)
    assert [each for each in outcomes if not each.passed] == []


@cache
def examined(name: str) -> Examined:
    """The set tested, once."""
    return pipeline.test(snapshot_of(SETS[name]))


@pytest.mark.parametrize("name", sorted({*SETS} - {"volvo"}))
def test_each_set_but_the_one_of_real_tickets_has_worked_examples(name: str) -> None:
    assert snapshot_of(SETS[name]).examples


FILES = [file for files in SETS.values() for file in files]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_policies_are_in_the_canonical_format(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert format_policy(Source(name=file.name, text=text)) == text
