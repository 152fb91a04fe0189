"""The tutorial, step by step as a newcomer takes it: files written, commands run, answers compared."""

import re
from pathlib import Path

import pytest

from api.command.main import main
from tests.golden import FENCE, Golden

TUTORIAL = Path(__file__).parents[2] / "policies" / "README.md"


def test_the_tutorial_is_what_happens(
    golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def done(fence: re.Match[str]) -> str:
        language, _, rest = fence["info"].partition(" ")
        if language != "console":
            _write(rest, fence["body"])
            return fence[0]
        prompt, _, _ = fence["body"].partition("\n")
        assert prompt.startswith("$ troth ")
        main(prompt.removeprefix("$ troth ").split())
        said = capsys.readouterr()
        # The policy's version is a digest of the model, which changes with every new word of the language.
        answer = re.sub(r"policy [0-9a-f]{12}\b", "policy …", said.out + said.err)
        return f"```console\n{prompt}\n{answer}```"

    page, steps = FENCE.subn(done, TUTORIAL.read_text("utf-8"))
    assert steps > 10
    golden.text(TUTORIAL, page)


def _write(said: str, body: str) -> None:
    """A new file (`NAME`), more of one (`NAME +`), or one line of it changed (`NAME s/OLD/NEW/`)."""
    name, _, how = said.partition(" ")
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    if not how:
        path.write_text(body, "utf-8")
    elif how == "+":
        path.write_text(path.read_text("utf-8") + body, "utf-8")
    else:
        _, old, new, _ = how.split("/")
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new.replace("\\n", "\n")), "utf-8")
