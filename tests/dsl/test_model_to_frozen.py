"""What is frozen beneath a policy set: every zone in it, and every change of its offset."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from engine.dsl.model_to_frozen import zones_named
from engine.dsl.zone_to_offsets import zone_offsets
from engine.model.frozen import first_difference
from engine.model.instants import EARLIEST, LATEST, parse_instant
from engine.model.quantity import HOUR
from engine.pipeline import check
from engine.rules.plans.civil_time import offset_spans
from engine.source import Source

POLICIES = Path(__file__).parents[2] / "policies"


def zones_within(value: object, seen: set[int]) -> Iterator[str]:
    """Every zone that any noun names, however deep."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if is_dataclass(value):
        for each in fields(value):
            part = getattr(value, each.name)
            if each.name == "zone" and isinstance(part, str):
                yield part
            yield from zones_within(part, seen)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from zones_within(part, seen)
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from zones_within(part, seen)


@pytest.mark.parametrize("folder", ["vlei", "examples/hosting", "examples/volvo"])
def test_every_zone_in_the_model_is_named(folder: str) -> None:
    files = sorted((POLICIES / folder).glob("*.sla"))
    snapshot = check(
        [Source(name=each.name, text=each.read_text(encoding="utf-8")) for each in files]
    ).snapshot
    assert snapshot is not None
    assert zones_named(snapshot) == set(zones_within(snapshot, set()))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Apia"])
def test_the_offsets_are_those_that_plans_find(zone: str) -> None:
    start, end = parse_instant("2009-01-01T00:00:00Z") or 0, parse_instant("2026-01-01T00:00:00Z") or 0
    found = [each for each in zone_offsets(zone).offsets if start < each[0] < end]
    assert found == [(each.start, each.offset) for each in offset_spans(zone, start, end)[1:]]


def test_the_offsets_reach_as_far_as_clocks_are_known() -> None:
    instants = [each[0] for each in zone_offsets("Europe/Berlin").offsets]
    assert instants == sorted(set(instants))
    assert instants[0] == EARLIEST
    assert (parse_instant("2199-10-27T01:00:00Z") or 0) == instants[-1] < LATEST


def test_the_first_difference() -> None:
    berlin = zone_offsets("Europe/Berlin")
    assert first_difference(berlin, replace(berlin, version="another")) is None
    place = len(berlin.offsets) // 2
    shorter = replace(berlin, offsets=berlin.offsets[:place])
    assert first_difference(berlin, shorter) == first_difference(shorter, berlin) == berlin.offsets[place][0]
    later = [
        (at + HOUR, offset) if number == place else (at, offset)
        for number, (at, offset) in enumerate(berlin.offsets)
    ]
    assert first_difference(berlin, replace(berlin, offsets=tuple(later))) == berlin.offsets[place][0]
    doubled = tuple(sorted({*berlin.offsets, (berlin.offsets[place][0] + HOUR, berlin.offsets[place][1])}))
    assert first_difference(berlin, replace(berlin, offsets=doubled)) is None, "no change of offset"
