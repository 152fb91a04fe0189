"""Time zones: which there are, and the instant of a civil time in one (S2.1)."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.model.instants import instant_of
from engine.model.quantity import Instant

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""No agreement reaches further, and zones are guesswork beyond."""


def zone_named(name: Name, findings: Findings) -> str | None:
    """The zone if there is one of that name; else a mistake is recorded."""
    if _is_zone(name.text):
        return name.text
    findings.error(
        "unknown-zone",
        f"no time zone is named `{name.text}`",
        name.span,
        "not in the IANA database",
        help=did_you_mean(name.text, _zones(), otherwise="a zone is named like `Europe/Berlin` or `UTC`"),
    )
    return None


def instant_in_zone(moment: datetime, zone: str, place: Node, findings: Findings) -> Instant | None:
    """The instant of a civil time; without an offset it must occur exactly once in the zone."""
    if not is_in_reach(moment, place, findings):
        return None
    if moment.tzinfo is not None:
        return instant_of(moment)
    local = moment.replace(tzinfo=ZoneInfo(zone))
    earlier, later = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if earlier == later:
        return instant_of(local)
    exists = earlier.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment
    shown = moment.isoformat(" ", "minutes")
    first, second = sorted((earlier, later))
    findings.error(
        "unclear-time",
        f"`{shown}` {'occurs twice' if exists else 'does not exist'} in `{zone}`",
        place.span,
        "the clocks change here",
        help=f"write `{_utc(first)}` or `{_utc(second)}`",
    )
    return None


def is_in_reach(day: date, place: Node, findings: Findings) -> bool:
    """Whether the day lies where zones and calendars are known; one beyond is recorded as a mistake."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return True
    findings.error(
        "date-out-of-reach",
        f"the year {day.year} lies beyond what calendars can say",
        place.span,
        "too far away",
        help=f"dates lie in the years {FIRST_YEAR} to {LAST_YEAR}",
    )
    return False


def _utc(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "minutes") + "Z"


@cache
def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
