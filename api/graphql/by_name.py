"""Lists of what the policies declare, in the order of their names."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import strawberry

from api.graphql.compliance import Direction
from api.graphql.pages import Connection, Paging, cut

Noun = TypeVar("Noun")
Shown = TypeVar("Shown")


@strawberry.input
class NameOrder:
    direction: Direction = Direction.ASC


def by_name(
    found: Mapping[str, Noun], order: NameOrder | None, paging: Paging, show: Callable[[Noun], Shown]
) -> Connection[Shown]:
    """A page of nouns in the order of their names."""
    nouns = sorted(found.items(), key=lambda each: each[0])
    direction = (order or NameOrder()).direction
    page = cut(
        nouns,
        paging,
        lambda each: (each[0],),
        order=f"name {direction.value}",
        descending=direction is Direction.DESC,
    )
    return Connection(page=page, show=lambda each: show(each[1]))
