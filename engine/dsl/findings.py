"""What a pass finds wrong, gathered along the way: an author's mistake never stops it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from engine.diagnostic import Diagnostic, Level
from engine.dsl.expressions import Name, Node
from engine.source import Span

Item = TypeVar("Item", bound=Node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The diagnostics found so far, in order."""

    found: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        also: Iterable[tuple[Span, str]] = (),
        help: str | None = None,
    ) -> None:
        """Record a mistake that refuses the policy."""
        self.found.append(Diagnostic(code=code, message=message, labels=((span, label), *also), help=help))

    def warning(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        also: Iterable[tuple[Span, str]] = (),
        help: str | None = None,
    ) -> None:
        """Record something that an author should look at."""
        self.found.append(
            Diagnostic(
                code=code, level=Level.WARNING, message=message, labels=((span, label), *also), help=help
            )
        )

    def unsupported(self, what: str, span: Span, *, help: str | None = None) -> None:
        """Refuse by name what the language will have and this version has not."""
        otherwise = "leave it out, or keep it as a comment until it is supported"
        self.error(
            "not-yet-supported",
            f"{what} is not supported yet",
            span,
            "not supported yet",
            help=help or otherwise,
        )

    def said_twice(self, what: str, first: Span, second: Span) -> None:
        """Record a statement that stands twice where it may stand once."""
        self.error(
            "said-twice",
            f"{what} is said twice",
            second,
            "said again here",
            also=((first, "said first here"),),
            help="say it once",
        )

    def each_once(self, names: Iterable[Name], what: str) -> bool:
        """Whether each name of a list stands in it once; every other one is a mistake."""
        first: dict[str, Name] = {}
        twice = [name for name in names if first.setdefault(name.text, name) is not name]
        for name in twice:
            self.said_twice(f"{what} `{name.text}`", first[name.text].span, name.span)
        return not twice

    def at_most_one(self, items: Iterable[Node], kind: type[Item], what: str) -> Item | None:
        """The one statement of this kind in a block, if there is one; a second is a mistake."""
        first: Item | None = None
        for item in items:
            if isinstance(item, kind):
                if first is None:
                    first = item
                else:
                    self.said_twice(what, first.span, item.span)
        return first

    def exactly_one(
        self, items: Iterable[Node], kind: type[Item], what: str, place: Span, example: str
    ) -> Item | None:
        """The one statement of this kind in a block; its absence is a mistake."""
        items = tuple(items)
        found = self.at_most_one(items, kind, what)
        if found is None:
            self.error(
                "not-said",
                f"{what} is not said",
                place,
                "missing here",
                help=f"say it: `{example}`",
            )
        return found
