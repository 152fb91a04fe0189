"""A report as text for a terminal of 100 columns."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

from api.command.report import Entry, Report, Row, Section
from engine.diagnostic import Paint

COLUMNS = 100
INDENT = " " * 6
USUAL = 32
"""Names and counts that are longer push what follows them, and widen no other row."""


def lay_out(report: Report, paint: Paint) -> str:
    """The report's lines; `paint` colours a text by its role or its state."""
    lines = [_title(report.title, report.subtitle, paint)]
    for section in report.sections:
        lines += ["", *_section(section, paint)]
    totals = [paint("heading", line) for line in _broken(report.totals.split("; "), COLUMNS)]
    return "\n".join([*lines, "", *totals])


def _title(title: str, subtitle: str, paint: Paint) -> str:
    return paint("heading", title) + (f"  {paint('faint', subtitle)}" if subtitle else "")


def _section(section: Section, paint: Paint) -> Iterator[str]:
    yield _title(section.title, section.subtitle, paint)
    yield from _rows(section.rows)
    for entry in section.entries:
        yield from entry_lines(entry, paint)
    if section.hidden is not None:
        yield f"  {section.hidden}"


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    name = max((len(row.name) for row in rows if len(row.name) <= USUAL), default=0)
    counts = max((len(row.counts) for row in rows if len(row.counts) <= USUAL), default=0)
    for row in rows:
        row = replace(row, worst=on_one_line(row.worst))
        head = f"  {row.name:<{name}}  {row.counts:<{counts}}"
        if len(head) + 2 + len(row.worst) <= COLUMNS:
            yield f"{head}  {row.worst}".rstrip()
        else:
            yield head.rstrip()
            yield f"  {'':<{name}}  {row.worst}"


def entry_lines(entry: Entry, paint: Paint) -> Iterator[str]:
    """A headline behind its mark, and its details beneath, broken between their parts."""
    yield f"  {paint(entry.mark, entry.mark)}  {on_one_line(entry.headline)}"
    for detail in entry.details:
        first, *more = _broken(on_one_line(detail).split("; "), COLUMNS - len(INDENT))
        yield INDENT + first
        yield from (f"{INDENT}  {line}" for line in more)


def on_one_line(text: str) -> str:
    """The text without line ends: a key of a fact may hold some, and must not pass for a line of ours."""
    return " ".join(text.splitlines())


def _broken(parts: Sequence[str], width: int) -> Iterator[str]:
    """Parts joined by `; ` into lines of at most `width`; a part that is longer is broken between words."""
    line = ""
    for part in parts:
        joined = f"{line}; {part}" if line else part
        if len(joined) <= width:
            line = joined
            continue
        if line:
            yield f"{line};"
        *full, line = wrap(part, width, break_on_hyphens=False, break_long_words=False) or [""]
        yield from full
    yield line
