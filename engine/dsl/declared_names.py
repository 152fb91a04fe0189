"""What a policy declares, and whether the names are ones that it may declare."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from itertools import pairwise

from engine.diagnostic import Diagnostic
from engine.dsl import agreement as a
from engine.dsl import consequences as c
from engine.dsl import fact_kinds as f
from engine.dsl import followups as u
from engine.dsl import promises as p
from engine.dsl import syntax as s
from engine.dsl.expressions import Match, Name, Node, ThereIs
from engine.dsl.text_to_tokens import Token

_BLOCKS = (
    s.Document,
    s.Party,
    s.Role,
    s.Component,
    s.Service,
    s.Calendar,
    s.CombinedCalendar,
    s.Conventions,
    f.FactKind,
    f.Feed,
    a.Agreement,
    a.Template,
    a.PartyDuty,
    a.Measure,
    a.Period,
    a.Exclusion,
    a.Permission,
    p.Target,
    p.Duty,
    p.Prohibition,
    c.Mode,
    c.Escalation,
    u.Ladder,
    u.Right,
    u.Improvement,
)

_DECLARING = frozenset(
    (
        *("document", "party", "role", "component", "service", "calendar", "fact", "feed", "conventions"),
        *("agreement", "measure", "period", "exclusion", "permission", "target", "duty", "prohibition"),
        *("mode", "escalation", "template", "ladder", "right", "improvement"),
    )
)

_NEVER_BARE = frozenset(
    (
        "present",
        "absent",
        "one",
        "not",
        "yes",
        "no",
        "above",
        "below",
        "at",
        "before",
        "after",
        "latest",
        "earliest",
    )
)
"""After `is` these are read as conditions, so a one-of value of that name needs quotes."""

_KINDS_ALL_THE_SAME = frozenset(
    ("notice", "breach", "choice", "credit", "downtime", "escalation", "improvement", "report")
)
"""Standard fact kinds whose names are keywords elsewhere; a kind only stands where a name must."""

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in no promised order."""
    left: list[object] = [node]
    while left:
        value = left.pop()
        if isinstance(value, Node):
            yield value
            left += [getattr(value, name) for name in _parts(type(value))]
        elif isinstance(value, tuple):
            left += value


@cache
def _parts(kind: type[Node]) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind) if part.name != "span")


def declared_in(tokens: Sequence[Token]) -> set[str]:
    """The names that seem to be declared in tokens which could not be parsed."""
    names: set[str] = set()
    listed = bool(tokens) and tokens[0].text == "severities"
    for before, token in pairwise(tokens):
        if token.kind == "WORD" and (before.text in _DECLARING or listed):
            names.add(token.text)
    return names


def check_names(items: Iterable[Node], keywords: Collection[str]) -> list[Diagnostic]:
    """A finding for each declared name that is a keyword or not in snake_case."""
    diagnostics: list[Diagnostic] = []
    for item in items:
        for node in walk(item):
            if isinstance(node, f.OneOfType):
                named = [value for value in node.values if isinstance(value, Name)]
                diagnostics += [_reserved(name) for name in named if name.text in _NEVER_BARE]
                diagnostics += [_crooked(name) for name in named if not _SNAKE_CASE.fullmatch(name.text)]
                continue
            for name, may_be_keyword in _declared(node):
                if name.text in keywords and not may_be_keyword:
                    diagnostics.append(_reserved(name))
                elif not _SNAKE_CASE.fullmatch(name.text):
                    diagnostics.append(_crooked(name))
    return diagnostics


def _declared(node: Node) -> Iterator[tuple[Name, bool]]:
    """The names that a node declares, each with whether it may be a keyword (fields may)."""
    match node:
        case f.FactKind():
            yield node.name, node.name.text in _KINDS_ALL_THE_SAME
        case s.Severities():
            yield from ((name, False) for name in node.names)
        case Match() | ThereIs() | a.WhenLasting() | p.Every():
            if node.alias:
                yield node.alias, False
        case u.Ladder():
            yield node.name, False
            yield node.alias, False
        case u.NotifyBreach():
            yield node.alias, False
        case f.Key() | f.About() | f.At():
            yield node.field_name, True
        case f.Lasts():
            yield node.start, True
            yield node.end, True
        case f.Field() | s.Attribute():
            yield node.name, True
        case _ if isinstance(node, _BLOCKS):
            yield node.name, False
        case _:
            pass


def _reserved(name: Name) -> Diagnostic:
    return Diagnostic(
        code="reserved-word",
        message=f"`{name.text}` is a word of the language and cannot be declared as a name",
        labels=((name.span, "reserved"),),
        help=f'choose another name, such as `{name.text}_1`, or quote it if it is a value: `"{name.text}"`',
    )


def _crooked(name: Name) -> Diagnostic:
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", name.text)
    straight = "_".join(words).lower() if name.text.isascii() else ""
    return Diagnostic(
        code="name-not-snake-case",
        message=f"the name `{name.text}` is not in snake_case",
        labels=((name.span, "lower-case letters, digits and single underscores"),),
        help=f"write `{straight}`"
        if _SNAKE_CASE.fullmatch(straight)
        else "use the letters from a to z, digits and underscores",
    )
