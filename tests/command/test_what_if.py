"""`troth what-if` and `troth diff`: changes from words and files, answers for people and for programs."""

import json
from pathlib import Path

import pytest

from api.command.main import main
from tests.whatif.asking import OUTAGES, POINTS, ROOT

AS_OF = ["--as-of", "2025-04-01T00:00:00Z"]


@pytest.fixture
def facts(tmp_path: Path) -> list[str]:
    """The outages of the service points."""
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "outage.csv").write_text(OUTAGES, "utf-8")
    return ["--facts", str(folder)]


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The service points with another bound, another word about it, and a duty more."""
    text = (ROOT / POINTS).read_text("utf-8")
    text = text.replace("requires at least 99% in", "requires at least 96% in")
    text = text.replace("  fee GBP 100000", "  notice 90 calendar days before the end\n  fee GBP 100000")
    file = tmp_path / "changed.sla"
    file.write_text(text.replace("KPI: the helpdesk can be reached", "The helpdesk answers"), "utf-8")
    return file


def test_what_if_for_programs(facts: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Changes of a file come after those of the command line."""
    file = tmp_path / "changes.txt"
    file.write_text("# laxer still\nchange model_services.availability to at least 96%\n", "utf-8")
    change = "change model_services.availability to at least 97%"
    words = ["what-if", str(ROOT / POINTS), *facts, *AS_OF, "--change", change, "--changes", str(file)]
    assert main([*words, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["changes"][0] == change and len(answer["changes"]) == 2
    assert answer["credits"] == [
        {
            "agreement": "model_services",
            "currency": "GBP",
            "before": "2750.00",
            "after": "1750.00",
            "difference": "-1000.00",
            "not_computed": {"before": 0, "after": 0},
        }
    ]
    assert [each["after"]["state"] for each in answer["verdicts"]][:3] == ["MET", "MET", "MET"]
    assert {each["before"]["kind"] for each in answer["reactions"]} == {"credit"}
    (word,) = answer["words"]
    assert word["after"] == "requires at least 96% in each calendar month"
    assert word["clause"] == "msc Schedule 3, Part II"


def test_what_if_for_people(facts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    change = "end model_services on 2025-02-28"
    words = ["what-if", str(ROOT / POINTS), *facts, *AS_OF, "--change", change]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert f"What if: {change}" in said
    assert "BREACHED → none  model_services.availability · helpdesk · 2025-03" in said
    assert "credits GBP 2,750.00 → GBP 1,250.00, difference GBP -1,500.00" in said
    assert main([*words, "--format", "markdown"]) == 0
    assert "## Money" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name a change with --change"),
        (["--changes", "nowhere.txt"], "there is no file or folder `nowhere.txt`"),
        (["--change", "drop agreement model_service"], "did you mean `model_services`?"),
        (["--change", "add need helpdesk to helpdesk"], "needs itself"),
    ],
)
def test_what_cannot_be_answered(
    words: list[str], said: str, facts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["what-if", str(ROOT / POINTS), *facts, *AS_OF, *words]) == 2
    answered = capsys.readouterr()
    assert answered.out == ""
    assert said in answered.err


def test_facts_that_a_change_makes_valid_are_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An outage of a service that only the change declares counts; so it would from scratch."""
    folder = tmp_path / "facts"
    folder.mkdir()
    outage = "o4,second_desk,2025-01-10T00:00:00Z,2025-01-20T00:00:00Z"
    (folder / "outage.csv").write_text(f"{OUTAGES}{outage}\n", "utf-8")
    words = ["what-if", str(ROOT / POINTS), "--facts", str(folder), *AS_OF]
    assert main([*words, "--change", "change model_services.availability to at least 97%"]) == 2
    assert "read again" not in capsys.readouterr().err
    add = "add service second_desk { provider supplier  hours always }"
    assert main([*words, "--change", add]) == 2  # as they are, the policies leave a row out
    said = capsys.readouterr().err
    assert "read again" in said
    assert said.count("no service is named `second_desk`") == 1


def test_diff_in_words(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without facts: statement by statement, each with its clause; comments and layout say nothing."""
    assert main(["diff", str(ROOT / POINTS), str(changed), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    target = "agreement model_services, target availability"
    assert [(each["change"], each["place"]) for each in answer["words"]] == [
        ("changed", target),
        ("changed", target),
        ("added", "agreement model_services"),
    ]
    head, bound, notice = answer["words"]
    assert head["before"].endswith('"KPI: the helpdesk can be reached"')
    assert (bound["before"], bound["after"]) == (
        "requires at least 99% in each calendar month",
        "requires at least 96% in each calendar month",
    )
    assert (notice["clause"], notice["after"]) == (
        "msc Schedule 3",
        "notice 90 calendar days before the end",
    )
    assert answer["obligations"] == {"vanished": [], "appeared": []}


def test_diff_in_money(changed: Path, facts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(ROOT / POINTS), str(changed), *facts, *AS_OF]) == 0
    said = capsys.readouterr().out
    assert "credits GBP 2,750.00 → GBP 1,750.00, difference GBP -1,000.00" in said
    assert "3 now met" in said


def test_diff_of_a_policy_with_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(ROOT / POINTS), str(ROOT / POINTS)]) == 0
    assert capsys.readouterr().out.endswith("they say the same\n")


