"""Decides where lines break and how far they are indented, from the tree and the lengths of the tokens."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from engine.dsl.agreement import MeasureOf, WhenLasting
from engine.dsl.consequences import Recover
from engine.dsl.declared_names import walk
from engine.dsl.downtime import MeasuresUptime
from engine.dsl.expressions import Match, Node, Number
from engine.dsl.fact_kinds import Given, GivenField, ValueMapping
from engine.dsl.limits import BoundRow, LimitRow
from engine.dsl.promises import MeasuresValue, Must, OnChange
from engine.dsl.statement import Statement
from engine.dsl.syntax import Comment, Component, Document, Policy
from engine.dsl.text_to_tokens import Token

WIDTH = 100
"""Lines are broken where they would be longer; comments do not count."""

_MAY_BREAK_BEFORE = frozenset(("and", "or", "within", "from", "until", "changes", "while", "in", "over"))

_ON_ONE_LINE = (Document, Component, Given)
"""Blocks that stand on one line if they fit; others only if they hold one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """By index of token: the blanks before it, its indent if it begins a line, and whether it does.

    `starts` are the tokens that begin statements; `apart` those of them that
    an empty line sets apart from what stands before.
    """

    gaps: Sequence[str]
    breaks: Mapping[int, int]
    indents: Sequence[int]
    starts: frozenset[int]
    apart: frozenset[int]


def lay_out(tokens: Sequence[Token], comments: Sequence[Token], policy: Policy) -> Layout:
    """Plan every line; a comment between two tokens always ends a line."""
    plan = _Plan(tokens=tokens, commented=_commented(tokens, comments), gaps=_gaps(tokens))
    plan.read(policy)
    plan.statements(0, len(tokens), 0)
    return Layout(
        gaps=plan.gaps,
        breaks=plan.breaks,
        indents=plan.indents,
        starts=frozenset(plan.starts),
        apart=frozenset(plan.apart),
    )


def shown(token: Token) -> str:
    """A token as it is written; between a date and a time stands one blank."""
    return " ".join(token.text.split()) if token.kind == "DATETIME" else token.text


def _commented(tokens: Sequence[Token], comments: Sequence[Token]) -> frozenset[int]:
    """The tokens that have a comment right before them."""
    starts = [token.start for token in tokens]
    return frozenset(bisect(starts, comment.start) for comment in comments)


def _gaps(tokens: Sequence[Token]) -> list[str]:
    """The blanks before each token if it does not begin a line."""
    gaps = [""]
    for before, token in pairwise(tokens):
        tight = (
            token.text in (",", ")", ".", ":")
            or before.text in ("(", ".")
            or (before.text == "{" and token.text == "}")
        )
        gaps.append("" if tight else " ")
    return gaps[: len(tokens)]


