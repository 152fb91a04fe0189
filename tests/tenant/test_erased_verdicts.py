"""What rests on erased facts says so and is never judged by what is left; what was judged stays (S2.5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ledger.verify import verify
from engine.model.history import Cause
from engine.model.tenancy import Published
from engine.model.verdict import State
from engine.pipeline import explain
from engine.rules.withheld import is_withheld
from engine.source import Source
from engine.tenant.history import OvertakenError
from tests.postgres import PostgresServer
from tests.tenant.shop import FEBRUARY, MARCH, POLICY
from tests.tenant.test_erasing import SECRET, Place, _tenants, asked, erased, feed, order, outage, visit

DUTY = """
  duty answer "Incidents are answered" {
    cites order "1.2" "answers"
    obliges acme
    when incident i
    must response r where r.incident is i.id within 2 hours of i.reported_at
  }
"""


@pytest.fixture(params=["duckdb", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A tenant with policies."""
    location, server = str(tmp_path / "tenant.duckdb"), None
    if request.param == "postgres":
        found: PostgresServer = request.getfixturevalue("postgres")
        location, server = found.url, found
    made = Place(location, f"gone{next(_tenants)}", server)
    published = made.tenant.publish([Source(name="shop.sla", text=POLICY)], asked("p"))
    assert isinstance(published, Published), published
    yield made
    made.tenant.close()


def states(place: Place, known_at: int | None = None) -> dict[str, State]:
    evaluation = place.tenant.evaluate(as_of=MARCH, known_at=known_at)
    return {each.identity[2]: each.state for each in evaluation.verdicts}


LONG = ("o-1", "2025-02-01T10:00:00Z", "2025-02-02T10:00:00Z")


def test_what_rests_on_it_says_so_and_is_never_met(place: Place) -> None:
    fed = feed(place.tenant, "1", outage(*LONG), kind="outage")
    assert [states(place)[each] for each in ("2025-01", "2025-02")] == [State.MET, State.BREACHED]
    told = erased(place.tenant, "e", order("o-1", kind="outage"))
    assert [states(place)[each] for each in ("2025-01", "2025-02")] == [State.MET, State.UNMEASURED]
    assert states(place, fed.known_from - 1)["2025-02"] is State.MET, "nobody knew of it then"
    evaluation = place.tenant.evaluate(as_of=MARCH)
    (verdict,) = [each for each in evaluation.verdicts if is_withheld(each)]
    assert verdict.missing == (f"erased: `outage`, by entry {told.entry} of the ledger",)
    standing = place.tenant.standing()
    assert standing is not None
    held = place.tenant.hold(standing.published)
    told_why = explain(held.snapshot, held.store, verdict, as_of=MARCH)
    assert [each.text for each in told_why.lines] == [
        f"it rests on facts that were erased: `outage`, by entry {told.entry} of the ledger"
    ]
    feed(place.tenant, "2", outage("o-2", "2025-03-01T10:00:00Z", "2025-03-01T11:00:00Z"), kind="outage")
    assert states(place)["2025-02"] is State.UNMEASURED
    place.reopen()
    assert states(place)["2025-02"] is State.UNMEASURED


def test_an_erasure_touches_only_what_reads_it(place: Place) -> None:
    both = POLICY.replace(
        "service shop", 'service bakery "Bakery" { provider acme  hours always }\n\nservice shop'
    )
    visits = "\nfact visit {\n  key id\n  about service\n  at seen_at\n  who text\n}\n"
    assert isinstance(place.tenant.publish([Source(name="a.sla", text=both + visits)], asked("q")), Published)
    feed(place.tenant, "1", visit("v-1", "bob"))
    feed(place.tenant, "2", outage(*LONG), {**outage("o-2", *LONG[1:]), "service": "bakery"}, kind="outage")
    erased(place.tenant, "e", order("v-1"))
    erased(place.tenant, "f", order("o-2", kind="outage"))
    assert states(place)["2025-02"] is State.BREACHED


def test_what_was_kept_of_a_verdict_stays_and_the_change_says_why(place: Place) -> None:
    feed(place.tenant, "1", outage(*LONG), kind="outage")
    place.tenant.catch_up(MARCH)
    before = place.tenant.changes(first=1_000)
    told = erased(place.tenant, "e", order("o-1", kind="outage"))
    changed = place.tenant.catch_up(MARCH)
    assert [(each.identity[2], each.before, each.state, each.cause) for each in changed] == [
        ("2025-02", State.BREACHED, State.UNMEASURED, Cause.ERASE)
    ]
    assert place.tenant.changes(first=1_000)[: len(before)] == before
    assert told.entry is not None
    assert place.tenant.catch_up(MARCH) == ()
    place.reopen()
    assert place.tenant.catch_up(MARCH) == ()
    with place.archive().reading() as reading:
        assert verify(reading).flaws == ()


def test_what_was_kept_of_a_case_goes_with_its_fact(place: Place) -> None:
    text = POLICY.replace("  target up", f"{DUTY}\n  target up")
    published = place.tenant.publish([Source(name="a.sla", text=text)], asked("q"))
    assert isinstance(published, Published), published
    row = {"service": "shop", "reported_at": "2025-02-01T10:00:00Z"}
    feed(place.tenant, "1", {"id": SECRET, **row}, {"id": "i-2", **row}, kind="incident")
    place.tenant.catch_up(MARCH)
    assert SECRET.encode() in place.files()
    erased(place.tenant, "e", order(SECRET, kind="incident", with_keys=True))
    assert SECRET.encode() not in place.files()
    changed = place.tenant.catch_up(MARCH)
    assert [(each.identity[2], each.before, each.state, each.cause) for each in changed] == [
        ("", State.BREACHED, None, Cause.ERASE)
    ]
    assert states(place)["i-2"] is State.BREACHED, "another incident is another case"
    assert SECRET.encode() not in place.files()
    with place.archive().reading() as reading:
        assert verify(reading).flaws == ()
    with place.archive().writing() as writing:
        writing.run("UPDATE verdict_change SET salt = NULL, content = NULL WHERE occasion = 'i-2'")
        (flaw,) = verify(writing).flaws
        assert flaw.what.endswith("of a verdict is gone, and it was not erased")


