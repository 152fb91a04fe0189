"""A published policy set keeps what it rests on: whatever is installed later, it means what it meant."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from engine import pipeline
from engine.dsl import model_to_frozen, zone_to_offsets
from engine.dsl.zone_to_offsets import zone_offsets
from engine.ledger.verify import verify
from engine.model.calendar import HolidaySource
from engine.model.frozen import Holidays, ZoneOffsets
from engine.model.instants import parse_instant
from engine.model.quantity import DAY, HOUR
from engine.model.tenancy import FactBatch, Fed, Published, Refused
from engine.model.verdict import State
from engine.pipeline import check
from engine.source import Source
from engine.tenant import published_to_snapshot, publishing
from engine.tenant.frozen_to_pieces import frozen_of, pieces
from engine.tenant.published_to_snapshot import UnusablePoliciesError
from engine.tenant.tenant import Tenant
from tests.tenant.shop import MARCH, POLICY, Clock
from tests.tenant.test_tenant import Opened, asked, clock, opened, outage

__all__ = ["clock", "opened"]

WORKED = (
    POLICY.replace("zone UTC", "zone Europe/Berlin")
    .replace(
        'service shop "Shop" {',
        "calendar counter {\n  zone Europe/Berlin\n  open monday to friday from 09:00 to 17:00\n"
        '  closed on holidays of DE\n}\n\nservice shop "Shop" {',
    )
    .replace("hours always", "hours counter")
)
"""Open on working days, so that holidays decide how long a month is."""

NEWER = "holidays 99"


def holidays(*days: date, version: str = "holidays 1") -> Callable[[str], Holidays]:
    """A package that knows only these days, in every region."""
    return lambda region: Holidays(
        dates=frozenset(days), source=HolidaySource(region=region, version=version)
    )


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts another package of holidays in place."""
    return lambda *days, version="holidays 1": monkeypatch.setattr(
        model_to_frozen, "freeze", holidays(*days, version=version)
    )


def publish(tenant: Tenant, text: str = WORKED, key: str = "p") -> Published:
    told = tenant.publish([Source(name="shop.sla", text=text)], asked(key))
    assert isinstance(told, Published), told
    return told


def february(tenant: Tenant, known_at: int | None = None) -> tuple[State, str]:
    """The verdict on February and the version that it is of."""
    found = tenant.evaluate(as_of=MARCH, known_at=known_at)
    (state,) = (each.state for each in found.verdicts if getattr(each.occasion, "label", "") == "2025-02")
    return state, found.policy_version


MONDAY = date(2025, 2, 3)
DOWN = outage("o-1", "2025-02-03T09:00:00+01:00", "2025-02-03T12:00:00+01:00")
"""Three hours on a Monday morning, of 160 that February is open."""


def test_holidays_stay_as_they_were_published(
    opened: Opened, clock: Clock, installed: Callable[..., None]
) -> None:
    installed(MONDAY)
    tenant = opened()
    first = publish(tenant)
    fed = tenant.feed(FactBatch(kind="outage", rows=[DOWN]), asked("f"))
    assert isinstance(fed, Fed)
    closed = (State.MET, first.version)
    assert february(tenant) == closed
    installed(version=NEWER)
    assert february(opened()) == closed
    clock.now += DAY
    tenant = opened()
    second = publish(tenant, key="again")
    assert second.address != first.address
    assert second.version != first.version
    assert february(tenant) == (State.BREACHED, second.version)
    tenant = opened()
    assert february(tenant, clock.now - HOUR) == closed
    assert [each.address for each in tenant.published()] == [first.address, second.address]


def test_the_same_request_to_publish_is_done_once_whatever_is_installed_by_then(
    opened: Opened, installed: Callable[..., None]
) -> None:
    installed(MONDAY)
    first = publish(opened())
    installed(version=NEWER)
    assert publish(opened()) == first


