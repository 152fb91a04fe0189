"""Signed heads and proofs as text: beside the published examples, back from their text, and bent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ledger.entry_to_leaf import entry_bytes
from engine.ledger.head_to_note import parse_head, signed_head
from engine.ledger.keys import KeyFormatError, PublicKey, SigningKey, signer
from engine.ledger.note import Note, NoteError, note_text, parse_note
from engine.ledger.proof_to_text import (
    EntryProof,
    GrowthProof,
    ProofFormatError,
    entry_proof_text,
    growth_proof_text,
    parse_proof,
)
from engine.model.ledger import Consistent, Included, TreeHead
from tests.ledger.test_entry_to_leaf import EXAMPLE

# The examples of C2SP signed-note and tlog-checkpoint.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1E"
    "RYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9n"
    "To+zyWE+xeMcTOAYQ8=\n"
)

KEY = SigningKey(name="troth.example.com/acme", seed=bytes(range(32)))
OTHER = SigningKey(name="troth.example.com/acme", seed=bytes(range(1, 33)))
HEAD = TreeHead(size=5, root=bytes(range(100, 132)))
SIGNED = signed_head(HEAD, KEY)


def test_the_published_example_is_verified() -> None:
    key = PublicKey.parse(FOO)
    note = parse_note(FOO_NOTE)
    assert key.text == FOO
    assert signer(note.text, note.signatures, (key,)) == key
    assert note_text(note) == FOO_NOTE


def test_the_published_checkpoint_is_read() -> None:
    found = parse_head(SOFA)
    assert (found.origin, found.head.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text == SOFA


def test_a_head_comes_back_from_its_note() -> None:
    found = parse_head(SIGNED.text)
    assert found == SIGNED
    assert found.signed_by((OTHER.public, KEY.public)) == KEY.public
    assert SIGNED.text.startswith("troth.example.com/acme\n5\n")


def test_keys_come_back_from_their_text() -> None:
    assert SigningKey.parse(KEY.text) == KEY
    assert PublicKey.parse(KEY.public.text + "\n") == KEY.public
    assert "seed" not in repr(KEY)
    generated = SigningKey.generate("a")
    assert SigningKey.parse(generated.text) == generated != SigningKey.generate("a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "a b+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        FOO.replace("530d903a", "530d903b"),
        FOO.replace("Aeky", "Beky"),
        FOO[:-4],
        KEY.text,
    ],
)
def test_what_is_not_a_public_key(text: str) -> None:
    with pytest.raises(KeyFormatError):
        PublicKey.parse(text)


@pytest.mark.parametrize("text", ["", KEY.public.text, KEY.text[:-1], KEY.text.replace("acme", "acne")])
def test_what_is_not_a_key_that_signs(text: str) -> None:
    with pytest.raises(KeyFormatError):
        SigningKey.parse(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\tb", "a\u2003b"])
def test_what_cannot_name_a_key(name: str) -> None:
    with pytest.raises(KeyFormatError):
        SigningKey.generate(name)


def test_no_head_holds_with_any_byte_turned() -> None:
    content = SIGNED.text.encode()
    for place in range(len(content)):
        turned = bytearray(content)
        turned[place] ^= 1
        with pytest.raises(ValueError):  # a NoteError, or no UTF-8
            parse_head(turned.decode()).signed_by((KEY.public,))


def test_a_head_signed_by_others_only_is_refused() -> None:
    with pytest.raises(NoteError, match="by no key that was given"):
        SIGNED.signed_by((OTHER.public,))
    with pytest.raises(NoteError, match="by no key that was given"):
        SIGNED.signed_by(())


def test_a_signature_of_a_witness_is_passed_over() -> None:
    witness = SigningKey(name="witness.example", seed=bytes(32))
    text = SIGNED.note.text
    both = Note(text=text, signatures=(witness.sign(text), *SIGNED.note.signatures))
    assert parse_head(note_text(both)).signed_by((KEY.public,)) == KEY.public


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    text = SIGNED.note.text
    wrong = Note(text=text, signatures=(KEY.sign(text + "more\n"), OTHER.sign(text)))
    with pytest.raises(NoteError, match="is wrong"):
        parse_head(note_text(wrong)).signed_by((KEY.public, OTHER.public))


def test_a_key_signs_for_its_own_ledger_only() -> None:
    stranger = SigningKey(name="stranger", seed=bytes(32))
    text = SIGNED.note.text
    note = parse_head(note_text(Note(text=text, signatures=(stranger.sign(text),))))
    with pytest.raises(NoteError, match="is the head of"):
        note.signed_by((stranger.public,))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "no signatures"),
        ("text\n", "no signatures"),
        (SIGNED.text.removesuffix("\n"), "no signatures"),
        (SIGNED.text.replace("\n", "\r\n"), "control character"),
        (SIGNED.text.replace("—", "-"), "is no signature"),
        (SIGNED.text.replace("\n5\n", "\n05\n"), "not a number"),
        (SIGNED.text.replace("\n5\n", "\n-5\n"), "not a number"),
        (SIGNED.text.replace("\n5\n", "\n"), "three lines"),
        (SIGNED.text.replace("\n5\n", "\n5\nAAAA\n"), "not a hash"),
    ],
)
def test_what_is_not_a_head_says_why(written: str, reason: str) -> None:
    with pytest.raises(NoteError, match=reason):
        parse_head(written)


def test_proofs_come_back_from_their_text() -> None:
    path = tuple(bytes([number]) * 32 for number in range(3))
    for included in (Included(seq=2, path=path), Included(seq=0, path=())):
        proof = EntryProof(content=entry_bytes(EXAMPLE), included=included, head=SIGNED)
        assert parse_proof(entry_proof_text(proof)) == proof
    for consistent in (Consistent(since=3, path=path), Consistent(since=0, path=())):
        growth = GrowthProof(consistent=consistent, head=SIGNED)
        assert parse_proof(growth_proof_text(growth)) == growth


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "no signed head"),
        (f"hello\n\n{SIGNED.text}", "first line"),
        (f"old x\n\n{SIGNED.text}", "first line"),
        (f"old 3\nAAAA\n\n{SIGNED.text}", "not hashes"),
        (f"c2sp.org/tlog-proof@v1\n\n{SIGNED.text}", "second line"),
        (f"c2sp.org/tlog-proof@v1\nextra AAAA\n\n{SIGNED.text}", "third line"),
        (f"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 01\n\n{SIGNED.text}", "third line"),
        ("old 3\n\nnothing", "cannot be read"),
    ],
)
def test_what_is_not_a_proof_says_why(written: str, reason: str) -> None:
    with pytest.raises(ProofFormatError, match=reason):
        parse_proof(written)


@settings(max_examples=60)
@given(written=st.text(alphabet=st.sampled_from("—ab 1\n+=A"), max_size=40))
def test_no_text_breaks_the_readers(written: str) -> None:
    for read in (parse_head, parse_proof, PublicKey.parse, SigningKey.parse):
        with pytest.raises(ValueError):
            read(written)
