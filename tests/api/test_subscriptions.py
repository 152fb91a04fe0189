"""Subscriptions: what is told, that a break loses nothing and doubles nothing, and who is told."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Thread
from time import sleep
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from api import news
from api.app import app
from api.authentication import UnauthenticatedError
from api.graphql import live, websocket
from api.graphql.opaque import seal, unseal
from api.news import Following, Tail
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import HOUR
from tests.api.live_server import live_server
from tests.api.served import client
from tests.api.subscriber import PROTOCOL, Subscriber, subscriber
from tests.api.tenant_door import LONG, POLICY, READINGS, SHORT, TenantDoor, tenant_door
from tests.hosting import instant

PUBLISHED = """subscription ($after: String, $since: DateTime) {
    policyPublished(after: $after, since: $since) {
        cursor knownFrom policyVersion publication { publishedBy } } }"""
CHANGES = """subscription ($filter: VerdictFilter, $after: String, $since: DateTime) {
    verdictChanges(filter: $filter, after: $after, since: $since) {
        cursor verdict asOf knownAt cause obligationName subject before state flags
        obligation { name } service { name } window { label } bound { comparison } } }"""
TRIGGERS = "subscription ($since: DateTime) { verdictChanges(since: $since) { trigger { key } } }"
ERASE = """mutation ($input: EraseFactsInput!) { eraseFacts(input: $input) {
    erasure { entry } userErrors { code message } } }"""
LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture
def shop() -> Iterator[TenantDoor]:
    """A tenant with policies."""
    with tenant_door() as opened:
        opened.publish()
        yield opened


def judged(door: TenantDoor) -> None:
    """Judge what came."""
    assert door.views.keeper is not None
    door.views.keeper.catch_up(door.now)


def all_changes(door: TenantDoor, many: int, **asked: Any) -> list[Any]:
    """So many changes of all time, over a connection of their own."""
    with subscriber(door.client) as listening:
        listening.subscribe(CHANGES, since=LONG_AGO, **asked)
        return listening.events(many)


def told(events: Sequence[Any]) -> list[tuple[str, str | None, str | None]]:
    """Of each change its window, and the states before and after."""
    return [(each["window"]["label"], each["before"], each["state"]) for each in events]


def test_a_policy_set_is_told_when_it_is_put_in_use(shop: TenantDoor) -> None:
    with subscriber(shop.client) as listening:
        listening.subscribe(PUBLISHED)
        version = shop.publish(POLICY.replace("99%", "98%"))["published"]["policyVersion"]
        event = listening.event()
        assert (event["policyVersion"], event["publication"]) == (version, {"publishedBy": "ann"})
    third = shop.publish(POLICY.replace("99%", "97%"))["published"]["policyVersion"]
    with subscriber(shop.client) as listening:
        listening.subscribe(PUBLISHED, after=event["cursor"])
        assert listening.event()["policyVersion"] == third
        listening.subscribe(PUBLISHED, name="2", since=LONG_AGO)
        assert [each["policyVersion"] for each in listening.events(3)][1:] == [version, third]


def test_a_feed_reaches_who_waits_for_its_verdict(shop: TenantDoor) -> None:
    judged(shop)
    with subscriber(shop.client) as listening:
        listening.subscribe(CHANGES)
        shop.ingest(LONG)
        judged(shop)
        event = listening.event()
    assert told([event]) == [("2025-02", "MET", "BREACHED")]
    assert (event["cause"], event["obligationName"], event["subject"]) == ("FEED", "shop_sla.up", "shop")
    assert (event["obligation"], event["service"]) == ({"name": "shop_sla.up"}, {"name": "shop"})
    assert event["bound"] == {"comparison": "AT_LEAST"}
    # Everything of it is asked by its id, now or later.
    query = "query ($id: ID!) { verdict(id: $id) { state asOf knownAt } }"
    found = shop.ask(query, id=event["verdict"])["data"]["verdict"]
    assert found == {"state": "BREACHED", "asOf": event["asOf"], "knownAt": event["knownAt"]}


def test_whoever_goes_on_after_a_cursor_is_told_the_rest_once(shop: TenantDoor) -> None:
    judged(shop)
    for row, corrects in ((LONG, False), (SHORT, True), (LONG, True)):
        shop.ingest(row, corrections=corrects)
        judged(shop)
    events = all_changes(shop, 6)
    assert told(events[3:]) == [
        ("2025-02", "MET", "BREACHED"),
        ("2025-02", "BREACHED", "MET"),
        ("2025-02", "MET", "BREACHED"),
    ]
    assert len({each["cursor"] for each in events}) == 6
    with subscriber(shop.client) as listening:
        for place, event in enumerate(events[:-1]):
            listening.subscribe(CHANGES, name=f"{place}", after=event["cursor"])
            rest = events[place + 1 :]
            assert listening.events(len(rest)) == rest


def test_a_list_and_what_changed_after_it_fit_together(shop: TenantDoor) -> None:
    judged(shop)
    as_of = shop.ask("{ asOf }")["data"]["asOf"]
    shop.ingest(LONG)
    judged(shop)
    with subscriber(shop.client) as listening:
        listening.subscribe(CHANGES, since=as_of)
        assert told([listening.event()]) == [("2025-02", "MET", "BREACHED")]


def test_a_filter_lets_through_what_became_so_and_what_was(shop: TenantDoor) -> None:
    judged(shop)
    for row, corrects in ((LONG, False), (SHORT, True)):
        shop.ingest(row, corrections=corrects)
        judged(shop)
    breaches = all_changes(shop, 2, filter={"state": ["BREACHED"]})
    assert told(breaches) == [("2025-02", "MET", "BREACHED"), ("2025-02", "BREACHED", "MET")]
    january = {"window": {"start": "2025-01-01T00:00:00Z", "end": "2025-02-01T00:00:00Z"}}
    assert told(all_changes(shop, 1, filter=january)) == [("2025-01", None, "MET")]


def test_what_ceases_with_its_policies_is_told(shop: TenantDoor) -> None:
    judged(shop)
    assert not shop.publish(POLICY.replace("target up of", "target reachable of"))["userErrors"]
    judged(shop)
    with subscriber(shop.client) as listening:
        listening.subscribe(CHANGES, since=LONG_AGO, filter={"state": ["MET"]})
        gone = [each for each in listening.events(6) if each["state"] is None]
    assert [(each["obligationName"], each["cause"], each["obligation"]) for each in gone] == [
        ("shop_sla.up", "PUBLISH", None)
    ] * 2


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (CHANGES, {"after": "x"}),
        (PUBLISHED, {"after": "WyJwdWJsaXNoZWQiLCJ4Il0"}),
        (CHANGES, {"after": "WyJwdWJsaXNoZWQiLDFd"}),
        (CHANGES, {"after": "WyJjaGFuZ2VkIiwxLDIsImEuYiIsInMiLCJ4Il0"}),
        (CHANGES, {"since": "yesterday"}),
        (CHANGES, {"filter": {"agreement": "x"}}),
    ],
)
def test_a_cursor_or_filter_that_is_none_is_refused(
    shop: TenantDoor, query: str, variables: dict[str, Any]
) -> None:
    with subscriber(shop.client) as listening:
        listening.subscribe(query, **variables)
        message = listening.message()
    # Variables that cannot be read are found before anything runs.
    found = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
    assert [each["extensions"] for each in found] == [{"code": "BAD_USER_INPUT"}]


def test_over_files_there_are_no_news() -> None:
    with client() as door, subscriber(door) as listening:
        listening.subscribe(PUBLISHED)
        message = listening.message()
        assert message["payload"]["errors"][0]["extensions"] == {"code": "NOTHING_KEPT"}


def test_one_answer_is_no_stream(shop: TenantDoor) -> None:
    answer = shop.ask(PUBLISHED)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def test_who_waits_alike_is_answered_once(shop: TenantDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[int] = []
    execute = live.Live._execute

    def counted(self: Any, stream: Any, events: Sequence[Any]) -> list[str | None]:
        answered.append(len(events))
        return execute(self, stream, events)

    monkeypatch.setattr(live.Live, "_execute", counted)
    judged(shop)
    first = all_changes(shop, 3)
    assert sum(answered) == 3
    assert all_changes(shop, 3) == first
    with subscriber(shop.client) as listening:
        listening.subscribe(CHANGES, after=first[0]["cursor"])
        assert listening.events(2) == first[1:]
    assert sum(answered) == 3


def test_news_go_on_after_a_fault_of_ours(shop: TenantDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "AGAIN", 0.01)
    keeper = shop.views.keeper
    faults = [RuntimeError("unexpected"), None]
    read = type(keeper).published

    def failing(self: Any, after: int = -1) -> Any:
        if fault := faults.pop(0) if len(faults) > 1 else None:
            raise fault
        return read(self, after)

    with subscriber(shop.client) as listening:
        listening.subscribe(PUBLISHED)
        monkeypatch.setattr(type(keeper), "published", failing)
        version = shop.publish(POLICY.replace("99%", "98%"))["published"]["policyVersion"]
        assert listening.event()["policyVersion"] == version
    assert faults == [None]


def test_a_connection_and_a_principal_have_only_so_many(
    shop: TenantDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 2)
    monkeypatch.setattr(websocket, "MOST_OPERATIONS", 3)
    with subscriber(shop.client) as listening, subscriber(shop.client) as other:
        listening.subscribe(PUBLISHED, name="1")
        other.subscribe(PUBLISHED, name="1")
        other.subscribe(PUBLISHED, name="2")
        message = other.message()
        assert (message["id"], message["type"]) == ("2", "error")
        assert message["payload"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}
        other.socket.send_json({"id": "1", "type": "complete"})
        other.barrier()
        other.subscribe(PUBLISHED, name="3")
        shop.publish(POLICY.replace("99%", "98%"))
        assert other.event() == listening.event()
        for name in "abc":
            listening.socket.send_json({"id": name, "type": "subscribe", "payload": {"query": PUBLISHED}})
        refused = [listening.message() for _ in range(3)]
        assert [each["payload"][0]["extensions"]["code"] for each in refused] == ["LIMIT_EXCEEDED"] * 3


RESTORE = """
  duty restore "Restore what is down" {
    cites order "1.2" "within four hours"
    obliges acme
    when incident i
    must restoration r where r.incident is i.id within 4 hours of i.reported_at
  }
}
"""
FACTS_OF_RESTORING = """
fact incident {
  key id
  about service
  at reported_at
}

