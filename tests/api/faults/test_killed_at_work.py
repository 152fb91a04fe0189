"""A back-up, a restore, an erasure, a publication, a migration that are killed: done whole or not at all."""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from engine.ledger.verify import verify
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.migrations import migrations
from engine.store.open_archive import open_archive
from engine.tenant.backup_to_archive import read_through
from engine.tenant.tenant import Tenant
from tests.api.faults import works
from tests.api.faults.works import OLDER, ROWS, SECRET, file_in
from tests.ledger.acme import dumped

KILLS = 60 if os.environ.get("TROTH_LONG") == "1" else 1

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.api.faults.works"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that is worked on."""
    folder = tmp_path_factory.mktemp("works")
    works.make(folder)
    return folder


def backed_up(folder: Path, made: Path) -> bool:
    """The back-up is there, and whole: the old one or the new one."""
    found = read_through(folder / "old.troth")
    assert found.rows["fact_version"] == ROWS
    assert found.head.made_at >= read_through(made / "old.troth").head.made_at
    return found.head != read_through(made / "old.troth").head


def restored(folder: Path, made: Path) -> bool:
    """Nothing is in the archive, and it can be restored then, or all is."""
    path = folder / "restored.duckdb"
    done = False
    if path.exists():
        with closing(open_archive(str(path), lambda: 0)) as archive, archive.reading() as reading:
            done = bool(reading.run("SELECT 1 FROM entry LIMIT 1"))
    if not done:
        works.restore(folder)
    with (
        closing(open_archive(str(path), lambda: 0)) as archive,
        closing(open_archive(str(file_in(made)), lambda: 0, read_only=True)) as there,
    ):
        assert dumped(archive) == dumped(there)
    return done


def erased(folder: Path, made: Path) -> bool:
    """Every visit is there, or none, in no file; opened again it is written anew."""
    with Tenant(open_archive(str(file_in(folder)), lambda: 0)) as tenant:
        said = tenant.read(
            lambda reading: reading.run("SELECT count(*) FROM fact_version WHERE content IS NOT NULL")[0][0]
        )
        assert said in (0, ROWS)
        assert tenant.read(verify).flaws == ()
        assert tenant.read(lambda reading: reading.run("SELECT * FROM unscrubbed")) == []
    if said == 0:
        for each in folder.glob("shop.duckdb*"):
            assert SECRET.encode() not in each.read_bytes(), each
    return said == 0


def published(folder: Path, made: Path) -> bool:
    """The old policies are in use, or the new ones; all of either is there."""
    with Tenant(open_archive(str(file_in(folder)), lambda: 0)) as tenant:
        sets = tenant.published()
        snapshot = tenant.policies()
        assert snapshot is not None and snapshot.version == sets[-1].version
        assert tenant.read(verify).flaws == ()
        return len(sets) == 2


def migrated(folder: Path, made: Path) -> bool:
    """It is as it was, or of this version, with all that was in it; and becomes so when it is opened."""
    path = folder / "older.duckdb"
    with (
        closing(DuckDbArchive(path, lambda: 0, read_only=True, older=True)) as archive,
        archive.reading() as reading,
    ):
        before = [number for (number,) in reading.run("SELECT number FROM migration ORDER BY number")]
    numbers = [each.number for each in migrations("duckdb")]
    assert before in ([each for each in numbers if each <= OLDER], numbers)
    with closing(open_archive(str(path), lambda: 0)) as archive, archive.reading() as reading:
        assert reading.run("SELECT count(*) FROM policy_file") == [(ROWS,)]
        assert [
            number for (number,) in reading.run("SELECT number FROM migration ORDER BY number")
        ] == numbers
    return before == numbers


CHECKS: dict[str, Callable[[Path, Path], bool]] = {
    "back up": backed_up,
    "restore": restored,
    "erase": erased,
    "publish": published,
    "migrate": migrated,
}


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_killed_at_work_is_done_whole_or_not_at_all(name: str, made: Path, tmp_path: Path) -> None:
    random = Random(17)
    takes = worked(name, made, tmp_path / "whole", None)
    assert CHECKS[name](tmp_path / "whole", made)
    for kill in range(KILLS):
        folder = tmp_path / f"{kill}"
        worked(name, made, folder, random.uniform(0, takes))
        CHECKS[name](folder, made)
        shutil.rmtree(folder)


def test_an_erasure_that_was_killed_before_its_file_was_written_anew_is_gone_on_with(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log that it left is not left beside the new file, which could not be opened with it."""
    folder, left = tmp_path / "worked", tmp_path / "left"
    shutil.copytree(made, folder)
    left.mkdir()

    def killed(_: Tenant) -> bool:
        for each in folder.glob("shop*"):
            shutil.copy(each, left)
        return False

    with monkeypatch.context() as patch:
        patch.setattr(Tenant, "_scrub", killed)
        works.erase(folder)
    assert (left / "shop.duckdb.wal").stat().st_size > 0
    assert erased(left, made)


def worked(name: str, made: Path, folder: Path, kill_after: float | None) -> float:
    """Do it to a copy, and kill who does it after so many seconds; how long it took."""
    shutil.copytree(made, folder)
    heard, said = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=works.run, args=(name, str(folder), said))
    process.start()
    said.close()
    assert heard.recv() == name
    began = monotonic()
    if kill_after is not None:
        sleep(kill_after)
        process.kill()
    process.join()
    assert kill_after is not None or process.exitcode == 0
    return monotonic() - began
