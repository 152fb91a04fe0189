"""Feeds: how a source's own columns and values become facts of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.source import Span


class LocalTime(StrEnum):
    """What to do with a local time that does not exist or exists twice (S2.1)."""

    REFUSE = "refuse"
    EARLIER = "earlier"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field fed from a column; `values` maps their words to ours, and an unmapped word stays as it is."""

    field: str
    source: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A declared source. `file` is relative to the facts folder. `decimals` rounds nothing: a float with more
    decimals is refused. `corrections` says that a later row with the same key replaces an earlier one.
    Fields without a column or constant are read from the column of their own name if it is there.
    """

    name: str
    kind: str
    file: str
    zone: str | None
    local_time: LocalTime
    columns: tuple[Column, ...]
    constants: tuple[tuple[str, str], ...]
    ignores: tuple[str, ...]
    ignores_others: bool
    decimals: int | None
    corrections: bool
    span: Span = field(compare=False)
