"""A term without end: no answer shows the place at which evaluators let it end."""

import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from api.command.main import main
from tests.dsl.resolving import agreement, target

NOTHING = target("requires count of incident at most 0 over the term\nbreach is severity_1")


@pytest.fixture
def ended(tmp_path: Path) -> list[str]:
    """The arguments of a verdict that was lost early, in a window without end."""
    text = "severities severity_1\n" + agreement(NOTHING).replace(" through 2025-12-31", "")
    (tmp_path / "a.sla").write_text(text, encoding="utf-8")
    facts = tmp_path / "facts"
    facts.mkdir()
    (facts / "incident.csv").write_text(
        "id,service,reported_at\ni1,shop,2025-02-01T00:00:00Z\n", encoding="utf-8"
    )
    return [str(tmp_path), "--facts", str(facts), "--as-of", "2025-06-01T00:00:00Z"]


def test_its_end_is_null(ended: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["evaluate", *ended, "--format", "json"])
    said = json.loads(capsys.readouterr().out)
    (verdict,) = said["verdicts"]
    assert (verdict["state"], verdict["flags"]) == ("BREACHED", ["decided early"])
    assert verdict["window"] == {"start": "2024-12-31T23:00:00Z", "end": None, "label": "term"}
    (severity,) = said["reactions"]
    assert (severity["severity"], severity["at"]) == ("severity_1", None)


def test_the_table_has_no_end(ended: list[str], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    main(["evaluate", *ended, "--format", "parquet"])
    (row,) = pq.read_table(io.BytesIO(capsysbinary.readouterr().out)).to_pylist()
    assert (row["window_end"], row["window_label"]) == (None, "term")


@pytest.mark.parametrize("verb", ("evaluate", "explain", "trace"))
def test_no_words_of_the_year_9999(verb: str, ended: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([verb, *ended, *([] if verb == "evaluate" else ["deal.it"])])
    said = capsys.readouterr().out
    assert "9999-12" not in said
    assert "without end" in said
