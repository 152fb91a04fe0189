"""`troth check`: every mistake in one run, in three formats, and never a traceback."""

import json
from pathlib import Path

import pytest

from api.command.main import main

SHOP = Path(__file__).parent / "shop" / "shop.sla"

FIVE = """party acme "Acme"
party acme "Acme again"
calendar office { zone Europ/Berlin  open monday to friday from 08:00 to 18:00 }
service shop "Shop" { provider acmee  hours always }
role lead "Lead" of nobody
service blog { provider acme hours always
"""


@pytest.fixture
def five(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with five independent mistakes."""
    monkeypatch.chdir(tmp_path)
    Path("five.sla").write_text(FIVE)
    return Path("five.sla")


def test_a_sound_policy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SHOP)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1 file: 1 agreement, 1 promise; no mistakes found\n`--advice` names ")
    assert main(["check", str(SHOP), "--advice", "--strict"]) == 0
    assert "advice[escalation-missing]" in capsys.readouterr().out


def test_five_mistakes_in_one_run(five: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(five), "--format", "json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["policy_version"] is None
    errors = [each for each in said["diagnostics"] if each["level"] == "error"]
    assert [each["places"][0]["line"] for each in errors] == [2, 3, 4, 5, 6]
    assert errors[1]["code"] == "unknown-zone"
    assert errors[1]["places"][0] == {
        "source": "five.sla",
        "line": 3,
        "column": 24,
        "end_line": 3,
        "end_column": 36,
        "text": errors[1]["places"][0]["text"],
    }
    assert all(each["help"] for each in errors), [each["code"] for each in errors if not each["help"]]


def test_five_mistakes_are_drawn(five: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(five)]) == 2
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("error[") == 5
    assert said.out.rstrip().endswith("1 file: 5 errors")


def test_five_mistakes_in_markdown(five: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(five), "--format", "markdown"]) == 2
    assert capsys.readouterr().out.count("```text\nerror[") == 5


def test_a_sound_policy_has_its_version_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SHOP), "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["diagnostics"] == [] and len(said["policy_version"]) == 64


def test_warnings_alone_are_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = SHOP.read_text().replace('  accepted    by "Order form 2024-117" on 2024-12-20\n', "")
    (tmp_path / "a.sla").write_text(policy)
    assert main(["check", str(tmp_path)]) == 0
    assert "warning[" in capsys.readouterr().out


def test_an_unreadable_file_hides_no_mistake(five: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("binary.sla").write_bytes(b"\x00\xff")
    assert main(["check", "binary.sla", str(five), "missing.sla"]) == 2
    said = capsys.readouterr().out
    assert "not-text" in said and "no-such-file" in said and said.count("error[") == 7


@pytest.mark.parametrize(
    "text",
    [
        "agreement a is sla { duty d { when x y where " + "(" * 10_000,
        "agreement a is sla { duty d { when x y where " + "(" * 10_000 + "a is b" + ")" * 10_000 + " } }",
        "{" * 10_000,
        "x " * 1_000_000,
        "\u202e\u0000",
        "",
    ],
    ids=["open", "nested", "braces", "long", "odd", "empty"],
)
def test_monsters_end_in_a_message(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.sla").write_text(text)
    ended = main(["check", str(tmp_path / "a.sla")])
    said = capsys.readouterr()
    assert ended == (2 if text else 0)
    assert "internal error" not in said.err and "Traceback" not in said.out + said.err
    assert len(said.out) < 20_000


def test_strict_lets_no_warning_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "unused.sla"
    policy.write_text('party acme "Acme"\n', "utf-8")
    assert main(["check", str(policy)]) == 0
    assert main(["check", str(policy), "--strict"]) == 2
    assert "warning[unused-name]" in capsys.readouterr().out


def test_sarif_names_the_rule_and_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "twice.sla"
    policy.write_text('party acme "Acme"\nparty acme "Again"\n', "utf-8")
    assert main(["check", str(policy), "--format", "sarif"]) == 2
    answer = json.loads(capsys.readouterr().out)
    (run,) = answer["runs"]
    results = {each["ruleId"]: each for each in run["results"]}
    twice = results["duplicate-name"]
    assert twice["level"] == "error"
    assert run["tool"]["driver"]["rules"][twice["ruleIndex"]]["id"] == "duplicate-name"
    region = twice["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (2, 7)
    assert twice["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_explain_prints_the_page_of_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "credit-gap"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("# credit-gap\n") and "Mended:" in page
    assert main(["check", "--explain", "credit-gaps"]) == 2
    assert "did you mean `credit-gap`?" in capsys.readouterr().err


def test_check_without_policies_says_what_it_wants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert "POLICIES" in capsys.readouterr().err
