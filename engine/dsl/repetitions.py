"""What a policy says twice in one breath: the second time adds nothing, and is often a slip."""

from collections.abc import Hashable, Iterable
from dataclasses import fields
from functools import cache

from engine.dsl import syntax
from engine.dsl.expressions import (
    AllOf,
    AnyOf,
    Date,
    Extreme,
    FieldOf,
    IsOneOf,
    Name,
    Node,
    Path,
    Product,
    Sum,
    Text,
)
from engine.dsl.fact_kinds import Given
from engine.dsl.findings import Findings
from engine.dsl.statement import Statement

MAY_REPEAT = (Path, syntax.PriorityRow, Product, Sum)
"""In a sum, a product, a row of a matrix and a path the second time says something, too."""

LISTED = (Date, FieldOf, Name, Text)
"""What stands in lists."""

SETS = (AllOf, AnyOf, Extreme, IsOneOf)
"""What is made of several values or conditions, each of which counts once."""


def find_repetitions(policies: Iterable[syntax.Policy], findings: Findings) -> None:
    """A warning for each statement that its block has word for word already, and each word that its list has;
    what is a mistake for another reason is not said again."""
    known = {each.primary for each in findings.found}
    for policy in policies:
        left: list[Node] = list(policy.blocks)
        while left:
            node = left.pop()
            for name in _fields(type(node)):
                value = getattr(node, name)
                if isinstance(value, Node):
                    left.append(value)
                elif isinstance(value, tuple) and value:
                    nodes = [each for each in value if isinstance(each, Node)]  # pyright: ignore[reportUnknownVariableType]
                    left += nodes
                    if len(nodes) > 1 and not isinstance(node, MAY_REPEAT):
                        for first, again in _repeated(node, nodes):
                            if again.span not in known:
                                _warn(first, again, findings)


def _repeated(node: Node, nodes: Iterable[Node]) -> Iterable[tuple[Node, Node]]:
    first: dict[Hashable, Node] = {}
    for each in nodes:
        # What declares a name is found to be declared twice; facts given are told apart by their keys.
        is_told_apart = isinstance(each, Given) or hasattr(each, "name")
        is_statement = isinstance(each, Statement) and not is_told_apart
        if is_statement or isinstance(each, LISTED) or isinstance(node, SETS):
            earlier = first.setdefault(each, each)
            if earlier is not each:
                yield earlier, each


def _warn(first: Node, again: Node, findings: Findings) -> None:
    findings.warning(
        "said-again",
        "this says once more what is said already",
        again.span,
        "said again here",
        also=((first.span, "said first here"),),
        help="leave one of them out, or mend the one that was meant to say something else",
    )


@cache
def _fields(kind: type[Node]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "span")
