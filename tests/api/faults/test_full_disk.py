"""A disk that fills under a server: what was answered stays, the rest is refused clearly, and it goes on."""

import resource
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.ledger.verify import verify
from engine.store.duckdb_archive import DuckDbArchive
from tests.api.tenant_door import INGEST, LONG, MARCH, SHORT, TenantDoor, tenant_door

ROOM = 50
"""Bytes that are left: less than anything needs."""


@contextmanager
def no_file_above(size: int) -> Generator[None]:
    """No file of this process grows beyond a size, as if there were no more room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.duckdb"


@pytest.fixture
def archive(path: Path) -> DuckDbArchive:
    return DuckDbArchive(path, lambda: MARCH)


@pytest.fixture
def door(archive: DuckDbArchive) -> Iterator[TenantDoor]:
    """A tenant's server, to which policies were published, and one outage fed."""
    with tenant_door(archive) as found:
        found.publish()
        found.ingest(LONG)
        assert found.february() == "BREACHED"
        yield found


def readiness(door: TenantDoor) -> tuple[int, object]:
    answer = door.client.get("/readyz")
    return answer.status_code, answer.json().get("reason")


def corrected(door: TenantDoor) -> Any:
    """What is answered to one and the same correction, which nobody sent before."""
    sent = {"idempotencyKey": "c", "kind": "outage", "rows": [SHORT], "corrections": True}
    return door.ask(INGEST, input=sent)


def assert_unavailable(answer: Any) -> None:
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert "ask again under the same idempotency key" in error["message"]


def assert_whole(archive: DuckDbArchive, entries: list[int]) -> None:
    """These entries brought a version each, and the ledger is whole."""
    with archive.reading() as reading:
        rows = reading.run("SELECT entry FROM fact_version ORDER BY seq")
        assert [entry for (entry,) in rows] == entries
        assert verify(reading).flaws == ()


def test_where_nothing_more_can_be_kept_it_says_so_and_still_answers(
    door: TenantDoor, archive: DuckDbArchive, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert readiness(door) == (200, None)
    with no_file_above(path.with_name("shop.duckdb.wal").stat().st_size + ROOM):
        for _ in range(2):
            assert_unavailable(corrected(door))
        assert "shop.duckdb.wal" in caplog.text and "File too large" in caplog.text
        assert door.february() == "BREACHED"
        assert door.ask("{ ledger { size } }")["data"] == {"ledger": {"size": "2"}}
        assert readiness(door) == (503, "what is sent to a tenant cannot be kept now")
    assert readiness(door) == (200, None)
    assert corrected(door)["data"]["ingestFacts"]["receipt"]["entry"] == "2"
    assert door.february() == "MET"
    assert_whole(archive, [1, 2])


def test_a_log_that_finds_no_room_in_its_file_does_not_stop_the_server(
    door: TenantDoor, archive: DuckDbArchive, path: Path
) -> None:
    """DuckDB gives the whole database up there, with all that read it."""
    archive._connection.execute("CHECKPOINT")
    archive._connection.execute("SET checkpoint_threshold = '1KB'")
    with no_file_above(path.stat().st_size):
        assert_unavailable(corrected(door))
        assert door.february() == "BREACHED"
        # The log grows for longer then, and may still find room.
        assert corrected(door)["data"]["ingestFacts"]["receipt"]["entry"] == "2"
        assert readiness(door) == (200, None)
        assert door.february() == "MET"
    answer = door.ingest(LONG | {"id": "o-2", "start": "2025-01-01T00:00:00Z"})
    assert answer["receipt"]["entry"] == "3"
    assert door.february() == "BREACHED"
    assert_whole(archive, [1, 2, 3])
