"""Whether a server lives, whether it is ready and why not, its figures, and a back-up through it."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.operation.metrics import KINDS
from engine.model.principal import ApiRole, Principal
from engine.store.archive import ArchiveError, UnavailableError
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.backup_to_archive import read_through, restore
from engine.tenant.published_to_snapshot import UnusablePoliciesError
from tests.api.tenant_door import ANN, LONG, MARCH, TenantDoor, tenant_door
from tests.ledger.acme import dumped


@pytest.fixture
def archive() -> Iterator[DuckDbArchive]:
    """In memory."""
    yield DuckDbArchive(None, lambda: MARCH)


@pytest.fixture
def door(archive: DuckDbArchive) -> Iterator[TenantDoor]:
    """A tenant's server."""
    with tenant_door(archive) as found:
        yield found


def sample(door: TenantDoor, name: str) -> dict[str, float]:
    """The values of a metric by its labels."""
    lines = door.client.get("/metrics").text.splitlines()
    found = [line.rpartition(" ") for line in lines if line.partition("{")[0].partition(" ")[0] == name]
    return {place.removeprefix(name): float(value) for place, _, value in found}


def readiness(client: TestClient) -> tuple[int, object]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json().get("reason")


def test_it_is_ready_once_policies_are_published(door: TenantDoor) -> None:
    assert door.client.get("/healthz").json() == {"status": "ok"}
    assert readiness(door.client) == (503, "no policies have been published yet")
    door.publish()
    assert readiness(door.client) == (200, None)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnavailableError("PostgreSQL broke off: s3cret"), "what a tenant keeps cannot be read now"),
        (
            UnusablePoliciesError("zone of s3cret"),
            "the policies in use cannot be used as they were published",
        ),
    ],
)
def test_why_it_is_not_ready_names_no_tenant_and_the_log_says_more(
    error: ArchiveError,
    reason: str,
    door: TenantDoor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise error

    door.publish()
    monkeypatch.setattr(door.views, "ready", fail)
    assert readiness(door.client) == (503, reason)
    assert caplog.records[-1].getMessage() == "not ready"
    assert vars(caplog.records[-1])["troth_fields"] == {"tenant": "main", "reason": str(error)}
    monkeypatch.setattr(door.views, "figures", fail)
    assert sample(door, "troth_tenant_ready") == {'{tenant="main"}': 0}
    assert sample(door, "troth_archive_errors_total")['{tenant="main"}'] >= 1


def test_the_figures_say_how_far_the_tenant_has_come(door: TenantDoor) -> None:
    assert sample(door, "troth_ledger_entries") == {'{tenant="main"}': 0}
    door.publish()
    door.ingest(LONG)
    assert door.february() == "BREACHED"
    assert sample(door, "troth_ledger_entries") == {'{tenant="main"}': 2}
    assert sample(door, "troth_fact_versions") == {'{tenant="main"}': 1}
    last = sample(door, "troth_ledger_last_entry_timestamp_seconds")
    assert last == {'{tenant="main"}': (MARCH + 1) / 1_000_000}
    assert sample(door, "troth_verdicts")['{state="BREACHED",tenant="main"}'] == 1
    assert sample(door, "troth_tenant_ready") == {'{tenant="main"}': 1}
    assert sample(door, "process_resident_memory_bytes")[""] > 1_000_000


def test_the_figures_say_how_far_judging_lies_behind(door: TenantDoor) -> None:
    oldest = "troth_oldest_unjudged_seconds"
    door.publish()
    assert sample(door, oldest) == {}
    assert door.february() == "MET"
    assert sample(door, oldest) == {'{tenant="main"}': 0}
    assert not door.ingest(LONG)["userErrors"]
    assert not door.ingest({**LONG, "id": "later"})["userErrors"]
    kept = sample(door, "troth_ledger_last_entry_timestamp_seconds")['{tenant="main"}']
    door.now += 60_000_000
    behind = sample(door, oldest)['{tenant="main"}']
    assert behind > door.now / 1_000_000 - kept >= 60
    assert door.february() == "BREACHED"
    assert sample(door, oldest) == {'{tenant="main"}': 0}


def test_the_figures_say_how_much_webhooks_have_still_to_be_told(door: TenantDoor) -> None:
    waiting = "troth_webhook_deliveries_waiting"
    assert sample(door, waiting) == {'{tenant="main"}': 0}
    with door.views.keeper._archive.writing() as writing:
        for seq, state in enumerate(("waiting", "dead", "waiting")):
            row = (0, seq, str(seq), 1, "breached", "", "", state, 0, 1)
            columns = "webhook, seq, id, made_at, topic, occasion, body, state, tries, next_at"
            writing.run(
                f"INSERT INTO webhook_event ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                row,
            )
    assert sample(door, waiting) == {'{tenant="main"}': 2}


def test_operations_are_counted_by_kind_and_code(door: TenantDoor) -> None:
    door.publish()
    door.ask("query { asOf }")
    door.ask("query { nonsense }")
    door.ask("{ asOf } # mutation { a }")
    found = sample(door, "troth_graphql_operations_total")
    assert found == {
        '{code="OK",kind="mutation",tenant="main"}': 1,
        '{code="OK",kind="query",tenant="main"}': 2,
        '{code="GRAPHQL_VALIDATION_FAILED",kind="query",tenant="main"}': 1,
    }
    assert sample(door, "troth_graphql_operation_seconds_count")['{kind="query",tenant="main"}'] == 3
    assert sample(door, "troth_http_requests_total")['{door="graphql",status="200"}'] == 4
    assert sample(door, "troth_http_requests_under_way")['{door="graphql"}'] == 0


def test_no_label_grows_with_what_is_asked(door: TenantDoor) -> None:
    for number in range(30):
        door.client.get(f"/path-{number}")
        door.client.get(f"/t/tenant{number}/graphql")
        door.client.post(
            "/graphql", json={"query": f"query Q{number} {{ asOf }}", "operationName": f"Q{number}"}
        )
        door.client.request(f"VERB{number}", "/graphql")
    text = door.client.get("/metrics").text
    assert "path-" not in text and "tenant1" not in text and "Q1" not in text and "VERB" not in text
    kinds = {line.partition('kind="')[2].partition('"')[0] for line in text.splitlines() if "kind=" in line}
    assert kinds <= KINDS | {"other"}


def test_a_back_up_through_the_server_is_that_of_its_archive(
    door: TenantDoor, archive: DuckDbArchive, tmp_path: Path
) -> None:
    door.publish()
    door.ingest(LONG)
    for path in ("/backup", "/t/main/backup"):
        answer = door.client.get(path)
        assert answer.status_code == 200
        (tmp_path / "a.troth").write_bytes(answer.content)
        assert read_through(tmp_path / "a.troth").rows["fact_version"] == 1
    assert json.loads(gzip.decompress(answer.content).splitlines()[0])["tenant"] == "main"
    again = DuckDbArchive(None, lambda: MARCH)
    restore(tmp_path / "a.troth", again, beside=tmp_path)
    assert dumped(again) == dumped(archive)
    again.close()
    assert door.client.get("/t/other/backup").status_code == 404


@pytest.mark.parametrize(
    "asking", [replace(ANN, roles=frozenset({ApiRole.AUDITOR})), replace(ANN, tenants=frozenset({"main"}))]
)
def test_only_who_may_operate_the_server_is_told_how_it_does(asking: Principal) -> None:
    with tenant_door(asking=asking) as door:
        for path in ("/metrics", "/backup", "/t/main/backup", "/t/other/backup"):
            answer = door.client.get(path)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
                403,
                "FORBIDDEN",
            )


def test_a_back_up_of_an_archive_that_does_not_answer(
    door: TenantDoor, archive: DuckDbArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise UnavailableError("gone")

    monkeypatch.setattr(archive, "reading", fail)
    answer = door.client.get("/backup")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
