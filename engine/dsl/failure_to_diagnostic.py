"""Says why a statement could not be read: what was found, what was expected, what was probably meant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from engine.diagnostic import Diagnostic
from engine.dsl.text_to_tokens import Token
from engine.dsl.unsupported import unsupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Where a run of tokens stopped making sense.

    `index` is the first token that does not fit (the number of tokens if more
    were needed). `accepted` and `accepted_before` say what could have stood
    there and one token earlier: keywords and marks as they are written, and
    `NAME`, `TEXT`, ... for what has many spellings.
    """

    tokens: Sequence[Token]
    index: int
    accepted: Collection[str]
    accepted_before: Collection[str]


_SINGULAR = ("second", "minute", "hour", "week", "month", "year")
_UNITS = frozenset((*_SINGULAR, *(f"{unit}s" for unit in _SINGULAR), "calendar", "business"))

_VALUES = frozenset(
    ("TEXT", "INTEGER", "DECIMAL", "PERCENT", "DATE", "DATETIME", "CURRENCY", "yes", "no", "-")
)
_EXPRESSION = frozenset(("NAME", "latest", "earliest", "(", *_VALUES))

_DESCRIBED = {
    "NAME": "a name",
    "TEXT": "a text in double quotes",
    "INTEGER": "a whole number",
    "DECIMAL": "a number",
    "PERCENT": "a percentage",
    "DATE": "a date as in `2025-03-16`",
    "DATETIME": "a date and time as in `2025-03-16 10:00`",
    "TIME": "a time of day as in `08:30`",
    "CURRENCY": "a currency",
    "REGION": "a region as in `DE` or `DE-HE`",
    "ZONE": "a time zone as in `Europe/Berlin`",
}


def diagnose(failure: Failure, following: Token | None, inside: Sequence[str]) -> Diagnostic:
    """The diagnostic for a failure; `following` stands after its tokens, `inside` names the blocks around."""
    tokens = failure.tokens
    found = tokens[failure.index] if failure.index < len(tokens) else following
    refused = unsupported(tokens, failure.index, inside) if failure.index < len(tokens) else None
    if refused:
        start, construct = refused
        return Diagnostic(
            code="not-yet-supported",
            message=f"there is no support yet for {construct.name}",
            labels=((tokens[start].span, "known, but not yet supported"),),
            help=construct.help,
        )
    if found and found.text in ("and", "or"):
        mixed = _mixed(failure, found)
        if mixed:
            return mixed
    return _syntax(failure, found)


def _mixed(failure: Failure, found: Token) -> Diagnostic | None:
    """The diagnostic for `a and b or c`, and for `not a and b`."""
    other = "or" if found.text == "and" else "and"
    earlier = [token for token in failure.tokens[: failure.index] if token.text == other]
    if other in failure.accepted and earlier:
        return Diagnostic(
            code="ambiguous-condition",
            message="`and` and `or` side by side can be read two ways",
            labels=((found.span, f"`{found.text}` here"), (earlier[-1].span, f"`{other}` here")),
            help="say with parentheses what belongs together, as in `(a is 1 and b is 2) or c is 3`",
        )
    tokens = failure.tokens
    bare = [
        token
        for i, token in enumerate(tokens[: failure.index])
        if token.text == "not" and tokens[i - 1].text != "is" and tokens[i + 1].text != "("
    ]
    if not bare:
        return None
    return Diagnostic(
        code="ambiguous-condition",
        message=f"`not` before a condition with `{found.text}` can be read two ways",
        labels=((bare[-1].span, "how far does it reach?"), (found.span, f"`{found.text}` here")),
        help="put what `not` refers to in parentheses, as in `not (a is 1) and b is 2`",
    )


