"""What stands on two sides under the same key, side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import zip_longest
from typing import TypeVar

Each = TypeVar("Each")


def paired(
    before: Iterable[tuple[Hashable, Each]], after: Iterable[tuple[Hashable, Each]]
) -> Iterator[tuple[Each | None, Each | None]]:
    """Those of each key side by side; what is the same in both is left out."""
    sides: dict[Hashable, tuple[list[Each], list[Each]]] = {}
    for side, found in enumerate((before, after)):
        for key, each in found:
            sides.setdefault(key, ([], []))[side].append(each)
    for old, new in sides.values():
        same = [each for each in old if each in new]
        yield from zip_longest(
            [each for each in old if each not in same], [each for each in new if each not in same]
        )
