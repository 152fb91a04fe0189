"""Verdicts as files: the rows of what may be seen, exact, and recorded before they leave."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import app
from api.authentication import Open
from api.exports.rows_to_csv import COLUMNS, cell, csv_file
from api.exports.rows_to_parquet import SCHEMA
from api.exports.table import Table
from api.exports.verdict_to_row import verdict_row
from api.verdict_to_json import verdict_json
from api.view import ComplianceView, Revision
from engine.ledger.verify import verify
from engine.model.instants import parse_instant
from engine.model.principal import LOCAL, ApiRole
from engine.store.archive import ArchiveError
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.api.served import AS_OF, REACTIONS, SNAPSHOT, VERDICTS, restore, view
from tests.api.tenant_door import LONG, MARCH, tenant_door

AT = "2025-03-15T00:00:00Z"


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_row_for_each_verdict(door: TestClient) -> None:
    answer = door.get("/export/verdicts.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="verdicts-20250315T000000Z.csv"'
    rows = rows_of(answer.text)
    assert tuple(rows[0]) == COLUMNS
    assert [(row["obligation"], row["window_label"] or row["trigger_key"]) for row in rows] == [
        (each.obligation, each.identity[2]) for each in VERDICTS
    ]
    assert {(row["as_of"], row["known_at"], row["policy_version"]) for row in rows} == {
        (AT, "", SNAPSHOT.version)
    }
    breach = rows[-2]
    assert breach["state"] == "BREACHED"
    assert (breach["measured_value"], breach["measured_exact"]) == (
        "99.899999999",
        "998999999999/10000000000",
    )
    assert breach["margin_exact"].startswith("-")
    assert json.loads(breach["counts"]) == {"agreed": "12000", "bad": "90", "records": "3"}


def test_the_headers_say_what_it_takes_to_ask_again(door: TestClient) -> None:
    answer = door.get("/export/verdicts.ndjson")
    said = {name: answer.headers[f"troth-{name}"] for name in ("as-of", "policy-version", "rows")}
    assert said == {"as-of": AT, "policy-version": SNAPSHOT.version, "rows": str(len(VERDICTS))}
    assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
    assert answer.headers["content-length"] == str(len(answer.content))
    again = door.get("/export/verdicts.ndjson", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = door.head("/export/verdicts.ndjson")
    assert (head.content, head.headers["etag"]) == (b"", answer.headers["etag"])


def test_ndjson_is_the_contract(door: TestClient) -> None:
    first, *lines = [json.loads(line) for line in door.get("/export/verdicts.ndjson").text.splitlines()]
    assert (first["row"], first["as_of"], first["known_at"]) == ("evaluation", AT, None)
    assert lines == [{"row": "verdict", **verdict_json(each)} for each in VERDICTS]


def test_parquet_has_the_same_rows(door: TestClient) -> None:
    answer = door.get("/export/verdicts.parquet")
    table = pq.read_table(io.BytesIO(answer.content))
    metadata = table.schema.metadata
    assert (metadata[b"as_of"].decode(), metadata[b"policy_version"].decode()) == (AT, SNAPSHOT.version)
    assert b"known_at" not in metadata
    for row, verdict in zip(table.to_pylist(), VERDICTS, strict=True):
        said = verdict_row(verdict)
        assert {name: row[name] for name in said} == said
        assert row["policy_version"] == SNAPSHOT.version


def test_every_column_of_a_row_has_a_name() -> None:
    """Nothing that a row says is lost on the way; only the query is left out of the CSV."""
    assert set(SCHEMA.names) == {*COLUMNS, "evidence_query"}
    assert {name for each in VERDICTS for name in verdict_row(each)} <= set(SCHEMA.names)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"state": ["BREACHED", "PENDING"]}, lambda each: each.state.name in ("BREACHED", "PENDING")),
        ({"obligation": "acme_sla.uptime"}, lambda each: each.obligation == "acme_sla.uptime"),
        ({"agreement": "acme_sla", "service": "shop"}, lambda _: True),
        ({"flag": "AT_RISK"}, lambda each: bool(each.flags)),
        (
            {"windowStart": "2025-01-01T00:00:00Z", "windowEnd": "2025-01-02T00:00:00Z"},
            lambda each: each.identity[2] == "2025-01",
        ),
        ({"asOf": "2025-02-01T00:00:00Z"}, lambda each: each is VERDICTS[-3]),
    ],
)
def test_filters(door: TestClient, parameters: Any, expected: Any) -> None:
    rows = rows_of(door.get("/export/verdicts.csv", params=parameters).text)
    wanted = [each.identity for each in VERDICTS if expected(each)]
    assert [
        (row["obligation"], row["subject"], row["window_label"] or row["trigger_key"]) for row in rows
    ] == (wanted)


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        ("verdicts.xlsx", 404, "BAD_REQUEST", "csv"),
        ("verdicts.csv?stat=MET", 400, "BAD_USER_INPUT", "`state`"),
        ("verdicts.csv?state=met", 400, "BAD_USER_INPUT", "BREACHED"),
        ("verdicts.csv?asOf=noon", 400, "BAD_USER_INPUT", "RFC 3339"),
        ("verdicts.csv?service=shop&service=pay", 400, "BAD_USER_INPUT", "once"),
        ("verdicts.csv?windowStart=2025-01-01T00:00:00Z", 400, "BAD_USER_INPUT", "`windowEnd`"),
        (
            "verdicts.csv?windowStart=2025-01-02T00:00:00Z&windowEnd=2025-01-01T00:00:00Z",
            400,
            "BAD_USER_INPUT",
            "period",
        ),
        ("verdicts.csv?agreement=nobody", 400, "BAD_USER_INPUT", "no agreement"),
        ("verdicts.csv?obligation=nobody.knows", 400, "BAD_USER_INPUT", "no obligation"),
        ("verdicts.csv?knownAt=2025-01-01T00:00:00Z", 400, "BAD_USER_INPUT", "never recorded"),
    ],
)
def test_what_cannot_be_answered_says_why(
    door: TestClient, path: str, status: int, code: str, words: str
) -> None:
    answer = door.get(f"/export/{path}")
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == code
    assert words in error["message"]


def test_nothing_is_taken_but_get(door: TestClient) -> None:
    assert door.post("/export/verdicts.csv").status_code == 405


def test_whoever_may_not_export_gets_nothing() -> None:
    for principal, status in (
        (replace(LOCAL, roles=frozenset()), 403),
        (replace(LOCAL, roles=frozenset({ApiRole.AUDITOR})), 200),
        (replace(LOCAL, tenants=frozenset({"another"})), 404),
    ):
        client = TestClient(app(view(), doorman=Open(free=principal)), base_url="http://localhost")
        answer = client.get("/export/verdicts.csv")
        assert answer.status_code == status
        assert ("acme_sla" in answer.text) is (status == 200)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@A1", "\t1", "'quoted", "\uff1d1", "-", '1,"2"\n'])
def test_no_text_becomes_a_formula(text: str) -> None:
    """It begins with an apostrophe, and without it it is what it was."""
    odd = replace(restore(1), subject=text, excused_by=text)
    table = Table(as_of=AS_OF, known_at=None, policy_version="v", verdicts=(odd,))
    (row,) = rows_of(b"".join(csv_file(table)).decode())
    for name in ("subject", "excused_by"):
        assert row[name] == (text if text[0] == "1" else f"'{text}")
    assert cell("margin_value", "-0.100000000") == "-0.100000000"


@given(st.text(alphabet="a;\t\r\n\"'=+-@\uff1d,1 ", min_size=1, max_size=12))
@settings(max_examples=150)
def test_no_text_becomes_a_formula_wherever_a_spreadsheet_splits(text: str) -> None:
    """Whether it splits at commas, semicolons, tabs or line ends, and whether it knows our quotes or not."""
    written = io.StringIO(newline="")
    csv.writer(written).writerow(["1", cell("subject", text), cell("flags", [text]), "2"])
    found = written.getvalue()
    assert not re.search(r"[;\t\r\n]\"*[=+\-@\uff1d]", found)
    (row,) = csv.reader(io.StringIO(found, newline=""))
    assert row[1][0] not in "=+-@\uff1d" or re.fullmatch(r"-?1+", row[1])
    assert re.sub(r"(?:(?<=[;\t\r\n])|^)'", "", row[1]) == text
    assert json.loads(row[2]) == [text]


def many(count: int) -> ComplianceView:
    """A view with many verdicts."""
    verdicts = sorted((restore(number) for number in range(count)), key=lambda each: each.identity)
    revision = Revision(as_of=AS_OF, known_at=None, verdicts=tuple(verdicts), reactions=REACTIONS)
    return replace(view(), revision=revision)


@pytest.mark.parametrize("when", ["while it is summed", "while it is sent"])
def test_a_client_that_goes_away_stops_the_work(when: str) -> None:
    """No more is made than a piece or two beyond what was taken."""
    door = app(many(4_000))
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/export/verdicts.ndjson",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    sent: list[Mapping[str, Any]] = []
    gone = asyncio.Event()

    async def receive() -> Mapping[str, Any]:
        if when == "while it is sent":
            await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)
        if len(sent) == 3:
            gone.set()
            await asyncio.sleep(0.05)

    asyncio.run(door(scope, receive, send))  # pyright: ignore[reportArgumentType]
    bodies = [each for each in sent if each.get("body")]
    assert len(bodies) < 6
    assert sent[0]["status"] == (400 if when == "while it is summed" else 200)


def test_an_export_of_a_tenant_is_in_its_ledger() -> None:
    """Who, what was asked, the instants, how much, and the digest of what was sent; and `verify` agrees."""
    archive = DuckDbArchive(None, lambda: MARCH)
    with tenant_door(archive) as tenant:
        tenant.publish()
        tenant.ingest(LONG)
        answer = tenant.client.get("/export/verdicts.csv", params={"state": ["BREACHED", "MET"]})
        assert answer.status_code == 200
        # What is not sent is not recorded.
        tenant.client.head("/export/verdicts.csv")
        assert tenant.client.get("/export/verdicts.csv", params={"state": "met"}).status_code == 400
        with archive.reading() as reading:
            rows = reading.run("SELECT actor, subject, body FROM entry WHERE kind = 'export'")
            flaws = verify(reading).flaws
        ((actor, subject, body),) = rows
        said = json.loads(body)
        assert (actor, subject, flaws) == ("ann", "verdicts", ())
        assert said.pop("policy_version") == answer.headers["troth-policy-version"]
        assert parse_instant(said.pop("as_of")) == tenant.now
        assert said.pop("known_at") == answer.headers["troth-known-at"]
        assert said == {
            "format": "csv",
            "asked": {"state": ["BREACHED", "MET"]},
            "parties": None,
            "rows": len(rows_of(answer.text)),
            "bytes": len(answer.content),
            "sha256": sha256(answer.content).hexdigest(),
        }
        instants = {name: answer.headers[f"troth-{name.replace('_', '-')}"] for name in ("as_of", "known_at")}
        again = tenant.client.get(
            "/export/verdicts.csv",
            params={"state": ["BREACHED", "MET"], "asOf": instants["as_of"], "knownAt": instants["known_at"]},
        )
        assert again.content == answer.content


def test_what_cannot_be_recorded_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant_door() as tenant:
        tenant.publish()

        def fail(*_: object) -> None:
            raise ArchiveError("the disk is full")

        monkeypatch.setattr(Tenant, "record_export", fail)
        answer = tenant.client.get("/export/verdicts.csv")
        assert (answer.status_code, "shop" in answer.text) == (503, False)
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


def test_a_tenant_without_policies_says_so() -> None:
    with tenant_door() as tenant:
        answer = tenant.client.get("/export/verdicts.csv")
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOTHING_PUBLISHED"
