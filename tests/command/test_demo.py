"""The demonstration runs from its first question to its last answer."""

from pathlib import Path

import pytest

from api.command.console import terminal
from api.command.demo import demonstrate
from api.command.exits import Exit

HOSTING = Path(__file__).parents[2] / "policies" / "examples" / "hosting"


def test_the_demonstration(capsys: pytest.CaptureFixture[str]) -> None:
    assert demonstrate(HOSTING, terminal(colour=False)) is Exit.KEPT
    said = capsys.readouterr()
    assert said.err == ""
    told = (
        "$ troth check",
        "no mistakes found",
        "$ troth evaluate",
        "Compliance as of 2025-04-10T00:00:00Z",
        "$ troth explain",
        "Why breached",
        "$ troth impact",
        "If party northwind fails",
        "POST /graphql",
        '"totalCount": ',
    )
    places = [said.out.index(each) for each in told]
    assert places == sorted(places)


def test_a_demonstration_without_its_policy_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demonstrate(tmp_path / "none", terminal(colour=False)) is Exit.NOT_EVALUATED
    assert "no-such-file" in capsys.readouterr().out
