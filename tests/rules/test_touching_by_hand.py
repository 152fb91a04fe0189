"""What news touches and when verdicts turn, in a small world told by hand."""

from collections.abc import Generator

import pytest

from engine import pipeline
from engine.facts.facts_to_store import fill, hold
from engine.model.fact import Fact, FactValue
from engine.model.fact_version import FactVersion
from engine.model.instants import parse_instant
from engine.model.quantity import HOUR, Instant
from engine.model.snapshot import Snapshot
from engine.model.touched import EVERYTHING, Touch, Touched
from engine.model.verdict import Flag, State
from engine.rules.bearing import ANY
from engine.source import Source
from engine.store.database import Store
from engine.tenant.standing import Standing

POLICY = """
use standard
document words "Words" { version "1" }
party acme "Acme"
party bolt "Bolt"
service shop "Shop" { provider acme  hours always }
service desk "Desk" { provider acme  hours always }
fact request "A request" { key id  about service  at opened_at }
fact reply "An answer" { key id  at at  request reference to request }
agreement a is sla "A" {
  between acme as provider and bolt as customer
  covers shop, desk
  in force from 2025-01-01 through 2025-12-31
  zone UTC
  conventions standard { sources are assumed watched }
  measure reply_time "Time to the reply" {
    of request i answered by reply r where r.request is i.id
    counts minutes from i.opened_at to r.at
    belongs to the window of i.opened_at
  }
  duty respond "Answer" {
    cites words "1" "in time"
    obliges acme
    when request t
    must reply r where r.request is t.id within 8 hours of t.opened_at
    warns 2 hours before
  }
  target replied of desk "Most in time" {
    cites words "2" "most"
    obliges acme
    source "Desk" by acme
    requires share of reply_time within 4 hours at least 80% in each calendar month
  }
  target up of shop "Up" {
    cites words "3" "up"
    obliges acme
    source "Probe" by acme
    measures uptime from outage o
    during hours of shop
    requires at least 99% in each calendar month
  }
  target steady of shop "Up but for short ones" {
    cites words "3" "up"
    obliges acme
    source "Probe" by acme
    measures uptime from outage o lasting at least 5 minutes
    during hours of shop
    requires at least 99% in each calendar month
  }
}
"""

FEBRUARY, MARCH, APRIL = (parse_instant(f"2025-0{month}-01T00:00:00Z") or 0 for month in (2, 3, 4))
NOON = MARCH + 12 * HOUR


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    checked = pipeline.check([Source(name="a.sla", text=POLICY)])
    assert checked.snapshot is not None, [each.message for each in checked.diagnostics]
    return checked.snapshot


@pytest.fixture
def store(snapshot: Snapshot) -> Generator[Store]:
    with pipeline.open_store() as store:
        hold(snapshot.kinds, {}, store)
        yield store


def tell(snapshot: Snapshot, store: Store, kind: str, key: str, **values: FactValue) -> FactVersion:
    """One fact, and its version."""
    named = dict.fromkeys((each.name for each in snapshot.kinds[kind].fields), None)
    fact = Fact(kind=kind, key=key, values={**named, "id": key, **values})
    fill({kind: snapshot.kinds[kind]}, {kind: (fact,)}, store)
    return FactVersion(
        seq=0, entry=0, kind=kind, key=key, content=None, digest="", known_from=-(2**63), is_retraction=False
    )


def touched(snapshot: Snapshot, store: Store, version: FactVersion, as_of: Instant = NOON) -> Touched:
    return pipeline.touched(snapshot, store, [version], as_of=as_of)


def test_a_record_touches_its_trigger_and_its_window(snapshot: Snapshot, store: Store) -> None:
    opened = tell(snapshot, store, "request", "t", service="desk", opened_at=FEBRUARY + HOUR)
    found = touched(snapshot, store, opened)
    stretch = (FEBRUARY + HOUR, FEBRUARY + HOUR)
    assert found.promises == {
        "a.respond": Touch(triggers=frozenset({"t"})),
        "a.replied": Touch(stretches=frozenset({stretch}), weight=0),
    }
    assert not found.of("a.replied").meets(MARCH, APRIL)


def test_an_answer_touches_what_it_answers(snapshot: Snapshot, store: Store) -> None:
    tell(snapshot, store, "request", "t", service="desk", opened_at=FEBRUARY + HOUR)
    answer = tell(snapshot, store, "reply", "r", request="t", at=MARCH + HOUR)
    found = touched(snapshot, store, answer)
    assert found.of("a.respond").triggers == {"t"}
    assert found.of("a.replied").meets(FEBRUARY, MARCH)
    assert not found.of("a.replied").meets(MARCH + 1, APRIL)


def test_news_that_no_window_bears_stays_as_narrow_as_it_is(snapshot: Snapshot, store: Store) -> None:
    said = pipeline.evaluate(snapshot, store, as_of=NOON).verdicts
    turning, standing = pipeline.turning(snapshot, store, as_of=NOON), Standing()
    standing.put(said, turning.turns_at(said), map(turning.bears, said), NOON)
    early, late = FEBRUARY + HOUR, FEBRUARY + 2 * HOUR
    down = tell(snapshot, store, "outage", "o", service="shop", start=early, end=late)
    news = touched(snapshot, store, down)
    assert standing.bear(news).of("a.up") == Touch(stretches=frozenset({(early, late)}), weight=HOUR)


