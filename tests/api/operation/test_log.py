"""The log: a line for each event in either form, with the request's id, and nothing that was sent."""

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO

import pytest

from api.operation.log import REQUEST_ID, Lines, LogFormat, LogLevel, configure, tell
from tests.api.tenant_door import LONG, TenantDoor, tenant_door

LOG = logging.getLogger("troth.test")


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the log says, as JSON at level debug; it is as it was at the end."""
    root = logging.getLogger()
    before = [(each, each.level) for each in (root, logging.getLogger("troth"))]
    handlers = root.handlers[:]
    stream = StringIO()
    configure(LogFormat.JSON, LogLevel.DEBUG, secrets=["s3cret"], to=stream)
    yield stream
    root.handlers[:] = handlers
    for logger, level in before:
        logger.setLevel(level)


def lines(written: StringIO, logger: str = "troth.test") -> list[dict[str, object]]:
    found = [json.loads(line) for line in written.getvalue().splitlines()]
    return [each for each in found if each["logger"] == logger]


def record(message: str, **fields: object) -> logging.LogRecord:
    found = logging.LogRecord("troth.test", logging.WARNING, "x.py", 1, message, (), None)
    found.created, found.troth_fields = 1_743_465_600.25, fields
    return found


def test_a_line_is_one_json_object(written: StringIO) -> None:
    tell(LOG, logging.INFO, "kept", tenant="acme", versions=3, whole=True, nothing=None)
    (line,) = lines(written)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", str(line.pop("time")))
    assert line == {
        "level": "info",
        "event": "kept",
        "logger": "troth.test",
        "tenant": "acme",
        "versions": 3,
        "whole": True,
    }


def test_a_line_for_people_is_one_line() -> None:
    shown = Lines(LogFormat.TEXT).format(
        record("not\nready", tenant="acme", reason='a "b"\nc', ok=False, n=7)
    )
    assert (
        shown == r'2025-04-01T00:00:00.250000Z WARNING not ready tenant=acme reason="a \"b\"\nc" ok=false n=7'
    )


def test_secrets_are_masked_wherever_they_stand(written: StringIO) -> None:
    LOG.warning("no %s here", "s3cret")
    tell(LOG, logging.INFO, "x", place="postgresql://a:s3cret@b")
    assert "s3cret" not in written.getvalue()
    assert [line["event"] for line in lines(written)] == ["no *** here", "x"]


def test_of_a_fault_nothing_is_told_but_its_kind_and_where(written: StringIO) -> None:
    try:
        raise ValueError("the fact o-1 of bolt")
    except ValueError:
        LOG.exception("fault")
    (line,) = lines(written)
    assert line["fault"] == "ValueError"
    assert str(line["at"]).startswith("['test_log.py:")
    assert "bolt" not in written.getvalue()


def test_half_a_surrogate_pair_and_long_texts_do_no_harm(written: StringIO) -> None:
    tell(LOG, logging.INFO, "x", text="\ud800" + "a" * 5_000)
    assert len(str(lines(written)[0]["text"])) == 2_000


@pytest.fixture
def door() -> Iterator[TenantDoor]:
    with tenant_door() as found:
        yield found


def test_a_request_has_a_line_with_whose_it_was_and_none_of_what_it_said(
    written: StringIO, door: TenantDoor
) -> None:
    door.publish()
    door.ingest(LONG)
    answer = door.client.post(
        "/graphql?secret=query",
        json={"query": "query Mine { nonsense }", "operationName": "Mine"},
        headers={"x-request-id": "abc-1", "authorization": "Bearer t0ken"},
    )
    assert answer.headers["x-request-id"] == "abc-1"
    line = lines(written, "troth.access")[-1]
    assert isinstance(line.pop("duration_us"), int)
    del line["time"]
    assert line == {
        "level": "info",
        "event": "answered",
        "logger": "troth.access",
        "request": "abc-1",
        "door": "graphql",
        "method": "POST",
        "status": 200,
        "tenant": "main",
        "identity": line["identity"],
        "kind": "query",
        "operation": "Mine",
        "code": "GRAPHQL_VALIDATION_FAILED",
    }
    said = written.getvalue()
    assert not re.search(r"t0ken|nonsense|o-1|secret=|2025-02-01", said)


@pytest.mark.parametrize("asked", ["", "a b", "x" * 129, "ä", "a\tb"])
def test_an_id_that_is_none_is_not_taken_over(asked: str, door: TenantDoor) -> None:
    sent = [(b"x-request-id", asked.encode())]
    given = door.client.get("/healthz", headers=sent).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", given)


def test_probes_are_told_only_to_who_wants_to_know_all(written: StringIO, door: TenantDoor) -> None:
    door.client.get("/healthz")
    door.client.get("/readyz")
    found = [(line["door"], line["level"]) for line in lines(written, "troth.access")]
    assert found == [("healthz", "debug"), ("readyz", "info" if found[1][1] == "info" else "error")]


def test_the_id_is_that_of_one_request_only(door: TenantDoor) -> None:
    ids = {door.client.get("/healthz").headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert REQUEST_ID.get() is None
