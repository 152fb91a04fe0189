"""Many send at once: what they feed is kept together, whoever asks does not wait for it, and none is lost."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest

from api.graphql.feeding import Arrivals
from api.graphql.served import KEEPERS, Door
from engine.model.tenancy import FactBatch, Fed, Published, Refused, Request
from engine.source import Source
from engine.store.archive import ArchiveError
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


def until_taken(shop: TenantDoor, many: int) -> None:
    """Come back once so many batches wait, those among them that are being kept."""
    late = monotonic() + 10
    feedings = shop.views.keeper._feedings
    while len(feedings._waiting) + feedings._last < many:
        assert monotonic() < late, "they are not there at once"
        sleep(0.001)


def test_what_is_sent_at_once_is_kept_at_few_instants(shop: TenantDoor, archive: DuckDbArchive) -> None:
    """No thread waits for a document that only feeds: more may be under way than there are threads."""
    many = KEEPERS + 20
    feed(shop, "outage")  # the document is known from now on
    with ThreadPoolExecutor(many) as clients:
        with archive.writing():
            # Nothing can be kept yet: some wait for that, and the others for them.
            sent = [clients.submit(feed, shop, f"outage-{each}") for each in range(many)]
            until_taken(shop, many)
            assert shop.february() == "BREACHED"
        receipts = [each.result() for each in sent]
    assert {each["versions"] for each in receipts} == {1}
    assert sorted(int(each["entry"]) for each in receipts) == [*range(2, many + 2)]
    assert len({each["knownFrom"] for each in receipts}) <= 3


def test_policies_that_are_published_while_facts_wait_are_those_that_admit_them(
    shop: TenantDoor, archive: DuckDbArchive
) -> None:
    """The batch was fit under those before: it is fed again under these."""
    feed(shop, "outage")
    keeper = shop.views.keeper
    before, keep = keeper.published()[-1], keeper._feedings._do
    begun, goes_on = Event(), Event()

    def wait(feedings: Sequence[Any]) -> Any:
        begun.set()
        assert goes_on.wait(5)
        return keep(feedings)

    keeper._feedings._do = wait
    with ThreadPoolExecutor(1) as clients:
        sent = clients.submit(feed, shop, "outage-1")
        assert begun.wait(5)
        with_probes = POLICY + READINGS.replace("fact reading", "fact probe")
        published = keeper.publish(
            [Source(name="shop.sla", text=with_probes)], Request(actor="bob", key="elsewhere")
        )
        goes_on.set()
        receipt = sent.result()
    assert isinstance(published, Published)
    assert int(receipt["entry"]) == published.entry + 1
    assert receipt["policyVersion"] == published.version != before.version


def test_what_goes_wrong_while_facts_are_kept_is_told_to_each_who_fed_them(shop: TenantDoor) -> None:
    feed(shop, "outage")
    keeper = shop.views.keeper

    def fail(_: object) -> Any:
        raise ArchiveError("the archive cannot be used: its disk is full")

    do, keeper._feedings._do = keeper._feedings._do, fail
    sent = {"idempotencyKey": "1", "kind": "outage", "rows": [LONG | {"id": "1"}]}
    answers = [shop.ask(INGEST, input=sent) for _ in range(2)]
    assert answers[0] == answers[1]
    (error,) = answers[0]["errors"]
    assert error["path"] == ["ingestFacts"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    keeper._feedings._do = do
    assert shop.ask(INGEST, input=sent)["data"]["ingestFacts"]["receipt"]["versions"] == 1


def test_what_nobody_waits_for_any_more_is_not_kept(shop: TenantDoor, archive: DuckDbArchive) -> None:
    feed(shop, "outage")
    keeper = shop.views.keeper

    def fed(key: str) -> Future[Fed | Refused]:
        batch = FactBatch(kind="outage", rows=[LONG | {"id": key}])
        return keeper.feeding(batch, Request(actor="a", key=key))

    async def leave() -> None:
        """One is being kept; the client of another one, which waits for that, goes."""
        arrivals = Arrivals(asyncio.get_running_loop())
        with archive.writing():
            first = fed("first")
            async with asyncio.timeout(5):
                while not first.running():
                    await asyncio.sleep(0.001)
            other = fed("other")
            with suppress(TimeoutError):
                async with asyncio.timeout(0.01):
                    await arrivals.of(other)
        async with asyncio.timeout(5):
            await arrivals.of(first)
        assert (first.cancelled(), other.cancelled()) == (False, True)

    asyncio.run(leave())
    assert feed(shop, "other")["entry"] == "3"


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
    batch = FactBatch(kind="outage", rows=[LONG | {"id": "left"}])
    with archive.writing():
        left = tenant.feeding(batch, Request(actor="ann", key="left"))  # whose client has gone
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
    assert all(each.done() and isinstance(each.result(), Fed) for each in (left, *taken))
