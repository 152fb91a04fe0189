"""Roots and proofs: beside published figures, beside the RFC's own definitions, and bent in every way."""

from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ledger.proof_checks import is_consistent, is_included
from engine.ledger.proving import inclusion_parts, prove_consistency, prove_inclusion, root_at
from engine.ledger.tree import EMPTY, Edge, complete_subtrees, edge_of, joined, leaf_hash
from engine.model.ledger import Consistent, Hash, Included, TreeHead
from tests.ledger.trees import contents, lookup_of, mth, path, proof

# The reference tree of Certificate Transparency (RFC 6962), as its implementations all test it: inputs and
# roots of the trees of 0 to 8 leaves, as in `testonly/constants.go` of github.com/transparency-dev/merkle.
INPUTS = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LEAF_2 = "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LEAF_6 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
PAIR_0 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
PAIR_1 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
PAIR_2 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
PAIR_3 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
FOUR_0 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"

# Figures of draft-ietf-plants-merkle-tree-certs, "Subtree Test Vectors": one SHA-256 over the lines of every
# subtree of a tree of 130 leaves (0x00, 0x01, …), and one over every proof of inclusion in every subtree.
EVERY_SUBTREE = "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81"
EVERY_INCLUSION = "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f"

SIZES = st.integers(min_value=1, max_value=300)


def head(leaves: list[bytes]) -> TreeHead:
    """The head of a tree with these leaves."""
    return TreeHead(size=len(leaves), root=edge_of(map(leaf_hash, leaves)).root())


def test_the_roots_are_those_of_certificate_transparency() -> None:
    edge = Edge()
    roots = [edge.root()]
    for leaf in INPUTS:
        edge.append(leaf_hash(leaf))
        roots.append(edge.root())
    assert [root.hex() for root in roots] == ROOTS
    assert [root_at(size, lookup_of(INPUTS)).hex() for size in range(9)] == ROOTS


@pytest.mark.parametrize(
    ("seq", "size", "expected"),
    [
        (0, 1, []),
        (5, 8, [LEAF_4, PAIR_3, FOUR_0]),
        (2, 3, [PAIR_0]),
        (1, 5, [LEAF_0, PAIR_1, LEAF_4]),
        (6, 7, [PAIR_2, FOUR_0]),
    ],
)
def test_proofs_of_inclusion_in_the_reference_tree(seq: int, size: int, expected: list[str]) -> None:
    found = prove_inclusion(seq, size, lookup_of(INPUTS))
    assert [each.hex() for each in found.path] == expected
    assert is_included(leaf_hash(INPUTS[seq]), found, head(INPUTS[:size]))


