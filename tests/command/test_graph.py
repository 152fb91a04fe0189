"""`troth graph` over a policy file: each format, the part around a node, a file, and what is refused."""

from pathlib import Path

import pytest

from api.command.main import main

POLICY = """
party acme "Acme"
party host "Host" is supplier
service shop "Web shop" { provider acme  needs server }
service server { provider host }
"""


@pytest.fixture(autouse=True)
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.sla").write_text(POLICY, "utf-8")


@pytest.mark.parametrize(
    ("format", "begins"),
    [
        ("dot", "digraph troth {"),
        ("mermaid", "%% "),
        ("graphml", "<?xml"),
        ("cytoscape", "{\n"),
        ("svg", "<?xml"),
    ],
)
def test_every_format(format: str, begins: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "shop.sla", "--format", format]) == 0
    said = capsys.readouterr().out
    assert said.startswith(begins) and "Web shop" in said


def test_a_file_around_a_node(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["graph", "shop.sla", "--around", "host", "--depth", "1", "--kind", "party", "--kind", "service"]
    assert main([*words, "--failed", "server", "--output", "out.dot"]) == 0
    assert capsys.readouterr().out == ""
    text = Path("out.dot").read_text("utf-8")
    assert '"service:server" [label="server", shape=box, tooltip="service:server: fails"' in text
    assert "service:shop" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--around", "hots"], "did you mean `host`?"),
        (["--failed", "nobody"], "error[unknown-name]"),
        (["--kind", "services"], "invalid choice: 'services'"),
        (["--depth", "-1"], "`-1` is no number of edges"),
        (["--depth", "two"], "`two` is no number of edges"),
        (["--format", "png"], "invalid choice"),
        (["--facts", "."], "with --facts, --as-of says what time it is"),
        (["--since", "2025-01-01"], "name some with --facts"),
    ],
)
def test_what_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "shop.sla", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err
