"""Whether a proof holds, from the proof and the heads alone (RFC 9162, 2.1.3.2 and 2.1.4.2)."""

from engine.ledger.tree import EMPTY, node_hash
from engine.model.ledger import Consistent, Hash, Included, TreeHead


def is_included(leaf: Hash, proof: Included, head: TreeHead) -> bool:
    """Whether the proof shows that the tree of the head holds this hash of a leaf at the place it names."""
    if not 0 <= proof.seq < head.size:
        return False
    place, last = proof.seq, head.size - 1
    found = leaf
    for hash in proof.path:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node_hash(hash, found)
            while not place % 2 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, hash)
        place, last = place >> 1, last >> 1
    return last == 0 and found == head.root


def is_consistent(old: TreeHead, proof: Consistent, new: TreeHead) -> bool:
    """Whether the proof shows that the tree of the new head begins with the tree of the old one."""
    if proof.since != old.size or not 0 <= old.size <= new.size:
        return False
    if old.size == 0:
        return not proof.path and old.root == EMPTY and (new.size > 0 or new.root == EMPTY)
    if old.size == new.size:
        return not proof.path and old.root == new.root
    # An older tree that is one complete subtree begins the path, unsaid.
    whole = old.size & (old.size - 1) == 0
    path = (old.root, *proof.path) if whole else proof.path
    if not path:
        return False
    place, last = old.size - 1, new.size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for hash in path[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            before, after = node_hash(hash, before), node_hash(hash, after)
            while not place % 2 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, hash)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old.root and after == new.root