fact restoration {
  key id
  about service
  at restored_at
  incident text
}
"""
NEAR = """subscription ($within: Duration!, $after: String) {
    deadlinesApproaching(within: $within, after: $after) {
        cursor at verdict due { at } trigger { key } obligation { name } service { name } } }"""


def test_what_was_erased_is_told_no_more() -> None:
    """Not even by what is held for those who follow closely, or ask what others asked."""
    whole = POLICY.rstrip().removesuffix(READINGS.strip()).rstrip().removesuffix("}")
    with tenant_door() as shop:
        assert not shop.publish(whole + RESTORE + FACTS_OF_RESTORING + READINGS)["userErrors"]
        incident = {"id": "i-ann", "service": "shop", "reported_at": "2025-03-01T00:00:00Z"}
        assert not shop.ingest(incident, kind="incident")["userErrors"]
        judged(shop)
        before = occasions(shop)
        assert {"key": "i-ann"} in before
        order = {"kind": "incident", "keys": ["i-ann"], "reason": "a letter", "ground": "GDPR Art. 17"}
        assert shop.send(ERASE, **order)["userErrors"] == []
        for _ in range(50):
            if (after := occasions(shop)) != before:
                break
            sleep(0.02)
        assert after == [None] * 4


TITLES = "subscription ($since: DateTime) { verdictChanges(since: $since) { obligation { title } } }"


def test_what_was_told_before_is_told_anew_under_new_policies() -> None:
    """An answer that is held names what the policies of its day said."""

    def title(door: TenantDoor) -> str:
        with subscriber(door.client) as listening:
            listening.subscribe(TITLES, since=LONG_AGO)
            return listening.event()["obligation"]["title"]

    with tenant_door() as shop:
        assert not shop.publish(POLICY)["userErrors"]
        judged(shop)
        assert title(shop) == "The shop is up"
        assert not shop.publish(POLICY.replace("The shop is up", "Always open"), once="anew")["userErrors"]
        judged(shop)
        for _ in range(50):
            if title(shop) == "Always open":
                break
            sleep(0.02)
        assert title(shop) == "Always open"


def occasions(door: TenantDoor) -> list[Any]:
    """The triggers of the first changes."""
    with subscriber(door.client) as listening:
        listening.subscribe(TRIGGERS, since=LONG_AGO)
        return [each["trigger"] for each in listening.events(4)]


def test_deadlines_are_told_once_they_are_near(shop: TenantDoor) -> None:
    """Each is due four hours after it was reported; what is done before it is near is not told."""
    whole = POLICY.rstrip().removesuffix(READINGS.strip()).rstrip().removesuffix("}")
    assert not shop.publish(whole + RESTORE + FACTS_OF_RESTORING + READINGS)["userErrors"]

    def incident(key: str, reported: str, *, fed: str) -> None:
        shop.now = instant(f"2025-03-10T{fed}:00Z") - HOUR
        row = {"id": key, "service": "shop", "reported_at": f"2025-03-10T{reported}:00Z"}
        assert not shop.ingest(row, kind="incident")["userErrors"]
        judged(shop)

    incident("i-1", "01:00", fed="03:00")
    incident("i-2", "02:00", fed="03:10")
    incident("i-3", "01:30", fed="03:20")
    row = {"id": "r-3", "service": "shop", "restored_at": "2025-03-10T04:00:00Z", "incident": "i-3"}
    assert not shop.ingest(row, kind="restoration")["userErrors"]
    shop.now = instant("2025-03-10T04:30:00Z")
    judged(shop)
    with subscriber(shop.client) as listening:
        listening.subscribe(NEAR, within="PT1H")
        first = listening.event()
    assert (first["trigger"]["key"], first["due"]["at"]) == ("i-1", "2025-03-10T05:00:00Z")
    assert (first["at"], first["obligation"]) == ("2025-03-10T04:00:00Z", {"name": "shop_sla.restore"})
    # It is told late, and comes after what was near before, though its deadline does not.
    incident("i-0", "01:50", fed="05:10")
    with subscriber(shop.client) as listening:
        listening.subscribe(NEAR, within="PT1H", after=first["cursor"])
        rest = listening.events(2)
        assert [(each["trigger"]["key"], each["at"][11:16]) for each in rest] == [
            ("i-2", "05:00"),
            ("i-0", "05:10"),
        ]
        incident("i-4", "01:40", fed="05:20")
        assert listening.event()["trigger"]["key"] == "i-4"
        listening.subscribe(NEAR, name="2", within="PT2H", after=first["cursor"])
        assert listening.message()["payload"]["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


def test_a_slow_subscriber_is_told_everything_and_nothing_is_laid_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(news, "AT_ONCE", 10)
    kept = list(range(100))
    reads: list[int] = []

    def read(after: int, first: int) -> Sequence[int]:
        reads.append(after)
        return kept[after + 1 : after + 1 + first]

    async def follow() -> tuple[list[int], list[int]]:
        until = asyncio.get_running_loop().time() + 60
        tail = Tail(read, lambda at=None: len(kept) - 1)
        tail._held = type(tail._held)(maxlen=20)
        await tail.gather()
        slow = Following(tail=tail, after=-1, lets=lambda each: each % 2 == 0)
        fast = Following(tail=tail, after=99, lets=lambda _: True)
        found: dict[str, list[int]] = {"slow": [], "fast": []}
        for _ in range(30):
            kept.extend(range(len(kept), len(kept) + 5))
            await tail.gather()
            found["slow"] += [each for _, each in await slow.next(until) or ()]
            reads.clear()
            found["fast"] += [each for _, each in await fast.next(until) or ()]
            assert not reads, "who follows closely reads nothing of its own"
        while len(found["slow"]) < 125:
            found["slow"] += [each for _, each in await slow.next(until) or ()]
        assert len(tail._held) == 20
        tail.close()
        assert await slow.next(until) is None
        return found["slow"], found["fast"]

    slow, fast = asyncio.run(follow())
    assert slow == list(range(0, 250, 2))
    assert fast == list(range(100, 250))


class Doorman:
    """Lets in with the tokens that it holds."""

    free = None
    waits = False

    def __init__(self, **tokens: Principal) -> None:
        self.tokens = tokens

    def subscriber(self, token: str, calendar: str) -> Principal:
        """Nobody subscribes to a calendar."""
        raise UnauthenticatedError(calendar)

    def principal(self, token: str) -> Principal:
        """Who has the token."""
        if token not in self.tokens:
            raise UnauthenticatedError("the token is not taken")
        return self.tokens[token]


@contextmanager
def guarded(doorman: Doorman) -> Iterator[tuple[TenantDoor, TestClient]]:
    """A tenant with policies, and a client of its that needs tokens."""
    with tenant_door() as door:
        door.publish()
        asked = app({"shop": door.views}, doorman=doorman)
        with TestClient(asked, base_url="http://localhost") as opened:
            yield door, opened


READER = Principal(identity="rae", roles=frozenset({ApiRole.AUDITOR}))


def test_a_token_is_said_first_and_closes_what_it_opened_when_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "ASKED_AGAIN", 0.05)
    doorman = Doorman(good=READER)
    with (
        guarded(doorman) as (door, client),
        subscriber(client, token="good", path="/t/shop/graphql") as listening,
    ):
        listening.subscribe(PUBLISHED)
        door.publish(POLICY.replace("99%", "98%"))
        assert listening.event()["publication"] == {"publishedBy": "ann"}
        doorman.tokens.clear()
        assert listening.closed() == 4403


def test_a_customer_is_told_nothing_of_another() -> None:
    """Neither what happened to the other's promise nor that anything did."""
    head, mine = POLICY.split("agreement shop_sla")
    mine = "agreement shop_sla" + mine.removesuffix(READINGS)
    other = mine.replace("shop_sla", "cora_sla").replace("bolt", "cora").replace("99%", "90%")
    both = head.replace('party bolt "Bolt"', 'party bolt "Bolt"\nparty cora "Cora"') + mine + other + READINGS
    bolt, cora = (
        Principal(identity=name, roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({name}))
        for name in ("bolt", "cora")
    )
    with guarded(Doorman(bolt=bolt, cora=cora, all=READER)) as (door, client):
        assert not door.publish(both)["userErrors"]
        door.ingest(LONG)
        judged(door)
        assert door.views.keeper is not None
        names = [each.identity[0] for each in door.views.keeper.changes(first=500)]
        told: dict[str, list[Any]] = {}
        for token, many in (
            ("all", len(names)),
            ("bolt", names.count("shop_sla.up")),
            ("cora", names.count("cora_sla.up")),
        ):
            with subscriber(client, token=token) as listening:
                listening.subscribe(CHANGES, since=LONG_AGO)
                told[token] = listening.events(many)
            with subscriber(client, token=token) as listening:
                listening.subscribe(PUBLISHED, since=LONG_AGO)
                assert (listening.event()["publication"] is None) == (token != "all")
        assert {each["obligationName"] for each in told["bolt"]} == {"shop_sla.up"}
        assert {each["obligationName"] for each in told["cora"]} == {"cora_sla.up"}
        assert told["bolt"] == [each for each in told["all"] if each["obligationName"] == "shop_sla.up"]
        # Whether the other's promise changed at an instant is not found out by its cursor either.
        hidden = told["cora"][0]["cursor"]
        rest = [each for each in told["bolt"] if each["asOf"] >= told["cora"][0]["asOf"]]
        assert rest
        for after in (hidden, seal((*unseal(hidden, "cursor")[:3], "cora_sla.up", "shop", "1999-01"))):
            with subscriber(client, token="bolt") as listening:
                listening.subscribe(CHANGES, after=after)
                assert listening.events(len(rest)) == rest


