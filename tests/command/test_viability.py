"""`troth viability` over policies at hand: prospects and findings, in three formats."""

import json
from pathlib import Path

import pytest

from api.command.main import main

HOSTING = Path(__file__).parents[2] / "policies" / "examples" / "hosting"


def test_what_could_be_promised_at_best(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["viability", str(HOSTING), "acme_sla", "--as-of", "2025-06-01", "--format", "json"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["policy_version", "as_of", "prospects", "findings"]
    shop = said["prospects"][0]
    assert (shop["promise"], shop["target"]["exact"]) == ("acme_sla.shop_availability", "199/2")
    assert shop["bound"]["exact"] == "997/10"
    assert shop["expected"]["exact"] == "498501/5000"
    assert [each["promise"] for each in shop["beneath"]] == [
        "tern_uc.payments_availability",
        "northwind_uc.hosting_availability",
        None,
    ]


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_people_read_the_same(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["viability", str(HOSTING), "agreement:acme_sla", "--format", format]) == 0
    said = capsys.readouterr().out
    assert "99.7% can be promised at best; 99.7002% expected" in said
    assert "because nobody promises them: on" in said


def test_an_agreement_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("acme_sl", "ACME_SLA"):
        assert main(["viability", str(HOSTING), name]) == 2
        assert "did you mean `acme_sla`?" in capsys.readouterr().err
    assert main(["viability", str(HOSTING), "acme_sla", "tern_uc"]) == 2


def test_what_is_not_in_force_carries_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["viability", str(HOSTING), "--as-of", "2030-01-01"]) == 0
    said = capsys.readouterr().out
    assert "no agreement in force offers a service" in said and "carries" not in said
