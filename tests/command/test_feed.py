"""`troth publish` and `troth feed`: what was kept is said, and nothing is kept of what is not whole."""

import json
from pathlib import Path

import pytest

from api.command.main import main

SHOP = Path(__file__).parent / "shop"


@pytest.fixture
def keeping(tmp_path: Path) -> list[str]:
    """The options of an archive with policies."""
    words = ["--archive", str(tmp_path / "shop.duckdb"), "--actor", "ann"]
    assert main(["publish", str(SHOP / "shop.sla"), *words]) == 0
    return words


def test_what_was_published_is_said(keeping: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["publish", str(SHOP / "shop.sla"), *keeping]) == 0
    said = capsys.readouterr().out
    assert said.startswith("published by ann, in use from 2")
    assert "set 1, entry 1 of the ledger" in said
    assert main(["policies", *keeping[:2], "--format", "json"]) == 0
    _, listed = json.loads(capsys.readouterr().out)
    assert listed["version"] in said and listed["address"] in said


def test_what_was_fed_is_said_and_fed_again_is_known(
    keeping: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["feed", str(SHOP / "facts"), *keeping]) == 0
    first = capsys.readouterr().out.splitlines()
    assert all("new version" in line and "0 known already; entry " in line for line in first)
    assert main(["feed", str(SHOP / "facts"), *keeping]) == 0
    again = capsys.readouterr().out.splitlines()
    assert len(again) == len(first)
    assert all("0 new versions" in line and "entr" not in line for line in again)
    assert main(["ledger", "verify", keeping[1]]) == 0


@pytest.mark.parametrize("name", ["outage.csv", "outage.ndjson"])
def test_one_file_and_what_is_wrong_with_it(
    name: str, keeping: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"id": "o-1", "service": "shop", "start": "2025-02-01T00:00:00Z"}
    bad = good | {"id": "o-2", "service": "shap"}
    file = tmp_path / name

    def write(*rows: dict[str, str]) -> None:
        lines = [",".join(good), *(",".join(row.values()) for row in rows)]
        file.write_text("\n".join(lines if name.endswith("csv") else map(json.dumps, rows)))

    def feed(*more: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["feed", str(file), *keeping, *more])
        said = capsys.readouterr()
        return code, said.out, said.err

    write(good, bad)
    code, out, err = feed()
    assert (code, out) == (2, "")
    assert "column `service`" in err and "nothing was kept" in err
    code, out, _ = feed("--reject-rows")
    assert code == 2
    assert "1 new version of `outage`" in out
    write(good | {"start": "2025-02-02T00:00:00Z"})
    code, out, err = feed()
    assert (code, out) == (2, "")
    assert "refused[duplicate-key]: outage" in err
    code, out, _ = feed("--corrections")
    assert code == 0
    assert "1 new version" in out


def test_what_cannot_be_fed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--archive", str(tmp_path / "none.duckdb"), "--actor", "ann"]
    assert main(["feed", str(SHOP / "facts"), *words]) == 2
    assert "there is no archive" in capsys.readouterr().err
    assert main(["feed", str(SHOP / "facts"), *words[:2]]) == 2
    assert "--actor" in capsys.readouterr().err
    (tmp_path / "bad.sla").write_text("party {")
    assert main(["publish", str(tmp_path / "bad.sla"), *words]) == 2
    assert not (tmp_path / "none.duckdb").exists()
    (tmp_path / "weather.csv").write_text("id\n1\n")
    assert main(["publish", str(SHOP / "shop.sla"), *words]) == 0
    capsys.readouterr()
    assert main(["feed", str(tmp_path / "weather.csv"), *words]) == 2
    assert "`weather.csv` is not read" in capsys.readouterr().err
    assert main(["feed", str(tmp_path / "gone"), *words]) == 2
    assert "does not exist" in capsys.readouterr().err
