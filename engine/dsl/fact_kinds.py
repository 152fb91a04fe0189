"""The syntax of what may be fed in: fact kinds, feeds, and the facts of worked examples."""

from dataclasses import dataclass

from engine.dsl.expressions import Date, DateTime, Duration, Literal, Money, Name, Node, Number, Path, Text
from engine.dsl.statement import Statement, Zone

# --- field types --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainType(Node):
    """`text`, `duration`, `instant`, `date`, `yes/no`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberType(Node):
    """`number`, `number with 2 decimals`; None where the decimals are not said."""

    decimals: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyType(Node):
    """`money USD`."""

    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOfType(Node):
    """`one of (open, closed)`."""

    values: tuple[Name | Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceType(Node):
    """`reference to incident`, `reference to service`, `reference to party`."""

    to: Name


FieldType = PlainType | NumberType | MoneyType | OneOfType | ReferenceType


# --- fact kinds ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Statement):
    """`key id`: the text field that tells one fact of the kind from another."""

    field_name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class About(Statement):
    """`about service`: the field that says whose fact it is."""

    field_name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class At(Statement):
    """`at reported_at`, `at due_at planned`: the kind's instant."""

    field_name: Name
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasts(Statement):
    """`lasts start until end`, `lasts start until end planned`: the kind's period."""

    start: Name
    end: Name
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Statement):
    """`derived`: facts of the kind follow from verdicts and are never fed (S9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Statement):
    """`topic text`, `parent reference to incident optional`, `due_at instant optional planned`."""

    name: Name
    type: FieldType
    optional: bool
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind(Statement):
    """`fact challenge_response { key id  about service  at answered_at … }`."""

    name: Name
    title: Text | None
    items: tuple[Key | About | At | Lasts | Derived | Field, ...]


# --- feeds --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Statement):
    """`file "incidents.csv"`."""

    path: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AtFold(Statement):
    """`earlier` or `later`: which of the two instants a twice-occurring local time means (S2.1)."""

    later: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueMapping(Node):
    """`"Their value" is our_value`."""

    theirs: Text
    ours: Literal | Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Statement):
    """`column priority from "Impact" { "Very High" is p1 }`."""

    field_name: Name
    header: Text
    values: tuple[ValueMapping, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Statement):
    """`constant service github`."""

    field_name: Name
    value: Literal | Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignores(Statement):
    """`ignores "Notes", "Owner"`; no headers for `ignores others`."""

    headers: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWith(Statement):
    """`read with 4 decimals`."""

    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsByKey(Statement):
    """`corrections by key`: a repeated key corrects what was fed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Statement):
    """`feed tickets of incident { file "tickets.csv"  column id from "SR Number" … }`."""

    name: Name
    kind: Name
    items: tuple[File | Zone | AtFold | Column | Constant | Ignores | ReadWith | CorrectionsByKey, ...]


# --- worked examples ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenField(Node):
    """`received_at 2025-03-01 10:00` in a given fact."""

    name: Name
    value: Literal | Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Statement):
    """`given challenge { id "c1"  received_at 2025-03-01 10:00 }`."""

    kind: Name
    fields: tuple[GivenField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf(Statement):
    """`as of 2025-04-01 00:00`."""

    instant: DateTime | Date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedDue(Node):
    """`due 2025-03-16`."""

    value: Date | DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedMeasured(Node):
    """`measured 99.5%`."""

    value: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLate(Node):
    """`late by 2 hours`."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCredit(Node):
    """`credit EUR 120.00`."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCount(Node):
    """`bad 510 minutes`, `open 3`: one of the counts that a verdict holds."""

    name: Name
    value: Duration | Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined(Node):
    """`region is eu`: the value of a field by which the promise is judged `for each`."""

    field: Name
    value: Name | Text | Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect(Statement):
    """`expect met for "c1", due 2025-03-16`, `expect breached in "2025-03", measured 97.5%`,
    `expect met in "2025-03" where region is eu and class is standard`.

    `state` is one of met, breached, pending, excused, not applicable,
    unmeasured; `trigger` is the key of a duty's trigger, `window` a window's
    label; both None where the example has one verdict only. `where` says of
    which combination, where one occasion has several.
    """

    state: str
    trigger: Text | None
    window: Text | None
    where: tuple[Combined, ...]
    details: tuple[ExpectedDue | ExpectedMeasured | ExpectedLate | ExpectedCredit | ExpectedCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Statement):
    """`example "answered on the last day" of answer_challenge { given …  expect … }`."""

    title: Text
    of: Path
    items: tuple[Given | AsOf | Expect, ...]
