"""What many ask at once is done together, and each is answered as if it had been done alone."""

from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from threading import Event, Semaphore, Thread

import pytest

from engine.model.tenancy import FactBatch, Fed, Refused, Row
from engine.source import Source
from engine.store.archive import Archive
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.feeding import SupersededError, keep
from engine.tenant.fitting import Feeding, prepared
from engine.tenant.tenant import Tenant
from engine.tenant.together import Together
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
        found[number] = opened.feeding(batch, asked(f"k{number}")).result(10)

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


def test_whoever_rests_on_policies_of_before_is_told_and_holds_up_nobody(
    tenant: tuple[Tenant, Archive],
) -> None:
    opened, _ = tenant
    keep = opened._feedings._do
    groups: list[int] = []
    begun, goes_on = Event(), Event()

    def held(feedings: Sequence[Feeding]) -> Sequence[Fed | Refused | BaseException | None]:
        groups.append(len(feedings))
        begun.set()
        assert goes_on.wait(5)
        return keep(feedings)

    opened._feedings._do = held

    def fed(key: str) -> Future[Fed | Refused]:
        return opened.feeding(FactBatch(kind="outage", rows=[outage(key)]), asked(key))

    stale = [fed("a")]
    assert begun.wait(5)
    stale.append(fed("b"))
    opened.publish(
        [Source(name="shop.sla", text=POLICY.replace("at least 99%", "at least 98%"))], asked("more")
    )
    fresh = fed("c")
    goes_on.set()
    assert [type(each.exception(5)) for each in stale] == [SupersededError] * 2
    assert isinstance(fresh.result(5), Fed)
    assert groups == [1, 2, 1]
    assert isinstance(opened.feed(FactBatch(kind="outage", rows=[outage("a")]), asked("a")), Fed)


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
        together.ask(1).result(5)
    assert together.ask(2).result(5) == 4
    together.close()


@pytest.fixture
def held() -> Iterator[tuple[Together[int, int], list[list[int]], Event]]:
    """What doubles, five at a time at most: it has begun with 0, and goes on once the event is set."""
    groups: list[list[int]] = []
    begun, goes_on = Event(), Event()

    def do(asked: Sequence[int]) -> list[int]:
        groups.append(list(asked))
        begun.set()
        assert goes_on.wait(5)
        return [each * 2 for each in asked]

    together = Together[int, int](do, 5)
    together.ask(0)
    assert begun.wait(5)
    yield together, groups, goes_on
    goes_on.set()
    together.close()


def test_what_waits_is_done_in_order_so_many_at_a_time(
    held: tuple[Together[int, int], list[list[int]], Event],
) -> None:
    together, groups, goes_on = held
    answers = [together.ask(each) for each in range(1, 13)]
    goes_on.set()
    assert [each.result(5) for each in answers] == [2 * each for each in range(1, 13)]
    assert groups == [[0], [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12]]


def test_what_nobody_waits_for_any_more_is_not_done(
    held: tuple[Together[int, int], list[list[int]], Event],
) -> None:
    together, groups, goes_on = held
    one, other = together.ask(1), together.ask(2)
    assert one.cancel()
    goes_on.set()
    assert other.result(5) == 4
    assert not other.cancel()
    with pytest.raises(CancelledError):
        one.result(5)
    alone = together.ask(3)
    assert alone.result(5) == 6
    assert groups == [[0], [2], [3]]


def test_what_must_wait_keeps_its_place() -> None:
    """Of two that are alike the later is done the next time, before what came after both."""
    groups: list[list[int]] = []
    begun, goes_on = Event(), Event()

    def do(asked: Sequence[int]) -> list[int | None]:
        groups.append(list(asked))
        begun.set()
        assert goes_on.wait(5)
        return [each if each not in asked[:place] else None for place, each in enumerate(asked)]

    together = Together[int, int](do, 3)
    first = together.ask(0)
    assert begun.wait(5)
    answers = [together.ask(each) for each in (7, 7, 8, 9)]
    goes_on.set()
    assert [each.result(5) for each in (first, *answers)] == [0, 7, 7, 8, 9]
    assert groups == [[0], [7, 7, 8], [7, 9]]
    together.close()


def test_others_are_waited_for_where_many_ask_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float | None] = []
    groups: list[int] = []
    begun, goes_on = Semaphore(0), Semaphore(0)

    def do(asked: Sequence[int]) -> list[int]:
        groups.append(len(asked))
        begun.release()
        assert goes_on.acquire(timeout=5)
        return list(asked)

    together = Together[int, int](do, 16, patience=0.5)

    def come(timeout: float | None = None) -> bool:
        """Instead of time that passes, another one comes."""
        pauses.append(timeout)
        found.append(together.ask(0))
        return False

    monkeypatch.setattr(together._is_full, "wait", come)
    found = [together.ask(0)]
    for many in (3, 1, 4, 1, 0):
        assert begun.acquire(timeout=5)
        found += [together.ask(0) for _ in range(many)]
        goes_on.release()
    together.close()
    assert [each.result(5) for each in found] == [0] * 12
    # One was alone; after three one was waited with; four were enough to go on.
    assert groups == [1, 3, 2, 4, 2]
    assert pauses == [0.5, 0.5]


def test_a_fault_of_its_own_reaches_all_who_wait_and_the_next_are_served(
    held: tuple[Together[int, int], list[list[int]], Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    together, _, goes_on = held

    def fail() -> None:
        raise MemoryError("no more")

    with monkeypatch.context() as patch:
        patch.setattr(together, "_wait_for_others", fail)
        answers = [together.ask(each) for each in (1, 2)]
        goes_on.set()
        for each in answers:
            with pytest.raises(MemoryError, match="no more"):
                each.result(5)
        together.settle()
    assert together.ask(3).result(5) == 6


def test_one_error_among_the_answers_is_that_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ValueError("not three")
    together = Together[int, int](lambda asked: [wrong if each == 3 else each for each in asked], 4)
    found = [together.ask(each) for each in (2, 3, 4)]
    assert [each.exception(5) for each in found] == [None, wrong, None]
    together.close()
    together.settle()


def test_one_alone_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Together[int, int](list, 4, patience=60)
    for each in range(5):
        assert together.ask(each).result(5) == each
    together.close()
    with pytest.raises(RuntimeError):
        together.ask(5)
