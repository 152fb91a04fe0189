"""A server that is killed while clients feed: every feed that it answered is there, and judged."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import httpx2

from engine.ledger.verify import verify
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.api.tenant_door import INGEST
from tests.tenant.shop import MARCH, POLICY, Clock
from tests.tenant.test_history_laws import gists

ROOT = Path(__file__).parents[2]
CLIENTS = 3


def started(archive: str) -> tuple["subprocess.Popen[str]", str]:
    """A server of the archive, and where it answers."""
    words = ["serve", "--archive", archive, "--actor", "ann", "--open", "--port", "0"]
    command = [sys.executable, "-m", "api.command.main", *words]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    found = re.search(r"http://\S+/graphql", process.stderr.readline())
    assert found
    return process, found[0]


def feeds(where: str, client: str, enough: Event) -> list[str]:
    """What a client fed that was answered, until nobody answers; the event is set at the third."""
    kept: list[str] = []
    with httpx2.Client(timeout=60) as asking:
        while True:
            key = f"{client}-{len(kept)}"
            row = {
                "id": key,
                "service": "shop",
                "start": "2025-02-01T00:00:00Z",
                "end": "2025-02-02T00:00:00Z",
            }
            sent = {"input": {"idempotencyKey": key, "kind": "outage", "rows": [row]}}
            try:
                answer: Any = asking.post(where, json={"query": INGEST, "variables": sent}).json()
            except httpx2.TransportError:
                return kept
            assert answer["data"]["ingestFacts"]["receipt"]["versions"] == 1, answer
            kept.append(key)
            if len(kept) == 3:
                enough.set()


def test_a_server_killed_while_clients_feed_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    archive, random = str(tmp_path / "shop.duckdb"), Random(7)
    with Tenant(open_archive(archive, Clock(MARCH))) as tenant:
        published = tenant.publish([Source(name="shop.sla", text=POLICY)], Request(actor="ann", key="p"))
        assert isinstance(published, Published)
    answered: set[str] = set()
    for life in range(2):
        process, where = started(archive)
        try:
            with ThreadPoolExecutor(CLIENTS) as clients:
                events = [Event() for _ in range(CLIENTS)]
                fed = [
                    clients.submit(feeds, where, f"{life}-{each}", event) for each, event in enumerate(events)
                ]
                assert all(each.wait(60) for each in events)
                events[0].clear()
                events[0].wait(random.uniform(0, 0.3))
                process.kill()
                answered |= {key for each in fed for key in each.result()}
        finally:
            process.kill()
            process.communicate()
    with Tenant(open_archive(archive, Clock(MARCH))) as tenant:
        with_keys = tenant.read(lambda reading: reading.run("SELECT key FROM fact_version"))
        there = [key for (key,) in with_keys]
        assert len(there) == len(set(there))
        assert answered <= set(there)
        assert len(there) <= len(answered) + 2 * CLIENTS
        assert tenant.read(verify).flaws == ()
        now = max(MARCH, *(each.as_of for each in tenant.changes(first=100_000)))
        tenant.catch_up(now)
        changes = tenant.changes(first=100_000)
        assert [each.seq for each in changes] == [*range(len(changes))]
        last = {each.identity: each.verdict for each in changes}
        kept = tuple(each for each in last.values() if each is not None)
        assert gists(kept) == gists(tenant.evaluate(as_of=now).verdicts)
