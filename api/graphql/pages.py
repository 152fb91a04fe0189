"""Connections: bounded pages of a longer list, by keyset cursors that outlive insertions."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from api.graphql.errors import bad_input
from api.graphql.opaque import Key, seal, unseal

Item = TypeVar("Item")
Shown = TypeVar("Shown")

LARGEST = 100
USUAL = 20
"""How many are given where the client names no number."""


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="One of a page, with the cursor at which it stands.")
class Edge(Generic[Shown]):
    cursor: str
    node: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which page is asked for."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Generic[Item]):
    """The items of one page, of `total` on all of them, and how the cursor of each is made."""

    items: Sequence[Item]
    cursor: Callable[[Item], str]
    earlier: bool
    later: bool
    total: int


@strawberry.type(description="One page of a list.")
class Connection(Generic[Shown]):
    page: strawberry.Private[Cut[Any]]
    show: strawberry.Private[Callable[[Any], Shown]]

    # What is not asked for is not made: of a page without cursors, no cursor.
    @strawberry.field
    def edges(self) -> list[Edge[Shown]]:
        return [Edge(cursor=self.page.cursor(item), node=self.show(item)) for item in self.page.items]

    @strawberry.field
    def page_info(self) -> PageInfo:
        items, cursor = self.page.items, self.page.cursor
        return PageInfo(
            has_next_page=self.page.later,
            has_previous_page=self.page.earlier,
            start_cursor=cursor(items[0]) if items else None,
            end_cursor=cursor(items[-1]) if items else None,
        )

    @strawberry.field(description="How many there are on all pages together.")
    def total_count(self) -> int:
        return self.page.total

    @strawberry.field(description="The page without its cursors.")
    def nodes(self) -> list[Shown]:
        return [self.show(item) for item in self.page.items]


def cut(
    items: Sequence[Item], paging: Paging, key: Callable[[Item], Key], *, order: str, descending: bool = False
) -> Cut[Item]:
    """One page of items that stand in ascending order of their keys, which are unique.

    `order` names the order in every cursor: a cursor of another order is refused.
    """
    size = size_of_page(paging)
    low, high = 0, len(items)
    lower, upper = (paging.before, paging.after) if descending else (paging.after, paging.before)
    if lower is not None:
        low = bisect_right(items, _key_of(lower, order, items, key), key=key)
    if upper is not None:
        high = bisect_left(items, _key_of(upper, order, items, key), key=key)
    high = max(low, high)
    from_the_end = (paging.last is not None) is not descending
    start, end = (max(low, high - size), high) if from_the_end else (low, min(high, low + size))
    page = items[start:end]
    earlier, later = start > 0, end < len(items)
    if descending:
        page = page[::-1]
        earlier, later = later, earlier
    return Cut(
        items=page,
        cursor=lambda item: seal((order, *key(item))),
        earlier=earlier,
        later=later,
        total=len(items),
    )


def connect(items: Sequence[Item], paging: Paging, show: Callable[[Item], Shown]) -> Connection[Shown]:
    """A page of a list whose order is its own, such as the lines of an explanation."""
    numbered = tuple(enumerate(items))
    page = cut(numbered, paging, lambda item: (item[0],), order="place")
    return Connection(page=page, show=lambda item: show(item[1]))


def size_of_page(paging: Paging) -> int:
    """How many are asked for, 1 to 100 of them."""
    if paging.first is not None and paging.last is not None:
        raise bad_input("ask for `first` or `last`, not for both")
    size = paging.last if paging.first is None else paging.first
    if size is None:
        return USUAL
    if not 1 <= size <= LARGEST:
        raise bad_input(f"`first` and `last` are from 1 to {LARGEST}")
    return size


def _key_of(cursor: str, order: str, items: Sequence[Item], key: Callable[[Item], Key]) -> Key:
    """The key in a cursor, if it is one of this order."""
    found, *parts = unseal(cursor, "cursor") or (None,)
    form = [type(part) for part in key(items[0])] if items else [type(part) for part in parts]
    if found != order or [type(part) for part in parts] != form:
        raise bad_input("this cursor belongs to another list")
    return tuple(parts)
