"""Verdicts are kept up by themselves: after what is kept, when something comes due, and after a failure."""

import logging
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient

from api import waking
from api.app import app
from api.command.tenant_to_views import TenantViews
from api.waking import Waker
from engine.store.archive import UnavailableError
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.tenant.shop import FEBRUARY, MARCH, Clock
from tests.tenant.test_tenant import LONG, feed, publish


def directly(do: Callable[[], None]) -> None:
    do()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, which it soon does."""
    give_up = monotonic() + 30
    while not holds():
        assert monotonic() < give_up, "it never came"
        sleep(0.01)


class Woken:
    """A tenant, its waker, and its clock."""

    def __init__(self) -> None:
        self.clock = Clock(FEBRUARY)
        self.tenant = Tenant(DuckDbArchive(None, self.clock))
        self.waker = Waker(self.tenant, self.clock, directly)

    def kept(self) -> list[tuple[str, str]]:
        return [(each.identity[2], each.state or "") for each in self.tenant.changes()]


@pytest.fixture
def woken() -> Iterator[Woken]:
    made = Woken()
    yield made
    made.waker.stop()
    made.tenant.close()


PUBLISHED = [("2025-01", "MET"), ("2025-02", "PENDING")]


def test_what_is_kept_and_what_comes_due_is_judged_by_itself(woken: Woken) -> None:
    publish(woken.tenant)
    woken.waker.start()
    until(lambda: woken.kept() == PUBLISHED)
    feed(woken.tenant, "1", LONG)
    until(lambda: woken.kept()[2:] == [("2025-02", "BREACHED")])
    woken.clock.now = MARCH
    until(lambda: woken.kept()[3:] == [("2025-02", "BREACHED"), ("2025-03", "PENDING")])


def test_what_goes_wrong_is_logged_and_tried_again(
    woken: Woken, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waking, "AGAIN", 0.01)
    catch_up, failures = woken.tenant.catch_up, [UnavailableError("gone"), ValueError("odd")]

    def failing(now: int) -> object:
        if failures:
            raise failures.pop(0)
        return catch_up(now)

    monkeypatch.setattr(woken.tenant, "catch_up", failing)
    publish(woken.tenant)
    with caplog.at_level(logging.ERROR, "troth.waking"):
        woken.waker.start()
        until(lambda: woken.kept() == PUBLISHED)
    # Of an archive that cannot be used it says why; of a fault of ours, where.
    assert [each.exc_text is not None for each in caplog.records] == [False, True]
    assert "gone" in caplog.records[0].getMessage()


def test_an_archive_that_was_away_for_long_is_used_again_at_once(
    woken: Woken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "AGAIN", 0.01)
    catch_up, failures = woken.tenant.catch_up, [UnavailableError("gone")] * 14

    def failing(now: int) -> object:
        if failures:
            raise failures.pop()
        return catch_up(now)

    monkeypatch.setattr(woken.tenant, "catch_up", failing)
    publish(woken.tenant)
    woken.waker.start()
    until(lambda: woken.kept() == PUBLISHED)


def test_one_that_was_stopped_judges_nothing_more(woken: Woken) -> None:
    publish(woken.tenant)
    woken.waker.start()
    until(lambda: woken.kept() == PUBLISHED)
    woken.waker.stop()
    feed(woken.tenant, "1", LONG)
    sleep(0.1)
    assert woken.kept() == PUBLISHED


def test_a_server_whose_verdicts_cannot_be_brought_up_to_date_is_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waking, "AGAIN", 0.01)
    clock = Clock(FEBRUARY)
    with Tenant(DuckDbArchive(None, clock)) as tenant:
        publish(tenant)
        is_failing, catch_up = [True], tenant.catch_up

        def failing(now: int) -> object:
            if is_failing:
                raise UnavailableError("gone")
            return catch_up(now)

        monkeypatch.setattr(tenant, "catch_up", failing)
        with TestClient(app(TenantViews(tenant, clock)), base_url="http://localhost") as client:
            until(lambda: client.get("/readyz").status_code == 503)
            assert client.get("/readyz").json()["reason"].endswith("cannot be brought up to date")
            assert 'troth_catch_up_failing{tenant="main"} 1.0' in client.get("/metrics").text
            is_failing.clear()
            until(lambda: client.get("/readyz").status_code == 200)
            until(lambda: 'troth_catch_up_failing{tenant="main"} 0.0' in client.get("/metrics").text)
            assert "troth_caught_up_timestamp_seconds{" in client.get("/metrics").text


def test_a_server_wakes_its_tenants_as_long_as_it_lives() -> None:
    clock = Clock(FEBRUARY)
    with Tenant(DuckDbArchive(None, clock)) as tenant:
        publish(tenant)
        with TestClient(app(TenantViews(tenant, clock)), base_url="http://localhost"):
            until(lambda: len(tenant.changes()) == 2)
        feed(tenant, "1", LONG)
        sleep(0.1)
        assert len(tenant.changes()) == 2
