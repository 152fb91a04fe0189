"""Every example metric of ITIL's table 2.2 can be said, and both evaluators judge it alike."""

from pathlib import Path

from engine import pipeline
from engine.pipeline import check
from engine.source import Source

POLICY = Path(__file__).parent / "itil_2_2.sla"
ASPECTS = (
    "Functionality",
    "Availability",
    "Performance",
    "Timeliness",
    "User support",
    "Accuracy",
    "User experience",
)


def test_each_aspect_has_its_metrics_and_each_metric_its_example() -> None:
    text = POLICY.read_text(encoding="utf-8")
    assert all(f"  # {aspect}\n" in text for aspect in ASPECTS)
    checked = check([Source(name=POLICY.name, text=text)])
    assert checked.snapshot is not None, [each.message for each in checked.diagnostics]
    outcomes = pipeline.run_examples(checked.snapshot)
    assert [(each.example.name, each.mismatches) for each in outcomes if not each.passed] == []
    promised = {each.terms.id for each in checked.snapshot.obligations()}
    assert {each.example.obligation for each in outcomes} == promised
