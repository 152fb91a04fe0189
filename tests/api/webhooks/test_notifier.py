"""Webhooks are told what happens: signed, in order, until it is taken, and nothing that they do not see."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from api.command.secret_files import keep_secret
from api.command.tenant_to_views import TenantViews
from api.graphql.served import Door
from api.waking import Waker
from api.webhooks.notifier import Notifier
from api.webhooks.sending import Network
from api.webhooks.signing import WebhookKey, secret_text
from engine.model.principal import ApiRole
from engine.model.quantity import DAY, HOUR, SECOND
from engine.model.tenancy import FactBatch, Refused, Request
from engine.model.webhook import Delivery, Topic, Webhook, WebhookOrder
from engine.source import Source
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.api import market
from tests.api.webhooks.receiver import Got, receiver, until
from tests.tenant.shop import Clock

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)
POLICY = re.sub(r"  target \w+_covered .*?\n  }\n", "", market.POLICY, flags=re.DOTALL)
"""With one promise of uptime in each agreement."""
ALL = frozenset(Topic) - {Topic.TEST}


class Counted:
    """Counts deliveries."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def delivery(self, tenant: str, outcome: str) -> None:
        self.outcomes.append(outcome)


class Telling:
    """The market's tenant in a file, with what keeps its verdicts up and tells its webhooks."""

    def __init__(self, folder: Path, policy: str = POLICY) -> None:
        self.clock, self.path = Clock(market.NOW), folder / "a.duckdb"
        self.key = WebhookKey(path=folder / "key", keep=keep_secret)
        self.tally = Counted()
        self.keys = 0
        self.open()
        found = self.tenant.publish([Source(name="m.sla", text=policy)], self.asked())
        assert not isinstance(found, Refused), found

    def asked(self) -> Request:
        self.keys += 1
        return Request(actor="ann", key=f"{self.path.stat().st_ino} {self.keys}")

    def open(self) -> None:
        self.tenant = Tenant(DuckDbArchive(self.path, self.clock))
        self.views = TenantViews(self.tenant, self.clock)
        self.door = Door(views=self.views, webhook_key=self.key)
        self.waker = Waker(self.tenant, self.clock, self.door.run)
        self.notifier = Notifier(
            "acme",
            self.tenant,
            self.clock,
            run=self.door.run,
            seen=lambda principal: self.door.present(principal).view,
            key=self.key,
            allowed=LOOPBACK,
            tally=self.tally,
            jitter=lambda _: 0,
        )

    def start(self) -> None:
        self.waker.start()
        self.notifier.start()

    def close(self) -> None:
        self.notifier.stop()
        self.waker.stop()
        self.door.finish()
        self.door.worker.shutdown()
        self.views.close()
        self.tenant.close()

    def restart(self) -> None:
        self.close()
        self.open()
        self.start()

    def feed(self, kind: str, *rows: dict[str, Any]) -> None:
        found = self.tenant.feed(FactBatch(kind=kind, rows=rows), self.asked())
        assert not isinstance(found, Refused), found

    def register(self, url: str, **more: Any) -> Webhook:
        order = WebhookOrder(**({"url": url, "topics": ALL, "ahead": 2 * HOUR} | more))
        found = self.tenant.telling.register(order, self.key.name(makes=True), self.asked())
        assert isinstance(found, Webhook), found
        return found

    def settled(self) -> bool:
        return not self.tenant.telling.next_events()


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Telling]:
    made = Telling(tmp_path)
    yield made
    made.close()


def outage(id: str, start: str, end: str, service: str = "shop") -> dict[str, Any]:
    return {"id": id, "service": service, "start": start, "end": end}


LONG = outage("o-1", "2025-02-01T00:00:00Z", "2025-02-02T00:00:00Z")
LATE = {"id": "b-9", "service": "shop", "opened_at": "2025-03-09T22:30:00Z", "buyer": "bolt"}


def kinds(got: list[Got]) -> list[tuple[str, str]]:
    """What came: its type, and what it is about."""
    return [
        (each.said["type"], each.said["data"].get("obligation") or each.said["data"]["of"]) for each in got
    ]


def test_a_breach_is_told_signed_and_without_facts(telling: Telling) -> None:
    with receiver() as machine:
        webhook = telling.register(machine.url, topics=frozenset({Topic.BREACHED}), agreements=("bolt_sla",))
        telling.start()
        telling.feed("outage", LONG)
        until(lambda: bool(machine.got) and telling.settled())
        (got,) = machine.got
    secret = base64.b64decode(secret_text(telling.key.secret(webhook)).removeprefix("whsec_"))
    signed = b".".join(
        [got.headers["webhook-id"].encode(), got.headers["webhook-timestamp"].encode(), got.body]
    )
    digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{digest}"
    assert int(got.headers["webhook-timestamp"]) == market.NOW // SECOND
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{machine.port}"
    data = got.said["data"]
    assert (got.said["type"], data["obligation"], data["state"], data["before"]) == (
        "breached",
        "bolt_sla.up",
        "BREACHED",
        "MET",
    )
    assert data["window"]["label"] == "2025-02"
    assert data["clause"] == [{"document": "bolt_order", "section": "1.1"}]
    assert b"o-1" not in got.body and b"uptime" not in got.body
    assert telling.tally.outcomes == ["delivered"]