def test_facts_want_an_instant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(ROOT / POINTS), str(ROOT / POINTS), "--facts", "facts"]) == 2
    assert "with --facts, --as-of says what time it is" in capsys.readouterr().err


SHOP = """
use standard
document msa "Master agreement" {{ version "1"  dated 2024-12-01 }}
party acme  party bolt  party northwind is supplier  party tern is supplier
service shop {{ provider acme  needs {need} }}
service host_a {{ provider northwind }}
service host_b {{ provider tern }}
agreement shop_sla is sla {{
  between acme as provider and bolt as customer
  covers shop
  cites msa "Schedule 1"
  in force from {start}
  published without acceptance
  zone UTC
}}
"""


def test_risks_that_come_and_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the day on which the newest agreement of the new policies came into force, or of another."""
    old, new = tmp_path / "old.sla", tmp_path / "new.sla"
    old.write_text(SHOP.format(need="host_a", start="2025-01-01"), "utf-8")
    new.write_text(SHOP.format(need="1 of (host_a, host_b)", start="2025-01-01"), "utf-8")
    assert main(["diff", str(old), str(new)]) == 0
    said = capsys.readouterr().out
    assert "risks of 2025-01-01" in said
    assert "gone  party northwind takes 1 service (shop), 1 agreement (shop_sla), 1 customer (bolt)" in said
    assert "changed  1. northwind: nothing that a customer has\n      before: 1. northwind: 1 service" in said
    assert "changed  1. tern: nothing that a customer has\n      before: 2. tern: nothing" in said
    assert "gone  service host_b: no agreement covers it and nothing needs it" in said
    assert main(["diff", str(old), str(new), "--as-of", "2024-06-01T00:00:00Z", "--format", "json"]) == 0
    risks = json.loads(capsys.readouterr().out)["risks"]
    assert risks["at"] == "2024-06-01T00:00:00Z"
    assert risks["single_failures"][0] == {
        "before": {
            "id": "party:northwind",
            "kind": "party",
            "name": "northwind",
            "title": "northwind",
            "services": ["shop"],
            "agreements": [],
            "customers": [],
            "money": [],
        },
        "after": None,
    }


CARRIED = """
target up {
    cites msa "2"
    obliges PROVIDER
    measures uptime from outage o
    during always
    requires at least SHARE in each calendar UNIT
    CREDITS
  }
}
"""


def test_what_is_too_weak_in_another_way_is_told_with_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A leg that others could stand in for only exposes; needed outright it breaks."""

    def policies(name: str, need: str) -> str:
        whole = SHOP.format(need=need, start="2025-01-01").rstrip().removesuffix("}")
        contract = whole[whole.index("agreement shop_sla") :]
        for old, new in (
            ("shop_sla is sla", "host_uc is uc"),
            ("acme as provider and bolt as customer", "northwind as provider and acme as customer"),
            ("covers shop", "covers host_a"),
        ):
            contract = contract.replace(old, new)
        conventions = "conventions standard { sources are assumed watched }\n  "
        above, beneath = CARRIED, CARRIED
        for old, new, other in (
            ("PROVIDER", "acme", "northwind"),
            ("SHARE", "99%", "98%"),
            ("UNIT", "month", "year"),
            ("CREDITS", "credits { base USD 1000  pays 10% below 99% }", ""),
        ):
            above, beneath = above.replace(old, new), beneath.replace(old, other)
        path = tmp_path / f"{name}.sla"
        path.write_text(whole + conventions + above + contract + conventions + beneath, "utf-8")
        return str(path)

    both = [policies("old", "1 of (host_a, host_b)"), policies("new", "host_a")]
    assert main(["diff", *both, "--as-of", "2025-01-01"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    change = "`host_uc.up` is measured in each calendar year, `shop_sla.up` in each calendar month"
    assert f"changed broken[window-weaker]: {change} promised 99%, at worst" in said
    assert f"before: exposed[window-weaker]: {change}; promised 99%, at worst" in said
