"""How an export of another tool becomes facts: the nouns of a mapping, and what an import gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from engine.model.feed import LocalTime
from engine.source import Span


class Origin(StrEnum):
    """The tools whose mappings ship with Troth."""

    SERVICENOW = "servicenow"
    JIRA = "jira"
    GLPI = "glpi"
    STATUSPAGE = "statuspage"
    PROMETHEUS = "prometheus"


Paths: TypeAlias = tuple[str, ...]
"""Where a value stands in a row, `fields.status.name` or `components.0`; of several, the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesShape:
    """Where a history stands: in a list inside each case, or, with `case`, in rows of their own.

    `case` is then what names the case, and `joins` where the case has it. Each entry was `at` an instant, and
    may hold `items`; it says which `field` changed (or always `sets` the same one), perhaps of which of
    several things (`of`), and from `old` to `new`. `names` are what those fields are called elsewhere.
    `order` is a number that grows with each entry, for those of one instant; without it they stand in the
    order of the list. `total` is how many entries there are.
    """

    list: str | None = None
    items: str | None = None
    case: Paths = ()
    joins: Paths = ()
    at: Paths
    order: Paths = ()
    newest_first: bool = False
    field: Paths = ()
    sets: str | None = None
    names: tuple[tuple[str, str], ...] = ()
    of: Paths = ()
    old: Paths = ()
    new: Paths
    total: str | None = None


class FileFormat(StrEnum):
    """How a file is written."""

    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """One shape of file: its rows stand under one of `rows`, and each has all of `has`.

    With `digits`, those fields are numbers in all rows. `key` names a case and `created` says when it began;
    a shape without `key` holds rows of history only. Times are `written` as ISO 8601 or by one of these
    patterns, and local ones are at home in `zone`. A file is `whole` if it holds as many rows as it says
    under that path, if it says `last`, and if it has fewer than `at_most`.
    """

    name: str
    format: FileFormat
    rows: Paths
    has: Paths
    digits: Paths = ()
    delimiter: str = ","
    key: Paths = ()
    created: Paths = ()
    zone: str | None = None
    local_time: LocalTime = LocalTime.REFUSE
    written: tuple[str, ...] = ()
    whole: str | None = None
    last: str | None = None
    at_most: int | None = None
    changes: tuple[ChangesShape, ...] = ()
    ignores: Paths = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What a case, or one of several things over all cases (`of_things`), was at each instant.

    `fields` are those of the history, each with where its value of today stands; the values of several are
    joined by ` / `. `means` gives the source's words ours; where a joint value has none, its first part's.
    """

    name: str
    fields: Mapping[str, Paths]
    means: Mapping[str, str]
    of_things: bool = False


class Which(StrEnum):
    """Which of several steps counts: `standing` is the last one, if nothing took it back."""

    EACH = "each"
    FIRST = "first"
    STANDING = "standing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Steps of a timeline: all, or those that come into one of the values `entering`, or out of `leaving`."""

    timeline: str
    entering: frozenset[str] = frozenset()
    leaving: frozenset[str] = frozenset()
    which: Which = Which.EACH


@dataclass(frozen=True, slots=True, kw_only=True)
class EachCase:
    """One fact for each case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EachStep:
    """One fact for each of these steps; `beginning` says whether what a case began with is one."""

    moves: Moves
    beginning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EachStay:
    """One fact for each time in one of the values `within`. One that nothing ends is open, unless its case
    has an end under `ends_with`."""

    timeline: str
    within: frozenset[str]
    ends_with: Paths = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EachItem:
    """One fact for each item of a list in each case whose history is silent about `lacking`."""

    list: str
    lacking: str | None = None


Each: TypeAlias = EachCase | EachStep | EachStay | EachItem


class Word(StrEnum):
    """What a rule itself knows of the fact that it makes."""

    CASE = "case"
    ID = "id"
    AT = "at"
    VALUE = "value"
    BEFORE = "before"
    START = "start"
    END = "end"
    THING = "thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromField:
    """The value in the row of the case."""

    paths: Paths


@dataclass(frozen=True, slots=True, kw_only=True)
class FromItem:
    """The value in the item of a list; without a path, the item itself."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBeginning:
    """What a timeline began with."""

    timeline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FromStep:
    """The instant of the first or of the standing one of these steps."""

    moves: Moves


@dataclass(frozen=True, slots=True, kw_only=True)
class FromConstant:
    """One text for all."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Where a field's value comes from, the source's `words` for ours, and what it is `otherwise`."""

    source: FromField | FromItem | FromBeginning | FromStep | FromConstant | Word
    words: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    otherwise: str | None = None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Facts of a `kind`, for each of something, of cases in which all of `where` have one of the values."""

    kind: str
    each: Each
    takes: Mapping[str, Take]
    where: tuple[tuple[str, frozenset[str]], ...] = ()
    span: Span = field(compare=False)


class Rounds(StrEnum):
    """How a number with too many decimals is rounded."""

    HALF_EVEN = "half even"
    HALF_UP = "half up"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleField:
    """Which query a field's value is from, what it `asks` (PromQL) where Troth is to ask it, and how the
    value is rounded; not at all, if that is not said."""

    query: str
    asks: str | None = None
    rounds: Rounds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRule:
    """Facts of a `kind` for each series and instant of some queries: `at` is its field for the instant and
    `service` the one for what the `label` of a series names."""

    kind: str
    at: str
    service: str
    label: str
    fields: Mapping[str, SampleField]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactMapping:
    """How an export becomes facts: shapes of files, timelines, rules in order; or, where the files are series
    of numbers, `samples`.

    `kinds` declares, in the policy language, the kinds that the standard library has not; `services` names
    the policy's services by the source's words.
    """

    name: str
    shapes: tuple[FileShape, ...]
    timelines: Mapping[str, Timeline]
    rules: tuple[Rule, ...]
    kinds: str = ""
    services: Mapping[str, str]
    samples: SampleRule | None = None


class ImportRemarkKind(StrEnum):
    """What became of something in an export, the gravest first."""

    INCOMPLETE = "incomplete"
    LOST = "not carried over"
    ASSUMED = "assumed"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRemark:
    """Something that is not in the facts as it is in the files: how often, and where first."""

    kind: ImportRemarkKind
    text: str
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFacts:
    """Facts by kind, each a text for each field that it has, and the remarks, the gravest first. `kinds` is a
    policy that declares the kinds that the standard library has not."""

    facts: Mapping[str, tuple[Mapping[str, str], ...]]
    remarks: tuple[ImportRemark, ...]
    kinds: str = ""