FOLLOWING = """
  exclusion works "Works that the owner allowed" {
    when maintenance m from m.start until m.end
    approved by service_owner
  }

  duty explain "Breaches are explained" {
    cites order "1.3" "answers"
    obliges acme
    when breach b where b.obligation is answer
    must report r within 2 calendar days of b.at
  }

  duty together "Works in an incident are announced" {
    cites order "1.4" "works"
    obliges acme
    when all of incident i, maintenance m where m.service is i.service
    must notice n within 2 hours of m.start
  }
"""


@pytest.mark.parametrize("kind", ["incident", "maintenance"])
def test_a_key_goes_from_what_followed_from_its_fact_and_from_what_was_missing(
    place: Place, kind: str
) -> None:
    text = POLICY.replace("  target up", f"{DUTY}{FOLLOWING}\n  target up")
    text = text.replace('    source "Probe"', '    excludes works\n    source "Probe"')
    published = place.tenant.publish([Source(name="a.sla", text=text)], asked("q"))
    assert isinstance(published, Published), published
    incident, works = {"id": "i-1"}, {"id": "m-1"}
    (incident if kind == "incident" else works)["id"] = SECRET
    told = {"service": "shop", "reported_at": "2025-02-01T10:00:00Z"}
    feed(place.tenant, "1", incident | told, kind="incident")
    time = {"service": "shop", "start": "2025-02-01T09:00:00Z", "end": "2025-02-02T10:00:00Z"}
    feed(place.tenant, "2", works | time, kind="maintenance")
    feed(place.tenant, "3", outage(*LONG), kind="outage")
    place.tenant.catch_up(MARCH)
    kept = place.tenant.changes(first=1_000)
    assert len([each for each in kept if SECRET in repr(each)]) > 1
    erased(place.tenant, "e", order(SECRET, kind=kind, with_keys=True))
    place.tenant.catch_up(MARCH)
    assert SECRET not in repr(place.tenant.changes(first=1_000))
    assert SECRET.encode() not in place.files()
    assert place.verified().flaws == ()


@pytest.mark.parametrize("first", ["incident", "response"])
def test_a_key_that_goes_later_goes_from_what_was_kept_of_verdicts(place: Place, first: str) -> None:
    text = POLICY.replace("  target up", f"{DUTY}\n  target up")
    assert isinstance(place.tenant.publish([Source(name="a.sla", text=text)], asked("q")), Published)
    told = {"service": "shop", "reported_at": "2025-02-01T10:00:00Z"}
    feed(place.tenant, "1", {"id": SECRET, **told}, {"id": "2025-02", **told}, kind="incident")
    feed(place.tenant, "2", outage(*LONG), kind="outage")
    response = {"id": "r-1", "incident": SECRET, "at": "2025-02-01T11:00:00Z"}
    feed(place.tenant, "3", response, kind="response")
    place.tenant.catch_up(MARCH)
    # What was kept of the case is gone, or names no fact any more, before the key goes.
    erasures = {"incident": order(SECRET, kind="incident"), "response": order("r-1", kind="response")}
    erased(place.tenant, "e", erasures.pop(first))
    place.tenant.catch_up(MARCH)
    for each in erasures.values():
        erased(place.tenant, "g", each)
    erased(place.tenant, "f", order(SECRET, "2025-02", kind="incident", with_keys=True))
    place.tenant.catch_up(MARCH)
    assert SECRET.encode() not in place.files()
    kept = [each for each in place.tenant.changes(first=1_000) if each.identity[0] == "shop_sla.up"]
    assert kept
    assert all(each.verdict for each in kept), "a window is called as the key of a fact was"
    assert place.verified().flaws == ()


@pytest.mark.parametrize("is_judged", [True, False])
def test_another_server_keeps_nothing_more_of_what_was_erased(
    postgres: PostgresServer, is_judged: bool
) -> None:
    name = f"gone{next(_tenants)}"
    place, other = Place(postgres.url, name, postgres), Place(postgres.url, name, postgres)
    text = POLICY.replace("  target up", f"{DUTY}\n  target up")
    assert isinstance(place.tenant.publish([Source(name="a.sla", text=text)], asked("q")), Published)
    told = {"id": SECRET, "service": "shop", "reported_at": "2025-02-09T23:59:00Z"}
    feed(place.tenant, "1", told, kind="incident")
    assert [each.identity[2] for each in place.tenant.catch_up(FEBRUARY)].count(SECRET) == 1
    other.tenant.catch_up(FEBRUARY)
    if is_judged:
        assert other.tenant.judge(MARCH) is not None
    erased(place.tenant, "e", order(SECRET, kind="incident", with_keys=True))
    if is_judged:
        with pytest.raises(OvertakenError):
            other.tenant._judging.keep()
    changed = other.tenant.catch_up(MARCH)
    assert [each.identity[2] for each in changed].count("") == 1, "the case that is no more has no name"
    assert SECRET.encode() not in place.files()
    assert place.tenant.catch_up(MARCH) == other.tenant.catch_up(MARCH) == ()
    assert place.verified().flaws == ()
    place.tenant.close()
    other.tenant.close()
