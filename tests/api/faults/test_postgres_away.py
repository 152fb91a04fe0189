"""PostgreSQL goes away and comes back beneath a server: what was answered is there, once."""

import os
from collections.abc import Generator
from contextlib import closing, contextmanager
from itertools import count
from random import Random
from time import sleep
from typing import Any

import httpx2
import psycopg

from api.app import app
from api.command.clock import now
from api.command.tenant_to_views import TenantViews
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.api.faults.applications import (
    Feeder,
    Follower,
    assert_kept_once,
    assert_told_once,
    end,
    together,
    until,
)
from tests.api.live_server import live_server
from tests.postgres import PostgresServer
from tests.tenant.shop import POLICY

ROUNDS = 30 if os.environ.get("TROTH_LONG") == "1" else 1
AWAY = 15 if ROUNDS > 1 else 0.1
"""Seconds at most that it is away."""

_tenants = count()


@contextmanager
def served(url: str) -> Generator[tuple[Tenant, str]]:
    """A tenant in a PostgreSQL, kept up by itself, and where it is asked."""
    name = f"away{next(_tenants)}"
    with Tenant(open_archive(url, now, tenant=name)) as tenant, closing(TenantViews(tenant, now)) as views:
        found = tenant.publish([Source(name="shop.sla", text=POLICY)], Request(actor="ann", key="p"))
        assert isinstance(found, Published)
        with live_server(app(views)) as address:
            yield tenant, address


def readiness(address: str) -> tuple[int, Any]:
    """Whether the server is ready, and why not."""
    answer = httpx2.get(f"{address}/readyz", timeout=30)
    return answer.status_code, answer.json().get("reason")


def test_a_postgres_that_goes_away_loses_and_doubles_nothing_and_is_used_again() -> None:
    server, random = PostgresServer(), Random(11)
    try:
        server.start()
        with served(server.url) as (tenant, address):
            feeders = [Feeder(where=lambda: f"{address}/graphql", name=name) for name in "xy"]
            followers = [Follower(where=lambda: f"{address}/graphql", by=by) for by in ("ws", "sse")]
            threads = together([*feeders, *followers])
            try:
                for _ in range(ROUNDS):
                    fed_more(feeders)
                    break_off(server)
                    fed_more(feeders)
                    sleep(random.uniform(0, 0.2))
                    server.kill()
                    assert readiness(address) == (503, "what a tenant keeps cannot be read now")
                    sleep(random.uniform(0, AWAY))
                    server.start()
                fed_more(feeders)
                end(feeders, threads[:2])
                until(lambda: readiness(address) == (200, None), "ready")
                until(lambda: tenant.extent().unjudged_since is None, "judged")
                with tenant._lock:
                    pass  # what changed by that is kept
                until(lambda: not missing(tenant, followers), "told")
            finally:
                end([*feeders, *followers], threads)
            assert [each.faults for each in feeders] == [[], []]
            assert_kept_once(tenant, feeders)
            assert_told_once(tenant, followers)
    finally:
        server.remove()


def fed_more(feeders: list[Feeder]) -> None:
    """Wait until each has fed another batch, or cannot."""
    before = [len(each.kept) for each in feeders]
    until(
        lambda: all(len(each.kept) > many or each.faults for each, many in zip(feeders, before, strict=True)),
        "another batch is kept",
    )


def break_off(server: PostgresServer) -> None:
    """End every connection that there is."""
    with psycopg.connect(server.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def missing(tenant: Tenant, followers: list[Follower]) -> bool:
    """Whether somebody was not told everything yet."""
    there = len(tenant.changes(first=100_000))
    return any(len(each.told) < there for each in followers)
