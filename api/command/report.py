"""The compliance report as people read it, before it is laid out as text or Markdown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One promise: how its verdicts stand, and the worst of them."""

    name: str
    counts: str
    worst: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One verdict or reaction that needs attention: a headline, and what is to be known of it."""

    mark: str
    headline: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An agreement, or one sort of reactions; `hidden` says what was left out."""

    title: str
    subtitle: str = ""
    rows: tuple[Row, ...] = ()
    entries: tuple[Entry, ...] = ()
    hidden: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report, ready to be laid out as text or Markdown."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    totals: str
