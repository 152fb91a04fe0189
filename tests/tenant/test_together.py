"""What many ask at once is done together, and each is answered as if it had been done alone."""

from collections.abc import Iterator, Sequence
from threading import Event, Thread
from typing import Any

import pytest

from engine.model.tenancy import FactBatch, Fed, Refused, Row
from engine.source import Source
from engine.store.archive import Archive
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.feeding import keep
from engine.tenant.fitting import Feeding, prepared
from engine.tenant.tenant import Tenant
from engine.tenant.together import SHORTEST, Together, _Waiting
from engine.tenant.used import Used
from tests.tenant.shop import FEBRUARY, POLICY, Clock
from tests.tenant.test_tenant import asked


def outage(key: str, end: str = "2025-02-01T00:00:00Z") -> Row:
    """An outage of January."""
    return {"id": key, "service": "shop", "start": "2025-01-31T00:00:00Z", "end": end}


@pytest.fixture
def tenant() -> Iterator[tuple[Tenant, Archive]]:
    """A tenant with policies, and its archive."""
    archive = DuckDbArchive(None, Clock(FEBRUARY))
    with Tenant(archive) as opened:
        opened.publish([Source(name="shop.sla", text=POLICY)], asked("policies"))
        yield opened, archive


def fit(tenant: tuple[Tenant, Archive], key: str, *rows: Row, corrections: bool = False) -> Feeding:
    """A batch that can be kept."""
    opened, archive = tenant
    snapshot = opened.policies()
    assert snapshot is not None
    batch = FactBatch(kind="outage", rows=rows, corrections=corrections)
    found = prepared(archive, snapshot, batch, asked(key))
    assert isinstance(found, Feeding)
    return found


def versions(tenant: tuple[Tenant, Archive]) -> list[tuple[str, int, int]]:
    """Key, entry and instant of every version."""
    with tenant[1].reading() as reading:
        rows = reading.run("SELECT key, entry, known_from FROM fact_version ORDER BY seq")
    return [(key, entry, at) for key, entry, at in rows]


def test_batches_that_speak_of_other_facts_are_kept_at_one_instant(tenant: tuple[Tenant, Archive]) -> None:
    one, two = keep(tenant[1], [fit(tenant, "1", outage("a"), outage("b")), fit(tenant, "2", outage("c"))])
    assert isinstance(one, Fed) and isinstance(two, Fed)
    assert (one.entry, one.versions, two.entry, two.versions) == (1, 2, 2, 1)
    assert one.known_from == two.known_from
    assert versions(tenant) == [
        ("a", 1, one.known_from),
        ("b", 1, one.known_from),
        ("c", 2, one.known_from),
    ]


def test_what_speaks_of_the_same_waits_and_keeps_its_place(tenant: tuple[Tenant, Archive]) -> None:
    first, later = (
        fit(tenant, "1", outage("a")),
        fit(
            tenant,
            "2",
            outage("a", "2025-02-02T00:00:00Z"),
            outage("b", "2025-02-02T00:00:00Z"),
            corrections=True,
        ),
    )
    last, other = fit(tenant, "3", outage("b"), corrections=True), fit(tenant, "4", outage("z"))
    kept = keep(tenant[1], [first, later, last, other])
    assert [isinstance(each, Fed) for each in kept] == [True, False, False, True]
    assert kept[1:3] == [None, None]
    (fed, waits) = keep(tenant[1], [later, last])
    assert isinstance(fed, Fed) and waits is None
    assert fed.versions == 2


def test_one_key_of_a_request_is_one_request(tenant: tuple[Tenant, Archive]) -> None:
    same = fit(tenant, "1", outage("a"))
    kept, waits = keep(tenant[1], [same, same])
    assert waits is None
    assert keep(tenant[1], [same]) == [kept]
    (other,) = keep(tenant[1], [fit(tenant, "1", outage("b"))])
    assert isinstance(other, Refused) and other.faults[0].code == "idempotency-key-reused"


def test_one_wrong_batch_keeps_none_of_the_others_out(tenant: tuple[Tenant, Archive]) -> None:
    keep(tenant[1], [fit(tenant, "1", outage("a"))])
    taken = fit(tenant, "2", outage("a", "2025-02-03T00:00:00Z"), outage("b", "2025-02-03T00:00:00Z"))
    refused, fed = keep(tenant[1], [taken, fit(tenant, "3", outage("c"))])
    assert isinstance(refused, Refused) and refused.faults[0].code == "duplicate-key"
    assert isinstance(fed, Fed)
    assert [key for key, _, _ in versions(tenant)] == ["a", "c"]