def _syntax(failure: Failure, found: Token | None) -> Diagnostic:
    tokens, index = failure.tokens, failure.index
    expected = expectations(failure.accepted)
    listing = _either(expected)
    before = tokens[index - 1] if index else None
    if before and before.type == "A_NAME":
        # A misspelled keyword may have been taken for a name, one token earlier.
        meant = _close(before.text, failure.accepted_before)
        if meant:
            return Diagnostic(
                code="syntax",
                message=f"`{before.text}` is no keyword that fits here",
                labels=((before.span, "misspelled?"),),
                help=f"did you mean `{meant}`?",
            )
    if found is None:
        last = tokens[-1]
        return Diagnostic(
            code="syntax",
            message="the file ends before the statement does",
            labels=((last.span, "something must follow"),),
            help=f"expected {listing}",
        )
    hints = _hints(found, before, failure.accepted)
    last = [token.text for token in tokens[max(0, index - 2) : index]]
    if last in (["base", "fee"], ["fee", "of"]) or {"fee", "CURRENCY"} <= set(failure.accepted):
        hints.append("the fee is that of a time: `fee of the window`, `fee of the month`")
    if len(expected) <= 4:
        message = f"expected {listing}, found `{_short(found.text)}`"
    else:
        message = f"`{_short(found.text)}` does not fit here"
        hints.append(f"expected {listing}")
    return Diagnostic(
        code="syntax",
        message=message,
        labels=((found.span, "not expected here"),),
        help="; ".join(hints) or None,
    )


def _hints(found: Token, before: Token | None, accepted: Collection[str]) -> list[str]:
    hints: list[str] = []
    if found.text == "-" or (before is not None and before.text == "-"):
        hints.append("only a plain number may be negative: shares, amounts and lengths of time have no sign")
    if found.kind in ("WORD", "ZONE"):
        meant = _close(found.text, accepted)
        if meant:
            hints.append(f"did you mean `{meant}`?")
    if found.text in ("day", "days") and "calendar" in accepted:
        hints.append("say which days: `calendar days`, or `business days on` a calendar")
    is_within = before is not None and before.text == "within"
    if "points" in accepted or (is_within and "PERCENT" in accepted):
        hints.append("they agree `within 1%` of what was measured or, of a percentage, `within 0.1 points`")
    if before is not None and before.text == "to" and {"within", "above"} <= set(accepted):
        hints.append("say how it is held: `to within 4 hours`, `to at least 99.9%`")
    if found.text == "set" and {"change", "amend"} <= set(accepted):
        hints.append("another bound or length is said by `change … to …`")
    if {"is", "*"} <= set(accepted):
        hints.append("a condition says what holds, as in `i.major is yes`")
    if found.kind == "WORD" and "TEXT" in accepted and "NAME" not in accepted:
        hints.append("a text stands in double quotes")
    return hints


def _close(word: str, accepted: Collection[str]) -> str | None:
    keywords = sorted(keyword for keyword in accepted if keyword.islower())
    begun = [keyword for keyword in keywords if len(word) > 2 and keyword.startswith(word.lower())]
    matches = begun or get_close_matches(word.lower()[:40], keywords, n=1, cutoff=0.72)
    return matches[0] if matches and matches[0] != word else None


def expectations(accepted: Collection[str]) -> list[str]:
    """What could have stood there, in the author's words: kinds of value first, then keywords, then marks.

    >>> expectations({"NAME", "within", ")"})
    ['a name', '`within`', '`)`']
    """
    left = set(accepted)
    expected: list[str] = []
    if left >= _EXPRESSION:
        left -= _EXPRESSION
        expected.append("a value")
    elif left >= _VALUES:
        left -= _VALUES
        expected.append("a value")
    if "DECIMAL" in left:
        left.discard("INTEGER")
    if left >= _UNITS:
        left -= _UNITS
        expected.append("a unit of time as in `hours` or `calendar days`")
    expected += [words for key, words in _DESCRIBED.items() if key in left]
    left -= set(_DESCRIBED)
    expected += [f"`{word}`" for word in sorted(left) if word[0].isalpha()]
    expected += [f"`{mark}`" for mark in sorted(left) if not mark[0].isalpha() and mark[0] != "$"]
    if "$END" in left and not expected:
        expected.append("the end of the file")
    return expected


def _either(expected: Sequence[str]) -> str:
    if len(expected) < 2:
        return "".join(expected) or "nothing more"
    return f"{', '.join(expected[:-1])} or {expected[-1]}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
