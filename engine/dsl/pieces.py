"""What the parser hands to the functions that build the tree, and how they pick from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.dsl.expressions import (
    Condition,
    Date,
    DateTime,
    Duration,
    Expression,
    Literal,
    Money,
    Name,
    Node,
    Number,
    Percent,
    Text,
    YesNo,
)
from engine.dsl.text_to_tokens import Token
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Node):
    """Keywords that are an answer in themselves (`at least`, `calendar days`), on their way to a node."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Node):
    """A whole number on its way to a node."""

    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """The parts of a starting point of the grammar: statements of one block."""

    items: tuple[Node, ...]


Pieces = list[Token | Node]
"""The children of one rule: its tokens, keywords and marks included, and the nodes built below it."""

Build = Callable[[Pieces], Node]
"""Makes the node of one rule; never raises."""


def span(pieces: Pieces) -> Span:
    """From the first piece to the last."""
    first, last = pieces[0], pieces[-1]
    if first is last:
        return first.span
    # Made in one go: spans are the most numerous thing that parsing makes.
    begin = first if isinstance(first, Token) else first.span
    end = last if isinstance(last, Token) else last.span
    return Span(
        source=begin.source,
        start=begin.start,
        end=end.end,
        line=begin.line,
        column=begin.column,
        end_line=end.end_line,
        end_column=end.end_column,
    )


N = TypeVar("N", bound=Node)


def many(pieces: Pieces, *kinds: type[N]) -> tuple[N, ...]:
    """All pieces of these kinds, in order."""
    return tuple(piece for piece in pieces if isinstance(piece, kinds))


def one(pieces: Pieces, *kinds: type[N]) -> N:
    """The first piece of these kinds; the grammar promises that there is one."""
    return next(piece for piece in pieces if isinstance(piece, kinds))


def maybe(pieces: Pieces, *kinds: type[N]) -> N | None:
    """The first piece of these kinds, if any."""
    return next((piece for piece in pieces if isinstance(piece, kinds)), None)


def has(pieces: Pieces, word: str) -> bool:
    """Whether this keyword stands directly among the pieces."""
    return any(isinstance(piece, Token) and piece.text == word for piece in pieces)


def words(pieces: Pieces) -> Words:
    """The keywords among the pieces, with single blanks between them."""
    text = " ".join(piece.text for piece in pieces if isinstance(piece, Token))
    return Words(span=span(pieces), text=text)


def names(pieces: Pieces) -> tuple[Name, ...]:
    """All names, in order."""
    return many(pieces, Name)


def title(pieces: Pieces) -> Text | None:
    """The title of a block, if it has one."""
    return maybe(pieces, Text)


def literals(pieces: Pieces) -> tuple[Literal, ...]:
    """All values that are written out, in order."""
    return many(pieces, Text, Number, Percent, Money, YesNo, Date, DateTime, Duration)


def expressions(pieces: Pieces) -> tuple[Expression, ...]:
    """All expressions, in order."""
    return tuple(piece for piece in pieces if isinstance(piece, Expression))


def conditions(pieces: Pieces) -> tuple[Condition, ...]:
    """All conditions, in order."""
    return tuple(piece for piece in pieces if isinstance(piece, Condition))


def condition(pieces: Pieces) -> Condition | None:
    """The condition after `where`, if there is one."""
    return next(iter(conditions(pieces)), None)
