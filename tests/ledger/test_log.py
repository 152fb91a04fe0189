"""The ledger in an archive: appended with what it records, signed, and proven from few reads."""

import pytest

from engine.ledger.entry_to_leaf import entry_bytes, parse_entry
from engine.ledger.head_to_note import SignedHead
from engine.ledger.log import (
    LedgerError,
    append,
    head_of,
    kept_heads,
    last_head,
    prove_entry,
    prove_growth,
    sign_head,
    size_of,
)
from engine.ledger.proof_checks import is_consistent, is_included
from engine.ledger.tree import EMPTY, edge_of, leaf_hash
from engine.model.ledger import Deed, Entry, EntryKind, TreeHead
from engine.store.archive import Archive
from tests.ledger.acme import HALF, KEY, NEXT_KEY, SIZE, approve, feed, sign, tamper, verified

DEED = Deed(kind=EntryKind.APPROVE, actor="ann", subject="w", body={"b": 1, "a": ["ü"]})


def test_entries_follow_one_another(archive: Archive) -> None:
    with archive.writing() as writing:
        at = writing.at
        first = append(writing, [DEED, DEED])
    with archive.writing() as writing:
        then = append(writing, [DEED])
    assert [each.seq for each in (*first, *then)] == [0, 1, 2]
    assert {each.recorded_at for each in first} == {at}
    assert first[0] == Entry(
        seq=0, recorded_at=at, kind="approve", actor="ann", subject="w", body='{"a":["ü"],"b":1}'
    )
    with archive.reading() as reading:
        root = edge_of(leaf_hash(entry_bytes(each)) for each in (*first, *then)).root()
        assert head_of(reading) == TreeHead(size=3, root=root)


def test_an_empty_ledger(archive: Archive) -> None:
    with archive.reading() as reading:
        assert (size_of(reading), head_of(reading)) == (0, TreeHead(size=0, root=EMPTY))
        assert last_head(reading) is None
    found = verified(archive)
    assert (found.entries, found.head, found.flaws) == (0, TreeHead(size=0, root=EMPTY), ())


def test_nothing_is_recorded_of_a_transaction_that_fails(archive: Archive) -> None:
    with pytest.raises(ZeroDivisionError), archive.writing() as writing:
        feed(writing)
        raise ZeroDivisionError
    with archive.reading() as reading:
        assert size_of(reading) == 0
    assert verified(archive).versions == 0


@pytest.mark.parametrize("body", [0.5, {"a": 2**60}, "\ud800"])
def test_a_body_without_one_text_is_refused(archive: Archive, body: object) -> None:
    with pytest.raises(ValueError), archive.writing() as writing:
        append(writing, [Deed(kind=EntryKind.FEED, actor="a", subject="s", body=body)])  # type: ignore[arg-type]


def test_every_size_gives_the_head_of_its_entries(archive: Archive) -> None:
    entries: list[Entry] = []
    for size in range(1, 20):
        with archive.writing() as writing:
            entries += append(writing, [DEED] * (size % 3))
        with archive.reading() as reading:
            assert head_of(reading).root == edge_of(leaf_hash(entry_bytes(each)) for each in entries).root()
    assert verified(archive).flaws == ()


def test_every_entry_is_proven_and_growth_from_every_size(acme: Archive) -> None:
    with acme.reading() as reading:
        signed = last_head(reading)
        assert signed is not None
        rows = reading.run("SELECT leaf FROM entry ORDER BY seq")
        leaves = [bytes.fromhex(leaf) for (leaf,) in rows]
        for seq, leaf in enumerate(leaves):
            proof = prove_entry(reading, seq, signed)
            assert parse_entry(proof.content).seq == seq
            assert leaf_hash(proof.content) == leaf
            assert is_included(leaf, proof.included, signed.head)
        for size in range(SIZE + 1):
            old = TreeHead(size=size, root=edge_of(leaves[:size]).root())
            assert is_consistent(old, prove_growth(reading, old, signed).consistent, signed.head)


