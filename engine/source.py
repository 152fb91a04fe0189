"""Where text comes from: a named source, and a span that points into it."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open stretch `[start, end)` of one source, in characters.

    Lines and columns count from 1; `end_line` and `end_column` are those of
    the first character after the stretch. Two nodes that differ only in their
    place are equal: every node keeps its span in a field that is never compared.
    """

    source: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, last: "Span") -> "Span":
        """The stretch from the first character of this span to the last one of `last`."""
        return Span(
            source=self.source,
            start=self.start,
            end=last.end,
            line=self.line,
            column=self.column,
            end_line=last.end_line,
            end_column=last.end_column,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text and the name under which people know it (a path as it was given)."""

    name: str
    text: str
    line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Only \n ends a line: editors agree on that, and Lark counts the same way.
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        object.__setattr__(self, "line_starts", tuple(starts))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of the character at `offset`."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of the characters `[start, end)`."""
        line, column = self.place(start)
        end_line, end_column = self.place(end)
        return Span(
            source=self.name,
            start=start,
            end=end,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
        )

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line end; empty beyond the last line."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].removesuffix("\r")
