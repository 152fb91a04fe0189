"""The policies that ship are sound, and both evaluators give what their worked examples expect."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine import definition
from engine.diagnostic import Level, draw
from engine.model.example import Example, Expectation
from engine.model.fact import Fact
from engine.model.instants import moment_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Verdict
from engine.pipeline import check, evaluate, format_policy
from engine.source import Source
from tests.differential.stores import stored

POLICIES = Path(__file__).parents[2] / "policies"
SETS = {
    "vlei": sorted((POLICIES / "vlei").glob("*.sla")),
    **{
        folder.name: sorted(folder.glob("*.sla"))
        for folder in sorted((POLICIES / "examples").iterdir())
        if any(folder.glob("*.sla"))
    },
}

WARNED = {"github": ["credit-gap"]}
"""The contract itself has that gap, and its example shows what comes of it."""


def snapshot_of(files: Sequence[Path]) -> Snapshot:
    """The policy set of the files, which must have no error."""
    checked = check([Source(name=file.name, text=file.read_text(encoding="utf-8")) for file in files])
    errors = [each for each in checked.diagnostics if each.level is Level.ERROR]
    assert not errors, "\n".join(draw(each, checked.sources) for each in errors)
    assert checked.snapshot is not None
    return checked.snapshot


@pytest.mark.parametrize("name", SETS)
def test_the_set_is_sound_without_a_warning(name: str) -> None:
    checked = check([Source(name=file.name, text=file.read_text(encoding="utf-8")) for file in SETS[name]])
    found = [each.code for each in checked.diagnostics]
    assert found == WARNED.get(name, []), "\n".join(
        draw(each, checked.sources) for each in checked.diagnostics
    )


@pytest.mark.parametrize("name", SETS)
def test_the_worked_examples_hold_in_both_evaluators(name: str) -> None:
    snapshot = snapshot_of(SETS[name])
    for example in snapshot.examples:
        facts = facts_of(snapshot, example)
        defined = definition.evaluate(snapshot, facts, example.as_of, obligations={example.obligation})
        with stored(facts, snapshot.kinds) as store:
            planned = evaluate(
                snapshot, store, as_of=example.as_of, obligations={example.obligation}
            ).verdicts
        for expected in example.expects:
            _assert_expected(example, expected, defined)
            _assert_expected(example, expected, planned)


def test_the_flagship_and_the_hosting_example_have_worked_examples() -> None:
    for name in ("vlei", "hosting"):
        assert snapshot_of(SETS[name]).examples


def facts_of(snapshot: Snapshot, example: Example) -> dict[str, tuple[Fact, ...]]:
    """The facts that the example gives, with every kind of the set."""
    return {kind: tuple(fact for fact in example.given if fact.kind == kind) for kind in snapshot.kinds}


def _assert_expected(example: Example, expected: Expectation, verdicts: Sequence[Verdict]) -> None:
    fitting = [each for each in verdicts if expected.occasion in (None, each.identity[2])]
    assert len(fitting) == 1, f"{example.name}: {[each.identity for each in verdicts]}"
    verdict = fitting[0]
    assert verdict.state is expected.state, f"{example.name}: {verdict}"
    if isinstance(expected.due, int):
        assert verdict.due is not None and verdict.due.at == expected.due, f"{example.name}: {verdict.due}"
    elif expected.due is not None:
        assert verdict.due is not None
        date = verdict.due.date or moment_of(verdict.due.at).date()
        assert date == expected.due, f"{example.name}: {verdict.due}"
    if expected.measured is not None:
        assert isinstance(verdict.measured, Exact)
        assert verdict.measured.value == expected.measured.value, f"{example.name}: {verdict.measured}"


FILES = [file for files in SETS.values() for file in files]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_policies_are_in_the_canonical_format(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert format_policy(Source(name=file.name, text=text)) == text
