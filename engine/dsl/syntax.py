"""The syntax tree of a policy file: what stands at the top level, close to the author's words."""

from dataclasses import dataclass
from enum import StrEnum

from engine.dsl.agreement import Agreement, Template
from engine.dsl.expressions import Date, Literal, Name, Node, Text, TimeOfDay
from engine.dsl.fact_kinds import Example, FactKind, Feed
from engine.dsl.statement import Convention, Statement, Zone

# --- who and what -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Use(Statement):
    """`use standard`."""

    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Statement):
    """`version "1.3"`."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Statement):
    """`dated 2023-12-15`."""

    on: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class PrevailsOver(Statement):
    """`prevails over egf5`."""

    documents: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections(Statement):
    """`sections "I", "II"`: all that the document has, so that a citation of another is found."""

    names: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refers(Statement):
    """`refers "6.5" to egf5 "3.3"`: a section that leaves something to a section of another document."""

    section: Text
    document: Name
    to_section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Statement):
    """`document egf5 "vLEI EGF v3.0, Appendix 5" { version "1.3"  dated 2023-12-15 }`."""

    name: Name
    title: Text | None
    items: tuple[Version | Dated | PrevailsOver | Sections | Refers, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Statement):
    """`party host "Northwind Hosting" is supplier`."""

    name: Name
    title: Text | None
    standing: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Statement):
    """`role relationship_manager "Relationship Manager" of gleif`."""

    name: Name
    title: Text | None
    party: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Severities(Statement):
    """`severities severity_1, severity_2, severity_3`, the gravest first."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(Statement):
    """`provider gleif`."""

    party: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner(Statement):
    """`owner relationship_manager`."""

    role: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Statement):
    """`hours office_hours`; `calendar` is None for `hours always`."""

    calendar: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAll(Node):
    """`web and 1 of (host_a, host_b)`: two or more, all of them needed."""

    items: tuple["Need", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsSome(Node):
    """`1 of (host_a, host_b)`: `count` of these needed."""

    count: int
    items: tuple["Need", ...]


Need = Name | NeedsAll | NeedsSome


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs(Statement):
    """`needs web and 1 of (host_a, host_b)`."""

    need: Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Statement):
    """`class supporting`, `kind "database"`: whatever attribute the policy declares."""

    name: Name
    value: Name | Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Statement):
    """`component db_1 "Primary database" { kind "database" }`."""

    name: Name
    title: Text | None
    items: tuple[Provider | Owner | Needs | Attribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Statement):
    """`service customer_portal "GLEIF Customer Portal" { provider gleif  hours always … }`."""

    name: Name
    title: Text | None
    items: tuple[Provider | Owner | Hours | Needs | Attribute, ...]


# --- calendars ----------------------------------------------------------------------------------


class Weekday(StrEnum):
    """The days of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRange(Node):
    """`monday to friday`, or `saturday` alone (first and last are the same)."""

    first: Weekday
    last: Weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryDay(Node):
    """`every day`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonDays(Node):
    """`on days open in all of (a, b)`: dates on which each of them opens; `in any of`, one of them (S3.1)."""

    calendars: tuple[Name, ...]
    any: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Statement):
    """`open monday to friday from 08:30 to 12:00`; `days` is EveryDay, CommonDays or day ranges."""

    days: tuple[DayRange, ...] | EveryDay | CommonDays
    opens: TimeOfDay
    closes: TimeOfDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedOnHolidays(Statement):
    """`closed on holidays of DE-HE`; the region is written as the author wrote it."""

    region: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedOn(Statement):
    """`closed on 2025-06-06, 2025-06-09`."""

    dates: tuple[Date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar(Statement):
    """`calendar office_hours { zone Europe/Berlin  open monday to friday from 08:00 to 18:00 … }`."""

    name: Name
    title: Text | None
    items: tuple[Zone | Open | ClosedOnHolidays | ClosedOn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EitherOf(Node):
    """`either of (london, tokyo)`: open when any of them is (instants)."""

    calendars: tuple["CalendarExpression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BothOf(Node):
    """`both of (a, b)`: open when all of them are (instants)."""

    calendars: tuple["CalendarExpression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Except(Node):
    """`a except b`: open when `a` is and `b` is not (instants)."""

    calendar: "CalendarExpression"
    removed: "CalendarExpression"


CalendarExpression = Name | EitherOf | BothOf | Except


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedCalendar(Statement):
    """`calendar follow_the_sun is either of (london, tokyo, california)`."""

    name: Name
    title: Text | None
    value: CalendarExpression


# --- priorities, conventions, examples ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityColumns(Statement):
    """`columns urgency low, medium, high`: a field and its values from left to right."""

    field_name: Name
    values: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityRow(Statement):
    """`row impact low: p3, p3, p2`: a field, one value of it, the priority under each column."""

    field_name: Name
    value: Name
    priorities: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityStated(Statement):
    """`stated urgency low: p3`: what the document's prose says beside its matrix."""

    field_name: Name
    value: Name
    priority: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityMatrix(Statement):
    """`priority of incident { columns …  row … }`."""

    kind: Name
    items: tuple[PriorityColumns | PriorityRow | PriorityStated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions(Statement):
    """`conventions standard { excluded time counts as available … }`, a published block."""

    name: Name
    title: Text | None
    items: tuple[Convention, ...]


# --- the whole file -----------------------------------------------------------------------------

Block = (
    Use
    | Document
    | Party
    | Role
    | Severities
    | Component
    | Service
    | Calendar
    | CombinedCalendar
    | FactKind
    | Feed
    | PriorityMatrix
    | Conventions
    | Agreement
    | Template
    | Example
)
"""What can stand at the top level of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Node):
    """`# …` up to the end of its line; `text` begins with the `#` and has no blanks at its end."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Node):
    """One policy file.

    `blocks` holds what could be read. `lost` names what was declared in blocks
    (or in members of agreements) that could not be read, so that later passes
    need not complain that it is unknown.
    """

    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...]
    lost: frozenset[str]
