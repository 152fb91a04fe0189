"""`troth fmt`: in place, atomically, and nothing is ever lost to it."""

from pathlib import Path

import pytest

from api.command.main import main
from engine import pipeline
from engine.source import Source

SHOP = Path(__file__).parent / "shop" / "shop.sla"
SOUND = str(pipeline.format_policy(Source(name="shop.sla", text=SHOP.read_text())))
RAGGED = "# before\n" + SOUND.replace("  provider acme", "      provider     acme   # who").rstrip("\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One policy in canonical format, and one that is not."""
    monkeypatch.chdir(tmp_path)
    Path("sound.sla").write_text(SOUND)
    Path("ragged.sla").write_text(RAGGED)
    return Path()


@pytest.mark.usefixtures("folder")
def test_files_are_formatted_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "."]) == 0
    assert capsys.readouterr().out == "ragged.sla: formatted\n"
    formatted = Path("ragged.sla").read_text()
    assert "# before\n" in formatted and "# who" in formatted
    assert "  provider acme" in formatted
    assert Path("sound.sla").read_text() == SOUND
    assert main(["fmt", "."]) == 0
    assert capsys.readouterr().out == "2 files in canonical format\n"
    assert Path("ragged.sla").read_text() == formatted


@pytest.mark.usefixtures("folder")
def test_a_check_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--check", "."]) == 1
    assert capsys.readouterr().out == "ragged.sla: would change\n"
    assert Path("ragged.sla").read_text() == RAGGED
    assert main(["fmt", "--check", "sound.sla"]) == 0


@pytest.mark.usefixtures("folder")
def test_standard_output_is_the_policy_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--stdout", "sound.sla"]) == 0
    assert capsys.readouterr().out == SOUND


@pytest.mark.usefixtures("folder")
def test_a_mistake_leaves_its_file_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    broken = RAGGED + "\nparty {\n"
    Path("broken.sla").write_text(broken)
    assert main(["fmt", "."]) == 2
    said = capsys.readouterr()
    assert "broken.sla: left as it is" in said.err and "error[" in said.err
    assert Path("broken.sla").read_text() == broken
    assert Path("ragged.sla").read_text() != RAGGED
