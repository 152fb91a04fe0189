"""Whatever breaks, and whenever: nothing answered is lost, nothing is kept by half, the words are clear."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from engine.ledger.verify import verify
from engine.store.archive import ArchiveError
from engine.store.open_archive import open_archive
from tests.postgres import PostgresServer
from tests.tenant.shop import FEBRUARY

ROOT = Path(__file__).parents[2]

_tenants = count()


def started(location: str, name: str, first: int, bytes_allowed: int = 0) -> subprocess.Popen[str]:
    """The feeder, once it is ready to feed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.tenant.feeder", location, name, str(first), str(bytes_allowed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def a_line(process: "subprocess.Popen[str]") -> str:
    """The next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline()


def the_rest(process: "subprocess.Popen[str]", seconds: float = 60) -> tuple[str, str]:
    """What else a process says and complains of until it ends, in so many seconds. `communicate` would not
    see what was taken from the pipe together with a line before."""
    assert process.stdout is not None
    assert process.stderr is not None
    late = Timer(seconds, process.kill)
    late.start()
    with process:
        told = process.stdout.read(), process.stderr.read()
    late.cancel()
    return told


def kept_by(said: str) -> list[int]:
    """The batches that were said to be kept; a line that was cut off says nothing."""
    lines = [line.split() for line in said.split("\n")[:-1]]
    return [int(line[1]) for line in lines if line[0] == "kept"]


def batches(location: str, name: str) -> list[int]:
    """The batches that are there, each whole, in an archive whose ledger is whole."""
    archive = open_archive(location, lambda: FEBRUARY, tenant=name)
    try:
        with archive.reading() as reading:
            rows = reading.run("SELECT key FROM fact_version ORDER BY seq")
            found = sorted(key for (key,) in rows)
            assert verify(reading).flaws == ()
    finally:
        archive.close()
    numbers = sorted({int(key.partition("-")[0]) for key in found})
    assert found == sorted(f"{number}-{each}" for number in numbers for each in range(3))
    return numbers


@pytest.fixture(params=["duckdb", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    if request.param == "duckdb":
        return str(tmp_path / "tenant.duckdb"), "main"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url, f"fault{next(_tenants)}"


def assert_nothing_lost(answered: Sequence[int], there: Sequence[int]) -> None:
    """All that was answered is there; and at most what was under way besides."""
    assert set(answered) <= set(there)
    assert len(there) <= len(answered) + 1


def test_a_process_killed_at_any_moment_loses_nothing_that_it_answered(location: tuple[str, str]) -> None:
    random = Random(5)
    there: list[int] = []
    for _ in range(3):
        process = started(*location, first=max(there, default=-1) + 1)
        first = a_line(process)  # on a slow machine a moment may be too short for any
        time.sleep(random.uniform(0.0, 0.5))
        process.kill()
        said, _ = the_rest(process)
        before, there = there, batches(*location)
        assert_nothing_lost([*before, *kept_by(first + said)], there)
    assert len(there) >= 3


def test_a_postgres_killed_at_any_moment_loses_nothing_that_was_answered() -> None:
    server = PostgresServer()
    try:
        there: list[int] = []
        for wait in (0.0, 0.4):
            server.start()
            process = started(server.url, "main", first=max(there, default=-1) + 1)
            first = a_line(process)
            time.sleep(wait)
            server.kill()
            said, complaint = the_rest(process)
            assert "PostgreSQL" in said.splitlines()[-1], complaint
            server.start()
            before, there = there, batches(server.url, "main")
            assert_nothing_lost([*before, *kept_by(first + said)], there)
            server.stop()
        assert len(there) >= 2
    finally:
        server.remove()


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """No file may grow beyond a size, as if there were no more room."""
    location = str(tmp_path / "tenant.duckdb")
    process = started(location, "main", first=0, bytes_allowed=200_000)
    said, complaint = the_rest(process, 120)
    last = said.splitlines()[-1]
    assert last.startswith("refused"), complaint
    assert "cannot be used" in last
    assert_nothing_lost(kept_by(said), batches(location, "main"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    if os.access(folder, os.W_OK):  # root may write everywhere: a folder that is not there does as well
        folder = tmp_path / "not there"
    with pytest.raises(ArchiveError, match=r"tenant\.duckdb` cannot be opened: "):
        open_archive(str(folder / "tenant.duckdb"), lambda: FEBRUARY)