def test_each_operation_needs_the_token_to_hold() -> None:
    doorman = Doorman(good=READER)
    with guarded(doorman) as (_, client), subscriber(client, token="good") as listening:
        listening.barrier()
        doorman.tokens.clear()
        listening.socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": "{ asOf }"}})
        assert listening.closed() == 4403


@pytest.mark.parametrize(
    ("token", "path"),
    [(None, "/graphql"), ("bad", "/graphql"), ("good", "/t/other/graphql"), ("idle", "/graphql")],
)
def test_nobody_is_let_in_without_a_token_for_the_tenant(token: str | None, path: str) -> None:
    idle = Principal(identity="ida", roles=frozenset())
    with (
        guarded(Doorman(good=READER, idle=idle)) as (_, client),
        client.websocket_connect(f"ws://localhost{path}", subprotocols=[PROTOCOL]) as socket,
    ):
        payload = None if token is None else {"Authorization": f"Bearer {token}"}
        socket.send_json({"type": "connection_init", "payload": payload})
        assert Subscriber(socket).closed() == 4403


def test_a_server_that_stops_says_goodbye_and_does_not_wait(shop: TenantDoor) -> None:
    """A WebSocket closes with 1001; an event stream ends without `complete`: its client comes back."""
    server = ExitStack()
    address = server.enter_context(live_server(app(shop.views)))
    body = {"query": PUBLISHED, "variables": {"since": LONG_AGO}}
    asked: dict[str, Any] = {"json": body, "headers": {"accept": "text/event-stream"}, "timeout": 10}
    with (
        server,
        connect(f"ws{address[4:]}/graphql", subprotocols=[Subprotocol(PROTOCOL)]) as socket,
        httpx2.stream("POST", f"{address}/graphql", **asked) as stream,
    ):
        socket.send('{"type": "connection_init"}')
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": body}))
        kinds = [json.loads(socket.recv(timeout=10))["type"] for _ in range(2)]
        assert kinds == ["connection_ack", "next"]
        lines = stream.iter_lines()
        assert next(lines) == "event: next"
        stopping = Thread(target=server.pop_all().close)
        stopping.start()
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        assert "event: complete" not in list(lines)
        stopping.join(10)
        assert not stopping.is_alive()
