"""A disk that cannot be written, a torn file, a clock that went back: said clearly, and nothing is lost."""

import os
import pwd
import re
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from api.command.main import main
from engine.ledger.verify import verify
from engine.store.archive import Archive, ArchiveError
from engine.store.open_archive import open_archive
from tests.api.tenant_door import LONG, MARCH, SHORT, tenant_door
from tests.ledger.acme import FIRST_AT, sign, step


def filled(path: Path, steps: int = 4) -> int:
    """An archive in a file; how many entries it has."""
    ticks = iter(range(FIRST_AT, FIRST_AT + 100))
    with closing(open_archive(str(path), lambda: next(ticks))) as archive:
        for number in range(steps):
            step(archive, number)
        sign(archive)
        return entries(archive)


def entries(archive: Archive) -> int:
    with archive.reading() as reading:
        return reading.run("SELECT count(*) FROM entry")[0][0]


def test_a_file_that_was_cut_off_is_said_by_its_name_or_is_whole(tmp_path: Path) -> None:
    """Wherever it ends: what opens is verified and has all that it had; what does not is named."""
    whole = tmp_path / "whole.duckdb"
    there = filled(whole)
    size = whole.stat().st_size
    refused = 0
    for length in (0, 100, 4_096, 12_288, size // 3, size // 2, size - 4_096, size - 1):
        torn = tmp_path / f"torn{length}.duckdb"
        torn.write_bytes(whole.read_bytes()[:length])
        try:
            with closing(open_archive(str(torn), lambda: 0, read_only=True)) as archive:
                with archive.reading() as reading:
                    assert verify(reading).found == 0
                assert entries(archive) == there
        except ArchiveError as error:
            refused += 1
            assert f"the archive `{torn}` " in str(error)
    assert refused >= 5


@pytest.mark.parametrize(
    "verb", [["ledger", "verify"], ["policies", "--archive"], ["backup", "--to", "b", "--archive"]]
)
def test_a_command_says_which_file_is_torn(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    filled(Path("acme.duckdb"))
    content = Path("acme.duckdb").read_bytes()
    Path("acme.duckdb").write_bytes(content[: len(content) // 3])
    assert main([*verb, "acme.duckdb"]) == 2
    assert re.search("the archive `acme.duckdb` cannot be (opened|used): ", capsys.readouterr().err)
    assert Path("acme.duckdb").read_bytes() == content[: len(content) // 3]


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder that everybody can come to."""
    found = Path(tempfile.mkdtemp(prefix="troth-disk-"))
    found.chmod(0o755)
    yield found
    found.chmod(0o755)
    shutil.rmtree(found)


@contextmanager
def nobody() -> Generator[None]:
    """Be somebody who may write nothing; root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_disk_that_cannot_be_written_is_said_and_nothing_is_lost(
    disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = disk / "acme.duckdb"
    there = filled(path)
    path.chmod(0o444)
    disk.chmod(0o555)
    with nobody():
        with pytest.raises(ArchiveError, match=r"acme\.duckdb` cannot be opened: .*[Pp]ermission denied"):
            open_archive(str(path), lambda: 0)
        assert main(["ledger", "verify", str(path)]) == 0  # to be read it need not be written
        assert main(["backup", "--archive", str(path), "--to", str(disk / "a.troth")]) == 2
        assert "a.troth` cannot be written: permission denied" in capsys.readouterr().err
    path.chmod(0o644)
    with closing(open_archive(str(path), lambda: 0)) as archive, archive.reading() as reading:
        assert verify(reading).found == 0
        assert reading.run("SELECT count(*) FROM entry")[0][0] == there


def test_a_clock_that_goes_back_while_it_serves_loses_and_reorders_nothing(tmp_path: Path) -> None:
    """What is fed afterwards is known after what was fed before, and is seen at once."""
    path = tmp_path / "shop.duckdb"
    clock = {"now": MARCH}
    with tenant_door(open_archive(str(path), lambda: clock["now"])) as door:
        door.publish()
        clock["now"] += 3_600_000_000
        first = door.ingest(LONG)["receipt"]
        assert door.february() == "BREACHED"
        clock["now"] -= 7_200_000_000
        door.now -= 7_200_000_000
        second = door.ingest(SHORT, corrections=True)["receipt"]
        assert second["versions"] == 1
        assert datetime.fromisoformat(second["knownFrom"]) > datetime.fromisoformat(first["knownFrom"])
        assert door.february() == "MET"
        assert door.client.get("/readyz").status_code == 200
    shutil.copy(path, tmp_path / "copy.duckdb")
    with (
        closing(open_archive(str(tmp_path / "copy.duckdb"), lambda: 0)) as archive,
        archive.reading() as reading,
    ):
        assert verify(reading).found == 0
