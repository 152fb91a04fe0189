"""The judging verbs from the command line: exit codes, refused rows, every format, every user mistake."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from api.command.main import main
from engine import definition, pipeline
from engine.diagnostic import Diagnostic, Level
from engine.model.explanation import Explanation
from engine.model.snapshot import Snapshot
from engine.model.verdict import State, Verdict

SHOP = Path(__file__).parent / "shop"
BREACHED = "2025-03-01T00:00:00Z"
KEPT = "2025-02-01T00:00:00Z"
OBLIGATION = "shop_sla.availability"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shop's policy and facts, which a test may spoil, in the current folder."""
    shutil.copytree(SHOP, tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


def words(verb: str, *more: str, as_of: str = BREACHED) -> list[str]:
    """A command line over the shop."""
    return [verb, "shop.sla", "--facts", "facts", "--as-of", as_of, *more]


def append(text: str, name: str = "outage.csv") -> None:
    """Add rows to a file of facts."""
    path = Path("facts", name)
    path.write_text((path.read_text() if path.exists() else "") + text)


def test_kept_and_breached(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("evaluate", as_of=KEPT)) == 0
    assert "nothing is breached" in capsys.readouterr().out
    assert main(words("evaluate")) == 1
    said = capsys.readouterr()
    assert "BREACHED  shop_sla.availability · shop · 2025-02" in said.out
    assert "99.335%, at least 99.5%; short by 0.165 points" in said.out
    assert said.err == ""


def test_unmeasured(capsys: pytest.CaptureFixture[str]) -> None:
    policy = Path("shop.sla").read_text()
    policy = policy.replace("conventions standard { sources are assumed watched }", "conventions standard")
    Path("shop.sla").write_text(policy.replace("    requires", '    source "Probe" by acme\n    requires'))
    append("id,source,service,start,end\n", "observation.csv")
    assert main(words("evaluate", as_of=KEPT)) == 3
    assert "UNMEASURED" in capsys.readouterr().out


def test_reported_only_has_no_consequence(capsys: pytest.CaptureFixture[str]) -> None:
    policy = Path("shop.sla").read_text()
    Path("shop.sla").write_text(policy.replace("    requires", "    reported only\n    requires"))
    assert main(words("evaluate")) == 0
    assert "reported only" in capsys.readouterr().out


def test_json_is_one_object_and_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("evaluate", "--format", "json")) == 1
    first = capsys.readouterr().out
    assert main(words("evaluate", "--format", "json")) == 1
    assert capsys.readouterr().out == first
    said = json.loads(first)
    assert [each["state"] for each in said["verdicts"]] == ["MET", "BREACHED", "PENDING"]
    breached = said["verdicts"][1]
    assert breached["measured"]["exact"] == "50065/504"
    assert breached["counts"]["bad"] == "268"


