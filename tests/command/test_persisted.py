"""`troth persisted`, and a server that is given documents: what is printed, what stops it, and the page."""

import shlex
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from api.command.main import main
from tests.golden import Golden

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "persisted.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with sound documents in another."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.graphql", "a/z.graphql", "a.graphql", ".git/hidden.graphql", "notes.md"):
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{ asOf }", "utf-8")
    return tmp_path


def test_the_page(
    golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def answer(files: Mapping[str, str], command: str) -> str:
        for name, text in files.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, "utf-8")
        troth, *words = shlex.split(command)
        assert troth == "troth"
        assert main(words) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    golden.page(PAGE, answer)


def test_each_file_is_told_with_its_id_in_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two files of the same bytes are one document."""
    (folder / "documents" / "b.graphql").write_bytes(b"\xef\xbb\xbf{ asOf }\r\n")
    assert main(["persisted", "documents", "documents/b.graphql"]) == 0
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    names = ("documents/a/z.graphql", "documents/a.graphql", "documents/b.graphql")
    assert lines == [[f"sha256:{sha256(Path(each).read_bytes()).hexdigest()}", each] for each in names]
    assert lines[0][0] == lines[1][0] != lines[2][0]


def test_no_id_is_told_of_any_where_one_may_not_be_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "documents" / "c.graphql").write_text("{\n  asOff\n}\n{", "utf-8")
    (folder / "documents" / "d.graphql").write_text("query {\n  asOff\n}\n", "utf-8")
    assert main(["persisted", "documents", "other"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "there is no file or folder `other`" in said.err
    assert "error[graphql-syntax]" in said.err and "--> documents/c.graphql:4:2" in said.err
    assert "error[graphql-validation]" in said.err and "--> documents/d.graphql:2:3" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--persisted", "documents"], "--> documents/bad.graphql:2:1"),
        (["--persisted", "none"], "there is no file or folder `none`"),
        (["--persisted", "documents/a"], None),
        (["--persisted-only"], "--persisted-only (`persisted.only`) answers documents of --persisted"),
    ],
)
def test_what_may_not_be_asked_stops_the_start(
    words: list[str], said: str | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "documents" / "bad.graphql").write_text("{ asOf\n", "utf-8")
    # A folder is no archive: it is found after the documents, and nothing is ever served.
    (folder / "acme").mkdir()
    assert main(["serve", "--archive", "acme", *words]) == 2
    told = capsys.readouterr().err
    assert said in told if said is not None else "acme" in told and "documents" not in told


def test_the_settings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "etc").mkdir()
    text = '[persisted]\ndocuments = "documents"\nonly = true\n[tenants]\nacme = "a.duckdb"\n'
    (folder / "etc" / "troth.toml").write_text(text, "utf-8")
    assert main(["serve", "--config", "etc/troth.toml", "--print-config"]) == 0
    told = capsys.readouterr().out
    assert 'persisted.documents = "etc/documents"  # etc/troth.toml' in told
    assert "persisted.only = true  # etc/troth.toml" in told
    assert main(["serve", "--config", "etc/troth.toml"]) == 2
    assert "there is no file or folder `etc/documents`" in capsys.readouterr().err
