"""When facts are, and about what, as the words of an archive say it, and the kind that is declared now."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from engine.model.fact import At, DateType, FactKind, InstantType
from engine.model.instants import parse_instant
from engine.model.quantity import DAY, Instant

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTime:
    """When a fact is: absent is unknown, or, at the end, open. `touched` are the first and the last instant
    that any of its fields names."""

    about: str | None
    start: Instant | None
    end: Instant | None
    is_open: bool
    touched: tuple[Instant, Instant] | None


def words_of(content: str) -> dict[str, str]:
    """The fields of a version of a fact, each as the archive words it."""
    return json.loads(content)


def fact_time(kind: FactKind | None, content: str) -> FactTime:
    """When a fact is by one of its versions; nothing is known of a kind that is no longer declared, or not
    with these fields."""
    if kind is None:
        return FactTime(about=None, start=None, end=None, is_open=False, touched=None)
    words = words_of(content)
    found = {
        field.name: instant
        for field in kind.fields
        if field.name in words and (instant := _instant(field.type, words[field.name])) is not None
    }
    start_field = kind.start_field
    end_field = start_field if isinstance(kind.timing, At) else kind.timing.end
    instants = [*found.values()]
    dated = any(isinstance(field.type, DateType) and field.name in found for field in kind.fields)
    margin = DAY if dated else 0  # a date is a day in a zone, and lies as far from the day in UTC at most
    return FactTime(
        about=None if kind.about is None else words.get(kind.about),
        start=found.get(start_field),
        end=found.get(end_field),
        is_open=end_field not in words,
        touched=(min(instants) - margin, max(instants) + 2 * margin) if start_field in found else None,
    )


def days_around(times: Iterable[tuple[Instant, Instant]]) -> tuple[Instant, Instant]:
    """The first instant of the first day, and that after the last day, in UTC, that any of these touch."""
    both = list(times)
    return min(first for first, _ in both) // DAY * DAY, (max(last for _, last in both) // DAY + 1) * DAY


def touched(
    kind: FactKind | None, contents: Iterable[str]
) -> Iterator[tuple[str | None, Instant | None, Instant | None]]:
    """The time that facts of a kind touch, in whole days of UTC, by what they are about; absent is about
    anything, without a beginning, without an end."""
    known: dict[str | None, list[tuple[Instant, Instant]]] = {}
    opened: set[str | None] = set()
    for content in contents:
        when = fact_time(kind, content)
        if when.touched is None:
            yield None, None, None
            return
        known.setdefault(when.about, []).append(when.touched)
        if when.is_open:
            opened.add(when.about)
    for about, times in sorted(known.items(), key=lambda each: each[0] or ""):
        starts, ends = days_around(times)
        yield about, starts, None if about in opened else ends


def _instant(type: object, text: str) -> Instant | None:
    match type:
        case InstantType():
            return parse_instant(text)
        case DateType():
            return (date.fromisoformat(text).toordinal() - _EPOCH) * DAY
        case _:
            return None
