"""Those who feed a server and those who listen to it: as cheap as can be, over plain sockets."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.load_policy import CHANGES, batch, body, today

PROTOCOL = Subprotocol("graphql-transport-ws")
CURSOR = re.compile(rb'"cursor":"([^"]+)"')
ENTRY = re.compile(rb'"entry":"(\d+)","versions":(\d+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server listens."""

    host: str
    port: int


@dataclass(slots=True, kw_only=True)
class Sent:
    """What was sent, at a second of the test, and answered, in so many seconds."""

    began: float
    latencies: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    entries: dict[int, int] = field(default_factory=dict[int, int])
    """How many versions each entry of the ledger brought."""
    majors: dict[str, float] = field(default_factory=dict[str, float])
    """When major incidents were sent."""
    refused: list[bytes] = field(default_factory=list[bytes])


@dataclass(slots=True, kw_only=True)
class Heard:
    """What one subscriber was told: the cursors in order; of the first one also when, and what."""

    cursors: list[bytes] = field(default_factory=list[bytes])
    told: list[tuple[float, Any]] | None = None

    def take(self, payload: bytes) -> None:
        """Take an event."""
        found = CURSOR.search(payload)
        assert found is not None, payload
        self.cursors.append(found[1])
        if self.told is not None:
            event = json.loads(payload)["data"]["verdictChanges"]
            self.told.append((monotonic(), event))


async def feed(place: Place, sent: Sent, *, number: int, of: int, rate: float, feeds: int) -> None:
    """Feed every so many-th batch, each at its time, or as soon as the one before was answered."""
    reader, writer = await asyncio.open_connection(place.host, place.port)
    for each in range(number, feeds, of):
        due = sent.began + each / rate
        if (early := due - monotonic()) > 0:
            await asyncio.sleep(early)
        one = batch(each, today())
        content = body(one)
        at = monotonic()
        if one.major is not None:
            sent.majors[one.major] = at
        head = _head("POST", place, len(content), "application/json")
        writer.write(head + content)
        status, answer = await _answer(reader)
        sent.latencies.append((at - sent.began, monotonic() - at))
        found = ENTRY.search(answer)
        if status == 200 and found is not None:
            assert int(found[1]) not in sent.entries, "two feeds were answered with one entry"
            sent.entries[int(found[1])] = int(found[2])
        else:
            sent.refused.append(answer)
    writer.close()
    await writer.wait_closed()


def _head(method: str, place: Place, length: int, accept: str) -> bytes:
    return (
        f"{method} /graphql HTTP/1.1\r\nhost: {place.host}\r\ncontent-type: application/json\r\n"
        f"accept: {accept}\r\ncontent-length: {length}\r\n\r\n"
    ).encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert found is not None, head
    return int(head.split(b" ", 2)[1]), await reader.readexactly(int(found[1]))


async def listen_by_websocket(place: Place, heard: Heard) -> None:
    """Listen until the server goes away."""
    async with connect(
        f"ws://{place.host}:{place.port}/graphql", subprotocols=[PROTOCOL], compression=None
    ) as socket:
        await socket.send('{"type":"connection_init"}')
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": CHANGES}}))
        async for message in socket:
            text = message.encode() if isinstance(message, str) else message
            heard.take(text[text.index(b'"payload":') + 10 : -1])


async def listen_to_events(place: Place, heard: Heard) -> None:
    """The same over an event stream."""
    reader, writer = await asyncio.open_connection(place.host, place.port)
    content = json.dumps({"query": CHANGES}).encode()
    writer.write(_head("POST", place, len(content), "text/event-stream") + content)
    async for line in reader:
        if line.startswith(b"data: {"):
            heard.take(line[6:])
    writer.close()
