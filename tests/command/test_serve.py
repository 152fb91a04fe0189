"""`troth serve`: on loopback only, says what it does not ask for, answers, and stops when told."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from api.command.main import main

SHOP = Path(__file__).parent / "shop"
WORDS = ["serve", str(SHOP / "shop.sla"), "--facts", str(SHOP / "facts"), "--as-of", "2025-03-01T00:00:00Z"]


@pytest.fixture
def server() -> Iterator["subprocess.Popen[str]"]:
    """A server on a free port."""
    command = [sys.executable, "-m", "api.command.main", *WORDS, "--port", "0"]
    with subprocess.Popen(command, cwd=SHOP.parents[2], stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_it_answers_on_this_machine_until_it_is_stopped(server: "subprocess.Popen[str]") -> None:
    assert server.stderr is not None
    said, warning = server.stderr.readline(), server.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/graphql", said)
    assert found, said
    assert "as of 2025-03-01T00:00:00Z" in said and "No tokens are asked for" in warning
    query = json.dumps({"query": "{ asOf verdicts(first: 5, filter: {state: [BREACHED]}) { totalCount } }"})
    request = Request(found[0], query.encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        assert json.load(answer)["data"] == {"asOf": "2025-03-01T00:00:00Z", "verdicts": {"totalCount": 1}}
    server.send_signal(signal.SIGINT)
    assert server.wait(60) == 130
    assert "Traceback" not in server.stderr.read()


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main([*WORDS, "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_a_broken_policy_is_not_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.sla").write_text("party {")
    assert main(["serve", str(tmp_path), "--facts", str(SHOP / "facts")]) == 2
    assert "error[" in capsys.readouterr().err
