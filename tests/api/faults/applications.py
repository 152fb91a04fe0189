"""What applications do at a server that may go away: feed until it is kept, follow what changes."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import httpx2
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from engine.ledger.verify import verify
from engine.tenant.tenant import Tenant
from tests.api.subscriber import PROTOCOL
from tests.api.tenant_door import INGEST

PATIENCE = 120
"""Seconds in which whatever is waited for has come, or never does."""

AGAIN = 0.2
"""Seconds after which a client asks again."""

LATER = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED"})
"""Codes after which the same is asked again; a machine may be slow."""

CHANGES = """subscription ($after: String, $since: DateTime) {
    verdictChanges(after: $after, since: $since) { cursor obligationName window { label } before state } }"""
LONG_AGO = "2020-01-01T00:00:00Z"

LONG = 8 * 60
"""Minutes of an outage that breaches 99% of a month."""


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    give_up = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < give_up, f"it never came: {what}"
        sleep(0.02)


def outage(key: str, month: int, minutes: int = 1) -> dict[str, str]:
    """An outage that begins a month of 2025."""
    end = f"{minutes // 60:02}:{minutes % 60:02}"
    return {
        "id": key,
        "service": "shop",
        "start": f"2025-{month:02}-01T00:00:00Z",
        "end": f"2025-{month:02}-01T{end}:00Z",
    }


def sent(key: str, *rows: dict[str, str]) -> dict[str, Any]:
    """The body of a feed under an idempotency key, which may correct what was fed before."""
    asked = {"idempotencyKey": key, "kind": "outage", "rows": rows, "corrections": True}
    return {"query": INGEST, "variables": {"input": asked}}


@dataclass(slots=True)
class Feeder:
    """A client that feeds one batch after the other, each until it is answered that it is kept: two outages
    of its own, and one that breaches a month, or no longer does."""

    where: Callable[[], str]
    name: str
    ended: Event = field(default_factory=Event)
    kept: dict[str, str] = field(default_factory=dict[str, str])
    """The entry that records each batch, by its key."""
    refusals: list[str] = field(default_factory=list[str])
    """What was answered, or happened, in place of a receipt."""
    faults: list[str] = field(default_factory=list[str])
    """Answers that are none that a client could expect."""

    def run(self) -> None:
        """Feed until told to end; what was begun is ended."""
        with httpx2.Client(timeout=PATIENCE) as client:
            while not self.ended.is_set():
                key = f"{self.name}-{len(self.kept)}"
                self._feed(client, key)

    def _feed(self, client: httpx2.Client, key: str) -> None:
        again, month = divmod(len(self.kept), 12)
        turned = outage(f"{self.name}-{month}", month + 1, 1 if again % 2 else LONG)
        body = sent(key, outage(f"{key}-a", 1), outage(f"{key}-b", 1), turned)
        give_up = monotonic() + PATIENCE
        while monotonic() < give_up:
            try:
                answer: Any = client.post(self.where(), json=body).json()
            except httpx2.TransportError as error:
                self.refusals.append(type(error).__name__)
                sleep(AGAIN)
                continue
            if "errors" in answer:
                code = answer["errors"][0]["extensions"]["code"]
                self.refusals.append(code)
                if code not in LATER:
                    self.faults.append(json.dumps(answer))
                    return self.ended.set()
                sleep(AGAIN)
                continue
            payload = answer["data"]["ingestFacts"]
            if payload["userErrors"] or payload["receipt"]["versions"] != 3:
                self.faults.append(json.dumps(answer))
                return self.ended.set()
            self.kept[key] = payload["receipt"]["entry"]
            return None
        self.faults.append(f"{key} was never kept: {self.refusals[-1]}")
        return self.ended.set()


@dataclass(slots=True)
class Follower:
    """A client that is told how verdicts change, and goes on after the last cursor whenever it breaks."""

    where: Callable[[], str]
    by: str
    """`ws` or `sse`."""
    ended: Event = field(default_factory=Event)
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    breaks: int = 0
    faults: list[str] = field(default_factory=list[str])

    def run(self) -> None:
        """Follow until told to end."""
        while not self.ended.is_set():
            with suppress(OSError, WebSocketException, httpx2.TransportError):
                for event in self._by_socket() if self.by == "ws" else self._by_stream():
                    if "errors" in event:
                        if event["errors"][0]["extensions"]["code"] not in LATER:
                            self.faults.append(json.dumps(event))
                        break
                    self.told.append(event["data"]["verdictChanges"])
            self.breaks += 1
            sleep(AGAIN)

    @property
    def body(self) -> dict[str, Any]:
        """The operation, from where it goes on."""
        start = {"after": self.told[-1]["cursor"]} if self.told else {"since": LONG_AGO}
        return {"query": CHANGES, "variables": start}

    def _by_socket(self) -> Iterator[Any]:
        address = self.where().replace("http", "ws", 1)
        with connect(address, subprotocols=[Subprotocol(PROTOCOL)], open_timeout=PATIENCE) as socket:
            socket.send('{"type": "connection_init"}')
            assert json.loads(socket.recv(timeout=PATIENCE))["type"] == "connection_ack"
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": self.body}))
            while not self.ended.is_set():
                try:
                    message = json.loads(socket.recv(timeout=0.1))
                except TimeoutError:
                    continue
                payload = message["payload"]
                yield {"errors": payload} if message["type"] == "error" else payload

    def _by_stream(self) -> Iterator[Any]:
        waits = httpx2.Timeout(PATIENCE, read=0.5)
        asked: dict[str, Any] = {"json": self.body, "headers": {"accept": "text/event-stream"}}
        with httpx2.stream("POST", self.where(), timeout=waits, **asked) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:") and len(line) > len("data:"):
                    yield json.loads(line.removeprefix("data:"))


def together(clients: Sequence[Feeder | Follower]) -> list[Thread]:
    """Each client on a thread of its own, which has begun."""
    threads = [Thread(target=each.run, name=type(each).__name__) for each in clients]
    for each in threads:
        each.start()
    return threads


def end(clients: Sequence[Feeder | Follower], threads: Sequence[Thread]) -> None:
    """Let all end."""
    for each in clients:
        each.ended.set()
    for each in threads:
        each.join()


def assert_kept_once(tenant: Tenant, feeders: Sequence[Feeder]) -> None:
    """Every batch that was answered is there, once, by the entry that was told; the ledger is whole."""
    rows = tenant.read(lambda reading: reading.run("SELECT key, entry FROM fact_version ORDER BY seq"))
    rows = [(key, entry) for key, entry in rows if key[-1] in "ab"]
    there = {key: str(entry) for key, entry in rows}
    assert len(there) == len(rows)
    wanted = {f"{key}-{each}": entry for one in feeders for key, entry in one.kept.items() for each in "ab"}
    assert {key: there.get(key) for key in wanted} == wanted
    # No more than what a client had begun when it was told to end, and that whole.
    begun = {key.rpartition("-")[0] for key in there.keys() - wanted.keys()}
    assert all(f"{key}-{each}" in there for key in begun for each in "ab")
    assert len(begun) <= len(feeders)
    assert tenant.read(verify).flaws == ()


def assert_told_once(tenant: Tenant, followers: Sequence[Follower]) -> None:
    """Every change that was kept was told once, in its order."""
    changes = [
        (
            each.identity[0],
            each.identity[2],
            None if each.verdict is None else each.verdict.state.value,
        )
        for each in tenant.changes(first=100_000)
    ]
    for one in followers:
        assert one.faults == []
        told = [(each["obligationName"], each["window"]["label"], each["state"]) for each in one.told]
        assert told == changes
        assert len({each["cursor"] for each in one.told}) == len(told)
