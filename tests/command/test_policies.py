"""`troth policies`: what was published is listed, told in full and written back, and nothing overwritten."""

import json
import shlex
from itertools import count
from pathlib import Path

import pytest

from api.command import policies
from api.command.main import main
from engine.model.tenancy import Published, Request
from engine.pipeline import standard_library
from engine.source import Source
from engine.store.archive import Archive
from engine.store.open_archive import open_archive
from engine.tenant.publishing import publish
from tests.ledger.acme import tamper
from tests.tenant.shop import FEBRUARY, POLICY

ARCHIVE = ["--archive", "acme.duckdb"]
PARTY = 'party carl "Carl"\n'
CALENDAR = """
calendar counter {
  zone Europe/Berlin
  open every day from 09:00 to 17:00
  closed on holidays of DE
}
"""


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Published]:
    """Two sets in an archive of the working folder; the second is of two files."""
    monkeypatch.chdir(tmp_path)
    ticks = count(FEBRUARY, 1_000_000)
    archive = open_archive("acme.duckdb", lambda: next(ticks))
    found = [
        published(archive, "p0", Source(name="shop.sla", text=POLICY)),
        published(
            archive,
            "p1",
            Source(name="/srv/../policies/shop.sla", text=POLICY + CALENDAR),
            Source(name="..\\policies/Shop.sla", text=PARTY),
        ),
    ]
    archive.close()
    return found


def published(archive: Archive, key: str, *sources: Source) -> Published:
    told = publish(archive, sources, Request(actor="ann", key=key))
    assert isinstance(told, Published), told
    return told


def test_they_are_listed(sets: list[Published], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies", *ARCHIVE]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 policy sets of acme.duckdb"
    assert [line.split() for line in lines[3:]] == [
        [str(each.seq), f"2025-02-10T00:00:0{each.seq}Z", "ann", each.version, each.address] for each in sets
    ]
    assert main(["policies", *ARCHIVE, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["address"] for each in said] == [each.address for each in sets]


def test_one_is_told_in_full(sets: list[Published], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies", *ARCHIVE, "--show", sets[1].address[:8]]) == 0
    said = capsys.readouterr().out
    assert said.startswith("policy set 1, published at 2025-02-10T00:00:01Z by ann\n")
    assert "\n  standard/conventions.sla\n" in said
    assert "\n  holidays of DE, holidays 0." in said
    assert "\n  time zone Europe/Berlin, tzdata 20" in said
    assert main(["policies", *ARCHIVE, "--show", "0", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == ["shop.sla"]
    assert list(told["rests_on"]["zones"]) == ["UTC"]


def test_its_files_are_written_back_and_nothing_is_overwritten(
    sets: list[Published], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["policies", *ARCHIVE, "--show", "1", "--output", "then"]
    before = (tmp_path / "acme.duckdb").read_bytes()
    assert main(asked) == 0
    assert (tmp_path / "acme.duckdb").read_bytes() == before
    written = {str(each.relative_to(tmp_path / "then")) for each in (tmp_path / "then").rglob("*.*")}
    assert written == {"srv/policies/shop.sla", "policies/Shop.sla", "frozen.json"}
    assert (tmp_path / "then" / "policies" / "Shop.sla").read_text(encoding="utf-8") == PARTY
    frozen = json.loads((tmp_path / "then" / "frozen.json").read_text(encoding="utf-8"))
    assert frozen["standard"] == {each.name: each.text for each in standard_library()}
    assert "2025-10-03" in frozen["holidays"]["DE"]["dates"]
    assert ["2025-03-30T01:00:00Z", 7200] in frozen["zones"]["Europe/Berlin"]["offsets"]
    (tmp_path / "then" / "frozen.json").unlink()
    (tmp_path / "then" / "srv" / "policies" / "shop.sla").write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert main(asked) == 2
    assert "shop.sla` cannot be written: it is there already" in capsys.readouterr().err
    assert (tmp_path / "then" / "srv" / "policies" / "shop.sla").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "then" / "frozen.json").exists()


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ([*ARCHIVE, "--show", "7"], "no policy set `7` was published; there are 2"),
        ([*ARCHIVE, "--show", "abc"], "an address needs 8 characters"),
        ([*ARCHIVE, "--show", "0" * 64], "no policy set"),
        ([*ARCHIVE, "--output", "then"], "which of them is to be written is not said"),
        (["--archive", "none.duckdb"], "there is no archive `none.duckdb`"),
    ],
)
def test_what_cannot_be_had_is_said(
    sets: list[Published], capsys: pytest.CaptureFixture[str], asked: list[str], what: str
) -> None:
    assert main(["policies", *asked]) == 2
    assert what in capsys.readouterr().err


def test_an_altered_set_is_not_shown_as_what_was_in_force(
    sets: list[Published], capsys: pytest.CaptureFixture[str]
) -> None:
    archive = open_archive("acme.duckdb", lambda: FEBRUARY)
    tamper(archive, "UPDATE policy_file SET content = replace(content, '99%', '98%')")
    archive.close()
    assert main(["policies", *ARCHIVE, "--show", "0"]) == 2
    assert "`troth ledger verify` says what" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    archive = open_archive("acme.duckdb", lambda: FEBRUARY)
    published(archive, "p", Source(name="a.sla", text=POLICY), Source(name="a.sla/b.sla", text=PARTY))
    archive.close()
    assert main(["policies", *ARCHIVE, "--show", "0", "--output", "then"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert list((tmp_path / "then").iterdir()) == []


def test_the_example_runs(sets: list[Published]) -> None:
    program, *words = shlex.split(policies.EXAMPLE)
    assert program == "troth"
    assert main(words) == 0
