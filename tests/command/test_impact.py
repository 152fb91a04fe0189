"""`troth impact` over a policy set at hand: arguments told apart, hits with their paths, in three formats."""

import json
from pathlib import Path

import pytest

from api.command import impact, rests_on
from api.command.main import main
from engine.model.quantity import HOUR
from engine.model.situation import Awaited, DueNext
from engine.model.snapshot import Snapshot
from tests.golden import Golden
from tests.hosting import hosting, instant


@pytest.fixture(autouse=True)
def at_hand(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The policies that were asked for; whatever they are, they are the hosting example."""
    asked: list[Path] = []

    def policies(paths: list[Path], _console: object) -> tuple[Snapshot, dict[str, object]]:
        asked.extend(paths)
        return hosting(), {}

    monkeypatch.setattr(impact, "sound_policies", policies)
    return asked


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_what_a_supplier_takes_with_it(
    format: str, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["impact", "p.sla", "northwind", "host_b", "--format", format]) == 0
    suffix = {"text": "txt", "markdown": "md"}[format]
    golden.text(Path(__file__).parent / f"impact.{suffix}", capsys.readouterr().out)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["impact", "p.sla", "northwind", "--as-of", "2025-06-01", "--format", "json"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    whole = ["counts", "standing_count", "left_out", "not_there", "money"]
    assert list(said) == ["as_of", "policy_version", "failed", "hits", "standing", *whole]
    assert said["as_of"] == "2025-06-01T00:00:00Z"
    assert [each["id"] for each in said["failed"]] == ["party:northwind"]
    hit = next(each for each in said["hits"] if each["id"] == "service:host_a")
    assert hit["degree"] == len(hit["path"]) == 1
    assert hit["path"][0]["edge"] == "provides"


@pytest.mark.parametrize(
    ("name", "near"),
    [("northwnd", "northwind"), ("NORTHWIND", "northwind"), ("service:northwind", "party:northwind")],
)
def test_an_unknown_name(name: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "p.sla", name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error[unknown-name]" in captured.err and f"did you mean `{near}`?" in captured.err


def test_policies_and_names_are_told_apart(
    tmp_path: Path, at_hand: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("more").mkdir()
    assert main(["impact", "missing", "more", "other.sla", "sub/x", "northwind"]) == 0
    assert at_hand == [Path("missing"), Path("more"), Path("other.sla"), Path("sub/x")]


def test_no_name_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "p.sla", "q.sla"]) == 2
    assert "name what fails" in capsys.readouterr().err


def test_limits_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "p.sla", "northwind", "--most-degree", "1", "--kind", "agreement"]) == 0
    said = capsys.readouterr().out
    assert "1 agreement hit: northwind_uc" in said
    assert "7 more are left out, as was asked" in said


def test_what_is_not_in_force_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "p.sla", "acme_sla", "--as-of", "2030-01-01"]) == 0
    said = capsys.readouterr().out
    assert "not in force at that instant: acme_sla" in said
    assert "nothing else is lost" in said


def test_facts_need_an_instant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "p.sla", "--facts", "facts"]) == 2
    assert "with --facts, --as-of says what time it is" in capsys.readouterr().err


def test_what_was_known_needs_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "p.sla", "northwind", "--known-at", "2025-03-01T00:00:00Z"]) == 2
    assert "--known-at goes with --facts" in capsys.readouterr().err


def test_the_latest_of_what_is_overdue_and_the_first_of_what_is_due() -> None:
    """Old arrears do not push out what comes next."""
    at = instant("2025-03-01T00:00:00Z")
    due = [
        DueNext(
            at=at + number * HOUR,
            what=Awaited.DEADLINE,
            who="acme",
            of="acme_sla.restore",
            subject=None,
            occasion=f"i{number}",
            is_overdue=number < 30,
        )
        for number in range(60)
    ]
    said = [what or name for name, what in impact._due(due, hosting())]
    assert said[0] == "10 more have been overdue for longer" and said[-1] == "10 more are due later"
    assert [each.rpartition(" ")[2] for each in said[1:-1]] == [f"i{number}" for number in range(10, 50)]


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_what_a_promise_rests_on(
    format: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rests_on, "sound_policies", lambda *_: (hosting(), {}))
    assert main(["rests-on", "p.sla", "acme_sla.uptime", "--format", format]) == 0
    said = capsys.readouterr().out
    if format == "json":
        answer = json.loads(said)
        group = next(each for each in answer["hits"] if each["kind"] == "group")
        assert (group["id"], group["needed"], group["degree"]) == ("group:shop/2", 1, 2)
        assert answer["counts"]["service"] == 3
    else:
        assert "shop needs group 2 of shop, at least 1 of them" in said


def test_only_one_thing_rests_on_something(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rests-on", "p.sla", "shop", "host_a"]) == 2
    assert "name one thing" in capsys.readouterr().err
