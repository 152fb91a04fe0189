"""`troth risk` over a policy set with one of everything, in three formats."""

import json
from pathlib import Path

import pytest

from api.command.main import main
from tests.golden import Golden

POLICY = """
use standard

document msa "Master agreement" { version "1"  dated 2024-12-01 }

party acme "Acme"
party bolt "Bolt"
party northwind "Northwind" is supplier
party tern "Tern" is supplier
party stranger "Stranger"

component cable "The one cable"
component spare "Spare part"

service shop "Web shop" {
  provider acme
  needs 1 of (host_a, host_b, host_c)
  needs search
}
service host_a { provider northwind  needs cable }
service host_b { provider northwind }
service host_c { provider tern  needs cable }
service search { provider acme  needs index }
service index { provider acme  needs 1 of (search, host_b) }
service lonely { provider acme }

agreement shop_sla is sla "Web shop for Bolt" {
  between acme as provider and bolt as customer
  covers shop
  cites msa "Schedule 1"
  in force from 2025-01-01
  published without acceptance
  zone UTC
}
"""


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("shop.sla").write_text(POLICY, "utf-8")
    return "shop.sla"


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_one_of_everything(
    format: str, policy: str, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["risk", policy, "--format", format]) == 0
    suffix = {"text": "txt", "markdown": "md"}[format]
    golden.text(Path(__file__).parent / f"risk.{suffix}", capsys.readouterr().out)


def test_json(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["risk", policy, "--as-of", "2025-06-01", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == [
        "as_of",
        "policy_version",
        "single_failures",
        "suppliers",
        "concentrations",
        "cycles",
        "orphans",
    ]
    assert said["single_failures"][0]["id"] == "party:acme"
    (found,) = said["concentrations"]
    assert (found["nominal"], found["least"], found["most"]) == (3, 2, 2)
    assert [culprit["name"] for culprit in found["cuts"][0]] == ["northwind", "cable"]
    assert said["cycles"][0]["start"] == "service:index"
    assert said["cycles"][0]["path"][0]["place"]["line"] == 24
    assert [each["name"] for each in said["orphans"]] == [
        "lonely",
        "spare",
        "northwind",
        "stranger",
        "tern",
    ]


def test_before_the_term_the_tops_face_customers(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["risk", policy, "--as-of", "2024-06-01", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["single_failures"][0]["services"] == ["lonely", "shop"]
    assert said["single_failures"][0]["agreements"] == []
    assert {"northwind", "shop_sla"} & {each["name"] for each in said["orphans"]} == {"northwind"}


def test_the_usual_day_is_the_first_wherever_the_agreement_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it begins seven hours after that day does in UTC, it is in force when nobody says a day."""
    monkeypatch.chdir(tmp_path)
    Path("shop.sla").write_text(POLICY.replace("zone UTC", "zone America/Phoenix"), "utf-8")
    assert main(["impact", "shop.sla", "northwind", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["as_of"] == "2025-01-01T07:00:00Z"
    assert main(["impact", "shop.sla", "search"]) == 0
    assert "1 customer hit: bolt" in capsys.readouterr().out