def test_it_is_tried_again_in_order_under_one_id(telling: Telling) -> None:
    with receiver() as machine:
        machine.answers = [500, 302, 204]
        machine.headers = {"location": machine.url}
        telling.register(machine.url, topics=frozenset({Topic.BREACHED}))
        telling.start()
        telling.feed("outage", LONG)
        for tries in (1, 2):
            until(
                lambda tries=tries: [each.tries for each in telling.tenant.telling.next_events()] == [tries]
            )
            telling.clock.now += HOUR
        until(telling.settled)
        ids = [each.headers["webhook-id"] for each in machine.got]
        assert ids[0] == ids[1] == ids[2] and len(set(ids)) == len(ids) - 2 > 1
        assert [each.said["data"]["number"] for each in machine.got[2:]] == list(range(len(ids) - 2))
        assert telling.tally.outcomes[:3] == ["failed", "failed", "delivered"]


def test_a_machine_that_is_away_is_told_when_it_is_back_also_after_a_restart(telling: Telling) -> None:
    with receiver() as machine:
        port = machine.port
    telling.register(
        f"http://127.0.0.1:{port}/in", topics=frozenset({Topic.BREACHED}), agreements=("bolt_sla",)
    )
    telling.start()
    telling.feed("outage", LONG)
    until(lambda: [each.tries for each in telling.tenant.telling.next_events()] == [1])
    (waiting,) = telling.tenant.telling.next_events()
    assert waiting.reason is not None and waiting.state is Delivery.WAITING
    telling.restart()
    telling.clock.now += HOUR
    with receiver(port) as machine:
        until(telling.settled)
        telling.restart()
        telling.feed("outage", outage("o-2", "2025-01-03T00:00:00Z", "2025-01-05T00:00:00Z"))
        until(lambda: len(machine.got) == 2 and telling.settled())
        assert [each.said["data"]["window"]["label"] for each in machine.got] == ["2025-02", "2025-01"]
        assert machine.got[0].headers["webhook-id"] == waiting.id


def test_what_comes_due_is_told_once_it_is_near(telling: Telling) -> None:
    with receiver() as machine:
        telling.register(machine.url, topics=frozenset({Topic.DUE_SOON}))
        telling.start()
        telling.feed("ticket", LATE)
        until(lambda: telling.notifier._looks_at == market.NOW + HOUR // 2)
        assert machine.got == []
        telling.clock.now += HOUR // 2
        until(lambda: bool(machine.got) and telling.settled())
        telling.clock.now += HOUR
        telling.restart()
        telling.feed("ticket", LATE | {"id": "b-10", "opened_at": "2025-03-09T23:00:00Z"})
        until(lambda: len(machine.got) == 2 and telling.settled())
    assert kinds(machine.got) == [("due_soon", "bolt_sla.handed")] * 2
    first = machine.got[0].said["data"]
    assert (first["due"], first["matter"], first["who"]) == ("2025-03-10T02:30:00Z", "deadline", "acme")
    assert [each.said["data"]["occasion"] for each in machine.got] == ["b-9", "b-10"]


def test_a_customer_is_told_of_its_own_alone(telling: Telling) -> None:
    with receiver() as mine, receiver() as everybodys:
        seer = {"roles": frozenset({ApiRole.CUSTOMER}), "parties": frozenset({"bolt"})}
        telling.register(mine.url, **seer, ahead=300 * DAY)
        telling.register(everybodys.url, ahead=300 * DAY)
        telling.start()
        telling.feed("outage", LONG, outage("o-3", "2025-02-01T00:00:00Z", "2025-02-20T00:00:00Z", "hosting"))
        telling.feed("ticket", LATE, LATE | {"id": "corp-9", "buyer": "corp"})
        until(lambda: ("due_soon", "corp_sla.handed") in kinds(everybodys.got))
        until(lambda: ("breached", "northwind_uc.servers") in kinds(everybodys.got) and telling.settled())
        assert {about for _, about in kinds(mine.got)} == {"bolt_sla.up", "bolt_sla.handed"}
        for word in (b"corp", b"northwind", b"servers"):
            assert not [each for each in mine.got if word in each.body]
        # Nor does a number tell that there was something else.
        assert [each.said["data"]["number"] for each in mine.got] == list(range(len(mine.got)))


def test_what_wants_nothing_any_more_is_not_tried_again(telling: Telling) -> None:
    with receiver() as machine:
        machine.answers = [410, 204]
        telling.register(machine.url, topics=frozenset({Topic.BREACHED}), agreements=("bolt_sla",))
        telling.start()
        telling.feed("outage", LONG)
        until(lambda: telling.tally.outcomes == ["dead"])
        (dead,) = telling.tenant.telling.events(0)
        assert (dead.state, dead.reason) == (Delivery.DEAD, "it answered 410")
        assert telling.tenant.telling.redeliver(0, 0) is not None
        until(lambda: telling.tally.outcomes == ["dead", "delivered"])
        assert machine.got[0].body == machine.got[1].body


def test_a_private_address_is_told_nothing_unless_it_is_allowed(telling: Telling) -> None:
    with receiver() as machine:
        telling.notifier._allowed = ()
        telling.register(machine.url.replace("http:", "https:"), topics=frozenset({Topic.BREACHED}))
        telling.start()
        telling.feed("outage", LONG)
        until(lambda: telling.tally.outcomes == ["failed"])
        (waiting,) = telling.tenant.telling.next_events()
        assert waiting.reason == "it is the address of a private network, which is not allowed here"
        assert machine.got == []


def test_with_another_key_nothing_is_sent(telling: Telling) -> None:
    with receiver() as machine:
        telling.register(machine.url, topics=frozenset({Topic.BREACHED}))
        telling.key.path.unlink()
        telling.key.name(makes=True)
        telling.start()
        telling.feed("outage", LONG)
        until(lambda: telling.tally.outcomes == ["failed"])
        (waiting,) = telling.tenant.telling.next_events()
        assert waiting.reason is not None and "was registered with another key" in waiting.reason
        assert machine.got == []
