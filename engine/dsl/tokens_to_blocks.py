"""Cuts a file into its top-level blocks, and a block into its statements, without parsing either."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.diagnostic import Diagnostic
from engine.dsl.text_to_tokens import MISTAKES_CAP, Token

NESTING_CAP = 64
"""No contract nests brackets deeper."""

_JOINING = frozenset(
    (
        *("where", "and", "or", "alternatively", "answered", "changes", "within", "before", "by", "in"),
        *("at", "of", "from", "to", "until", "over", "while"),
    )
)
"""With these a statement goes on, even at the margin, unless one begins with them in that block."""

_CLOSES = {"}": "{", ")": "("}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Tokens that are parsed together; `sound` unless its brackets do not match."""

    tokens: Sequence[Token]
    sound: bool


def blocks(tokens: Sequence[Token], starters: Collection[str]) -> tuple[list[Piece], list[Diagnostic]]:
    """Cut a file into blocks: a block ends with its closing brace, or where a `starters` word begins a line.

    In a file whose brackets do not match, a starter in the first column begins
    a block even inside brackets, so that an unclosed block ends there.
    """
    torn = not _balanced(tokens)
    pieces: list[Piece] = []
    diagnostics: list[Diagnostic] = []
    current: list[Token] = []
    open_brackets: list[Token] = []
    sound, too_deep, line = True, False, 0

    for token in tokens:
        starts = token.line != line and token.kind == "WORD" and token.text in starters
        line = token.line
        if current and (
            (not open_brackets and (starts or current[-1].text == "}"))
            or (torn and starts and token.column == 1)
        ):
            if open_brackets:
                diagnostics += _unclosed(open_brackets, current, token)
            pieces.append(Piece(tokens=current, sound=sound and not open_brackets))
            current, open_brackets, sound, too_deep = [], [], True, False
        current.append(token)
        if token.kind != "MARK":
            continue
        if token.text in "({":
            open_brackets.append(token)
            if len(open_brackets) > NESTING_CAP and not too_deep:
                too_deep, sound = True, False
                diagnostics.append(_too_deep(token))
        elif token.text in _CLOSES:
            if not open_brackets:
                if len(diagnostics) < MISTAKES_CAP:
                    diagnostics.append(_stray(token))
                current.pop()
            elif open_brackets[-1].text == _CLOSES[token.text]:
                open_brackets.pop()
            else:
                sound = False
                if not too_deep and len(diagnostics) < MISTAKES_CAP:
                    diagnostics.append(_crossed(open_brackets[-1], token))
                while open_brackets and open_brackets[-1].text != _CLOSES[token.text]:
                    open_brackets.pop()
                if open_brackets:
                    open_brackets.pop()
    if open_brackets and not too_deep:
        diagnostics += _unclosed(open_brackets, current, None)
    if current:
        pieces.append(Piece(tokens=current, sound=sound and not open_brackets))
    return pieces, diagnostics


def statements(tokens: Sequence[Token], starters: Collection[str]) -> list[Sequence[Token]]:
    """Cut the inside of a block into statements: at lines that begin with a starter or are least indented."""
    firsts: list[int] = []
    depth = 0
    for i, token in enumerate(tokens):
        if depth == 0 and token.text not in _CLOSES and (i == 0 or token.line != tokens[i - 1].line):
            firsts.append(i)
        if token.kind == "MARK":
            depth += (token.text in "({") - (token.text in _CLOSES)
    margin = min((tokens[i].column for i in firsts[1:]), default=0)
    cuts = [
        i
        for i in firsts
        if i == 0
        or tokens[i].text in starters
        or (tokens[i].column <= margin and tokens[i].kind == "WORD" and tokens[i].text not in _JOINING)
    ]
    return [tokens[a:b] for a, b in zip(cuts, [*cuts[1:], len(tokens)], strict=True)]


def body(tokens: Sequence[Token]) -> int | None:
    """Where the `{` stands that the last token closes, if it is the statement's only body."""
    if not tokens or tokens[-1].text != "}":
        return None
    opening = next((i for i, token in enumerate(tokens) if token.text == "{"), None)
    depth = 0
    for i in range(opening or 0, len(tokens)):
        if tokens[i].kind == "MARK":
            depth += (tokens[i].text == "{") - (tokens[i].text == "}")
            if depth == 0 and tokens[i].text == "}" and i < len(tokens) - 1:
                return None
    return opening


def _balanced(tokens: Sequence[Token]) -> bool:
    open_brackets: list[str] = []
    for token in tokens:
        if token.kind != "MARK":
            continue
        if token.text in "({":
            open_brackets.append(token.text)
        elif token.text in _CLOSES and (not open_brackets or open_brackets.pop() != _CLOSES[token.text]):
            return False
    return not open_brackets


def _unclosed(
    open_brackets: Sequence[Token], block: Sequence[Token], after: Token | None
) -> list[Diagnostic]:
    if any(token.kind == "OPEN" for token in block):
        # The text that lacks its quote has swallowed the bracket, and that is said already.
        return []
    culprit = _least_closed(open_brackets, block)
    labels = [(culprit.span, "opened here")]
    if after:
        labels.append((after.span, "here the next block begins"))
    return [
        Diagnostic(
            code="unbalanced-bracket",
            message=f"`{culprit.text}` is never closed",
            labels=tuple(labels),
            help=f"close it with `{'}' if culprit.text == '{' else ')'}`",
        )
    ]


def _least_closed(open_brackets: Sequence[Token], block: Sequence[Token]) -> Token:
    """The bracket that was probably forgotten, told by the indentation of those that are closed."""
    indents: dict[int, int] = {}
    for token in block:
        indents.setdefault(token.line, token.column)
    seen: list[Token] = []
    for token in block:
        if token.text == "{":
            seen.append(token)
        elif token.text == "}" and seen:
            opener = seen.pop()
            if indents[token.line] == token.column and token.column < indents[opener.line]:
                return opener
    return open_brackets[-1]


def _stray(token: Token) -> Diagnostic:
    return Diagnostic(
        code="unbalanced-bracket",
        message=f"`{token.text}` closes nothing",
        labels=((token.span, f"no `{_CLOSES[token.text]}` is open here"),),
        help="remove it, or look for one too many above",
    )


def _crossed(opened: Token, closed: Token) -> Diagnostic:
    return Diagnostic(
        code="unbalanced-bracket",
        message=f"`{opened.text}` is not closed before `{closed.text}`",
        labels=((opened.span, "opened here"), (closed.span, "closed by another kind of bracket")),
        help=f"close it with `{'}' if opened.text == '{' else ')'}` first",
    )


def _too_deep(token: Token) -> Diagnostic:
    return Diagnostic(
        code="nesting-too-deep",
        message=f"brackets are nested more than {NESTING_CAP} deep",
        labels=((token.span, "one too many"),),
        help="take parts out under names of their own (a calendar, a measure, a period)",
    )
