"""The README is true: its policy is evaluated over its facts, and answers what it says."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from api.command.main import main
from tests.golden import Golden

ROOT = Path(__file__).parents[2]


def test_the_readme(
    golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def answer(files: Mapping[str, str], command: str) -> str:
        for name, text in files.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, "utf-8")
        troth, *words = shlex.split(command)
        assert troth == "troth"
        assert main(words) != 2, capsys.readouterr().err
        return capsys.readouterr().out

    golden.page(ROOT / "README.md", answer)
