"""Every promise that was worked out by hand for the evaluator by definition, judged by the plans (S5, S6)."""

from collections.abc import Mapping, Sequence

import pytest

from engine import definition
from engine.model.fact import Fact
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.rules.evaluate import evaluate
from tests.definition import policies, test_approvals, test_exclusions, test_records, test_uptime
from tests.differential.stores import stored

for module in (test_uptime, test_exclusions, test_approvals, test_records):
    globals().update({name: test for name, test in vars(module).items() if name.startswith("test_")})


def planned(snapshot: Snapshot, facts: Mapping[str, Sequence[Fact]], as_of: Instant) -> tuple[Verdict, ...]:
    """The plans' verdicts, and the definition's on what they leave undecided, as the pipeline has it."""
    with stored(facts, snapshot.kinds) as store:
        judged = evaluate(
            snapshot, store, as_of=as_of, known_at=None, obligations=None, progress=lambda *_: None
        )
    decided = {each.identity: each for each in definition.evaluate(snapshot, facts, as_of)}
    return tuple(
        decided[each.identity] if each.identity in judged.undecided else each for each in judged.verdicts
    )


@pytest.fixture(autouse=True)
def by_the_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """The builders of the tests by hand ask the plans instead of the definition."""
    monkeypatch.setattr(policies, "evaluate", planned)