def test_what_was_never_in_it_is_not_proven(acme: Archive) -> None:
    with acme.reading() as reading:
        signed = last_head(reading)
        assert signed is not None
        for seq in (-1, SIZE, SIZE + 1):
            with pytest.raises(LedgerError, match="is not among them"):
                prove_entry(reading, seq, signed)
        with pytest.raises(LedgerError, match="of the older head"):
            prove_growth(reading, TreeHead(size=5, root=bytes(32)), signed)
        half = kept_heads(reading)[0]
        with pytest.raises(LedgerError, match="of 17 entries only"):
            prove_growth(reading, signed.head, half)
    tamper(acme, "UPDATE entry SET actor = 'eve' WHERE seq = 4")
    with acme.reading() as reading, pytest.raises(LedgerError, match="entry 4 is not what"):
        prove_entry(reading, 4, signed)


def test_the_first_head_of_a_key_comes_with_an_entry(acme: Archive) -> None:
    rotated = sign(acme, NEXT_KEY)
    assert rotated.head.size == SIZE + 1
    assert rotated.signed_by((KEY.public, NEXT_KEY.public)) == NEXT_KEY.public
    with acme.reading() as reading:
        rows = reading.run("SELECT seq, subject, body FROM entry WHERE kind = 'key' ORDER BY seq")
        assert [(seq, subject) for seq, subject, _ in rows] == [
            (HALF - 1, KEY.public.label),
            (SIZE, NEXT_KEY.public.label),
        ]
        assert NEXT_KEY.public.text in rows[1][2]
        assert [head.head.size for head in kept_heads(reading)] == [HALF, SIZE, SIZE + 1]
    assert verified(acme).flaws == ()


def test_nothing_new_is_signed_twice(acme: Archive) -> None:
    with acme.reading() as reading:
        before = kept_heads(reading)
    assert sign(acme) == before[-1]
    with acme.reading() as reading:
        assert kept_heads(reading) == before


def test_no_head_is_signed_against_an_earlier_one(acme: Archive) -> None:
    tamper(acme, "DELETE FROM entry WHERE seq >= 30")
    with pytest.raises(LedgerError, match="no longer begins with the 40 entries"):
        sign(acme)
    with acme.reading() as reading:
        assert len(kept_heads(reading)) == 2


def test_no_head_is_signed_in_another_name(acme: Archive) -> None:
    other = type(KEY)(name="other", seed=bytes(32))
    with pytest.raises(LedgerError, match=r"this is the ledger `troth\.example\.com/acme`"):
        sign(acme, other)


def test_a_damaged_edge_is_not_built_upon(acme: Archive) -> None:
    tamper(acme, "UPDATE entry SET subtrees = 'xy' WHERE seq = 31")
    with pytest.raises(LedgerError, match="damaged at entry 31"), acme.writing() as writing:
        approve(writing, 1)


def test_a_head_that_cannot_be_read_is_said_to_be(acme: Archive) -> None:
    tamper(acme, "UPDATE tree_head SET note = 'nothing'")
    with acme.reading() as reading, pytest.raises(LedgerError, match="cannot be read: no signatures"):
        last_head(reading)


def test_two_ledgers_of_the_same_deeds_have_the_same_head(archive: Archive) -> None:
    """Nothing but the entries is in it: in one transaction or in several."""
    with archive.writing() as writing:
        at = writing.at
        entries = append(writing, [DEED] * 11)
        together = sign_head(writing, KEY, "operator")
    assert isinstance(together, SignedHead)
    contents = [entry_bytes(each) for each in entries]
    contents.append(
        entry_bytes(
            Entry(
                seq=11,
                recorded_at=at,
                kind="key",
                actor="operator",
                subject=KEY.public.label,
                body=f'{{"key":"{KEY.public.text}"}}',
            )
        )
    )
    assert together.head.root == edge_of(map(leaf_hash, contents)).root()
