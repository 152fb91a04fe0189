"""A tenant keeps what it is told, answers the same request alike, judges by what was known (S2.5, S2.6)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from engine.facts.rows_to_wordings import Worded, word
from engine.model.fact import FactKind
from engine.model.quantity import DAY, HOUR, Instant
from engine.model.snapshot import Snapshot
from engine.model.tenancy import FactBatch, Fed, Published, Refused, Request, Row
from engine.model.verdict import State
from engine.source import Source
from engine.store import postgres_archive
from engine.store.open_archive import open_archive
from engine.tenant import fitting
from engine.tenant.tenant import NothingPublishedError, Tenant
from tests.postgres import PostgresServer
from tests.tenant.shop import FEBRUARY, MARCH, POLICY, Clock

_tenants = count()


@pytest.fixture
def clock() -> Clock:
    return Clock(FEBRUARY)


Opened = Callable[[], Tenant]


@pytest.fixture(params=["duckdb", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Opened]:
    """Opens the tenant, closing it first where it is open."""
    location, name = str(tmp_path / "tenant.duckdb"), "main"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        location, name = server.url, f"tenant{next(_tenants)}"
    made: list[Tenant] = []

    def open() -> Tenant:
        if made:
            made.pop().close()
        made.append(Tenant(open_archive(location, clock, tenant=name)))
        return made[0]

    yield open
    made[0].close()


def asked(key: str, actor: str = "ann") -> Request:
    return Request(actor=actor, key=key)


def publish(tenant: Tenant, text: str = POLICY, key: str = "p") -> Published:
    published = tenant.publish([Source(name="shop.sla", text=text)], asked(key))
    assert isinstance(published, Published), published
    return published


def outage(key: str, start: str, end: str | None = None) -> Row:
    return {"id": key, "service": "shop", "start": start, "end": end}


def feed(tenant: Tenant, key: str, *rows: Row, corrections: bool = False) -> Fed | Refused:
    return tenant.feed(FactBatch(kind="outage", rows=rows, corrections=corrections), asked(key))


def states(tenant: Tenant, as_of: Instant, known_at: Instant | None = None) -> dict[str, State]:
    evaluation = tenant.evaluate(as_of=as_of, known_at=known_at)
    return {getattr(each.occasion, "label", ""): each.state for each in evaluation.verdicts}


LONG = outage("o-1", "2025-02-01T00:00:00Z", "2025-02-02T00:00:00Z")


def test_what_is_fed_is_judged_and_is_there_after_a_restart(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    assert isinstance(feed(tenant, "f", LONG), Fed)
    for _ in range(2):
        assert states(tenant, MARCH)["2025-01"] is State.MET
        assert states(tenant, MARCH)["2025-02"] is State.BREACHED
        tenant = opened()


def test_what_was_known_then_is_judged_as_it_was_then(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    publish(tenant)
    told = [feed(tenant, "1", LONG)]
    clock.now += HOUR
    shorter = outage("o-1", "2025-02-01T00:00:00Z", "2025-02-01T01:00:00Z")
    told.append(feed(tenant, "2", shorter, corrections=True))
    clock.now += HOUR
    feed(tenant, "3", LONG, corrections=True)
    clock.now += HOUR
    assert isinstance(tenant.retract("outage", ["o-1"], asked("4")), Fed)
    first, second = (each.known_from for each in told if isinstance(each, Fed))
    seen = [
        states(tenant, MARCH, known)["2025-02"]
        for known in (first - 1, first, second, FEBRUARY + 2 * HOUR, FEBRUARY + 3 * HOUR, None)
    ]
    good, bad = State.MET, State.BREACHED
    assert seen == [good, bad, good, bad, good, good]


def test_the_same_request_is_done_once(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    published = publish(tenant)
    told = feed(tenant, "f", LONG)
    clock.now += DAY
    tenant = opened()
    assert feed(tenant, "f", LONG) == told
    assert publish(tenant) == published
    again = feed(tenant, "f", outage("o-2", "2025-02-01T00:00:00Z"))
    assert isinstance(again, Refused)
    assert again.faults[0].code == "idempotency-key-reused"
    other = tenant.feed(FactBatch(kind="outage", rows=[LONG]), asked("f", "bob"))
    assert isinstance(other, Fed)
    assert (other.entry, other.versions, other.unchanged) == (None, 0, 1)


VISITS = "\nfact visit {\n  key id\n  about service\n  at seen_at\n  who text\n}\n"


def test_the_same_request_is_answered_alike_under_other_policies(opened: Opened) -> None:
    """Though they no longer admit what they are asked to keep."""
    tenant = opened()
    publish(tenant, POLICY + VISITS)
    visit = {"id": "v-1", "service": "shop", "seen_at": "2025-02-01T00:00:00Z", "who": "bob"}
    batch = FactBatch(kind="visit", rows=[visit, visit | {"id": "v-2"}])
    fed = tenant.feed(batch, asked("f"))
    gone = tenant.retract("visit", ["v-2"], asked("r"))
    assert isinstance(fed, Fed)
    for key, text in (("narrower", POLICY + VISITS.replace("  who text\n", "")), ("without", POLICY)):
        publish(tenant, text, key)
        assert tenant.feed(batch, asked("f")) == fed
        assert tenant.retract("visit", ["v-2"], asked("r")) == gone
        assert isinstance(tenant.feed(batch, asked("new")), Refused)


def test_policies_that_are_published_while_facts_come_admit_them(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = opened()
    publish(tenant, POLICY + VISITS)
    seen: list[str] = []

    def slow(snapshot: Snapshot, kind: FactKind, rows: Sequence[Row]) -> Worded:
        if not seen:
            publish(tenant, key=f"meanwhile {next(_tenants)}")
        seen.append(snapshot.version)
        return word(snapshot, kind, rows)

    monkeypatch.setattr(fitting, "word", slow)
    visit = {"id": "v-1", "service": "shop", "seen_at": "2025-02-01T00:00:00Z", "who": "bob"}
    told = tenant.feed(FactBatch(kind="visit", rows=[visit]), asked("f"))
    assert isinstance(told, Refused)
    assert told.faults[0].code == "unknown-kind"
    seen.clear()
    assert isinstance(feed(tenant, "g", LONG), Fed)
    assert len(seen) == 1, "the same policies, published again, are no others"


def test_one_wrong_row_keeps_the_batch_out(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    wrong = {"id": "o-2", "service": "shap", "start": "2025-02-30T00:00:00Z"}
    told = feed(tenant, "f", LONG, wrong)
    assert isinstance(told, Refused)
    assert [(each.row, each.field) for each in told.faults] == [(2, "service"), (2, "start")]
    assert states(tenant, MARCH)["2025-02"] is State.MET
    assert isinstance(feed(tenant, "f", LONG), Fed), "what was refused may be asked again, mended"


def test_to_say_otherwise_is_a_correction(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    feed(tenant, "1", outage("o-1", "2025-02-01T00:00:00Z"))
    told = feed(tenant, "2", outage("o-0", "2025-01-01T00:00:00Z"), LONG)
    assert isinstance(told, Refused)
    assert [(each.code, each.row) for each in told.faults] == [("duplicate-key", 2)]
    fed = feed(tenant, "3", LONG, corrections=True)
    assert isinstance(fed, Fed)
    assert (fed.versions, fed.unchanged) == (1, 0)


def test_only_what_is_there_can_be_retracted(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    feed(tenant, "1", LONG)
    told = tenant.retract("outage", ["o-1", "o-2"], asked("2"))
    assert isinstance(told, Refused)
    assert [each.message for each in told.faults] == ["there is no `outage` `o-2`"]
    assert isinstance(tenant.retract("outage", ["o-1"], asked("3")), Fed)
    assert isinstance(tenant.retract("outage", ["o-1"], asked("4")), Refused)
    assert isinstance(feed(tenant, "5", LONG), Fed), "a fact may come back"
    assert states(tenant, MARCH)["2025-02"] is State.BREACHED


def test_unsound_policies_are_not_published(opened: Opened) -> None:
    tenant = opened()
    told = tenant.publish([Source(name="a.sla", text='service shop "Shop" { provider nobody }')], asked("p"))
    assert isinstance(told, Refused)
    assert told.faults[0].message.startswith("a.sla:1:")
    with pytest.raises(NothingPublishedError):
        tenant.evaluate(as_of=MARCH)
    early = feed(tenant, "f", LONG)
    assert isinstance(early, Refused)
    assert early.faults[0].code == "no-policies"


def test_earlier_policies_stay_in_use_for_what_was_known_then(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    first = publish(tenant)
    feed(tenant, "f", outage("o-1", "2025-02-01T00:00:00Z", "2025-02-01T12:00:00Z"))
    clock.now += DAY
    later = publish(tenant, POLICY.replace("99%", "98%").replace("shop ", "shop  "), "later")
    assert first.version != later.version
    evaluation = tenant.evaluate(as_of=MARCH, known_at=clock.now - 1)
    assert evaluation.policy_version == first.version
    assert states(tenant, MARCH, clock.now - 1)["2025-02"] is State.BREACHED
    assert states(tenant, MARCH)["2025-02"] is State.MET
    assert states(opened(), MARCH)["2025-02"] is State.MET


def test_a_layout_has_another_address_and_the_same_version(opened: Opened) -> None:
    tenant = opened()
    first, later = publish(tenant), publish(tenant, POLICY + "\n# a remark\n", "later")
    assert first.version == later.version
    assert first.address != later.address


def test_policies_with_other_kinds_admit_the_facts_anew(opened: Opened) -> None:
    tenant = opened()
    publish(tenant, POLICY + VISITS)
    visit = {"id": "v-1", "service": "shop", "seen_at": "2025-02-01T00:00:00Z", "who": "bob"}
    tenant.feed(FactBatch(kind="visit", rows=[visit]), asked("v"))
    feed(tenant, "f", LONG)
    states(tenant, MARCH)
    publish(tenant, key="later")
    assert states(tenant, MARCH)["2025-02"] is State.BREACHED
    unknown = tenant.feed(FactBatch(kind="visit", rows=[visit | {"id": "v-2"}]), asked("w"))
    assert isinstance(unknown, Refused)
    assert unknown.faults[0].code == "unknown-kind"


def test_two_servers_of_one_postgres_see_each_others_facts(postgres: PostgresServer, clock: Clock) -> None:
    name = f"tenant{next(_tenants)}"
    one, other = (Tenant(open_archive(postgres.url, clock, tenant=name)) for _ in range(2))
    publish(one)
    assert states(other, MARCH)["2025-02"] is State.MET
    feed(one, "1", LONG)
    assert states(other, MARCH)["2025-02"] is State.BREACHED
    other.retract("outage", ["o-1"], asked("2"))
    assert states(one, MARCH)["2025-02"] is State.MET
    one.close()
    other.close()


def test_readers_that_wait_keep_no_connection_from_the_one_they_wait_for(
    postgres: PostgresServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_archive, "PATIENCE", 2)
    tenant = Tenant(open_archive(postgres.url, clock, tenant=f"tenant{next(_tenants)}"))
    publish(tenant)
    waiting = [Thread(target=tenant.policies) for _ in range(postgres_archive.CONNECTIONS + 4)]
    with tenant._lock:
        for each in waiting:
            each.start()
        sleep(0.3)
        assert tenant.policies() is not None
    for each in waiting:
        each.join()
    tenant.close()
