"""From text to tokens and comments: one scan that knows strings, comments and what no policy contains."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from engine.diagnostic import Diagnostic
from engine.source import Source, Span

TOKENS_CAP = 300_000
"""More words, marks and comments than a policy has; a file of brackets reaches it before its size does."""

MISTAKES_CAP = 200
"""A text with more mistakes than this is probably no policy; the rest would tell its author nothing."""

DIGITS_CAP = 40
"""No figure in a contract is longer; longer ones are refused before anything counts with them."""


@dataclass(slots=True, kw_only=True)
class Token:
    """One word, value or mark.

    `kind` is what the scan saw (`WORD`, `TEXT`, `INTEGER`, ..., `OPEN` for a text
    whose closing quote is missing); `type` is the
    terminal of the grammar that the parser took it for, which depends on where
    it stands.
    """

    kind: str
    text: str
    source: str
    start: int
    end: int
    line: int
    column: int
    type: str = ""

    @property
    def end_line(self) -> int:
        """A token never reaches over a line's end."""
        return self.line

    @property
    def end_column(self) -> int:
        """The column after its last character."""
        return self.column + self.end - self.start

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(
            source=self.source,
            start=self.start,
            end=self.end,
            line=self.line,
            column=self.column,
            end_line=self.end_line,
            end_column=self.end_column,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a text consists of; `comments` are tokens too, of kind COMMENT."""

    tokens: list[Token]
    comments: list[Token]
    diagnostics: list[Diagnostic]


# Tried in this order. Possessive repeats, so that no text makes the scan go back.
_PATTERN = re.compile(
    r"""
      (?P<BLANK>   [ \t\f\v]++ )
    | (?P<RETURN>  \r++ )
    | (?P<LINE>    \n )
    | (?P<COMMENT> \#[^\r\n]*+ )
    | (?P<ZONE>    (?:[A-Z][A-Za-z_]*+|(?<=zone[ ])[a-z_][A-Za-z_]*+)(?:/[A-Za-z0-9_+-]++)++ | yes/no(?!\w) )
    | (?P<REGION>  [A-Z]{2}-[A-Z0-9]{1,3}+(?!\w) )
    | (?P<WORD>    [^\W\d]\w*+ )
    | (?P<TEXT>    "(?:[^"\\\r\n]|\\[^\r\n])*+" )
    | (?P<OPEN>    "[^\r\n{]*+ )
    | (?P<DATETIME>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|[ \t]++)[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]++)?+)?+
                   (?:Z|[+-][0-9]{2}:[0-9]{2})?+(?!\w) )
    | (?P<DATE>    [0-9]{4}-[0-9]{2}-[0-9]{2}(?!\w) )
    | (?P<TIME>    [0-9]{1,2}:[0-9]{2}(?!\w) )
    | (?P<PERCENT> [0-9]++(?:\.[0-9]++)?+% )
    | (?P<DECIMAL> [0-9]++\.[0-9]++ )
    | (?P<INTEGER> [0-9]++ )
    | (?P<MARK>    [{}(),.:*/+-] )
    | (?P<ILLEGAL> . )
    """,
    re.VERBOSE | re.DOTALL,
)


def scan(source: Source) -> Scan:
    """Cut a text into tokens; whatever cannot stand in a policy becomes a diagnostic, not a token."""
    tokens: list[Token] = []
    comments: list[Token] = []
    diagnostics: list[Diagnostic] = []
    name, line, line_start = source.name, 1, 0
    # A byte order mark is not part of the text.
    position = 1 if source.text.startswith("\ufeff") else 0
    illegal_until = -1
    for match in _PATTERN.finditer(source.text, position):
        if len(tokens) + len(comments) > TOKENS_CAP:
            break
        kind = match.lastgroup
        start, end = match.span()
        if kind == "BLANK" or kind is None:
            continue
        if kind == "RETURN" and source.text[end : end + 1] in ("", "\n"):
            continue
        if kind == "LINE":
            line, line_start = line + 1, end
            continue
        token = Token(
            kind=kind,
            text=match.group(),
            source=name,
            start=start,
            end=end,
            line=line,
            column=start - line_start + 1,
        )
        if kind == "COMMENT":
            token.text = token.text.rstrip()
            token.end = start + len(token.text)
            comments.append(token)
            continue
        if kind in ("ILLEGAL", "RETURN"):
            # A run of them (a pasted binary) is one mistake.
            if start != illegal_until and len(diagnostics) < MISTAKES_CAP:
                diagnostics.append(_illegal(token))
            illegal_until = end
            continue
        if kind == "OPEN":
            token.text = token.text.rstrip() + '"'
            if len(diagnostics) < MISTAKES_CAP:
                diagnostics.append(_unterminated(token))
        elif kind in _CHECKS and len(diagnostics) < MISTAKES_CAP:
            diagnostics += _CHECKS[kind](token)
        tokens.append(token)
    return Scan(tokens=tokens, comments=comments, diagnostics=diagnostics)


def text_value(token: Token) -> str:
    r"""The value of a quoted text: without its quotes, with `\"` and `\\` read."""
    return re.sub(r"\\(.)", r"\1", token.text[1:-1])


def instant_value(token: Token) -> datetime:
    """The civil time or instant of a DATETIME token; the epoch for one that does not exist."""
    value = _instant(token.text)
    return datetime(1970, 1, 1) if value is None else value  # noqa: DTZ001 civil time has no zone


def date_value(token: Token) -> date:
    """The date of a DATE token; the epoch for one that does not exist."""
    value = _date(token.text)
    return date(1970, 1, 1) if value is None else value


def minutes_value(token: Token) -> int:
    """The minutes since midnight of a TIME token, 1440 for `24:00`."""
    hours, minutes = token.text.split(":")
    return int(hours) * 60 + int(minutes)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    day, _, clock = re.sub(r"[T\s]+", " ", text, count=1).partition(" ")
    if re.search(r"\.[0-9]{7}", clock):
        # Python would quietly cut what is finer than a microsecond.
        return None
    try:
        return datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        return None


def _illegal(token: Token) -> Diagnostic:
    shown = token.text if token.text.isprintable() else f"U+{ord(token.text[0]):04X}"
    remedies = {
        "=": "equality is written `is`",
        "<": "bounds are written `below` or `at most`",
        ">": "bounds are written `above` or `at least`",
        "!": "write `is not`",
        "&": "write `and`",
        "|": "write `or`",
        ";": "statements need no mark at their end",
        "/": "a date is written as in `2025-03-16`, and a time zone as in `Europe/Berlin`",
        "%": "a percentage is written without a blank, as in `97.7%`",
        "'": 'texts stand in double quotes, as in `"text"`',
        "\u201c": 'texts stand in straight double quotes, as in `"text"`',
        "\u201e": 'texts stand in straight double quotes, as in `"text"`',
        "\r": "a line ends with a line feed; this is a lone carriage return, a new line only to some",
        "\N{NO-BREAK SPACE}": "this is a no-break space; write an ordinary one",
    }
    return Diagnostic(
        code="illegal-character",
        message=f"the character `{shown}` cannot stand here",
        labels=((token.span, "not part of the language"),),
        help=remedies.get(
            token.text[0], 'any character may stand in a text in double quotes, as in `"text"`'
        ),
    )


def _unterminated(token: Token) -> Diagnostic:
    return Diagnostic(
        code="unterminated-text",
        message="the text that begins here has no closing quote on its line",
        labels=((token.span, "no closing quote"),),
        help='close it with `"`; a quote inside a text is written `\\"`',
    )


def _check_date(token: Token) -> list[Diagnostic]:
    return [] if _date(token.text) else [_no_such(token, "not-a-date", "date", "as in `2025-03-16`")]


def _check_instant(token: Token) -> list[Diagnostic]:
    if _instant(token.text) is not None:
        return []
    return [_no_such(token, "not-an-instant", "date and time", "as in `2025-03-16 10:00`")]


def _check_time(token: Token) -> list[Diagnostic]:
    hours, minutes = token.text.split(":")
    if len(hours) == 2 and int(minutes) < 60 and int(hours) * 60 + int(minutes) <= 1440:
        return []
    shape = "with two digits for the hour, " if len(hours) == 1 else ""
    return [_no_such(token, "not-a-time", "time of day", f"{shape}from `00:00` to `24:00`")]


def _check_digits(token: Token) -> list[Diagnostic]:
    if len(token.text) <= DIGITS_CAP:
        return []
    shown, token.text = len(token.text), "1%" if token.kind == "PERCENT" else "1"
    return [
        Diagnostic(
            code="number-too-long",
            message=f"a number of {shown} characters is longer than any figure in a contract",
            labels=((token.span, "too long"),),
            help=f"numbers may have up to {DIGITS_CAP} digits",
        )
    ]


def _no_such(token: Token, code: str, noun: str, shape: str) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=f"there is no {noun} `{token.text}`",
        labels=((token.span, "does not exist"),),
        help=f"write a {noun} that exists, {shape}",
    )


_CHECKS = {
    "DATE": _check_date,
    "DATETIME": _check_instant,
    "TIME": _check_time,
    "INTEGER": _check_digits,
    "DECIMAL": _check_digits,
    "PERCENT": _check_digits,
}
