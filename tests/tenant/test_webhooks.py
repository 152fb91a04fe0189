"""Webhooks are registered with the ledger, and what they are told is kept once, until it is taken."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest

from engine.ledger.verify import verify
from engine.model.erasure import ErasureOrder, Selection
from engine.model.principal import ApiRole
from engine.model.quantity import DAY, HOUR, SECOND
from engine.model.tenancy import Refused, Request
from engine.model.webhook import Delivery, Told, Topic, Webhook, WebhookOrder
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from engine.tenant.webhook_events import (
    FIRST_PAUSE,
    LEASE,
    LONGEST_PAUSE,
    MOST_TRIES,
    OvertakenError,
    pause,
)
from tests.postgres import PostgresServer
from tests.tenant.shop import MARCH, Clock
from tests.tenant.test_tenant import LONG, feed, publish

ORDER = WebhookOrder(url="https://example.com/in", topics=frozenset({Topic.BREACHED}), ahead=2 * HOUR)
_names = count()
_keys = count()


class Kept:
    """A tenant, its clock, and where it lies."""

    def __init__(self, location: str, name: str) -> None:
        self.clock, self.location, self.name = Clock(MARCH), location, name
        self.tenant = self.open()
        publish(self.tenant)

    def open(self) -> Tenant:
        return Tenant(open_archive(self.location, self.clock, tenant=self.name))

    def reopen(self) -> None:
        self.tenant.close()
        self.tenant = self.open()

    def register(self, order: WebhookOrder = ORDER, key: str | None = None) -> Webhook:
        found = self.tenant.telling.register(order, "k1", asked(key))
        assert isinstance(found, Webhook), found
        return found


def asked(key: str | None = None) -> Request:
    return Request(actor="ann", key=key or f"w{next(_keys)}")


def told(occasion: str, topic: Topic = Topic.BREACHED) -> Told:
    return Told(topic=topic, about=("shop_sla.up", occasion), occasion=occasion, data={"occasion": occasion})


@pytest.fixture(params=["duckdb", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    if request.param == "duckdb":
        made = Kept(str(tmp_path_factory.mktemp("webhooks") / "a.duckdb"), "main")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        made = Kept(server.url, f"webhooks{next(_names)}")
    yield made
    made.tenant.close()


def test_it_is_registered_once_recorded_and_removed(kept: Kept) -> None:
    first = kept.register(key="same")
    assert kept.register(key="same") == first
    refused = kept.tenant.telling.register(replace(ORDER, ahead=HOUR), "k1", asked("same"))
    assert isinstance(refused, Refused) and refused.faults[0].code == "idempotency-key-reused"
    narrow = replace(ORDER, roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"bolt"}))
    second = kept.register(narrow)
    kept.reopen()
    assert kept.tenant.telling.webhooks() == (first, second)
    assert (second.seq, second.order.seer.parties, first.order.seer.is_narrowed) == (1, {"bolt"}, False)
    assert first.salt != second.salt
    ended = kept.tenant.telling.remove(0, asked())
    assert isinstance(ended, Webhook) and ended.end is not None and ended.end.removed_by == "ann"
    again = kept.tenant.telling.remove(0, asked())
    assert isinstance(again, Refused) and again.faults[0].message == "webhook 0 was removed before"
    said = kept.tenant.read(
        lambda reading: reading.run("SELECT subject, body FROM entry WHERE kind = 'webhook' ORDER BY seq")
    )
    assert [subject for subject, _ in said] == ["webhook 0", "webhook 1", "webhook 0"]
    assert '"host":"example.com"' in said[0][1] and "/in" not in said[0][1]
    assert kept.tenant.read(verify).found == 0


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(ORDER, url="ftp://example.com"), "webhook-url"),
        (replace(ORDER, url="https://ann:pw@example.com"), "webhook-url"),
        (replace(ORDER, url="https:///in"), "webhook-url"),
        (replace(ORDER, url="https://example.com:x/"), "webhook-url"),
        (replace(ORDER, topics=frozenset()), "webhook-topics"),
        (replace(ORDER, topics=frozenset({Topic.TEST})), "webhook-topics"),
        (replace(ORDER, ahead=400 * DAY), "webhook-ahead"),
        (replace(ORDER, roles=frozenset({ApiRole.CUSTOMER})), "webhook-scope"),
        (replace(ORDER, parties=frozenset({"bolt"})), "webhook-scope"),
        (replace(ORDER, agreements=("shop_slo",)), "unknown-name"),
        (replace(ORDER, services=("shp",)), "unknown-name"),
    ],
)
def test_what_cannot_be_told_is_refused(kept_in_memory: Tenant, order: WebhookOrder, code: str) -> None:
    found = kept_in_memory.telling.register(order, "k1", asked())
    assert isinstance(found, Refused) and [each.code for each in found.faults] == [code]


@pytest.fixture(scope="module")
def kept_in_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    made = Kept(str(tmp_path_factory.mktemp("refused") / "a.duckdb"), "main")
    yield made.tenant
    made.tenant.close()


def test_each_event_is_kept_once_and_told_in_order(kept: Kept) -> None:
    webhook = kept.register()
    telling = kept.tenant.telling
    (through, _, _) = telling.place(0) or (0, "", 0)
    news = [told("2025-01"), told("2025-02")]
    assert telling.keep(webhook, news, through=through, after=through, server="s") == 2
    assert (
        telling.keep(webhook, [told("2025-02"), told("2025-03")], through=through, after=through, server="s")
        == 1
    )
    kept.reopen()
    telling = kept.tenant.telling
    first, second, third = telling.events(0)
    assert [each.seq for each in (first, second, third)] == [0, 1, 2]
    assert len({first.id, second.id, third.id}) == 3
    assert telling.next_events() == (first,)
    telling.delivered(first)
    (done, *_) = telling.events(0)
    assert (done.state, done.body, done.tries) == (Delivery.DELIVERED, "", 1)
    assert telling.next_events() == (second,)
    # What was told once is not told again, though its body is gone.
    assert telling.keep(webhook, news, through=through, after=through, server="s") == 0


def test_one_server_serves_a_webhook_at_a_time(kept: Kept) -> None:
    webhook = kept.register()
    telling = kept.tenant.telling
    assert telling.claim(0, "one") and telling.claim(0, "one") and not telling.claim(0, "two")
    with pytest.raises(OvertakenError):
        telling.keep(webhook, [told("x")], through=9, after=-1, server="two")
    assert telling.events(0) == ()
    kept.clock.now += LEASE + SECOND
    assert telling.claim(0, "two") and not telling.claim(0, "one")
    with pytest.raises(OvertakenError):
        telling.keep(webhook, [told("x")], through=9, after=8, server="two")


def test_what_nobody_takes_is_tried_again_and_dead_at_last(kept: Kept) -> None:
    webhook = kept.register()
    telling = kept.tenant.telling
    telling.keep(webhook, [told("a"), told("b")], through=-1, after=(telling.place(0) or (0,))[0], server="s")
    for tries in range(1, MOST_TRIES):
        (event,) = telling.next_events()
        assert (event.seq, event.tries) == (0, tries - 1)
        assert telling.failed(event, "it answered 500", lambda n: n - 1) is Delivery.WAITING
        (again,) = telling.next_events()
        assert again.next_at >= kept.clock.now + pause(tries, lambda _: 0)
        kept.clock.now = again.next_at
    assert telling.failed(again, "it answered 500", lambda _: 0) is Delivery.DEAD
    (dead,) = telling.events(0, state=Delivery.DEAD)
    assert (dead.tries, dead.reason, dead.body != "") == (MOST_TRIES, "it answered 500", True)
    (after,) = telling.next_events()
    assert after.seq == 1
    assert telling.redeliver(0, 1) is None
    revived = telling.redeliver(0, 0)
    assert revived is not None and (revived.state, revived.tries) == (Delivery.WAITING, 0)
    assert telling.next_events() == (revived,)
    assert telling.failed(revived, "it answered 410", lambda _: 0, is_final=True) is Delivery.DEAD


def test_pauses_grow_and_have_an_end() -> None:
    low, high = (
        [pause(n, jitter) for n in range(1, MOST_TRIES)] for jitter in (lambda _: 0, lambda n: n - 1)
    )
    assert low[0] == FIRST_PAUSE // 2 and high[0] == FIRST_PAUSE
    assert high == sorted(high) and high[-1] == LONGEST_PAUSE
    assert all(least <= most for least, most in zip(low, high, strict=True))
    assert sum(low) > 15 * HOUR and sum(high) < 32 * HOUR


def test_what_was_before_is_not_told_and_an_erasure_takes_what_waits(kept: Kept) -> None:
    webhook = kept.register()
    telling, (through, _, _) = kept.tenant.telling, kept.tenant.telling.place(0) or (0, "", 0)
    silent = frozenset({Topic.ESCALATED})
    old, new = told("old", Topic.ESCALATED), told("o-1")
    assert telling.keep(webhook, [old, new], through=through, after=through, server="s", silently=silent) == 1
    assert [each.topic for each in telling.events(0)] == [Topic.BREACHED]
    feed(kept.tenant, "1", LONG)
    order = ErasureOrder(
        selection=Selection(kind="outage", keys=("o-1",)), reason="asked", ground="law", with_keys=True
    )
    assert not isinstance(kept.tenant.erase(order, asked()), Refused)
    assert kept.tenant.telling.next_events() == ()
    (gone,) = kept.tenant.telling.events(0)
    assert (gone.state, gone.body) == (Delivery.ERASED, "")


@pytest.mark.parametrize(
    ("bend", "flaw"),
    [
        ("UPDATE webhook SET url = 'https://elsewhere.example/in' WHERE seq = 0", "altered"),
        ("UPDATE webhook SET asks = '{}' WHERE seq = 0", "altered"),
        ("UPDATE webhook SET salt = 'none' WHERE seq = 0", "altered"),
        ("UPDATE webhook SET registered_by = 'eve' WHERE seq = 0", "altered"),
        ("UPDATE webhook SET seq = 7 WHERE seq = 0", "altered"),
        ("UPDATE webhook SET entry = 0 WHERE seq = 0", "without entry"),
        ("UPDATE webhook SET entry = 99 WHERE seq = 0", "without entry"),
        ("DELETE FROM webhook WHERE seq = 0", "without record"),
        ("UPDATE webhook_removed SET removed_at = 1", "altered"),
        ("UPDATE webhook_removed SET removed_by = 'eve'", "altered"),
        ("UPDATE webhook_removed SET webhook = 0", "altered"),
        ("DELETE FROM webhook_removed", "without record"),
        (
            "INSERT INTO webhook_removed SELECT 0, entry, removed_at, removed_by FROM webhook_removed",
            "without entry",
        ),
        ("DROP TABLE webhook_removed", "without record"),
    ],
)
def test_a_webhook_that_is_not_as_it_was_recorded_is_named(memory: Tenant, bend: str, flaw: str) -> None:
    """Whoever could bend the archive would else have a server tell another machine, and the ledger silent."""
    archive = memory._archive
    with suppress(_UndoneError), archive.writing() as writing:
        assert not verify(writing).flaws
        writing.run(bend)
        assert flaw in {each.kind for each in verify(writing).flaws}
        raise _UndoneError


class _UndoneError(Exception):
    """Nothing of the transaction is to be kept."""


@pytest.fixture(scope="module")
def memory() -> Iterator[Tenant]:
    """A tenant in memory with two webhooks, the second of which was removed."""
    with Tenant(DuckDbArchive(None, Clock(MARCH))) as tenant:
        publish(tenant)
        for _ in range(2):
            assert isinstance(tenant.telling.register(ORDER, "k1", asked()), Webhook)
        assert isinstance(tenant.telling.remove(1, asked()), Webhook)
        yield tenant