def test_what_is_wrong_with_the_facts_is_in_the_answer(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that reads the answer alone learns that no file held outages, and that rows were refused."""
    (shop / "facts" / "outage.csv").unlink()
    append("id,service,start,end\n,shop,2025-01-01T00:00:00Z,\n", "maintenance.csv")
    main(words("evaluate", "--format", "json"))
    said = json.loads(capsys.readouterr().out)
    assert said["refused_rows"] == 1
    warning = next(each for each in said["warnings"] if each["code"] == "kind-without-file")
    assert (warning["level"], warning["message"]) == (
        "warning",
        "no file holds facts of `outage`, as if there had been none",
    )
    assert warning["places"][0]["source"].endswith(".sla")
    main(words("evaluate", "--format", "ndjson"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["refused_rows"] == 1
    assert next(each["code"] for each in lines if each["row"] == "warning") == "kind-without-file"


def test_a_claim_of_nothing_is_in_the_answer(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warning = Diagnostic(code="fact-names-nothing", level=Level.WARNING, message="the claim `c1` …")
    plain = pipeline.evaluate
    monkeypatch.setattr(
        pipeline, "evaluate", lambda *given, **more: replace(plain(*given, **more), warnings=(warning,))
    )
    main(words("evaluate", "--format", "json"))
    said = capsys.readouterr()
    assert [each["code"] for each in json.loads(said.out)["warnings"]] == ["fact-names-nothing"]
    assert "warning[fact-names-nothing]" in said.err
    main(words("evaluate", "--format", "ndjson"))
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["code"] for row in rows if row["row"] == "warning"] == ["fact-names-nothing"]


def test_rows_and_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("evaluate", "--format", "ndjson", "--output", "out.ndjson")) == 1
    assert capsys.readouterr().out == ""
    rows = [json.loads(line) for line in Path("out.ndjson").read_text().splitlines()]
    assert [row["row"] for row in rows] == ["evaluation", "verdict", "verdict", "verdict"]
    assert main(words("evaluate", "--format", "parquet", "--output", "out.parquet")) == 1
    assert Path("out.parquet").read_bytes()[:4] == b"PAR1"


def test_parquet_to_a_pipe(shop: Path) -> None:
    command = [sys.executable, "-m", "api.command.main", *words("evaluate", "--format", "parquet")]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=shop, env={"PYTHONPATH": str(root)}, capture_output=True, check=False)
    assert (done.returncode, done.stdout[:4], done.stdout[-4:]) == (1, b"PAR1", b"PAR1"), done.stderr


def test_an_output_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("evaluate", "--output", "none/out.txt")) == 2
    assert "`none/out.txt` cannot be written: no such file or directory" in capsys.readouterr().err


def test_a_refused_row_is_shown_and_the_others_are_judged(capsys: pytest.CaptureFixture[str]) -> None:
    append("o-3,shop,soon,2025-02-11T00:00:00Z\n")
    assert main(words("evaluate")) == 2
    said = capsys.readouterr()
    assert "outage.csv, row 4, column `start`" in said.err and "1 row refused" in said.err
    assert said.err.endswith("these verdicts rest on the others\n")
    assert "99.335%" in said.out


@pytest.mark.parametrize("verb", [("evaluate",), ("explain", OBLIGATION), ("trace", OBLIGATION)])
def test_without_a_whole_file_nothing_is_judged(
    verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    # Without the file of outages every window would look up.
    file = Path("facts/outage.csv")
    file.write_text(file.read_text().replace("id,service", "id,servcie", 1))
    assert main(words(*verb)) == 2
    said = capsys.readouterr()
    assert said.out == "" and "`servcie`" in said.err


def test_all_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    append("o-3,shop,soon,2025-02-11T00:00:00Z\n")
    assert main(words("evaluate", "--all-or-nothing")) == 2
    said = capsys.readouterr()
    assert said.out == "" and "nothing-admitted" in said.err


def test_many_refusals_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    append("".join(f"x-{number},shop,soon,\n" for number in range(30)))
    assert main(words("evaluate")) == 2
    said = capsys.readouterr().err
    assert said.count("refused[") == 20
    assert "30 rows refused; 10 more reasons are not shown" in said


def test_known_at_needs_recorded_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("evaluate", "--known-at", BREACHED)) == 2
    said = capsys.readouterr()
    assert said.out == "" and "`outage`" in said.err and "recorded_at" in said.err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("explain", OBLIGATION, "--on", "2025-02")) == 1
    said = capsys.readouterr().out
    assert "agreed" in said and "40,320 min" in said and "268 min" in said and "outage:o-2" in said
    assert main(words("explain", OBLIGATION, "--on", "2025-01")) == 0
    capsys.readouterr()
    assert main(words("explain", OBLIGATION, "--on", "2025-02", "--format", "json")) == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["verdict", "clause", "recomputed", "lines", "why_not"]
    assert told["recomputed"] is True and list(told["lines"][0]) == ["text", "facts", "lines"]
    assert main(words("explain", OBLIGATION, "--on", "2025-02", "--format", "markdown")) == 1
    assert "## Why breached" in capsys.readouterr().out


def test_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("trace", OBLIGATION, "--on", "2025-02")) == 1
    said = capsys.readouterr().out
    assert said.index("clause:") < said.index("fact: outage:o-2") < said.index("verdict: BREACHED")
    assert main(words("trace", OBLIGATION, "--on", "2025-02", "--format", "json")) == 1
    assert json.loads(capsys.readouterr().out)["steps"][0]["role"] == "clause"


def test_a_trace_of_several_verdicts_counts_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("trace", OBLIGATION)) == 1
    said = capsys.readouterr().out
    assert "verdicts: " in said and "1 BREACHED" in said and said.index("clause:") < said.index("BREACHED")
    assert main(words("explain", OBLIGATION)) == 2
    assert "say which:" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["explain", "trace"])
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["shop_sla.avail"], "did you mean `shop_sla.availability`?"),
        ([OBLIGATION, "--on", "2025-20"], "did you mean `2025-0"),
        ([OBLIGATION, "--on", "2025-02", "--subject", "blog"], "has no verdict for `blog`"),
    ],
)
def test_a_verdict_must_be_named(
    verb: str, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(verb, *more)) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err


def _spoil(kind: str) -> None:
    facts = Path("facts")
    match kind:
        case "no facts":
            shutil.rmtree(facts)
        case "file for folder":
            shutil.rmtree(facts)
            facts.write_text("x")
        case "folder for file":
            (facts / "outage.csv").unlink()
            (facts / "outage.csv").mkdir()
        case "binary facts":
            (facts / "outage.csv").write_bytes(b"\x00\x01\xff")
        case "unknown column":
            (facts / "outage.csv").write_text("id,service,strat,start,end\no,shop,x,2025-01-01T00:00:00Z,\n")
        case "no policy":
            Path("shop.sla").unlink()
        case "broken policy":
            Path("shop.sla").write_text("party {")
        case "torn parquet":
            (facts / "outage.csv").unlink()
            (facts / "outage.parquet").write_bytes(b"PAR1 torn")
        case _:
            raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("no facts", "facts"),
        ("file for folder", "facts"),
        ("folder for file", "outage.csv"),
        ("binary facts", "outage.csv"),
        ("unknown column", "`strat`"),
        ("no policy", "there is no file or folder `shop.sla`"),
        ("broken policy", "shop.sla:1:"),
        ("torn parquet", "outage.parquet"),
    ],
)
def test_what_a_person_may_get_wrong(kind: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    _spoil(kind)
    assert main(words("evaluate")) == 2
    err = capsys.readouterr().err
    assert said in err and "internal error" not in err and "Traceback" not in err


@pytest.mark.parametrize("kind", ["no facts", "broken policy"])
@pytest.mark.parametrize("verb", ["explain", "trace"])
def test_nothing_to_explain(kind: str, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    _spoil(kind)
    assert main(words(verb, OBLIGATION, "--on", "2025-02")) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "error[" in captured.err


def test_two_evaluators_that_differ_are_our_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def other(snapshot: Snapshot, facts: object, verdict: Verdict, as_of: int) -> Explanation:
        told = replace(verdict, state=State.MET)
        return Explanation(verdict=told, clause=(), lines=(), why_not=(), recomputed=True)

    monkeypatch.setattr(definition, "explain", other)
    assert main(words("explain", OBLIGATION, "--on", "2025-02")) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "internal error: DisagreementError" in captured.err


@pytest.mark.parametrize("format", ["text", "markdown"])
@pytest.mark.parametrize("more", [("evaluate",), ("explain", OBLIGATION, "--on", "2025-02")])
def test_a_key_with_line_ends_passes_for_no_line_of_ours(
    more: tuple[str, ...], format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row = '"o\n  MET  forged\x1b[2J",shop,2025-02-10T00:00:00Z,2025-02-12T00:00:00Z\n'
    Path("facts/outage.csv").write_text(f"id,service,start,end\n{row}")
    main(words(*more, "--format", format))
    out = capsys.readouterr().out
    assert "\x1b" not in out and not any(line.startswith("  MET  forged") for line in out.splitlines())
    assert "forged" in out or more == ("evaluate",)
