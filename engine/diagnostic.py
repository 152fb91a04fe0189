"""A finding about an author's text, and how one is drawn for people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category, combining, east_asian_width

from engine.source import Source, Span

WIDEST_DRAWN_LINE = 110
"""Lines longer than this are cut around the place, so that a one-line file stays readable."""


class Level(StrEnum):
    """How grave a finding is: an error refuses the policy, a warning does not; advice names what good
    practice has and the policy has not."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One independent finding.

    `code` is a kebab-case slug. `message` is one line, lower case, without a
    full stop, with the author's words in backticks. `labels` are places with a
    word on each, the first one primary; empty where a finding has no place
    (a missing file). `help` is the remedy.
    """

    code: str
    level: Level = Level.ERROR
    message: str
    labels: tuple[tuple[Span, str], ...] = ()
    help: str | None = None

    @property
    def primary(self) -> Span | None:
        """The place that the finding is about, if it has one."""
        return self.labels[0][0] if self.labels else None


def without_advice(findings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors and warnings."""
    return tuple(each for each in findings if each.level is not Level.ADVICE)


Paint = Callable[[str, str], str]
"""Takes a role (`error`, `warning`, `place`, `mark`, `help`) and a text; gives the text to show."""


def draw(
    diagnostic: Diagnostic, sources: Mapping[str, Source], paint: Paint = lambda role, text: text
) -> str:
    """Draw a finding: headline, place, each marked line with its carets, help.

    `sources` maps a source's name to it; a place in a source that is not there
    is named but not drawn. The result has no line end after its last line.

    >>> source = Source(name="a.sla", text="zone Europ/Berlin")
    >>> print(draw(Diagnostic(
    ...     code="unknown-zone",
    ...     message="no time zone is named `Europ/Berlin`",
    ...     labels=((source.span(5, 17), "not in the IANA database"),),
    ...     help="did you mean `Europe/Berlin`?",
    ... ), {"a.sla": source}))
    error[unknown-zone]: no time zone is named `Europ/Berlin`
      --> a.sla:1:6
       |
     1 | zone Europ/Berlin
       |      ^^^^^^^^^^^^ not in the IANA database
       = help: did you mean `Europe/Berlin`?
    """
    level = diagnostic.level.value
    lines = [paint(level, f"{level}[{diagnostic.code}]") + f": {diagnostic.message}"]
    width = max((len(str(span.line)) for span, _ in diagnostic.labels), default=1)
    width = max(width, 2)
    gutter = " " * (width + 1)
    primary = diagnostic.primary
    names = [primary.source] if primary else []
    names += [s.source for s, _ in diagnostic.labels if s.source not in names]
    for name in dict.fromkeys(names):
        labels = [label for label in diagnostic.labels if label[0].source == name]
        first = labels[0][0]
        arrow = "-->" if primary and primary.source == name else ":::"
        place = f"{name}:{first.line}:{first.column}"
        lines.append(f"{gutter[1:]}{paint('place', arrow)} {place}")
        if name in sources:
            lines.append(f"{gutter}{paint('place', '|')}")
            lines += _marked_lines(labels, primary, sources[name], width, level, paint)
    if diagnostic.help:
        lines.append(f"{gutter}{paint('place', '=')} {paint('help', 'help')}: {diagnostic.help}")
    return "\n".join(lines)


def _marked_lines(
    labels: list[tuple[Span, str]],
    primary: Span | None,
    source: Source,
    width: int,
    level: str,
    paint: Paint,
) -> list[str]:
    """The marked lines of one source in order, each with a row of carets for each of its labels."""
    lines: list[str] = []
    drawn: int | None = None
    for span, text in sorted(labels, key=lambda label: (label[0].line, label[0].column)):
        whole = source.line(span.line)
        cut = max(0, span.column - 1 - WIDEST_DRAWN_LINE // 2) if len(whole) > WIDEST_DRAWN_LINE else 0
        if drawn != span.line or cut:
            if drawn is not None and span.line > drawn + 1:
                lines.append(f"{' ' * (width - 1)}{paint('place', '...')}")
            shown = _shown(whole[cut : cut + WIDEST_DRAWN_LINE])
            lines.append(f"{paint('place', f'{span.line:>{width}} |')} {shown}".rstrip())
        drawn = span.line
        begin = span.column - 1
        end = span.end_column - 1 if span.end_line == span.line else len(whole)
        end = min(max(end, begin + 1), cut + WIDEST_DRAWN_LINE)
        before = " " * _columns(whole[cut:begin])
        mark = "^" if span == primary else "-"
        carets = mark * max(1, _columns(whole[begin:end]))
        row = paint(level if mark == "^" else "mark", f"{carets} {text}".rstrip())
        lines.append(f"{' ' * (width + 1)}{paint('place', '|')} {before}{row}")
    return lines


def _shown(text: str) -> str:
    """The text with whatever would disturb a terminal as one plain column each."""
    # Category C holds the controls and also right-to-left overrides, which could disguise a policy.
    return "".join(
        " "
        if character == "\t"
        else "\N{REPLACEMENT CHARACTER}"
        if category(character)[0] == "C"
        else character
        for character in text
    )


def _columns(text: str) -> int:
    """How many terminal columns the shown text takes."""
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in text
    )
