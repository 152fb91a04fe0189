"""Calendars: when a clock counts, as the policies and the holidays that were frozen with them have it."""

from enum import Enum
from itertools import chain

import strawberry

from api.graphql.nouns import Node
from api.graphql.opaque import global_id
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import Date
from api.graphql.values import Place
from engine.model.calendar import Calendar as DeclaredCalendar
from engine.model.calendar import (
    Combination,
    CombinedCalendar,
    CommonDaysCalendar,
    LocalSpan,
    WeeklyCalendar,
)
from engine.model.quantity import HOUR, MINUTE, SECOND, Microseconds


@strawberry.enum(description="How a calendar is made.")
class CalendarKind(Enum):
    WEEKLY = "weekly"
    COMMON_DAYS = "common days"
    ANY_DAYS = "any days"
    BOTH_OF = "both of"
    EITHER_OF = "either of"
    EXCEPT = "except"


@strawberry.enum
class Weekday(Enum):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


COMBINED = {
    Combination.BOTH: CalendarKind.BOTH_OF,
    Combination.EITHER: CalendarKind.EITHER_OF,
    Combination.EXCEPT: CalendarKind.EXCEPT,
}


@strawberry.type(description="A span of civil time in which a clock counts: it ends before `end`.")
class OpenSpan:
    weekday: Weekday | None = strawberry.field(description="Null: on each day of the calendar.")
    start: str = strawberry.field(description="`09:00`, in the calendar's zone.")
    end: str = strawberry.field(description="`24:00` is the end of the day.")

    @classmethod
    def of(cls, said: "tuple[Weekday | None, LocalSpan]") -> "OpenSpan":
        """A span of a day."""
        weekday, span = said
        return cls(weekday=weekday, start=_time(span.start), end=_time(span.end))


@strawberry.type(description="Where holidays came from, and which version of them was frozen.")
class HolidaySource:
    region: str
    version: str


@strawberry.type(description="The civil times at which a clock counts.")
class Calendar(Node):
    name: str
    kind: CalendarKind
    zone: str | None = strawberry.field(description="Null where its members have their own.")
    place: Place | None
    model: strawberry.Private[DeclaredCalendar]

    @strawberry.field(description="When it is open, day by day; of `COMMON_DAYS` and `ANY_DAYS` each day.")
    def opens(self, first: int = USUAL, after: str | None = None) -> Connection[OpenSpan]:
        return connect(_spans(self.model), Paging(first=first, after=after), OpenSpan.of)

    @strawberry.field(description="The dates on which it is closed, holidays among them, in order.")
    def closed(self, first: int = USUAL, after: str | None = None) -> Connection[Date]:
        dates = () if isinstance(self.model, CombinedCalendar) else sorted(self.model.closed)
        return connect(dates, Paging(first=first, after=after), Date)

    @strawberry.field(description="Where its holidays came from.")
    def holidays(self, first: int = USUAL, after: str | None = None) -> Connection[HolidaySource]:
        sources = () if isinstance(self.model, CombinedCalendar) else self.model.holidays
        return connect(
            sources,
            Paging(first=first, after=after),
            lambda each: HolidaySource(region=each.region, version=each.version),
        )

    @strawberry.field(description="What it is made of; of `EXCEPT` the second is taken from the first.")
    def parts(self, first: int = USUAL, after: str | None = None) -> Connection["CalendarPart"]:
        return _parts(self.model, first, after)

    @classmethod
    def of(cls, declared: tuple[str, DeclaredCalendar]) -> "Calendar":
        """A calendar by the name that it was declared under: two names may stand for one calendar."""
        name, model = declared
        return cls(
            id=global_id("Calendar", name),
            name=name,
            kind=_kind(model),
            zone=None if isinstance(model, CombinedCalendar) else model.zone,
            place=None if model.span is None else Place.of(model.span),
            model=model,
        )


@strawberry.type(description="What a calendar is made of: another one, or one that has no name.")
class CalendarPart:
    kind: CalendarKind
    calendar: Calendar | None = strawberry.field(description="Null where it has no name.")
    model: strawberry.Private[DeclaredCalendar]

    @strawberry.field(description="What it is made of in turn.")
    def parts(self, first: int = USUAL, after: str | None = None) -> Connection["CalendarPart"]:
        return _parts(self.model, first, after)


def _parts(model: DeclaredCalendar, first: int, after: str | None) -> Connection[CalendarPart]:
    def part(member: DeclaredCalendar) -> CalendarPart:
        # One without a name bears that of the calendar which it was written in.
        declared = None if member.name == model.name else Calendar.of((member.name, member))
        return CalendarPart(kind=_kind(member), calendar=declared, model=member)

    members = () if isinstance(model, WeeklyCalendar) else model.members
    return connect(members, Paging(first=first, after=after), part)


def _kind(model: DeclaredCalendar) -> CalendarKind:
    match model:
        case WeeklyCalendar():
            return CalendarKind.WEEKLY
        case CommonDaysCalendar():
            return CalendarKind.ANY_DAYS if model.any else CalendarKind.COMMON_DAYS
        case CombinedCalendar():
            return COMBINED[model.combination]


def _spans(model: DeclaredCalendar) -> list[tuple[Weekday | None, LocalSpan]]:
    match model:
        case WeeklyCalendar():
            days = zip(Weekday, model.week, strict=True)
            return list(chain.from_iterable([(day, each) for each in spans] for day, spans in days))
        case CommonDaysCalendar():
            return [(None, each) for each in model.spans]
        case CombinedCalendar():
            return []


def _time(of_day: Microseconds) -> str:
    """The civil time of day, with seconds where it has them.

    >>> _time(9 * HOUR), _time(24 * HOUR), _time(HOUR + 30 * SECOND)
    ('09:00', '24:00', '01:00:30')
    """
    hours, rest = divmod(of_day, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = rest // SECOND
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
