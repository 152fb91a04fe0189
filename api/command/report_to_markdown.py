"""A report as Markdown, for a page or a message."""

from collections.abc import Iterator

from api.command.report import Entry, Report, Section


def lay_out(report: Report) -> str:
    """The report's lines: a heading and a table for each agreement, a list for what needs attention."""
    lines = [f"# {plain(report.title)}", "", plain(report.subtitle)]
    for section in report.sections:
        lines += ["", *_section(section)]
    return "\n".join([*lines, "", f"**{plain(report.totals)}**"])


def plain(text: str) -> str:
    """Text in which nothing is markup, on one line.

    >>> plain("a_b | c")
    'a\\\\_b \\\\| c'
    """
    return "".join(f"\\{each}" if each in r"\`*_[]<>|#" else each for each in " ".join(text.splitlines()))


def _section(section: Section) -> Iterator[str]:
    yield f"## {plain(section.title)}"
    yield ""
    if section.subtitle:
        yield from (plain(section.subtitle), "")
    if section.rows:
        yield from ("| promise | verdicts | worst |", "| --- | --- | --- |")
        for row in section.rows:
            yield f"| {plain(row.name)} | {plain(row.counts)} | {plain(row.worst)} |"
        if section.entries:
            yield ""
    for entry in section.entries:
        yield from entry_lines(entry)
    if section.hidden is not None:
        yield from ("", plain(section.hidden))


def entry_lines(entry: Entry) -> Iterator[str]:
    """A list item for the headline, and one beneath for each detail."""
    yield f"- **{plain(entry.mark)}** {plain(entry.headline)}"
    yield from (f"  - {plain(detail)}" for detail in entry.details)