@pytest.mark.parametrize(
    ("since", "size", "expected"),
    [
        (1, 1, []),
        (1, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", PAIR_1, None]),
        (6, 8, [PAIR_2, PAIR_3, FOUR_0]),
        (2, 5, [PAIR_1, LEAF_4]),
        (6, 7, [PAIR_2, LEAF_6, FOUR_0]),
        (3, 4, [LEAF_2, "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7", PAIR_0]),
    ],
)
def test_proofs_of_growth_of_the_reference_tree(since: int, size: int, expected: list[str | None]) -> None:
    right = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    found = prove_consistency(since, size, lookup_of(INPUTS))
    assert [each.hex() for each in found.path] == [each or right for each in expected]
    assert is_consistent(head(INPUTS[:since]), found, head(INPUTS[:size]))


def test_every_subtree_and_every_inclusion_are_as_published() -> None:
    lookup = lookup_of([bytes([number]) for number in range(130)])
    known: dict[tuple[int, int], Hash] = {}
    for end in range(131):
        for start in range(end + 1):
            # A subtree is empty, or begins at a multiple of the power of two that its leaves do not exceed.
            if start == end or start % (1 << (end - start - 1).bit_length()) == 0:
                parts = complete_subtrees(start, end)
                found = lookup(parts)
                known[start, end] = joined([found[each] for each in parts])
    subtrees, inclusions = sha256(), sha256()
    for (start, end), hash in known.items():
        subtrees.update(f"[{start}, {end}) {hash.hex()}\n".encode())
        for seq in range(start, end):
            way = "".join(f" {known[part].hex()}" for part in inclusion_parts(seq, start, end))
            inclusions.update(f"{seq} [{start}, {end}){way}\n".encode())
    assert subtrees.hexdigest() == EVERY_SUBTREE
    assert inclusions.hexdigest() == EVERY_INCLUSION


def test_every_small_tree_is_as_the_definition_says() -> None:
    """Each size up to 40, each index, each older size."""
    leaves = contents(40)
    lookup = lookup_of(leaves)
    for size in range(1, 41):
        assert root_at(size, lookup) == mth(leaves[:size])
        for seq in range(size):
            assert list(prove_inclusion(seq, size, lookup).path) == path(seq, leaves[:size])
        for since in range(1, size + 1):
            assert list(prove_consistency(since, size, lookup).path) == proof(since, leaves[:size])


@settings(max_examples=40)
@given(size=SIZES, data=st.data())
def test_larger_trees_are_as_the_definition_says(size: int, data: st.DataObject) -> None:
    leaves = contents(size)
    lookup = lookup_of(leaves)
    seq = data.draw(st.integers(min_value=0, max_value=size - 1))
    since = data.draw(st.integers(min_value=1, max_value=size))
    assert root_at(size, lookup) == head(leaves).root == mth(leaves)
    assert list(prove_inclusion(seq, size, lookup).path) == path(seq, leaves)
    assert list(prove_consistency(since, size, lookup).path) == proof(since, leaves)


def test_every_proof_of_every_tree_up_to_130_holds_and_only_for_its_own() -> None:
    leaves = contents(130)
    lookup = lookup_of(leaves)
    heads = [TreeHead(size=size, root=root_at(size, lookup)) for size in range(131)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    for size in range(1, 131):
        for seq in range(size):
            found = prove_inclusion(seq, size, lookup)
            assert is_included(hashes[seq], found, heads[size])
            assert not is_included(hashes[seq - 1], found, heads[size]) or size == 1
            assert not is_included(hashes[seq], replace(found, seq=seq ^ 1), heads[size])
    for size in range(0, 131, 7):
        for since in range(size + 1):
            found = prove_consistency(since, size, lookup)
            assert is_consistent(heads[since], found, heads[size])
            assert not is_consistent(replace(heads[since], root=bytes(32)), found, heads[size])
            if since:
                assert not is_consistent(heads[since], found, replace(heads[size], root=bytes(32)))


def bent(path: tuple[Hash, ...], data: st.DataObject) -> tuple[Hash, ...]:
    """The hashes of a proof with one of them altered, left out, put in, or two in other places."""
    ways = [st.builds(lambda at: (*path[:at], bytes(32), *path[at:]), st.integers(0, len(path)))]
    if path:
        at = st.integers(0, len(path) - 1)
        flip = st.builds(
            lambda at, byte, bit: (
                *path[:at],
                bytes(path[at][: (place := byte)]) + bytes([path[at][place] ^ bit]) + path[at][place + 1 :],
                *path[at + 1 :],
            ),
            at,
            st.integers(0, 31),
            st.integers(1, 255),
        )
        ways += [flip, st.builds(lambda at: (*path[:at], *path[at + 1 :]), at)]
    if len(path) > 1:
        ways.append(st.permutations(path).map(tuple).filter(lambda other: other != path))
    return data.draw(st.one_of(ways))


@settings(max_examples=40)
@given(size=SIZES, data=st.data())
def test_no_bent_proof_of_inclusion_holds(size: int, data: st.DataObject) -> None:
    leaves = contents(size)
    seq = data.draw(st.integers(0, size - 1))
    found = prove_inclusion(seq, size, lookup_of(leaves))
    leaf, whole = leaf_hash(leaves[seq]), head(leaves)
    assert is_included(leaf, found, whole)
    assert not is_included(leaf, replace(found, path=bent(found.path, data)), whole)
    elsewhere = data.draw(st.integers(-2, size + 2).filter(lambda other: other != seq))
    assert not is_included(leaf, replace(found, seq=elsewhere), whole)


@settings(max_examples=40)
@given(size=SIZES, data=st.data())
def test_no_bent_proof_of_growth_holds(size: int, data: st.DataObject) -> None:
    leaves = contents(size)
    since = data.draw(st.integers(0, size))
    found = prove_consistency(since, size, lookup_of(leaves))
    old, new = head(leaves[:since]), head(leaves)
    assert is_consistent(old, found, new)
    assert not is_consistent(old, replace(found, path=bent(found.path, data)), new)
    other = data.draw(st.integers(-1, size + 1).filter(lambda other: other != since))
    assert not is_consistent(old, replace(found, since=other), new)
    assert not is_consistent(replace(old, size=other), replace(found, since=other), new)


def test_each_byte_of_a_proof_counts() -> None:
    leaves = contents(13)
    lookup, whole = lookup_of(leaves), head(leaves)
    inclusion = prove_inclusion(5, 13, lookup)
    growth = prove_consistency(6, 13, lookup)
    for number in range(32 * len(inclusion.path)):
        assert not is_included(leaf_hash(leaves[5]), replace(inclusion, path=flip(inclusion, number)), whole)
    for number in range(32 * len(growth.path)):
        assert not is_consistent(head(leaves[:6]), replace(growth, path=flip(growth, number)), whole)


def flip(proof: Included | Consistent, number: int) -> tuple[Hash, ...]:
    """The hashes of a proof with one bit of one byte turned."""
    content = bytearray(b"".join(proof.path))
    content[number] ^= 1 << number % 8
    return tuple(bytes(content[place : place + 32]) for place in range(0, len(content), 32))


def test_a_rewritten_tree_is_not_consistent() -> None:
    """A tree of which one leaf was altered after the older head: no path that its owner has shows growth."""
    leaves = contents(20)
    for altered in range(12):
        forged = [*leaves[:altered], b"altered", *leaves[altered + 1 :]]
        shown = prove_consistency(12, 20, lookup_of(forged))
        assert not is_consistent(head(leaves[:12]), shown, head(forged))


def test_an_empty_tree() -> None:
    nothing = TreeHead(size=0, root=EMPTY)
    something = head(contents(3))
    none = Consistent(since=0, path=())
    assert is_consistent(nothing, none, nothing)
    assert is_consistent(nothing, none, something)
    assert not is_consistent(nothing, none, TreeHead(size=0, root=bytes(32)))
    assert not is_consistent(TreeHead(size=0, root=bytes(32)), none, something)
    assert not is_included(EMPTY, Included(seq=0, path=()), nothing)
    assert not is_consistent(something, Consistent(since=3, path=()), nothing)


def test_appending_touches_few_hashes() -> None:
    """One new subtree in the mean, and never more kept than the size has binary digits."""
    edge = Edge()
    made = 0
    for number in range(4096):
        made += len(edge.append(leaf_hash(b"%d" % number)))
        assert len(edge.hashes) == edge.size.bit_count()
    assert made == 4095
    assert all(larger.level > smaller.level for larger, smaller in pairwise(complete_subtrees(0, 4095)))
