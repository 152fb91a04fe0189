"""The README of the importers is true: its export becomes facts, and its policy is judged by them."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from api.command.main import main
from engine.model.fact_import import Origin
from tests.golden import Golden

ROOT = Path(__file__).parents[3]
README = ROOT / "engine" / "facts" / "importers" / "README.md"


def test_the_readme(
    golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies").symlink_to(ROOT / "policies")
    monkeypatch.chdir(tmp_path)

    def answer(files: Mapping[str, str], command: str) -> str:
        main(shlex.split(command)[1:])
        said = capsys.readouterr()
        # The policy's version is a digest of the model, which changes with every new word of the language.
        lines = (said.err + said.out).splitlines()
        return "\n".join(each.partition("  policy ")[0] for each in lines) + "\n"

    golden.page(README, answer)
    assert Path("kinds.sla").read_text("utf-8") == Path("policies/examples/desk/kinds.sla").read_text("utf-8")


@pytest.mark.parametrize("origin", Origin)
def test_each_mapping_is_shown(origin: Origin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-facts", "--from", origin.value, "--show-mapping"]) == 0
    shipped = ROOT / "policies" / "standard" / "importers" / f"{origin.value}.yaml"
    assert capsys.readouterr().out == shipped.read_text("utf-8")


def test_the_command_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bytes.json").write_bytes(b"{}\n\xff")
    for words, said in (
        (["a.json", "--output", "o"], "either --from"),
        (["a.json", "--from", "jira", "--mapping", "m.yaml", "--output", "o"], "either --from"),
        (["a.json", "--from", "jira"], "a folder with --output"),
        (["--from", "jira", "--output", "o"], "name the files"),
        (["a.json", "--from", "jira", "--output", "o"], "`a.json` does not exist"),
        (["bytes.json", "--from", "jira", "--output", "o"], "line 2 holds a byte"),
        (["a.json", "--from", "jira", "--zone", "Mars/Base", "--output", "o"], "is no time zone"),
        (["a.json", "--mapping", "m.yaml", "--output", "o"], "`m.yaml` does not exist"),
    ):
        assert main(["import-facts", *words]) == 2
        assert said in capsys.readouterr().err
        assert not Path("o").exists()


def test_nothing_is_written_where_one_file_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "facts" / "status.ndjson").mkdir(parents=True)
    export = ROOT / "policies" / "examples" / "desk" / "issues.json"
    assert main(["import-facts", str(export), "--from", "jira", "--output", "facts"]) == 2
    assert "status.ndjson` cannot be written: it is a folder" in capsys.readouterr().err
    assert [each.name for each in Path("facts").iterdir()] == ["status.ndjson"]
