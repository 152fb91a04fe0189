"""`troth calendar`: a file that the next one revises, for everybody or for some."""

from pathlib import Path

import pytest
from icalendar import Calendar

from api.command.main import main

HOSTING = Path(__file__).parents[2] / "policies" / "examples" / "hosting"


def test_a_calendar_and_its_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["calendar", str(HOSTING), "--facts", str(HOSTING / "facts"), "--party", "acme"]
    assert main([*words, "--as-of", "2025-04-01T00:00:00Z", "--output", "a.ics"]) == 0
    first = Path("a.ics").read_bytes()
    assert first.count(b"\r\n") == first.count(b"\n") > 20
    again = [*words, "--as-of", "2025-05-02T00:00:00Z", "--revises", "a.ics", "--output", "a.ics"]
    assert main(again) == 0, capsys.readouterr().err
    found = {
        str(each["SUMMARY"]): (str(each["STATUS"]), each.sequence)
        for each in Calendar.from_ical(Path("a.ics").read_bytes()).events
    }
    assert found["Due: Restore the service, i-6"] == ("CANCELLED", 1)
    assert found["Due: Report every month, 2025-04"] == ("CONFIRMED", 0)
    assert found["Due: Report every month, 2025-03"] == ("CANCELLED", 1)
    assert found["Due: Report every month, 2025-05"] == ("CONFIRMED", 0)


def test_who_is_asked_for_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["calendar", str(HOSTING), "--facts", str(HOSTING / "facts"), "--as-of", "2025-04-01T00:00:00Z"]
    assert main([*words, "--role", "duty_manger", "--party", "acme_"]) == 2
    said = capsys.readouterr().err
    assert "no role is named `duty_manger`" in said and "did you mean `duty_manager`?" in said
    assert "no party is named `acme_`" in said