def test_threads_that_feed_at_once_are_each_answered(
    tenant: tuple[Tenant, Archive], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, _ = tenant
    transactions: list[int] = []
    is_first, goes_on = Event(), Event()

    def counted(of: Archive, feedings: Sequence[Feeding], used: Used) -> list[Fed | Refused | None]:
        transactions.append(len(feedings))
        if len(transactions) == 1:
            is_first.set()
            goes_on.wait(5)
        return keep(of, feedings, used)

    monkeypatch.setattr("engine.tenant.tenant.keep", counted)
    found: dict[int, Fed | Refused] = {}

    def feed(number: int) -> None:
        # Every second one speaks of a fact of its own, the others all of the same.
        key = f"o-{number}" if number % 2 else "same"
        batch = FactBatch(
            kind="outage", rows=[outage(key, f"2025-02-{number + 2:02d}T00:00:00Z")], corrections=True
        )
        found[number] = opened.feed(batch, asked(f"k{number}"))

    threads = [Thread(target=feed, args=(number,)) for number in range(20)]
    threads[0].start()
    assert is_first.wait(5)
    for each in threads[1:]:
        each.start()
    while len(opened._feedings._waiting) < 19:
        pass
    goes_on.set()
    for each in threads:
        each.join(10)
    assert all(isinstance(each, Fed) and each.versions == 1 for each in found.values())
    assert len(found) == 20
    # The first alone; the ten of their own with one of the nine others; then those one by one.
    assert transactions == [1, 19, 8, 7, 6, 5, 4, 3, 2, 1]
    kept = versions(tenant)
    assert len(kept) == 20
    assert len({(key, at) for key, _, at in kept}) == 20


@pytest.mark.parametrize("away", [OSError("away"), KeyboardInterrupt("away")])
def test_an_error_reaches_who_waited_and_the_next_are_served(away: BaseException) -> None:
    calls: list[list[int]] = []

    def do(asked: Sequence[int]) -> list[int]:
        calls.append(list(asked))
        if len(calls) == 1:
            raise away
        return [each * 2 for each in asked]

    together = Together[int, int](do, 5)
    with pytest.raises(type(away), match="away"):
        together.ask(1)
    assert together.ask(2) == 4


def test_others_are_waited_for_while_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    coming: list[int] = []
    groups: list[list[int]] = []

    def do(asked: Sequence[int]) -> list[int]:
        groups.append(list(asked))
        return list(asked)

    together = Together[int, int](do, 4, patience=0.02)
    threads: list[Thread] = []

    def come(timeout: float) -> None:
        """Instead of time that passes, others come, if any do."""
        pauses.append(timeout)
        for _ in range(coming.pop(0)):
            expected = len(together._waiting) + 1
            threads.append(Thread(target=together.ask, args=(expected,)))
            threads[-1].start()
            while len(together._waiting) < expected:
                pass

    monkeypatch.setattr(together._is_full, "wait", come)
    # One alone is never kept waiting.
    for _ in range(3):
        together.ask(1)
    assert pauses == [] and groups == [[1]] * 3
    # Two were there at once: from then on others are waited for, longer while they come, and less when not.
    together._pause = SHORTEST
    coming[:] = [1, 2, 1, 0, 0, 0]
    for _ in range(6):
        together.ask(1)
        for each in threads:
            each.join(5)
    assert pauses == [0.005, 0.01, 0.02, 0.02, 0.01, 0.005]
    assert groups[3:] == [[1, 2], [1, 2, 3], [1, 2], [1], [1], [1]]
    together.ask(1)
    assert len(pauses) == 6


def test_whoever_is_broken_off_holds_up_nobody() -> None:
    begun, goes_on = Event(), Event()

    def do(asked: Sequence[int]) -> list[int]:
        if asked[0] == 1:
            begun.set()
            goes_on.wait(5)
        return [each * 2 for each in asked]

    together = Together[int, int](do, 1)
    found: list[int] = []
    first = Thread(target=lambda: found.append(together.ask(1)))
    first.start()
    assert begun.wait(5)

    class Away(Event):
        """Waiting for it is broken off."""

        def wait(self, timeout: float | None = None) -> bool:
            goes_on.set()
            first.join(5)
            raise KeyboardInterrupt("away")

    third = Thread(target=lambda: found.append(together.ask(3)))

    def broken_off() -> None:
        original = _Waiting.__init__

        def made(self: _Waiting[int, int], **given: Any) -> None:
            original(self, **given)
            self.called = Away()

        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(_Waiting, "__init__", made)
            together.ask(2)

    broken_off()
    third.start()
    third.join(5)
    assert found == [2, 6]
    assert not together._waiting and not together._is_led
