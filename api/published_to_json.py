"""Policy sets that were published, as JSON: who, when, under which digests, and what each rests on."""

from api.ledger_to_json import instant_text
from engine.model.canonical_json import Json
from engine.model.frozen import Frozen
from engine.model.tenancy import Published


def published_json(published: Published) -> dict[str, Json]:
    """A policy set that was published; `reader` is null where nothing was frozen with it yet."""
    return {
        "seq": published.seq,
        "entry": published.entry,
        "published_at": instant_text(published.published_at),
        "published_by": published.published_by,
        "version": published.version,
        "address": published.address,
        "reader": published.reader,
    }


def frozen_json(frozen: Frozen) -> dict[str, Json]:
    """What a policy set rests on, in full; offsets are in seconds."""
    return {
        "standard": {each.name: each.text for each in frozen.standard},
        "holidays": {
            each.source.region: {
                "version": each.source.version,
                "dates": sorted(day.isoformat() for day in each.dates),
            }
            for each in frozen.holidays
        },
        "zones": {
            each.zone: {
                "version": each.version,
                "offsets": [[instant_text(at), offset // 1_000_000] for at, offset in each.offsets],
            }
            for each in frozen.zones
        },
    }
