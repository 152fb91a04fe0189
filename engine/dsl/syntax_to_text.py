"""From syntax back to text: the one canonical layout, with every comment in its place."""

from collections.abc import Sequence

from engine.diagnostic import Diagnostic, Level
from engine.dsl.syntax import Policy
from engine.dsl.text_to_syntax import parse
from engine.dsl.text_to_tokens import Token, scan
from engine.dsl.tokens_to_layout import Layout, lay_out, shown
from engine.source import Source


def format(policy: Policy, source: Source) -> str | Diagnostic:
    """The canonical text of a policy that was parsed from `source`.

    Formatting what is formatted changes nothing. The result is read again; if
    it did not say the same, or if a comment had moved or gone, the answer is a
    diagnostic instead, and nothing is lost.
    """
    refusal = Diagnostic(
        code="not-formatted",
        message="the canonical layout would not say the same, so the file is left as it is",
        labels=((source.span(0, 0), "this file"),),
        help="`troth check` shows what is wrong with it",
    )
    if not _says(source, policy):
        return refusal
    scanned = scan(source)
    text = _write(scanned.tokens, scanned.comments, lay_out(scanned.tokens, scanned.comments, policy))
    written = Source(name=source.name, text=text)
    again = scan(written)
    same = (
        _says(written, policy)
        and [shown(token) for token in again.tokens] == [shown(token) for token in scanned.tokens]
        and _places(again.tokens, again.comments) == _places(scanned.tokens, scanned.comments)
    )
    return text if same else refusal


def _says(source: Source, policy: Policy) -> bool:
    """Whether the source has no mistakes and says exactly what the policy says."""
    read, findings = parse(source)
    return all(finding.level is not Level.ERROR for finding in findings) and read.blocks == policy.blocks


def _places(tokens: Sequence[Token], comments: Sequence[Token]) -> list[tuple[str, int]]:
    """Each comment with the number of tokens before it."""
    places: list[tuple[str, int]] = []
    before = 0
    for comment in comments:
        while before < len(tokens) and tokens[before].start < comment.start:
            before += 1
        places.append((comment.text, before))
    return places


class _Lines:
    """The lines written so far, and the line of the source on which the last of them ended."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.ended = 0

    def write(self, line: str, ended: int) -> None:
        self.lines.append(line)
        self.ended = ended

    def space(self) -> None:
        """One empty line, unless there is one or nothing stands before it."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def keep_space(self, line: int) -> None:
        """An empty line if the author left some before the line `line` of the source."""
        if line > self.ended + 1:
            self.space()


def _write(tokens: Sequence[Token], comments: Sequence[Token], layout: Layout) -> str:
    """Write the tokens line by line, and each comment behind or between the same tokens as before."""
    out, line = _Lines(), ""
    left = list(reversed(comments))
    for index, token in enumerate(tokens):
        between = _take(left, token.start)
        if index and not between and index not in layout.breaks:
            line += layout.gaps[index] + shown(token)
            continue
        if index:
            line += _trailing(between, tokens[index - 1])
            out.write(line, tokens[index - 1].line)
        opened = index > 0 and tokens[index - 1].text == "{"
        closes = token.text == "}" and index in layout.breaks
        margin = layout.indents[index] + (2 if closes else 0)
        if index in layout.apart:
            out.space()
        for comment in between:
            if (index in layout.starts or closes) and not opened:
                out.keep_space(comment.line)
            out.write(" " * margin + comment.text, comment.line)
            opened = False
        if index in layout.starts and not opened:
            out.keep_space(token.line)
        line = " " * layout.indents[index] + shown(token)
    if tokens:
        line += _trailing(left, tokens[-1])
        out.write(line, tokens[-1].line)
    for comment in reversed(left):
        out.keep_space(comment.line)
        out.write(comment.text, comment.line)
    return "".join(f"{line}\n" for line in out.lines)


def _take(left: list[Token], start: int) -> list[Token]:
    """Take the comments that stand before `start`; `left` has the first of them at its end."""
    taken: list[Token] = []
    while left and left[-1].start < start:
        taken.append(left.pop())
    return taken


def _trailing(comments: list[Token], before: Token) -> str:
    """Take the comment that stands on the same line as the token before it."""
    for index in (0, -1):
        if comments and comments[index].line == before.line:
            return f"  {comments.pop(index).text}"
    return ""
