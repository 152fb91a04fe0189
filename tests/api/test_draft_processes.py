"""The processes beside the server: in time, few at once, warm, and none left."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any, BinaryIO

import pytest
from starlette.testclient import TestClient

import api
import api.drafts.drafts as drafts_module
from api.app import app
from api.drafts.drafts import BusyError, Drafts, Turn
from api.drafts.frames import read
from api.drafts.worker import UnansweredError, Why, Worker
from tests.api.draft_stub import COMMAND
from tests.api.live_server import live_server
from tests.api.served import view

SOON = 0.15
"""Seconds that are over before anything is done."""


@pytest.fixture
def drafts() -> Iterator[Drafts]:
    opened = Drafts(COMMAND)
    yield opened
    opened.stop()


def ask(drafts: Drafts, said: bytes, seconds: float = 60.0, identity: str = "ann") -> bytes:
    turn = drafts.begin(identity)
    try:
        return turn.run(lambda: said, monotonic() + seconds)
    finally:
        drafts.end(turn)


def why(drafts: Drafts, said: bytes, seconds: float = 60.0) -> tuple[Why, str]:
    with pytest.raises(UnansweredError) as raised:
        ask(drafts, said, seconds)
    return raised.value.why, str(raised.value)


def is_there(pid: int) -> bool:
    """Whether there is such a process; one that ended and was not looked after is there, too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def waits(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = monotonic() + seconds
    while not condition():
        if monotonic() > until:
            return False
        sleep(0.01)
    return True


def test_a_process_is_kept_for_the_next_draft(drafts: Drafts) -> None:
    first = ask(drafts, b"who")
    assert ask(drafts, b"who") == first != str(os.getpid()).encode()


def test_what_takes_too_long_is_ended_and_another_process_takes_its_place(drafts: Drafts) -> None:
    before = int(ask(drafts, b"who"))
    assert why(drafts, b"sleep", SOON)[0] is Why.TIME
    assert not is_there(before), "nothing of it is left, no zombie either"
    assert int(ask(drafts, b"who")) != before


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (b"memory", Why.MEMORY),
        (b"signal SIGKILL", Why.MEMORY),
        (b"signal SIGABRT", Why.MEMORY),
        (b"signal SIGALRM", Why.TIME),
        (b"long", Why.SIZE),
        (b"fault", Why.FAULT),
        (b"torn", Why.FAULT),
    ],
)
def test_why_there_is_no_answer(drafts: Drafts, said: bytes, found: Why) -> None:
    before = int(ask(drafts, b"who"))
    reason, words = why(drafts, said)
    assert reason is found
    if found is Why.FAULT:
        assert words in ("what went wrong", "it ended with 3: on the way out")
    assert not is_there(before)
    assert ask(drafts, b"who")


def test_a_process_that_holds_too_much_is_replaced_once_it_has_answered(drafts: Drafts) -> None:
    before = int(ask(drafts, b"last"))
    assert not is_there(before)
    assert int(ask(drafts, b"who")) != before


def test_a_process_whose_answer_was_not_read_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, drafts: Drafts
) -> None:
    before = int(ask(drafts, b"who"))

    def unread(stream: BinaryIO, most: int) -> Any:
        if most:
            raise MemoryError
        return read(stream, most)

    with monkeypatch.context() as patched, pytest.raises(MemoryError):
        patched.setattr("api.drafts.worker.read", unread)
        ask(drafts, b"what was not read")
    assert not is_there(before)
    assert int(ask(drafts, b"who")) != before


def test_a_process_that_was_killed_while_it_waited_is_replaced(drafts: Drafts) -> None:
    before = int(ask(drafts, b"who"))
    os.kill(before, 9)
    assert waits(lambda: _is_dead(before))
    assert int(ask(drafts, b"who")) != before
    assert not is_there(before)


