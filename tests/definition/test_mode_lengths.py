"""Duties to which a mode gives another length, by hand: 60 calendar days, 90 in a disaster (S6.5)."""

from collections.abc import Sequence

import pytest

from engine import definition
from engine.definition.explain import explain
from engine.model.explanation import Line
from engine.model.fact import Fact
from engine.model.instants import iso_text, parse_instant
from engine.model.verdict import Flag, State, Verdict
from engine.pipeline import silent
from engine.rules.evaluate import evaluate
from tests.definition.test_modes import disaster
from tests.differential.stores import stored
from tests.dsl.resolving import agreement, resolved

KINDS = """
fact paper { key id  at at }
fact reply { key id  at at  paper reference to paper }
"""

BODY = """
duty it {
  cites msa "4.1" "60 calendar days"
  obliges acme
  when paper p
  must reply r where r.paper is p.id within 60 calendar days of p.at
}
mode disaster_mode {
  cites msa "7" "90 calendar days"
  obliges acme
  during disaster d from d.invoked_at until d.recovered_at
  declared by duty_manager
  duty it { within LENGTH }
}
"""

# Day 0 is 1 July: day 60 is 30 August, day 90 is 29 September; each ends at midnight in Berlin.
START = "2025-07-01T08:00:00Z"
SIXTY, NINETY = "2025-08-30T22:00:00Z", "2025-09-29T22:00:00Z"


def at(text: str) -> int:
    """Microseconds of an instant."""
    found = parse_instant(text)
    assert found is not None
    return found


def judged(
    running: str,
    facts: Sequence[Fact] = (),
    as_of: str = "2025-12-01T00:00:00Z",
    replied: str | None = None,
    length: str = "90 calendar days",
) -> tuple[Verdict, list[str]]:
    """The verdict on a paper of 1 July, by both evaluators, which agree; and the lines that explain it."""
    said = f"conventions standard {{ days end at midnight  running deadlines {running} }}"
    snapshot, found = resolved(KINDS, agreement(BODY.replace("LENGTH", length), said))
    assert snapshot is not None, found
    reply = {"id": "r", "at": at(replied), "paper": "p"} if replied else None
    by_kind = {
        "paper": (Fact(kind="paper", key="p", values={"id": "p", "at": at(START)}),),
        "reply": (Fact(kind="reply", key="r", values=reply),) if reply else (),
        "disaster": tuple(facts),
    }
    now = at(as_of)
    (verdict,) = definition.evaluate(snapshot, by_kind, now)
    with stored(by_kind, snapshot.kinds) as store:
        plans = evaluate(snapshot, store, as_of=now, known_at=None, obligations=None, progress=silent)
    assert list(plans.verdicts) == [verdict]
    explained = explain(snapshot, by_kind, verdict, now)
    assert explained.verdict == verdict
    return verdict, list(texts(explained.lines))


def texts(lines: Sequence[Line]) -> Sequence[str]:
    """Every line of an explanation."""
    return [text for line in lines for text in (line.text, *texts(line.lines))]


def due(verdict: Verdict) -> str | None:
    """When it is due."""
    return None if verdict.due is None else iso_text(verdict.due.at)


@pytest.mark.parametrize(
    ("running", "start", "expected"),
    [
        ("keep their length", "2025-06-20", NINETY),
        ("take the new length", "2025-06-20", NINETY),
        ("keep their length", "2025-07-11", SIXTY),
        ("take the new length", "2025-07-11", NINETY),
        # the last microsecond of day 60 still runs; what begins at its end comes too late
        ("take the new length", "2025-08-30T21:59:59.999999Z", NINETY),
        ("take the new length", "2025-08-30T22:00:00Z", SIXTY),
    ],
)
def test_a_mode_gives_its_length_from_the_dutys_own_start(running: str, start: str, expected: str) -> None:
    # The disaster's end, ten days later at the most, gives nothing back.
    verdict, lines = judged(running, [disaster("d1", start, "2025-09-05")])
    assert (verdict.state, due(verdict)) == (State.BREACHED, expected)
    told = [line for line in lines if line.startswith("disaster_mode holds from ")]
    assert bool(told) == (expected == NINETY)


def test_the_deadline_that_a_mode_supersedes_is_shown() -> None:
    verdict, lines = judged("take the new length", [disaster("d1", "2025-07-11", None)])
    assert [(part.name, part.text, iso_text(part.at or 0)) for part in verdict.parts] == [
        ("superseded deadline", "", SIXTY)
    ]
    assert any("still open: it gives the deadline its length from " in line for line in lines)


def test_a_mode_that_begins_once_the_duty_is_fulfilled_changes_nothing() -> None:
    verdict, _ = judged(
        "take the new length", [disaster("d1", "2025-07-11", None)], replied="2025-07-10T10:00:00Z"
    )
    assert (verdict.state, due(verdict), verdict.parts) == (State.MET, SIXTY, ())


def test_a_mode_that_has_not_begun_changes_nothing_yet() -> None:
    # The disaster of 11 July is not yet there on 10 July.
    verdict, _ = judged(
        "take the new length", [disaster("d1", "2025-07-11", None)], as_of="2025-07-10T10:00:00Z"
    )
    assert (verdict.state, due(verdict)) == (State.PENDING, SIXTY)


def test_a_shorter_length_may_have_run_out_when_its_mode_begins() -> None:
    # Day 5 of 1 July is over before 11 July: counted from the duty's own start it is late at once.
    verdict, _ = judged(
        "take the new length",
        [disaster("d1", "2025-07-11", None)],
        as_of="2025-07-12T10:00:00Z",
        length="5 calendar days",
    )
    assert (verdict.state, due(verdict)) == (State.BREACHED, "2025-07-06T22:00:00Z")


def test_a_late_duty_is_flagged_where_an_unproven_mode_would_have_given_it_time() -> None:
    facts = [disaster("d1", "2025-07-11", None, by=None)]
    verdict, _ = judged("take the new length", facts)
    assert (verdict.state, verdict.flags, verdict.missing) == (
        State.BREACHED,
        (Flag.EXCUSE_UNPROVEN,),
        ("disaster:d1.declared_by",),
    )
    assert judged("keep their length", facts)[0].flags == ()
