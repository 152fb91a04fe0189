"""Rules that a hurried reading gets wrong, from policy text and fact files to both evaluators."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import definition
from engine.diagnostic import Level, draw
from engine.model.instants import parse_instant
from engine.model.verdict import Evidence, State, Verdict
from engine.pipeline import admit_facts, check, evaluate, open_store
from engine.source import Source

AROUND = """use standard
document d "Contract"
party a "Provider"
party b "Customer"
service shop {{ provider a  hours always }}
fact reclass {{ key id  at at  incident reference to incident optional  priority one of (p1, p2, p3, p4) }}
agreement g is sla "Agreement" {{
  between a as provider and b as customer
  covers shop
  cites d "1" "promise"
  in force from 2025-01-01
  accepted by "order" on 2024-12-20
  zone UTC
  conventions standard {{ sources are assumed watched }}
  {promise}
}}
"""


@pytest.fixture
def verdict(tmp_path: Path) -> "Judge":
    return Judge(tmp_path)


class Judge:
    """Writes facts, and judges one promise on one occasion by both evaluators."""

    def __init__(self, folder: Path, kinds: str = "") -> None:
        self.folder = folder
        self.kinds = kinds

    def __call__(
        self, promise: str, as_of: str, occasion: str, /, *, of: str | None = None, **facts: str
    ) -> Verdict:
        """The verdict on which the plans and the definition agree, of one value where there are several."""
        (found,) = (
            each
            for each in self.every(promise, as_of, **facts)
            if each.identity[2] == occasion and of in (None, *(value for _, value in each.combination))
        )
        return found

    def why(self, promise: str, as_of: str, occasion: str, /, **facts: str) -> tuple[list[str], list[str]]:
        """The lines that explain the verdict, and those that say what would have been better."""
        verdict = self(promise, as_of, occasion, **facts)
        snapshot, known, now = self.last
        found = definition.explain(snapshot, known, verdict, now)
        return [each.text for each in found.lines], [each.text for each in found.why_not]

    def every(self, promise: str, as_of: str, /, **facts: str) -> list[Verdict]:
        """All verdicts on which the plans and the definition agree."""
        checked = check([Source(name="policy.sla", text=AROUND.format(promise=promise) + self.kinds)])
        errors = [draw(each, checked.sources) for each in checked.diagnostics if each.level is Level.ERROR]
        assert checked.snapshot is not None, "\n".join(errors)
        for kind, rows in facts.items():
            (self.folder / f"{kind}.csv").write_text(
                "\n".join(line.strip() for line in rows.strip().splitlines()) + "\n", encoding="utf-8"
            )
        with open_store() as store:
            admission = admit_facts(checked.snapshot, self.folder, store)
            assert not admission.refused
            now = parse_instant(as_of)
            assert now is not None
            planned = evaluate(checked.snapshot, store, as_of=now).verdicts
            known = {name: store.facts(kind, None) for name, kind in checked.snapshot.kinds.items()}
            defined = definition.evaluate(checked.snapshot, known, now)
        self.last = (checked.snapshot, known, now)
        assert [_bare(each) for each in planned] == [_bare(each) for each in defined]
        return [*planned]


def _bare(verdict: Verdict) -> Verdict:
    return replace(verdict, evidence=Evidence(facts=0))


# S4.6


@pytest.mark.parametrize(
    ("pause", "due"), [("2025-01-08T10:00:00.000001Z", "2025-01-08"), ("2025-01-08T10:00:00Z", "2025-01-09")]
)
def test_a_pause_after_the_last_moment_revives_no_breach(verdict: Judge, pause: str, due: str) -> None:
    found = verdict(
        """
        period waiting of incident i {
          when status s from s.at until the next status of s.incident
              where (s.incident is i.id and s.value is "waiting")
        }
        duty answer {
          cites d "2" "promise"
          obliges a
          when incident i must response r where r.incident is i.id within 2 calendar days of i.reported_at
          pauses while waiting
          convention days end at the same time of day
          convention a day is paused when any of it is
        }""",
        "2025-01-08T14:00:00Z",
        "i1",
        incident="id,service,reported_at\ni1,shop,2025-01-06T10:00:00Z",
        status=f"id,incident,at,value\ns1,i1,{pause},waiting\ns2,i1,2025-01-08T12:00:00Z,working",
    )
    assert found.due is not None
    assert str(found.due.date) == due
    assert found.state is (State.BREACHED if due == "2025-01-08" else State.PENDING)


# S7.2


def test_unproven_changes_are_tried_one_by_one(verdict: Judge) -> None:
    """None and both of them allow 24 hours, the first alone allows four."""
    found = verdict(
        """
        duty answer {
          cites d "2" "promise"
          obliges a
          when incident i must response r where r.incident is i.id
              within by i.priority { p1 4 hours  p2 8 hours  p3 24 hours  p4 48 hours } of i.reported_at
          keeps its start when reclass k where k.incident is i.id changes i.priority to k.priority
        }""",
        "2025-01-08T00:00:00Z",
        "i1",
        incident="id,service,reported_at,priority\ni1,shop,2025-01-06T00:00:00Z,p3",
        response="id,incident,at\nr1,i1,2025-01-06T10:00:00Z",
        reclass="id,incident,at,priority\nk1,,2025-01-06T01:00:00Z,p1\nk2,,2025-01-06T02:00:00Z,p3",
    )
    assert (found.state, found.missing) == (State.UNMEASURED, ("reclass:k1.incident", "reclass:k2.incident"))


# S6.7


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        ("average effort at most 5 hours", State.UNMEASURED),
        ("count of incident i at least 1", State.UNMEASURED),
        ("count of incident i at most 1", State.UNMEASURED),
    ],
)
def test_a_silent_source_makes_no_window_empty(verdict: Judge, asked: str, state: State) -> None:
    found = verdict(
        f"""
        measure effort {{ of incident i counts hours from i.reported_at to i.resolved_at }}
        target promise of shop {{
          cites d "2" "promise"
          obliges a
          source "desk" by a
          requires {asked} in each calendar month
          convention sources are watched where observed
          convention empty windows are not applicable
        }}""",
        "2025-03-01T00:00:00Z",
        "2025-02",
        observation="id,source,service,start,end\no1,desk,shop,2025-01-01T00:00:00Z,2025-02-01T00:00:00Z",
    )
    assert (found.state, found.missing) == (state, ("observation:desk",))


def test_what_was_seen_suffices_where_more_could_not_turn_it(verdict: Judge) -> None:
    found = verdict(
        """
        target promise of shop {
          cites d "2" "promise"
          obliges a
          source "desk" by a
          requires count of incident i at least 1 in each calendar month
          convention sources are watched where observed
        }""",
        "2025-03-01T00:00:00Z",
        "2025-02",
        incident="id,service,reported_at\ni1,shop,2025-02-06T10:00:00Z",
        observation="id,source,service,start,end\no1,desk,shop,2025-02-01T00:00:00Z,2025-02-07T00:00:00Z",
    )
    assert found.state is State.MET


# S2.2, S4.8


@pytest.mark.parametrize(
    ("as_of", "state"), [("2025-01-06T06:00:00Z", State.BREACHED), ("2025-01-07T00:00:00Z", State.EXCUSED)]
)
def test_an_open_mode_excuses_no_moment_ahead(verdict: Judge, as_of: str, state: State) -> None:
    found = verdict(
        """
        duty answer {
          cites d "2" "promise"
          obliges a
          when incident i must response r where r.incident is i.id within 24 hours of i.reported_at
          steps look
        }
        mode disaster {
          cites d "3" "promise"
          obliges a
          during disaster d from d.invoked_at until d.recovered_at
          applies to answer
        }""",
        as_of,
        "i1",
        incident="id,service,reported_at\ni1,shop,2025-01-06T00:00:00Z",
        response="id,incident,at\nr1,i1,2025-01-06T02:00:00Z",
        disaster="id,service,invoked_at,recovered_at\nd1,shop,2025-01-06T01:00:00Z,",
    )
    assert found.state is state
