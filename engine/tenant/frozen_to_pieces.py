"""What a policy set rests on as texts that an archive keeps, each once under its digest, and back (S2.6)."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from engine.model.calendar import HolidaySource
from engine.model.canonical_json import Json, canonical_json
from engine.model.frozen import Frozen, Holidays, ZoneOffsets
from engine.source import Source


def pieces(frozen: Frozen) -> list[str]:
    """A text for each file of the standard library, each region and each zone: canonical JSON."""
    return [canonical_json(each) for each in _pieces(frozen)]


def _pieces(frozen: Frozen) -> Iterator[Json]:
    for file in frozen.standard:
        yield {"standard": file.name, "text": file.text}
    for each in frozen.holidays:
        dates = sorted(day.isoformat() for day in each.dates)
        yield {"holidays": each.source.region, "version": each.source.version, "dates": dates}
    for zone in frozen.zones:
        offsets = [[instant, offset] for instant, offset in zone.offsets]
        yield {"zone": zone.zone, "version": zone.version, "offsets": offsets}


def rests_on(frozen: Frozen) -> dict[str, Json]:
    """The same in short, for people: the files' names, and the version of each region and zone."""
    return {
        "standard": [each.name for each in frozen.standard],
        "holidays": {each.source.region: each.source.version for each in frozen.holidays},
        "zones": {each.zone: each.version for each in frozen.zones},
    }


def frozen_of(texts: Sequence[str]) -> Frozen:
    """What `pieces` gave these texts for."""
    read: list[dict[str, Any]] = [json.loads(text) for text in texts]
    return Frozen(
        standard=tuple(
            Source(name=each["standard"], text=each["text"]) for each in read if "standard" in each
        ),
        holidays=tuple(
            Holidays(
                dates=frozenset(date.fromisoformat(day) for day in each["dates"]),
                source=HolidaySource(region=each["holidays"], version=each["version"]),
            )
            for each in read
            if "holidays" in each
        ),
        zones=tuple(
            ZoneOffsets(
                zone=each["zone"],
                version=each["version"],
                offsets=tuple((instant, offset) for instant, offset in each["offsets"]),
            )
            for each in read
            if "zone" in each
        ),
    )