def _is_dead(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    return status.rpartition(")")[2].split()[0] == "Z"


def test_few_at_a_time_and_one_of_each(drafts: Drafts) -> None:
    ann = drafts.begin("ann")
    with pytest.raises(BusyError, match="another draft of yours"):
        drafts.begin("ann")
    bob = drafts.begin("bob")
    with pytest.raises(BusyError, match="as many drafts"):
        drafts.begin("cy")
    drafts.end(ann)
    drafts.end(drafts.begin("cy"))
    drafts.end(bob)
    assert ask(drafts, b"who")


def test_who_goes_away_ends_what_is_under_way(monkeypatch: pytest.MonkeyPatch, drafts: Drafts) -> None:
    monkeypatch.setattr("api.drafts.drafts.GRACE", SOON)
    turn = drafts.begin("ann")
    pid = int(turn.run(lambda: b"who", monotonic() + 60))
    found: list[Why] = []

    def run() -> None:
        with pytest.raises(UnansweredError) as raised:
            turn.run(lambda: b"sleep", monotonic() + 60)
        found.append(raised.value.why)

    running = Thread(target=run)
    running.start()
    assert waits(lambda: turn.is_running)
    turn.leave()
    running.join(20)
    assert found == [Why.GONE] and not is_there(pid)
    with pytest.raises(UnansweredError):
        turn.run(lambda: b"who", monotonic() + 60)  # it had not begun, and does not


def test_a_process_that_starts_slowly_goes_on_starting() -> None:
    drafts = Drafts((*COMMAND, "never"))
    assert why(drafts, b"who", SOON)[0] is Why.TIME
    worker = drafts.take()
    assert worker.is_alive and not worker.is_ready
    stopping = Thread(target=drafts.stop)
    stopping.start()
    assert waits(lambda: not worker.is_alive)
    drafts.put(worker)
    stopping.join(20)
    assert not is_there(worker.pid)


def test_a_process_that_cannot_start_says_why() -> None:
    worker = Worker((*COMMAND, "broken"))
    with pytest.raises(UnansweredError, match="it ended with 1: no such module") as raised:
        worker.wait(monotonic() + 60)
    assert raised.value.why is Why.FAULT
    worker.close()


def test_a_process_that_says_something_else_first_is_ended() -> None:
    drafts = Drafts((*COMMAND, "chatter"))
    assert why(drafts, b"who", 20.0)[0] is Why.FAULT
    drafts.stop()


def test_a_process_has_the_modules_of_the_server_wherever_that_was_started(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise SystemExit('of somebody else')", "utf-8")
    work = "from api.command.draft_worker import main; main()"
    command = [each.replace(work, "import api; print(api.__file__)") for each in drafts_module.COMMAND]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout.strip(), ran.stderr) == (api.__file__, "")


def test_when_the_server_stops_nothing_is_left(drafts: Drafts) -> None:
    waiting = int(ask(drafts, b"who"))
    found: list[Why] = []

    def run(identity: str) -> None:
        with pytest.raises(UnansweredError) as raised:
            ask(drafts, b"sleep", identity=identity)
        found.append(raised.value.why)

    running = [Thread(target=run, args=(each,)) for each in ("ann", "bob")]
    for each in running:
        each.start()
    sleep(SOON)
    drafts.stop()
    for each in running:
        each.join(20)
    assert found == [Why.STOPPING] * 2 and not is_there(waiting)
    with pytest.raises(UnansweredError):
        drafts.begin("ann")


def test_a_process_that_waits_long_is_ended() -> None:
    drafts = Drafts(COMMAND, idle_seconds=SOON)
    pid = int(ask(drafts, b"who"))
    assert waits(lambda: not is_there(pid))
    assert ask(drafts, b"who")
    drafts.stop()


def test_a_process_ends_with_the_server() -> None:
    # The parent of the process dies without a word.
    code = (
        "import os, sys; sys.path[:0] = sys.argv[1:2];"
        "from time import monotonic;"
        "from api.drafts.drafts import Drafts; drafts = Drafts(sys.argv[2:]); turn = drafts.begin('ann');"
        "print(turn.run(lambda: b'who', monotonic() + 60).decode(), flush=True); os._exit(9)"
    )
    root = COMMAND[2].rpartition("/tests/")[0]
    told = subprocess.run(
        [sys.executable, "-c", code, root, *COMMAND], capture_output=True, timeout=60, check=False
    )
    assert told.returncode == 9, told.stderr
    assert waits(lambda: not is_there(int(told.stdout)) or _is_dead(int(told.stdout)))


def test_a_process_has_the_memory_that_it_is_given_and_writes_no_file(tmp_path: Path) -> None:
    drafts = Drafts((*COMMAND, "bound"))
    assert ask(drafts, b"eat 10000000") == b"eaten"
    assert why(drafts, b"eat 100000000")[0] is Why.MEMORY
    assert why(drafts, b"write " + os.fsencode(tmp_path / "file"))[1] == "File too large"
    drafts.stop()


def test_a_process_that_the_server_does_not_end_ends_itself(drafts: Drafts) -> None:
    assert why(drafts, b"alarm")[0] is Why.TIME


DRAFT = (
    'query { evaluateDraft(files: [{name: "a", text: "b"}], asOf: "2025-03-10T00:00:00Z")'
    " { userErrors { code } } }"
)


@pytest.mark.parametrize("accept", [b"application/json", b"text/event-stream"])
def test_a_client_that_goes_away_ends_its_draft(monkeypatch: pytest.MonkeyPatch, accept: bytes) -> None:
    monkeypatch.setattr("api.drafts.drafts.GRACE", SOON)
    drafts = Drafts((*COMMAND, "stuck"), most=1)
    turns: list[Turn] = []
    begin = drafts.begin

    def noted(identity: str) -> Turn:
        turns.append(begin(identity))
        return turns[-1]

    monkeypatch.setattr(drafts, "begin", noted)
    worker = drafts.take()
    drafts.put(worker)
    body = json.dumps({"query": DRAFT}).encode()
    with live_server(app(view(), drafts=drafts, seconds=40)) as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(
                b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Accept: %b\r\nContent-Length: %d\r\n\r\n%b" % (accept, len(body), body)
            )
            assert waits(lambda: any(each.is_running for each in turns))
            assert worker.is_alive
        assert waits(lambda: not is_busy(drafts)), "there is room for the next one"
        assert not is_there(worker.pid)


def is_busy(drafts: Drafts) -> bool:
    """Whether there is no room for another draft."""
    try:
        drafts.end(drafts.begin("bob"))
    except BusyError:
        return True
    return False


def test_others_are_answered_meanwhile_and_too_many_drafts_are_refused() -> None:
    drafts = Drafts((*COMMAND, "stuck"), most=1)
    door = app(view(), drafts=drafts, seconds=1)
    answers: list[Any] = []
    with TestClient(door, base_url="http://localhost") as client:
        asking = Thread(target=lambda: answers.append(client.post("/graphql", json={"query": DRAFT}).json()))
        asking.start()
        assert waits(lambda: is_busy(drafts))
        assert client.post("/graphql", json={"query": "{ policyVersion }"}).json()["data"]
        refused = client.post("/graphql", json={"query": DRAFT})
        assert refused.status_code == 429 and refused.headers["retry-after"] == "1"
        assert refused.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 1}
        assert not answers
        asking.join(20)
    (answer,) = answers
    assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert answer["errors"][0]["path"] == ["evaluateDraft"]
    assert answer["data"] is None


@pytest.mark.parametrize(("mode", "code"), [("broken", "INTERNAL_ERROR"), ("never", "DEADLINE_EXCEEDED")])
def test_what_fails_here_is_told_by_its_code(mode: str, code: str, caplog: pytest.LogCaptureFixture) -> None:
    door = app(view(), drafts=Drafts((*COMMAND, mode)), seconds=1)
    with TestClient(door, base_url="http://localhost") as client:
        (error,) = client.post("/graphql", json={"query": DRAFT}).json()["errors"]
    assert error["extensions"] == {"code": code}
    assert ("no such module" in caplog.text) == (mode == "broken")
    assert "module" not in error["message"]
