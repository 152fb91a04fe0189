"""A report as text for a terminal of 100 columns."""

from collections.abc import Iterator
from textwrap import wrap

from api.command.report import Entry, Report, Row, Section
from engine.diagnostic import Paint

COLUMNS = 100


def lay_out(report: Report, paint: Paint) -> str:
    """The report's lines; `paint` colours a text by its role or its state."""
    lines = [paint("heading", report.title), paint("faint", report.subtitle)]
    for section in report.sections:
        lines += ["", *_section(section, paint)]
    return "\n".join([*lines, "", paint("heading", report.totals)])


def _section(section: Section, paint: Paint) -> Iterator[str]:
    yield paint("heading", section.title)
    if section.subtitle:
        yield from (paint("faint", f"  {line}") for line in wrap(section.subtitle, COLUMNS - 2))
    yield from _rows(section.rows)
    if section.rows and section.entries:
        yield ""
    for entry in section.entries:
        yield from entry_lines(entry, paint)
    if section.hidden is not None:
        yield f"  {section.hidden}"


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    name = max((len(row.name) for row in rows), default=0)
    counts = max((len(row.counts) for row in rows), default=0)
    for row in rows:
        line = f"  {row.name:<{name}}  {row.counts:<{counts}}  {row.worst}".rstrip()
        if len(line) <= COLUMNS:
            yield line
        else:
            yield f"  {row.name:<{name}}  {row.counts}"
            yield f"  {'':<{name}}  {row.worst}"


def entry_lines(entry: Entry, paint: Paint) -> Iterator[str]:
    """A headline behind its mark, and its details beneath, wrapped."""
    indent = " " * (len(entry.mark) + 4)
    headline, *more = wrap(entry.headline, COLUMNS - len(indent), break_on_hyphens=False) or [""]
    yield f"  {paint(entry.mark, entry.mark)}  {headline}"
    yield from (indent + line for line in more)
    for detail in entry.details:
        yield from wrap(
            detail,
            COLUMNS,
            initial_indent="      ",
            subsequent_indent="        ",
            break_on_hyphens=False,
            break_long_words=False,
        )
