"""What a policy set rests on: its library, and the regions and zones that it names, as of now (S2.6)."""

from collections.abc import Callable, Sequence

from engine.dsl.holidays_to_dates import freeze
from engine.dsl.zone_to_offsets import zone_offsets
from engine.model.calendar import CombinedCalendar
from engine.model.frozen import Frozen, Holidays
from engine.model.snapshot import Snapshot
from engine.source import Source


def frozen_beneath(snapshot: Snapshot, standard: Sequence[Source], before: Frozen | None) -> Frozen:
    """All of it; what was frozen `before`, and was used so, stays as it was then."""
    dated = [each for each in snapshot.calendars.values() if not isinstance(each, CombinedCalendar)]
    regions = {source.region for calendar in dated for source in calendar.holidays}
    of = holidays_as(before)
    return Frozen(
        standard=tuple(sorted(standard, key=lambda each: each.name)),
        holidays=tuple(found for region in sorted(regions) if (found := of(region)) is not None),
        zones=tuple(zone_offsets(zone) for zone in sorted(zones_named(snapshot))),
    )


def zones_named(snapshot: Snapshot) -> set[str]:
    """Every zone in which something of the policies is civil time. That of a deadline or a measure is its
    agreement's, or its calendar's."""
    named = {each.zone for each in snapshot.agreements.values()}
    named |= {each.zone for each in snapshot.calendars.values() if not isinstance(each, CombinedCalendar)}
    return named | {each.zone for each in snapshot.feeds.values() if each.zone is not None}


def holidays_as(frozen: Frozen | None) -> Callable[[str], Holidays | None]:
    """The holidays of a region as they were frozen, or, of one that was not, as they are known now."""
    kept = {each.source.region: each for each in frozen.holidays} if frozen is not None else {}
    return lambda region: kept.get(region) or freeze(region)
