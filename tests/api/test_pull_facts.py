"""`troth pull-facts`: a server on the loopback interface is asked, and whatever it answers is told."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from api.command.main import main

ASKED: list[tuple[str, dict[str, list[str]], str | None]] = []
TIMES = ["--start", "2025-03-03T10:00:00Z", "--end", "2025-03-03T10:02:00Z", "--step", "60"]


class Prometheus(BaseHTTPRequestHandler):
    """Answers as its first path segment says."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        ASKED.append((self.path, form, self.headers["Authorization"]))
        way = self.path.split("/")[1]
        if way == "slow":
            time.sleep(1.3)
        if way == "elsewhere":
            self.send_response(302)
            self.send_header("Location", "/good/api/v1/query_range")
            self.end_headers()
            return
        is_error = "code=" in form["query"][0]
        values = [[1740996000 + 60 * each, "1" if is_error else "99.6"] for each in range(3)]
        body = {
            "good": json.dumps(
                {
                    "status": "success",
                    "data": {
                        "resultType": "matrix",
                        "result": [{"metric": {"service": "shop"}, "values": values}],
                    },
                }
            ),
            "bad": json.dumps({"status": "error", "errorType": "bad_data", "error": "parse error at char 9"}),
            "page": "<html>Log in</html>",
        }.get(way, "")
        self.send_response({"bad": 400, "page": 403}.get(way, 200))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


class Patient(ThreadingHTTPServer):
    """Does not mind that somebody has gone before the answer."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Patient(("127.0.0.1", 0), Prometheus)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TROTH_PULL_TOKEN", raising=False)
    ASKED.clear()


def test_samples_of_what_it_answers(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TROTH_PULL_TOKEN", "secret")
    assert main(["pull-facts", f"{url}/good/", *TIMES, "--output", "facts"]) == 0
    said = capsys.readouterr()
    assert said.out == "facts/sample.ndjson: 3 facts\n"
    assert "`requests` rounded half even to 0 decimals" in said.err
    rows = [json.loads(line) for line in Path("facts/sample.ndjson").read_text("utf-8").splitlines()]
    assert rows[0] == {
        "id": "shop/2025-03-03T10:00:00Z",
        "service": "shop",
        "taken_at": "2025-03-03T10:00:00Z",
        "requests": "100",
        "errors": "1",
    }
    path, form, token = ASKED[0]
    assert (path, token) == ("/good/api/v1/query_range", "Bearer secret")
    assert form == {
        "query": ["sum by (service) (increase(http_requests_total[1m]))"],
        "start": ["1740996000"],
        "end": ["1740996120"],
        "step": ["60"],
    }


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ("/bad", "it is no answer to a range query: parse error at char 9"),
        ("/page", "the server answered 403"),
        ("/elsewhere", "the server answered 302"),
        ("/slow", "there was no answer within 1 seconds"),
        ("/silent", "is not JSON"),
    ],
)
def test_a_server_that_does_not_answer(
    url: str, way: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["pull-facts", url + way, *TIMES, "--timeout", "1", "--output", "facts"]
    assert main(words) == 2
    assert message in capsys.readouterr().err
    assert not Path("facts").exists()
    assert all("/good/" not in path for path, _, _ in ASKED)


@pytest.mark.parametrize(
    "server", ["http://127.0.0.1:9", "nowhere", "ftp://127.0.0.1", "http://[", "http://\ud800"]
)
def test_no_server(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pull-facts", server, *TIMES, "--output", "facts"]) == 2
    assert "could not be asked" in capsys.readouterr().err


def test_what_cannot_be_asked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = Path("own.yaml")
    mapping.write_text(
        "name: x\nsamples: {kind: sample, at: taken_at, service: service, label: s, fields: {}}\n"
    )
    for words, message in (
        ([*TIMES[:4], "--step", "0"], "at least 1 second"),
        (["--start", "2025-03-03T10:00:00Z", "--end", "2025-03-03T09:00:00Z", "--step", "60"], "not before"),
        (
            ["--start", "2025-01-01T00:00:00Z", "--end", "2026-01-01T00:00:00Z", "--step", "60"],
            "525,601 instants",
        ),
        ([*TIMES, "--mapping", "own.yaml"], "does not say what each of its queries `asks`"),
        ([*TIMES, "--mapping", "none.yaml"], "does not exist"),
    ):
        assert main(["pull-facts", f"{url}/good", *words, "--output", "facts"]) == 2
        assert message in capsys.readouterr().err
    assert not ASKED
