"""An archive with a ledger in it, over DuckDB and over PostgreSQL alike."""

from collections.abc import Iterator
from itertools import count

import pytest

from engine.store.archive import Archive
from engine.store.open_archive import open_archive
from tests.ledger.acme import FIRST_AT, Rows, dumped, fill, restored

_ticks = count(FIRST_AT, 1_000_000)


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive whose clock is a second later at each transaction; one for all tests, which is quicker."""
    if request.param == "duckdb":
        location = str(tmp_path_factory.mktemp("ledger") / "acme.duckdb")
    else:
        location = request.getfixturevalue("postgres").url
    opened = open_archive(location, lambda: next(_ticks), tenant="ledger")
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def acme_rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What `acme.fill` puts into an archive."""
    archive = open_archive(str(tmp_path_factory.mktemp("acme") / "acme.duckdb"), lambda: next(_ticks))
    try:
        fill(archive)
        return dumped(archive)
    finally:
        archive.close()


@pytest.fixture
def archive(database: Archive) -> Archive:
    """An archive without anything in it."""
    restored(database, {})
    return database


@pytest.fixture
def acme(database: Archive, acme_rows: Rows) -> Archive:
    """The archive with what `acme.fill` puts into it."""
    restored(database, acme_rows)
    return database
