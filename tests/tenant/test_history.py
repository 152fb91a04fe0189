"""Verdict changes are kept in order, with what made them; what was kept is found again, and checked."""

from contextlib import suppress

import pytest

from engine.ledger.verify import verify
from engine.model.history import Cause, VerdictChange
from engine.model.ledger import FlawKind
from engine.model.quantity import DAY, HOUR
from engine.model.tenancy import FactBatch, Fed, Row
from engine.model.verdict import State
from engine.store.archive import Archive, ArchiveError
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant import judging
from engine.tenant.tenant import Tenant
from tests.tenant.test_tenant import (
    FEBRUARY,
    LONG,
    MARCH,
    POLICY,
    Clock,
    Opened,
    asked,
    clock,
    feed,
    opened,
    outage,
    publish,
)
from tests.tenant.test_webhooks import ORDER

__all__ = ["clock", "opened"]

Told = list[tuple[str, Cause, State | None, State | None]]


def told(changes: tuple[VerdictChange, ...]) -> Told:
    return [(each.identity[2], each.cause, each.before, each.state) for each in changes]


def archive_of(tenant: Tenant) -> Archive:
    return tenant._archive


def test_each_change_of_a_verdict_is_kept_with_what_made_it(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    assert tenant.catch_up(clock.now) == ()
    publish(tenant)
    said = told(tenant.catch_up(clock.now))
    assert said == [
        ("2025-01", Cause.PUBLISH, None, State.MET),
        ("2025-02", Cause.PUBLISH, None, State.PENDING),
    ]
    assert tenant.catch_up(clock.now + HOUR) == ()
    feed(tenant, "1", LONG)
    said = told(tenant.catch_up(clock.now + HOUR))
    assert said == [("2025-02", Cause.FEED, State.PENDING, State.BREACHED)]
    tenant.retract("outage", ["o-1"], asked("2"))
    said = told(tenant.catch_up(clock.now + HOUR))
    assert said == [("2025-02", Cause.FEED, State.BREACHED, State.PENDING)]
    said = told(tenant.catch_up(MARCH))
    assert said == [
        ("2025-02", Cause.TIME, State.PENDING, State.MET),
        ("2025-03", Cause.TIME, None, State.PENDING),
    ]
    publish(tenant, POLICY.replace("calendar month", "calendar quarter"), "3")
    said = told(tenant.catch_up(MARCH))
    assert said == [
        ("2025-Q1", Cause.PUBLISH, None, State.PENDING),
        ("2025-01", Cause.PUBLISH, State.MET, None),
        ("2025-02", Cause.PUBLISH, State.MET, None),
        ("2025-03", Cause.PUBLISH, State.PENDING, None),
    ]


def test_what_was_kept_is_there_after_a_restart_and_can_be_judged_again(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    publish(tenant)
    kept = tenant.catch_up(clock.now)
    feed(tenant, "1", LONG)
    kept += tenant.catch_up(clock.now + HOUR)
    tenant = opened()
    assert tenant.changes() == kept
    assert tenant.catch_up(clock.now + HOUR) == ()
    kept += tenant.catch_up(MARCH)
    tenant = opened()
    assert tenant.changes() == kept
    assert [each.seq for each in kept] == list(range(len(kept)))
    for each in kept:
        again = tenant.evaluate(as_of=each.as_of, known_at=each.known_at)
        assert each.verdict in again.verdicts


def test_pages_of_changes_go_both_ways(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    publish(tenant)
    tenant.catch_up(clock.now)
    tenant.catch_up(MARCH)
    every = tenant.changes()
    assert [each.seq for each in every] == [0, 1, 2, 3]
    assert tenant.changes(after=0, first=2) == every[1:3]
    assert tenant.changes(before=3, first=2, last=True) == every[1:3]
    one = every[1].identity
    assert [each.identity for each in tenant.changes(identity=one)] == [one, one]


def test_what_was_settled_is_kept_anew_when_a_figure_of_it_changes(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    tenant.catch_up(MARCH)
    feed(tenant, "1", outage("o-1", "2025-02-03T00:00:00Z", "2025-02-03T00:01:00Z"))
    (change,) = tenant.catch_up(MARCH)
    assert (change.before, change.state) == (State.MET, State.MET)
    assert change.verdict is not None
    assert change.verdict.counts["bad"] == 60_000_000


def test_what_ceases_is_told_though_judging_breaks_off_at_first(
    opened: Opened, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = opened()
    publish(tenant)
    tenant.catch_up(clock.now)
    publish(tenant, POLICY.replace("calendar month", "calendar quarter"), "2")

    def breaks_off(*_: object, **__: object) -> None:
        raise ArchiveError("the disk is full")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(judging, "turning", breaks_off)
        with pytest.raises(ArchiveError):
            tenant.catch_up(clock.now)
    assert told(tenant.catch_up(clock.now)) == [
        ("2025-Q1", Cause.PUBLISH, None, State.PENDING),
        ("2025-01", Cause.PUBLISH, State.MET, None),
        ("2025-02", Cause.PUBLISH, State.PENDING, None),
    ]


def test_a_clock_that_goes_back_undoes_nothing(opened: Opened) -> None:
    tenant = opened()
    publish(tenant)
    tenant.catch_up(MARCH)
    assert tenant.catch_up(FEBRUARY) == ()
    tenant = opened()
    assert tenant.catch_up(FEBRUARY) == ()


def test_who_listens_is_told_of_what_was_kept_until_that_ends(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    heard: list[str] = []
    stops = [
        tenant.listen(lambda: heard.append("kept")),
        tenant.listen(lambda: heard.append("not facts"), to_facts=False),
    ]
    publish(tenant)
    assert heard == ["kept", "not facts"]
    feed(tenant, "1", LONG)
    tenant.retract("outage", ["o-1"], asked("2"))
    assert heard[2:] == ["kept", "kept"]
    feed(tenant, "3", LONG)
    tenant.catch_up(clock.now)
    assert heard[4:] == ["kept", "kept", "not facts"]
    for stop in stops:
        stop()
    feed(tenant, "4", outage("o-2", "2025-02-03T00:00:00Z"))
    tenant.catch_up(clock.now)
    assert len(heard) == 7


def test_two_that_judge_the_same_tenant_keep_one_history(opened: Opened, clock: Clock) -> None:
    """As two processes do over one PostgreSQL."""
    first = opened()
    second = Tenant(archive_of(first))
    publish(first)
    kept = first.catch_up(clock.now)
    assert second.catch_up(clock.now) == ()
    feed(first, "1", LONG)
    kept += second.catch_up(clock.now + HOUR)
    assert first.catch_up(clock.now + HOUR) == ()
    kept += first.catch_up(clock.now + DAY)
    first.retract("outage", ["o-1"], asked("2"))
    kept += first.catch_up(clock.now + DAY)
    kept += second.catch_up(MARCH)
    assert first.changes() == kept
    assert [each.seq for each in kept] == list(range(len(kept)))


TAMPERING = (
    ("UPDATE verdict_change SET content = content || ' ' WHERE seq = 1", FlawKind.ALTERED, "change 1"),
    ("UPDATE verdict_change SET state = 'MET' WHERE seq = 1", FlawKind.WITHOUT_RECORD, "not those"),
    ("UPDATE verdict_change SET as_of = 1", FlawKind.WITHOUT_RECORD, "at other instants"),
    ("UPDATE verdict_change SET entry = 0", FlawKind.WITHOUT_ENTRY, "which records none"),
    ("UPDATE verdict_change SET entry = 9", FlawKind.WITHOUT_ENTRY, "which is not there"),
    ("UPDATE verdict_change SET seq = 2 WHERE seq = 1", FlawKind.MISSING, "1 is missing"),
    ("UPDATE verdict_change SET seq = 0 WHERE seq = 1", FlawKind.DOUBLE, "number of another"),
    ("DELETE FROM verdict_change WHERE seq = 1", FlawKind.WITHOUT_RECORD, "records 2 changes"),
    ("DELETE FROM verdict_change", FlawKind.WITHOUT_RECORD, "none is there"),
)


def test_changes_that_were_tampered_with_are_found(clock: Clock) -> None:
    with Tenant(DuckDbArchive(None, clock)) as tenant:
        publish(tenant)
        tenant.catch_up(clock.now)
        archive = archive_of(tenant)
        with archive.reading() as reading:
            assert verify(reading).flaws == ()
        for tampering, kind, what in TAMPERING:
            with suppress(Back), archive.writing() as writing:
                writing.run(tampering)
                flaws = verify(writing).flaws
                assert any(each.kind is kind and what in each.what for each in flaws), (tampering, flaws)
                raise Back


class Back(Exception):  # noqa: N818
    """What was written is taken back."""


def test_an_approval_and_a_webhook_have_only_judged_what_they_touch(opened: Opened, clock: Clock) -> None:
    signed = '    source "Probe" by acme, signed off by service_owner'
    tenant = opened()
    publish(tenant, POLICY.replace('    source "Probe" by acme', signed))
    tenant.catch_up(clock.now)
    sign_off: Row = {
        "id": "s-1",
        "source": "Probe",
        "start": "2025-01-01T00:00:00Z",
        "end": "2025-02-01T00:00:00Z",
        "by": "service_owner",
        "signed_at": "2025-02-03T00:00:00Z",
    }
    fed = tenant.feed(FactBatch(kind="sign_off", rows=(sign_off,), corrections=False), asked("1"))
    assert isinstance(fed, Fed), fed
    tenant.catch_up(clock.now)
    stand = tenant.judge(clock.now)
    assert stand is not None
    assert stand.whole is None
    tenant.telling.register(ORDER, "k1", asked("2"))
    stand = tenant.judge(clock.now)
    assert stand is not None
    assert stand.whole is None
