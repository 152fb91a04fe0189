"""A server is killed while it is fed, followed and tells a webhook: nothing is lost, nothing told twice."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from api.command.clock import now
from api.command.secret_files import keep_secret
from api.webhooks.signing import WebhookKey
from engine.model.quantity import HOUR, SECOND
from engine.model.tenancy import Published, Request
from engine.model.webhook import Topic, Webhook, WebhookOrder
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from engine.tenant.webhook_events import FIRST_PAUSE, LEASE
from tests.api.faults.applications import (
    Feeder,
    Follower,
    assert_kept_once,
    assert_told_once,
    end,
    together,
    until,
)
from tests.api.webhooks.receiver import Receiver, receiver
from tests.postgres import PostgresServer
from tests.tenant.shop import POLICY
from tests.tenant.test_history_laws import gists

ROOT = Path(__file__).parents[3]

LONG = os.environ.get("TROTH_LONG") == "1"
KILLS = 25 if LONG else 1

_tenants = count()


@dataclass(slots=True)
class Server:
    """`troth serve` of one tenant, in a process of its own, life after life."""

    location: str
    name: str
    key: Path
    log: Path
    where: str = "http://127.0.0.1:9/graphql"
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def is_shared(self) -> bool:
        """Whether another server could serve the tenant, too."""
        return self.location.startswith("postgresql:")

    def start(self) -> None:
        """Start, and wait until it answers."""
        words = ["serve", "--archive", f"{self.name}={self.location}", "--actor", "ann", "--open"]
        words += ["--port", "0", "--webhook-key", str(self.key), "--webhook-allow", "127.0.0.0/8"]
        command = [sys.executable, "-m", "api.command.main", *words]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stderr=log)
        until(self._is_up, f"the server: {self.log}")

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _is_up(self) -> bool:
        found = re.search(r"http://\S+/graphql", self.log.read_text(encoding="utf-8"))
        self.where = found[0] if found else self.where
        return found is not None


@contextmanager
def opened(server: Server) -> Generator[Tenant]:
    """The tenant, while no server has it."""
    with Tenant(open_archive(server.location, now, tenant=server.name)) as tenant:
        yield tenant


# Each life of a server takes seconds to begin, and over PostgreSQL a webhook waits for two minutes after one.
@pytest.fixture(params=["duckdb", "postgres"] if LONG else ["duckdb"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    """A server that is not started yet."""
    if request.param == "duckdb":
        location = str(tmp_path / "shop.duckdb")
    else:
        postgres: PostgresServer = request.getfixturevalue("postgres")
        location = postgres.url
    name = f"killed{next(_tenants)}"
    return Server(location=location, name=name, key=tmp_path / "key", log=tmp_path / "log")


def test_whoever_feeds_follows_or_is_told_loses_nothing_when_it_is_killed(server: Server) -> None:
    random = Random(13)
    feeders = [Feeder(where=lambda: server.where, name=name) for name in "xy"]
    followers = [Follower(where=lambda: server.where, by=by) for by in ("ws", "sse")]
    with receiver() as machine:
        published(server, machine.url)
        machine.answers = [503, 204]  # tried again, across lives
        threads = together([*feeders, *followers])
        try:
            for _ in range(KILLS):
                server.start()
                most = [len(each.kept) + 3 for each in feeders]
                until(
                    lambda most=most: all(
                        len(each.kept) >= many or each.faults
                        for each, many in zip(feeders, most, strict=True)
                    ),
                    "fed",
                )
                sleep(random.uniform(0, 0.5))
                server.kill()
            server.start()
            end(feeders, threads[:2])
            # Only this process may have a DuckDB file: what there is to be told is seen when all are still.
            still = LEASE // SECOND + 10 if server.is_shared else FIRST_PAUSE // SECOND + 3
            settled(followers, machine, still)
        finally:
            end([*feeders, *followers], threads)
            server.kill()
    assert [each.faults for each in feeders] == [[], []]
    with opened(server) as tenant:
        assert_kept_once(tenant, feeders)
        assert_told_once(tenant, followers)
        assert_judged(tenant)
        assert_delivered(tenant, machine)


def published(server: Server, url: str) -> None:
    """Policies, and a webhook for whoever listens there."""
    key = WebhookKey(path=server.key, keep=keep_secret)
    with opened(server) as tenant:
        found = tenant.publish([Source(name="shop.sla", text=POLICY)], Request(actor="ann", key="p"))
        assert isinstance(found, Published)
        tenant.catch_up(now())
        order = WebhookOrder(url=url, topics=frozenset({Topic.BREACHED}), ahead=HOUR)
        made = tenant.telling.register(order, key.name(makes=True), Request(actor="ann", key="w"))
        assert isinstance(made, Webhook)


def settled(followers: list[Follower], machine: Receiver, seconds: int) -> None:
    """Wait until nobody was told anything for so long that nothing is under way."""
    before, since = None, monotonic()
    while monotonic() - since < seconds:
        sleep(0.2)
        told = [len(machine.got), *(len(each.told) for each in followers)]
        if told != before or len(set(told[1:])) > 1:
            before, since = told, monotonic()


def assert_judged(tenant: Tenant) -> None:
    """What was kept last of each verdict is what an evaluation from scratch says."""
    changes = tenant.changes(first=100_000)
    assert [each.seq for each in changes] == [*range(len(changes))]
    as_of = max(each.as_of for each in changes)
    last = {each.identity: each.verdict for each in changes}
    kept = tuple(each for each in last.values() if each is not None)
    assert gists(kept) == gists(tenant.evaluate(as_of=as_of).verdicts)


def assert_delivered(tenant: Tenant, machine: Receiver) -> None:
    """Each breach came at least once, always with the same id and words, in its order."""
    came = [(each.headers["webhook-id"], each.body) for each in machine.got]
    events = tenant.telling.events(0, first=100_000)
    assert {each.state.value for each in events} == {"delivered"}
    assert list(dict(came)) == [each.id for each in events]
    assert len(set(came)) == len(events)
    # Whatever comes again is the one before: the next waits until it is taken.
    assert len(came) > len(events)
    ids = [id for id, _ in came]
    assert len([1 for before, after in pairwise(ids) if before != after]) == len(events) - 1
    breached = {
        each.identity[2]
        for each in tenant.changes(first=100_000)
        if each.state and each.state.value == "BREACHED"
    }
    assert {each.said["data"]["window"]["label"] for each in machine.got} == breached