class _Plan:
    """The layout as it grows."""

    def __init__(self, *, tokens: Sequence[Token], commented: frozenset[int], gaps: list[str]) -> None:
        self.tokens, self.commented, self.gaps = tokens, commented, gaps
        self.begins = {token.start: index for index, token in enumerate(tokens)}
        self.finishes = {token.end: index for index, token in enumerate(tokens)}
        self.ends: dict[int, int] = {}
        self.on_one_line: set[int] = set()
        self.rows: set[int] = set()
        self.joints: set[int] = set()
        self.wheres: set[int] = set()
        self.breaks: dict[int, int] = {}
        self.indents = [0] * len(tokens)
        self.starts: set[int] = set()
        self.apart: set[int] = set()
        self.reach = [0]

    def read(self, policy: Policy) -> None:
        """Find out from the tree where statements, rows of tables and main joints begin."""
        for node in walk(policy):
            begin = self.begins[node.span.start] if not isinstance(node, Policy | Comment) else 0
            match node:
                case Policy():
                    self._register(node.blocks)
                case LimitRow() | BoundRow() | ValueMapping() | GivenField():
                    self.rows.add(begin)
                    self._part(begin)
                case Must():
                    alternatives = [self.begins[match.span.start] - 1 for match in node.alternatives[1:]]
                    self.joints.update(alternatives)
                    if node.deadline:
                        self.joints.add(self.begins[node.deadline.span.start])
                case Match() | WhenLasting() if node.where:
                    self.wheres.add(self.begins[node.where.span.start] - 1)
                case MeasureOf() if node.answered_by:
                    self.joints.add(self.begins[node.answered_by.span.start] - 2)
                case MeasuresValue():
                    self.joints.add(self.begins[node.match.span.start] - 1)
                    if node.answered_by:
                        self.joints.add(self.begins[node.answered_by.span.start] - 2)
                case MeasuresUptime():
                    self.joints.update(self.begins[clause.span.start] for clause in node.clauses)
                case OnChange():
                    self.joints.add(self.begins[node.changed.span.start] - 1)
                case Recover():
                    self.joints.update(self.begins[own.span.start] for own in node.conventions)
                case Number() if node.value.is_signed():
                    self.gaps[begin + 1] = ""
                case _:
                    self._register(getattr(node, "items", ()))
            if isinstance(node, _ON_ONE_LINE):
                self.on_one_line.add(begin)
        lengths = (
            len(gap) + token.end - token.start for gap, token in zip(self.gaps, self.tokens, strict=True)
        )
        self.reach = list(accumulate(lengths, initial=0))

    def _register(self, items: Sequence[Node]) -> None:
        for item in items:
            if isinstance(item, Statement):
                begin = self.begins[item.span.start]
                self.ends[begin] = self.finishes[item.span.end] + 1
                self._part(begin)

    def _part(self, begin: int) -> None:
        """Statements and rows on one line stand two blanks apart."""
        if begin and self.tokens[begin - 1].text != "{":
            self.gaps[begin] = "  "

    def statements(self, begin: int, end: int, indent: int) -> None:
        """Lay out the statements of one block, or of the file."""
        was_tall = False
        while begin < end:
            stop = self.ends[begin]
            is_tall = self.statement(begin, stop, indent)
            if indent == 0 and begin and (was_tall or is_tall):
                self.apart.add(begin)
            was_tall, begin = is_tall, stop

    def statement(self, begin: int, end: int, indent: int) -> bool:
        """Lay out one statement; whether it became a block of several lines."""
        self.starts.add(begin)
        self.indents[begin:end] = [indent + 4] * (end - begin)
        self._break(begin, indent)
        opening = self._block(begin, end)
        if opening is None:
            self._flow(begin, end, indent)
            return False
        if self._fits(begin, end, indent) and self._stays(begin, opening, end):
            return False
        self._flow(begin, opening + 1, indent)
        self.statements(opening + 1, end - 1, indent + 2)
        self._break(end - 1, indent)
        return True

    def _break(self, index: int, indent: int) -> None:
        self.breaks[index] = self.indents[index] = indent

    def _block(self, begin: int, end: int) -> int | None:
        """The brace after which statements stand, if the statement is a block."""
        braces = (i for i in range(begin, end) if self.tokens[i].text == "{")
        first = next(braces, None)
        return first if first is not None and first + 1 in self.ends else None

    def _stays(self, begin: int, opening: int, end: int) -> bool:
        """Whether a block that fits on one line is left on it."""
        if begin in self.on_one_line:
            return True
        alone = self.ends[opening + 1] == end - 1
        return alone and self._block(opening + 1, end - 1) is None

    def _fits(self, begin: int, end: int, indent: int) -> bool:
        if any(index in self.commented for index in range(begin + 1, end)):
            return False
        return self._length(begin, end, indent) <= WIDTH

    def _length(self, begin: int, end: int, indent: int) -> int:
        return indent + self.reach[end] - self.reach[begin] - len(self.gaps[begin])

    def _flow(self, begin: int, end: int, indent: int) -> None:
        """Lay out what is no block: as one line, else broken at its joints, else wherever it may."""
        if self._fits(begin, end, indent):
            return
        for first, last in pairwise([begin, *self._inside(begin, end, self.joints), end]):
            margin = indent if first == begin else indent + 4
            self._break(first, margin)
            if self._fits(first, last, margin):
                continue
            for start, stop in pairwise([first, *self._inside(first, last, self.wheres), last]):
                if start > first:
                    self._break(start, indent + 4)
                if not self._fits(start, stop, self.indents[start]):
                    self._fill(start, stop, self.indents[start], indent + 4)

    def _inside(self, begin: int, end: int, chosen: set[int]) -> list[int]:
        return [index for index in range(begin + 1, end) if index in chosen]

    def _fill(self, begin: int, end: int, margin: int, further: int) -> None:
        """Break one stretch row by row where it holds a table, else where its lines are full."""
        line, chance = begin, begin
        opening = next((i for i in range(begin, end) if self.tokens[i].text == "{"), end)
        closing = next((i for i in range(opening, end) if self.tokens[i].text == "}"), end)
        for i in range(begin + 1, end):
            if i in self.rows or (i == closing and (i - 1 != opening or i in self.commented)):
                self._break(i, margin if i == closing else margin + 2)
                line = chance = i
            elif i in self.commented:
                line = chance = i
            elif self._may_break(i) and not opening < i < closing:
                chance = i
            if chance > line and self._length(line, i + 1, self.indents[line]) > WIDTH:
                self._break(chance, further)
                line = chance

    def _may_break(self, index: int) -> bool:
        before = self.tokens[index - 1].text
        return before == "," or (self.tokens[index].text in _MAY_BREAK_BEFORE and before not in (".", "("))
