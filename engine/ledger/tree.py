"""The Merkle tree of RFC 9162, 2.1: hashes of leaves, of nodes, of whole trees, and its right-hand edge.

A tree of any size is a row of complete subtrees, each half as large as the one before or smaller. A complete
subtree never changes again, so its hash is kept with the entry that completes it: entry `seq` completes as
many subtrees as the number `seq` has ones at its end in binary, one in the mean.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from engine.model.ledger import Hash

EMPTY: Hash = sha256(b"").digest()
"""The root of a tree without leaves."""

HASH_BYTES = 32


def leaf_hash(content: bytes) -> Hash:
    """The hash of a leaf; the byte before it keeps it apart from every node."""
    return sha256(b"\0" + content).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """The hash of the node above two subtrees."""
    return sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True, order=True)
class Subtree:
    """A complete subtree: the `2**level` leaves from `index * 2**level` on."""

    level: int
    index: int

    @property
    def last(self) -> int:
        """The leaf that completes it."""
        return ((self.index + 1) << self.level) - 1

    @property
    def first(self) -> int:
        """Its first leaf."""
        return self.index << self.level


def completed_by(seq: int) -> int:
    """How many subtrees of two leaves and more the leaf `seq` completes.

    >>> [completed_by(seq) for seq in range(8)]
    [0, 1, 0, 2, 0, 1, 0, 3]
    """
    return (~seq & seq + 1).bit_length() - 1


def complete_subtrees(start: int, end: int) -> list[Subtree]:
    """The complete subtrees, largest first, that make up the leaves from `start` to before `end`.

    `start` is a multiple of the largest power of two up to their number, as it is for every part of a tree
    that a proof speaks of.

    >>> complete_subtrees(8, 11)
    [Subtree(level=1, index=4), Subtree(level=0, index=10)]
    """
    found: list[Subtree] = []
    while start < end:
        level = (end - start).bit_length() - 1
        assert start % (1 << level) == 0
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return found


def joined(subtrees: Sequence[Hash]) -> Hash:
    """The hash over complete subtrees side by side, largest first; EMPTY where there is none."""
    if not subtrees:
        return EMPTY
    *others, root = subtrees
    for hash in reversed(others):
        root = node_hash(hash, root)
    return root


@dataclass(slots=True)
class Edge:
    """The complete subtrees of a tree, largest first: all that one needs in order to append."""

    size: int = 0
    hashes: list[Hash] = field(default_factory=list[Hash])

    def append(self, leaf: Hash) -> list[Hash]:
        """Append the hash of a leaf; the hashes of the subtrees of 2, 4, … leaves that it completes."""
        completed: list[Hash] = []
        for _ in range(completed_by(self.size)):
            leaf = node_hash(self.hashes.pop(), leaf)
            completed.append(leaf)
        self.hashes.append(leaf)
        self.size += 1
        return completed

    def root(self) -> Hash:
        """The root of the tree as it stands."""
        return joined(self.hashes)


def edge_of(leaves: Iterable[Hash]) -> Edge:
    """The edge of a tree with these hashes of leaves."""
    edge = Edge()
    for leaf in leaves:
        edge.append(leaf)
    return edge