def test_the_standard_library_stays_as_it_was_published(
    opened: Opened, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = opened()
    first = publish(tenant)
    newer = [
        replace(each, text=each.text.replace("fact outage", "fact downtime"))
        for each in pipeline.standard_library()
    ]
    assert newer != list(pipeline.standard_library())
    monkeypatch.setattr(pipeline, "standard_library", lambda: tuple(newer))
    tenant = opened()
    fed = tenant.feed(FactBatch(kind="outage", rows=[DOWN]), asked("f"))
    assert isinstance(fed, Fed)
    assert february(tenant) == (State.BREACHED, first.version)
    told = tenant.publish([Source(name="shop.sla", text=WORKED)], asked("again"))
    assert isinstance(told, Refused), "the newer library knows no outages"
    renamed = publish(tenant, WORKED.replace("from outage o", "from downtime o"), "renamed")
    assert february(opened()) == (State.MET, renamed.version)


def test_a_set_that_does_not_use_the_library_does_not_rest_on_it(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = 'party acme "Acme"\nservice shop "Shop" {\n  provider acme\n  hours always\n}\n'
    first = publish(opened(), alone)
    monkeypatch.setattr(pipeline, "standard_library", lambda: ())
    assert publish(opened(), alone, "again").address == first.address


def moved(zone: str, since: int, version: str = "tzdata 99") -> ZoneOffsets:
    """Data by which the zone stops changing its clocks."""
    known = zone_to_offsets.zone_offsets(zone)
    offsets = tuple(each for each in known.offsets if each[0] < since)
    return replace(known, version=version, offsets=offsets)


def test_other_data_of_a_zone_are_refused_by_name(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = opened()
    publish(tenant)
    summer = parse_instant("2027-03-28T00:00:00Z") or 0
    newer = moved("Europe/Berlin", summer)
    for module in (published_to_snapshot, model_to_frozen):
        monkeypatch.setattr(module, "zone_offsets", lambda zone: newer)
    tenant = opened()
    with pytest.raises(
        UnusablePoliciesError,
        match=r"policies published at 2025-02-10T00:00:00Z \(set 0\) .* `Europe/Berlin` .* as of tzdata \d.*"
        r" tzdata 99, which is installed, differs from 2027-03-28T01:00:00Z on: publish them again",
    ):
        february(tenant)
    again = publish(tenant, key="again")
    assert february(tenant) == (State.MET, again.version)
    assert again.address != tenant.published()[0].address


def test_the_same_data_of_a_zone_in_another_version_are_no_other(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(opened())
    newer = replace(zone_offsets("Europe/Berlin"), version="tzdata 99")
    monkeypatch.setattr(published_to_snapshot, "zone_offsets", lambda zone: newer)
    assert february(opened()) == (State.MET, first.version)


def test_a_zone_that_is_gone_is_named(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(opened())
    monkeypatch.setattr(published_to_snapshot, "is_zone", lambda zone: False)
    with pytest.raises(UnusablePoliciesError, match=r"`Europe/Berlin` was frozen .* none of that name"):
        february(opened())


def test_another_troth_keeps_the_version_that_was_published(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its digest is like is its own affair; what the same one reads otherwise is a fault."""
    first = publish(opened())
    real = check

    def otherwise(*given: Sequence[Source], **more: object) -> pipeline.Checked:
        checked = real(*given, **more)
        assert checked.snapshot is not None
        return replace(checked, snapshot=replace(checked.snapshot, version="0" * 64))

    monkeypatch.setattr(published_to_snapshot, "check", otherwise)
    with pytest.raises(UnusablePoliciesError, match=r"the same Troth .* a fault in Troth"):
        february(opened())
    monkeypatch.setattr(published_to_snapshot, "reader", lambda: "troth 9.0 0123456789abcdef")
    assert february(opened()) == (State.MET, first.version)
    monkeypatch.setattr(
        published_to_snapshot, "check", lambda files, frozen: real([Source(name="shop.sla", text="x")])
    )
    with pytest.raises(
        UnusablePoliciesError, match=r"this Troth 9\.0, .* no longer accepts them: shop\.sla:1: .* mended"
    ):
        february(opened())


def test_what_was_altered_is_not_used(opened: Opened, clock: Clock) -> None:
    tenant = opened()
    publish(tenant)
    with tenant._archive.writing() as writing:
        writing.run("UPDATE frozen_piece SET content = replace(content, '2025-10-03', '2025-10-04')")
    with pytest.raises(UnusablePoliciesError, match="was altered: `troth ledger verify`"):
        february(opened())


def test_equal_content_is_kept_once(opened: Opened, installed: Callable[..., None]) -> None:
    tenant = opened()
    publish(tenant)
    before = counts(tenant)
    publish(tenant, key="again")
    assert counts(tenant) == before, "the same set"
    publish(tenant, WORKED + "# a remark\n", "remark")
    assert counts(tenant) == (before[0] + 1, before[1]), "another file that rests on the same"
    installed(version=NEWER)
    publish(tenant, key="newer")
    assert counts(tenant) == (before[0] + 2, before[1] + 1), "the same files under another address"
    with tenant._archive.reading() as reading:
        assert verify(reading).flaws == ()


def counts(tenant: Tenant) -> tuple[int, int]:
    """How many files are kept, and how many pieces that they rest on."""
    with tenant._archive.reading() as reading:
        ((files,),) = reading.run("SELECT count(*) FROM policy_file")
        ((rest,),) = reading.run("SELECT count(*) FROM frozen_piece")
    return files, rest


def test_what_was_published_before_anything_was_frozen_is_used_while_it_means_the_same(
    opened: Opened, installed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "pieces", lambda frozen: [])
    monkeypatch.setattr(publishing, "reader", lambda: None)
    first = publish(opened())
    assert first.reader is None
    assert february(opened()) == (State.MET, first.version)
    installed(version=NEWER)
    with pytest.raises(UnusablePoliciesError, match="was not kept with them yet"):
        february(opened())


def test_a_what_if_of_a_published_set_rests_on_what_it_rests_on(installed: Callable[..., None]) -> None:
    installed(MONDAY)
    frozen = pipeline.freeze(check([Source(name="shop.sla", text=WORKED)]))
    installed(version=NEWER)
    checked = check([Source(name="shop.sla", text=WORKED)], frozen=frozen)
    assert pipeline.freeze(checked) == frozen
    changed = pipeline.change(
        checked,
        [Source(name="c.sla", text="change shop_sla.up to at least 98%")],
    )
    assert changed.snapshot is not None, changed.diagnostics
    assert MONDAY in changed.snapshot.calendars["counter"].closed  # type: ignore[union-attr]


def test_frozen_to_pieces_and_back() -> None:
    frozen = pipeline.freeze(check([Source(name="shop.sla", text=WORKED)]))
    assert [each.name for each in frozen.standard] == sorted(
        each.name for each in pipeline.standard_library()
    )
    assert [each.source.region for each in frozen.holidays] == ["DE"]
    assert [each.zone for each in frozen.zones] == ["Europe/Berlin"]
    assert frozen_of(pieces(frozen)) == frozen
