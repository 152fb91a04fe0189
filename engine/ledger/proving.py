"""Proofs over a tree whose complete subtrees can be looked up: which are needed, then what they come to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from engine.ledger.tree import Subtree, complete_subtrees, joined
from engine.model.ledger import Consistent, Hash, Included

Lookup: TypeAlias = Callable[[Iterable[Subtree]], Mapping[Subtree, Hash]]
"""Gives the hashes of complete subtrees, all in one go."""

Part: TypeAlias = tuple[int, int]
"""The leaves of one hash in a proof: from the first to before the second."""


def prove_inclusion(seq: int, size: int, lookup: Lookup) -> Included:
    """The proof that a tree of `size` leaves holds leaf `seq` (RFC 9162, 2.1.3.1)."""
    assert 0 <= seq < size
    return Included(seq=seq, path=_hashes(inclusion_parts(seq, 0, size), lookup))


def prove_consistency(since: int, size: int, lookup: Lookup) -> Consistent:
    """The proof that a tree of `size` leaves begins with one of `since` leaves (RFC 9162, 2.1.4.1).

    It is empty where nothing needs a proof: since 0, and since the same size.
    """
    assert 0 <= since <= size
    return Consistent(since=since, path=_hashes(_consistency_parts(since, size), lookup))


def root_at(size: int, lookup: Lookup) -> Hash:
    """The root of the first `size` leaves."""
    return joined(_looked_up(complete_subtrees(0, size), lookup))


def inclusion_parts(seq: int, start: int, end: int) -> list[Part]:
    """The parts beside the way from leaf `seq` up to the node over the leaves from `start` to `end`."""
    parts: list[Part] = []
    while end - start > 1:
        middle = start + _left(end - start)
        if seq < middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((start, middle))
            start = middle
    return parts[::-1]


def _consistency_parts(since: int, size: int) -> list[Part]:
    if since == 0:
        return []
    parts: list[Part] = []
    start, end = 0, size
    # Down to the node over leaves that end where the older tree ended.
    while since != end:
        middle = start + _left(end - start)
        if since <= middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((start, middle))
            start = middle
    # Where that node is the whole older tree, whoever checks has its hash.
    if start:
        parts.append((start, end))
    return parts[::-1]


def _left(leaves: int) -> int:
    """How many leaves lie on the left: the largest power of two that is smaller than `leaves`."""
    return 1 << (leaves - 1).bit_length() - 1


def _hashes(parts: Sequence[Part], lookup: Lookup) -> tuple[Hash, ...]:
    made_of = [complete_subtrees(start, end) for start, end in parts]
    known = lookup([subtree for subtrees in made_of for subtree in subtrees])
    return tuple(joined([known[subtree] for subtree in subtrees]) for subtrees in made_of)


def _looked_up(subtrees: Sequence[Subtree], lookup: Lookup) -> list[Hash]:
    known = lookup(subtrees)
    return [known[subtree] for subtree in subtrees]
