"""A tree kept whole in memory, and the RFC's recursive definitions that ours are held against."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from engine.ledger.proving import Lookup
from engine.ledger.tree import Edge, Subtree, leaf_hash
from engine.model.ledger import Hash


def contents(count: int) -> list[bytes]:
    """So many leaves, no two alike."""
    return [b"leaf %d" % number for number in range(count)]


def lookup_of(leaves: Sequence[bytes]) -> Lookup:
    """The complete subtrees of a tree with these leaves, as appending leaves them."""
    edge = Edge()
    kept: list[list[Hash]] = []
    for leaf in leaves:
        hash = leaf_hash(leaf)
        kept.append([hash, *edge.append(hash)])

    def lookup(subtrees: Iterable[Subtree]) -> dict[Subtree, Hash]:
        return {each: kept[each.last][each.level] for each in subtrees}

    return lookup


def split(count: int) -> int:
    """k: the largest power of two that is smaller than `count` (RFC 9162, 2.1.1)."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(leaves: Sequence[bytes]) -> Hash:
    """MTH of RFC 9162, 2.1.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[Hash]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes]) -> list[Hash]:
    """PROOF of RFC 9162, 2.1.4.1."""
    return subproof(m, leaves, True)


def subproof(m: int, leaves: Sequence[bytes], known: bool) -> list[Hash]:
    """SUBPROOF of RFC 9162, 2.1.4.1; `known` is its b."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]
