"""The README is true: its policy is evaluated over its facts, and answers what it says."""

import re
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


@pytest.mark.parametrize("page", ["README.md", "api/README.md", "engine/README.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text("utf-8"))
    assert links
    assert not [link for link in links if not ((ROOT / page).parent / link).exists()]
