"""A server that is told to stop answers what it had accepted, keeps it, and ends in bounded time."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest

from api.command.main import main
from engine.ledger.verify import verify
from engine.store.open_archive import open_archive
from tests.api.tenant_door import INGEST, LONG, POLICY

ROOT = Path(__file__).parents[2]


class Running:
    """A server of an archive, without tokens, that logs JSON."""

    def __init__(self, archive: Path, *words: str) -> None:
        command = [
            sys.executable,
            "-m",
            "api.command.main",
            "serve",
            "--archive",
            str(archive),
            "--port",
            "0",
        ]
        command += ["--open", "--actor", "ann", "--log-format", "json", *words]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        self.first = self.process.stderr.readline()
        self.port = int(re.findall(r":(\d+)/", json.loads(self.first)["at"])[0])

    def stopped(self) -> tuple[int, Sequence[dict[str, object]]]:
        """Its exit code and what it logged, once it has ended."""
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, [json.loads(line) for line in said.splitlines()]


@pytest.fixture
def archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An archive to which policies were published."""
    (tmp_path / "shop.sla").write_text(POLICY, "utf-8")
    found = tmp_path / "shop.duckdb"
    assert main(["publish", str(tmp_path / "shop.sla"), "--archive", str(found), "--actor", "ann"]) == 0
    return found


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """Ends the servers that it is told of, however a test ends."""
    with ExitStack() as stack:
        yield stack


def started(stack: ExitStack, archive: Path, *words: str) -> Running:
    server = Running(archive, *words)
    stack.callback(server.process.kill)
    return server


def half_sent(server: Running) -> tuple[HTTPConnection, bytes]:
    """A mutation of which the server has the beginning; and the rest of it."""
    sent = {
        "query": INGEST,
        "variables": {"input": {"idempotencyKey": "k", "kind": "outage", "rows": [LONG]}},
    }
    body = json.dumps(sent).encode()
    asked = HTTPConnection("127.0.0.1", server.port, timeout=60)
    asked.putrequest("POST", "/graphql")
    asked.putheader("Content-Type", "application/json")
    asked.putheader("Content-Length", str(len(body)))
    asked.putheader("X-Request-Id", "slow-1")
    asked.endheaders(body[:20])
    while b'troth_http_requests_under_way{door="graphql"} 1.0' not in figures(server):
        continue
    return asked, body[20:]


def figures(server: Running) -> bytes:
    """What a Prometheus reads."""
    with urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=60) as answer:
        return answer.read()


def wait_until_closed(port: int) -> None:
    """Until nothing is accepted any more."""
    while True:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) != 0:
                return


def test_what_was_accepted_is_answered_and_kept(
    archive: Path, running: ExitStack, capsys: pytest.CaptureFixture[str]
) -> None:
    server = started(running, archive)
    # A second server on the same file says who has it.
    assert main(["serve", "--archive", str(archive), "--open", "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert f"is in use by another process ({server.process.pid}): ask that one, or stop it" in said
    # The file is backed up through the server that has it.
    to = ["--to", str(archive.with_name("a.troth"))]
    assert main(["backup", "--archive", str(archive), *to]) == 2
    assert "a server that has it gives a back-up: --server URL" in capsys.readouterr().err
    assert main(["backup", "--server", f"http://127.0.0.1:{server.port}", *to]) == 0
    asked, rest = half_sent(server)
    server.process.send_signal(signal.SIGTERM)
    wait_until_closed(server.port)
    asked.send(rest)
    answer = asked.getresponse()
    receipt = json.load(answer)["data"]["ingestFacts"]["receipt"]
    assert receipt["versions"] == 1
    assert answer.getheader("x-request-id") == "slow-1"
    code, log = server.stopped()
    assert code == 0
    told = {str(each["event"]): each for each in log}
    assert told["stopping"]["seconds"] == 30
    assert told["answered"]["request"] == "slow-1" and told["answered"]["kind"] == "mutation"
    with closing(open_archive(str(archive), lambda: 0)) as again, again.reading() as reading:
        assert reading.run("SELECT key, entry FROM fact_version") == [("o-1", int(receipt["entry"]))]
        assert verify(reading).found == 0
    assert main(["restore", "--from", to[1], "--check"]) == 0


def test_what_does_not_end_is_given_up_in_time(archive: Path, running: ExitStack) -> None:
    server = started(running, archive, "--stop-seconds", "1")
    asked, _ = half_sent(server)
    server.process.send_signal(signal.SIGTERM)
    code, log = server.stopped()
    asked.close()
    assert code == 1
    assert "stopping" in [each["event"] for each in log]
    with closing(open_archive(str(archive), lambda: 0)) as again, again.reading() as reading:
        assert reading.run("SELECT key FROM fact_version") == []
