"""`troth import-graph`: the policy on one stream, what is not in it on the other."""

import json
from pathlib import Path

import pytest

from api.command.main import main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("edges.csv").write_text("source,target,weight\nshop,data-base,1\n", "utf-8")


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-graph", "edges.csv"]) == 0
    captured = capsys.readouterr()
    assert captured.out.endswith(
        'service shop "shop" {\n  provider unknown_provider\n  needs data_base\n}\n\n'
        'service data_base "data-base" { provider unknown_provider }\n'
    )
    assert captured.err.splitlines() == [
        "edges.csv:1: not carried over: the column `weight`",
        "edges.csv:2: renamed: service `data-base` is `data_base`",
        "edges.csv:2: assumed: service `shop` says nobody who provides it",
        "edges.csv:2: assumed: service `data_base` says nobody who provides it",
        "4 remarks",
    ]


def test_json_and_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-graph", "edges.csv", "--format", "json"]) == 0
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert list(said) == ["policy", "remarks"] and captured.err == ""
    assert said["remarks"][0] == {
        "kind": "not carried over",
        "text": "the column `weight`",
        "source": "edges.csv",
        "line": 1,
    }
    assert main(["import-graph", "edges.csv", "--output", "shop.sla"]) == 0
    assert Path("shop.sla").read_text("utf-8") == said["policy"]
    assert main(["check", "shop.sla"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.csv"], "error[no-such-file]"),
        (["edges.txt"], "say with --from"),
        (["edges.csv", "--target", "to"], "has no column `to`"),
        (["edges.csv", "--from", "graphml"], "error[not-graphml]"),
    ],
)
def test_what_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-graph", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err


def test_a_file_of_which_nothing_can_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    """What was left out is told, and no empty policy passes for the graph."""
    Path("catalog.yaml").write_text("kind: Location\nmetadata: {name: x}\n", "utf-8")
    assert main(["import-graph", "catalog.yaml", "--output", "shop.sla"]) == 2
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "catalog.yaml:1: not carried over: location `x`",
        "1 remark",
        "troth import-graph: `catalog.yaml` has nothing that a policy could say",
    ]
    assert captured.out == "" and not Path("shop.sla").exists()
