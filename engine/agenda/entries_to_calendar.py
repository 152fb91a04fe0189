"""Entries of an agenda to the text of an iCalendar feed, RFC 5545 (icalendar's home)."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from unicodedata import category

from icalendar import STATUS, Calendar, Component, Event, vText

from engine.diagnostic import Diagnostic
from engine.model.agenda import Entry, Matter
from engine.model.instants import moment_of
from engine.model.quantity import Instant
from engine.source import Source

PRODUCT = "-//Troth//Agenda//EN"
DOMAIN = "troth.invalid"
"""Where our UIDs are at home; a name that can be nobody's."""

CANCELLED_KEPT = dt.timedelta(days=366)
"""How long what was cancelled is still told after it would have been."""

COMPARED = (b"DTSTART", b"DTEND", b"SUMMARY", b"DESCRIPTION", b"CATEGORIES", b"STATUS")
"""What makes another revision of an event."""

WORDS: Mapping[Matter, str] = {
    Matter.DEADLINE: "Due",
    Matter.ESCALATION: "Escalates",
    Matter.UPDATE: "Update due",
    Matter.NOTICE: "Notice due",
    Matter.CLAIM: "Last moment to claim",
    Matter.EARN_BACK: "Earn-back known",
    Matter.IMPROVEMENT: "Improvement due",
    Matter.REVIEW: "Review due",
    Matter.RENEWAL: "Last moment before renewal",
    Matter.RIGHT: "Right lapses",
}


def lay_out(
    entries: Sequence[Entry],
    as_of: Instant,
    *,
    name: str,
    space: str = "",
    before: Calendar | None = None,
    revision: int = 0,
) -> str:
    """The calendar of these entries as it is at `as_of`; `name` is what people see.

    An event bears the same UID in every calendar of one `space` (a tenant), also when it is put off. With the
    calendar `before`, an event that has changed since has the next SEQUENCE, and one that is no longer due is
    CANCELLED; no SEQUENCE that is new is below `revision`. Instants are told in whole seconds of UTC, never
    later than they are; deadlines in days are days.
    """
    calendar = Calendar()
    _add(calendar, "PRODID", PRODUCT)
    _add(calendar, "VERSION", "2.0")
    _add(calendar, "CALSCALE", "GREGORIAN")
    _add(calendar, "METHOD", "PUBLISH")
    # The library takes what begins with X- for a text, and escapes it, only where it is told so.
    _add(calendar, "X-WR-CALNAME", vText(harmless(name)))
    events = [_event(each, as_of, space) for each in entries]
    for event in _revised(events, _events(before), as_of, revision):
        calendar.add_component(event)
    return calendar.to_ical().decode("utf-8")


def read_calendar(source: Source) -> Calendar | Diagnostic:
    """A calendar that was laid out before."""
    try:
        found = Calendar.from_ical(source.text)
        ours = found.name == "VCALENDAR" and str(found.get("PRODID")) == PRODUCT
        is_whole = ours and all(uid and _day(each) for uid, each in _events(found).items())
    except (ValueError, KeyError, IndexError, TypeError) as error:
        return Diagnostic(
            code="not-icalendar", message=f"`{source.name}` is no calendar: {_first_line(error)}"
        )
    if not is_whole:
        return Diagnostic(
            code="not-icalendar",
            message=f"`{source.name}` is no calendar of ours",
            help="name one that `troth calendar` wrote, or leave it out",
        )
    return found


def harmless(text: str) -> str:
    """The text without what no calendar may hold: control characters but line ends and tabs, and lone
    halves of surrogate pairs.

    >>> harmless("a\\x00b\\r\\nc\\ud800")
    'a b\\nc '
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(" " if category(each) in ("Cc", "Cs") and each not in "\n\t" else each for each in plain)


def _event(entry: Entry, as_of: Instant, space: str) -> Event:
    event = Event()
    identity = json.dumps((space, *entry.identity)).encode("ascii")
    _add(event, "UID", f"{sha256(identity).hexdigest()[:40]}@{DOMAIN}")
    _add(event, "DTSTAMP", _second(as_of))
    if entry.date is not None:
        _add(event, "DTSTART", entry.date)
        _add(event, "DTEND", entry.date + dt.timedelta(days=1))
    else:
        _add(event, "DTSTART", _second(entry.at))
    late = "Overdue: " if entry.is_overdue else ""
    _add(
        event,
        "SUMMARY",
        harmless(f"{late}{WORDS[entry.matter]}: {entry.title or entry.of}, {entry.occasion}"),
    )
    lines = (
        ("what", entry.matter.value),
        ("who", entry.who),
        ("of", entry.of),
        ("subject", entry.subject),
        ("occasion", entry.occasion),
    )
    _add(event, "DESCRIPTION", harmless("\n".join(f"{word}: {said}" for word, said in lines if said)))
    _add(event, "CATEGORIES", [entry.matter.value])
    _add(event, "STATUS", "CONFIRMED")
    # It takes nobody's time.
    _add(event, "TRANSP", "TRANSPARENT")
    return event


def _add(component: Component, name: str, value: str | int | list[str] | dt.date) -> None:
    component.add(name, value)  # pyright: ignore[reportUnknownMemberType]


def _second(at: Instant) -> dt.datetime:
    return moment_of(at).replace(microsecond=0)


def _events(calendar: Calendar | None) -> dict[str, Event]:
    """The events by UID."""
    return {} if calendar is None else {each.uid: each for each in calendar.events}


def _revised(
    events: Iterable[Event], before: Mapping[str, Event], as_of: Instant, revision: int
) -> Iterator[Event]:
    """The events with their revisions, then those that are no longer due."""
    told: set[str] = set()
    for event in events:
        uid = event.uid
        told.add(uid)
        old = before.get(uid)
        if old is None:
            event.sequence = revision
        elif _content(old) == _content(event):
            event.sequence = old.sequence
        else:
            event.sequence = max(old.sequence + 1, revision)
        yield event
    for uid, old in before.items():
        if uid in told or _day(old) < (moment_of(as_of) - CANCELLED_KEPT).date():
            continue
        if old.status != STATUS.CANCELLED:
            old.sequence = max(old.sequence + 1, revision)
            old.status = STATUS.CANCELLED
            old.DTSTAMP = _second(as_of)
        yield old


def _content(event: Event) -> tuple[bytes, ...]:
    """What people see of an event, as the feed says it."""
    lines = event.to_ical().replace(b"\r\n ", b"").split(b"\r\n")
    return tuple(sorted(line for line in lines if line.startswith(COMPARED)))


def _day(event: Event) -> dt.date:
    return event.start.date() if isinstance(event.start, dt.datetime) else event.start


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
