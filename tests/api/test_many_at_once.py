"""Many send at once: what they feed is kept together, whoever asks does not wait for it, and none is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from api.graphql.served import KEEPERS, Door
from engine.model.tenancy import FactBatch, Fed, Request
from engine.source import Source
from engine.store.duckdb_archive import DuckDbArchive
from tests.api.tenant_door import INGEST, LONG, POLICY, READINGS, TenantDoor, tenant_door
from tests.tenant.shop import MARCH, Clock


@pytest.fixture
def archive() -> DuckDbArchive:
    """An archive in memory, with a clock that stands."""
    return DuckDbArchive(None, Clock(MARCH))


@pytest.fixture
def shop(archive: DuckDbArchive) -> Iterator[TenantDoor]:
    """Its tenant, with policies."""
    with tenant_door(archive) as opened:
        opened.publish()
        yield opened


def feed(shop: TenantDoor, key: str) -> Any:
    """Feed one outage; its receipt."""
    sent = {"idempotencyKey": key, "kind": "outage", "rows": [LONG | {"id": key}]}
    return shop.ask(INGEST, input=sent)["data"]["ingestFacts"]["receipt"]


def until_wait(shop: TenantDoor, many: int) -> None:
    """Come back once so many batches wait for the one that is being kept."""
    late = monotonic() + 10
    while len(shop.views.keeper._feedings._waiting) < many:
        assert monotonic() < late, "they are not there at once"
        sleep(0.001)


def test_what_is_sent_at_once_is_kept_at_one_instant(shop: TenantDoor, archive: DuckDbArchive) -> None:
    many = KEEPERS - 1
    with ThreadPoolExecutor(KEEPERS) as clients:
        with archive.writing():
            # Nothing can be kept yet: one waits for that, and the others for it.
            sent = [clients.submit(feed, shop, f"outage-{each}") for each in range(KEEPERS)]
            until_wait(shop, many)
            assert shop.february() == "MET"
        receipts = [each.result() for each in sent]
    assert {each["versions"] for each in receipts} == {1}
    assert sorted(int(each["entry"]) for each in receipts) == [*range(1, KEEPERS + 1)]
    assert len({each["knownFrom"] for each in receipts}) <= 2 < many
    assert shop.february() == "BREACHED"


def test_the_operation_that_is_asked_decides_where_it_runs(shop: TenantDoor) -> None:
    both = "query Stands { policyVersion } " + INGEST.replace("mutation", "mutation Feed", 1)
    asked = {"query": both, "operationName": "Stands", "variables": {}}
    assert shop.client.post("/graphql", json=asked).json() == {
        "data": {"policyVersion": shop.views.ready()[0]}
    }
    sent = {"input": {"idempotencyKey": "k", "kind": "outage", "rows": [LONG]}}
    answer = shop.client.post("/graphql", json=asked | {"operationName": "Feed", "variables": sent}).json()
    assert answer["data"]["ingestFacts"]["receipt"]["versions"] == 1


def test_what_is_fed_is_admitted_by_the_policies_of_then(shop: TenantDoor) -> None:
    assert shop.ingest(LONG)["receipt"]["policyVersion"] == shop.views.ready()[0]
    before = shop.ingest({"id": "r", "service": "shop", "read_at": "2025-02-01T00:00:00Z"}, kind="probe")
    assert [each["code"] for each in before["userErrors"]] == ["unknown-kind"]
    # Another server publishes: this one has not looked since.
    with_probes = POLICY + READINGS.replace("fact reading", "fact probe")
    shop.views.keeper.publish(
        [Source(name="shop.sla", text=with_probes)], Request(actor="bob", key="elsewhere")
    )
    row = {"id": "r", "service": "shop", "read_at": "2025-02-01T00:00:00Z", "share": "0.5"}
    receipt = shop.ingest(row, kind="probe")["receipt"]
    assert (receipt["versions"], receipt["policyVersion"]) == (1, shop.views.ready()[0])


def test_a_door_is_closed_when_all_is_kept_that_was_taken_on(
    shop: TenantDoor, archive: DuckDbArchive
) -> None:
    door, tenant = Door(views=shop.views), shop.views.keeper
    closing = Thread(target=door.finish)
    with archive.writing():
        taken = [
            door.keepers.submit(
                tenant.feed,
                FactBatch(kind="outage", rows=[LONG | {"id": str(each)}]),
                Request(actor="ann", key=str(each)),
            )
            for each in range(KEEPERS + 3)
        ]
        closing.start()
        closing.join(0.05)
        assert closing.is_alive()
    closing.join()
    assert all(each.done() and isinstance(each.result(), Fed) for each in taken)