def test_what_is_about_another_service_touches_nothing_of_it(snapshot: Snapshot, store: Store) -> None:
    opened = tell(snapshot, store, "request", "t", service="shop", opened_at=FEBRUARY + HOUR)
    assert "a.replied" not in touched(snapshot, store, opened).promises


def test_an_outage_touches_its_windows_and_where_its_length_counts_all(
    snapshot: Snapshot, store: Store
) -> None:
    down = tell(snapshot, store, "outage", "o", service="shop", start=FEBRUARY, end=FEBRUARY + HOUR)
    found = touched(snapshot, store, down)
    assert found.of("a.up") == Touch(stretches=frozenset({(FEBRUARY, FEBRUARY + HOUR)}), weight=HOUR)
    assert found.of("a.steady") == EVERYTHING


def test_what_is_not_yet_seen_touches_nothing_until_it_is(snapshot: Snapshot, store: Store) -> None:
    later = tell(snapshot, store, "request", "t", service="desk", opened_at=NOON + HOUR)
    assert touched(snapshot, store, later).promises == {}
    passed = pipeline.touched(snapshot, store, [], as_of=NOON + HOUR, since=NOON)
    assert passed.of("a.respond").triggers == {"t"}


def test_a_duty_turns_when_it_is_at_risk_and_when_it_is_due(snapshot: Snapshot, store: Store) -> None:
    tell(snapshot, store, "request", "t", service="shop", opened_at=MARCH)

    def turn(as_of: Instant) -> tuple[State, bool, Instant | None]:
        found = pipeline.evaluate(snapshot, store, as_of=as_of, obligations=["a.respond"]).verdicts
        (at,) = pipeline.turning(snapshot, store, as_of=as_of).turns_at(found)
        return found[0].state, Flag.AT_RISK in found[0].flags, at

    assert turn(MARCH + HOUR) == (State.PENDING, False, MARCH + 6 * HOUR)
    assert turn(MARCH + 6 * HOUR) == (State.PENDING, True, MARCH + 8 * HOUR + 1)
    assert turn(MARCH + 8 * HOUR + 1) == (State.BREACHED, False, None)


def test_a_share_turns_with_its_window_and_then_when_an_open_record_becomes_a_miss(
    snapshot: Snapshot, store: Store
) -> None:
    tell(snapshot, store, "request", "t", service="desk", opened_at=APRIL - HOUR)

    def turn(as_of: Instant) -> Instant | None:
        found = pipeline.evaluate(snapshot, store, as_of=as_of, obligations=["a.replied"]).verdicts
        turns = pipeline.turning(snapshot, store, as_of=as_of).turns_at(found)
        return {each.identity[2]: at for each, at in zip(found, turns, strict=True)}["2025-03"]

    assert turn(APRIL - HOUR + 1) == APRIL
    assert turn(APRIL) == APRIL + 3 * HOUR + 1


def test_an_open_window_bears_news_that_cannot_turn_it(snapshot: Snapshot, store: Store) -> None:
    """March has 744 hours, so that 7.44 may be bad: a quarter of that is for news. Short outages may grow
    together at any news, and what is over is told as it is."""
    found = pipeline.evaluate(snapshot, store, as_of=MARCH + HOUR).verdicts
    turning = pipeline.turning(snapshot, store, as_of=MARCH + HOUR)
    bears = {each.identity[::2]: turning.bears(each) for each in found}
    assert bears["a.up", "2025-03"] == 744 * HOUR // 100 // 4
    assert bears["a.replied", "2025-03"] == ANY
    assert bears["a.steady", "2025-03"] == bears["a.up", "2025-02"] == bears["a.replied", "2025-02"] == 0


def test_uptime_turns_no_sooner_than_its_budget_is_spent(snapshot: Snapshot, store: Store) -> None:
    """Of March's 744 hours 7.44 may be bad: an outage that goes on breaches it right after them."""
    tell(snapshot, store, "outage", "o", service="shop", start=MARCH, end=None)
    as_of, asked = MARCH + HOUR, 0
    breach = MARCH + 744 * HOUR // 100
    while True:
        (found,) = (
            each
            for each in pipeline.evaluate(snapshot, store, as_of=as_of, obligations=["a.up"]).verdicts
            if each.identity[2] == "2025-03"
        )
        if found.state is State.BREACHED:
            break
        (at,) = pipeline.turning(snapshot, store, as_of=as_of).turns_at([found])
        assert at is not None
        assert as_of < at <= breach + 1
        as_of, asked = at, asked + 1
    assert as_of == breach + 1
    # Each time but a quarter of what is left, which is kept for news.
    assert 2 < asked < 25
    assert pipeline.turning(snapshot, store, as_of=as_of).arises_at() == APRIL
