"""`troth erase`, `troth hold` and `troth retention`: facts end as they must, and the ledger proves it."""

import json
from itertools import count
from pathlib import Path

import pytest

from api.command.main import main
from engine.model.tenancy import FactBatch, Fed, Published, Request
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.tenant.shop import FEBRUARY, POLICY

VISITS = "\nfact visit {\n  key id\n  about service\n  at seen_at\n  who text\n}\n"
WHO = ["--archive", "t.duckdb", "--actor", "ann"]
WHY = ["--reason", "a letter", "--ground", "GDPR Art. 17"]
RULES = '[visit]\nkeep = "10 days"\nafter = "start"\nground = "privacy notice"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder to work in, with a tenant that was told of three visits."""
    monkeypatch.chdir(tmp_path)
    ticks = count(FEBRUARY, 1_000_000)
    with Tenant(open_archive("t.duckdb", lambda: next(ticks))) as tenant:
        asked = Request(actor="ann", key="1")
        published = tenant.publish([Source(name="a.sla", text=POLICY + VISITS)], asked)
        assert isinstance(published, Published)
        rows = [
            {"id": f"v-{each}", "service": "shop", "seen_at": f"2025-02-0{each}T10:00:00Z", "who": who}
            for each, who in ((1, "bob"), (2, "bob"), (3, "eve"))
        ]
        fed = tenant.feed(FactBatch(kind="visit", rows=rows), Request(actor="ann", key="2"))
        assert isinstance(fed, Fed), fed
    capsys.readouterr()
    return tmp_path


def test_from_a_hold_to_an_erasure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    placing = ["hold", "place", "--kind", "visit", "--key", "v-1", *WHO, "--reason", "claim 7"]
    assert main(placing) == 0
    assert capsys.readouterr().out.startswith("hold 0 was placed by ann at ")
    assert main(["erase", "visit", "--where", "who=bob", *WHO, *WHY]) == 2
    told = capsys.readouterr().err
    assert "refused[held]" in told
    assert "`visit` `v-1` is under legal hold 0" in told
    assert "nothing of what was named was erased" in told
    assert main(["hold", "list", "t.duckdb", "--format", "json"]) == 0
    (hold,) = json.loads(capsys.readouterr().out)["holds"]
    assert (hold["keys"], hold["lifted"]) == (["v-1"], None)
    assert main(["hold", "lift", "0", *WHO, "--reason", "settled"]) == 0
    assert main(["hold", "list", "t.duckdb"]) == 0
    assert capsys.readouterr().out.endswith("no legal hold stands\n")
    assert main(["hold", "list", "t.duckdb", "--all"]) == 0
    assert "lifted  by ann" in capsys.readouterr().out
    assert main(["erase", "visit", "--where", "who=bob", *WHO, *WHY, "--with-keys"]) == 0
    assert capsys.readouterr().out.startswith(
        "erased 2 facts of `visit` in 2 versions; entry 4 of the ledger"
    )
    assert b"bob" not in (folder / "t.duckdb").read_bytes()
    assert main(["ledger", "verify", "t.duckdb"]) == 0
    assert "(2 erased)" in capsys.readouterr().out


def test_keys_come_from_a_file_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "keys.txt").write_text("v-1\nv-2\n", "utf-8")
    assert main(["erase", "visit", "v-3", "--keys-from", "keys.txt", *WHO, *WHY]) == 0
    assert main(["erase", "visit", "v-3", *WHO, *WHY]) == 0
    assert "nothing was left to erase of these facts of `visit`" in capsys.readouterr().out
    assert main(["erase", "visit", "--keys-from", "gone.txt", *WHO, *WHY]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_what_is_due_is_listed_and_erased_when_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rules.toml").write_text(RULES, "utf-8")
    place = ["retention", "rules.toml", "--archive", "t.duckdb"]
    assert main(["hold", "place", "--key", "v-2", *WHO, "--reason", "claim 7"]) == 0
    capsys.readouterr()
    assert main([*place, "--as-of", "2025-02-13T00:00:00Z", "--format", "json"]) == 0
    (due,) = json.loads(capsys.readouterr().out)["due"]
    assert (due["keys"], due["held"]) == (["v-1"], {"v-2": 0})
    assert due["rule"] == "kept for 10 days after its start"
    assert main([*place, "--apply"]) == 2
    assert "--apply needs an --actor" in capsys.readouterr().err
    assert main([*place, "--apply", "--actor", "ann"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("erased 2 facts of `visit` in 2 versions")
    assert "v-2 is under legal hold 0" in told
    assert main([*place, "--apply", "--actor", "ann"]) == 0
    assert "nothing is due" in capsys.readouterr().out
    (folder / "rules.toml").write_text("[visit]\nkeep = 7\n", "utf-8")
    assert main(place) == 2
    assert "`keep` is a length" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["erase", "visit", "v-1", *WHY], ["hold", "lift", "0", "--reason", "x"]])
def test_an_archive_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*verb, *WHO]) == 2
    assert "there is no archive `t.duckdb`" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]
