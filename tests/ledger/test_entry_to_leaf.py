"""An entry's bytes: the worked example of the README, and every entry back from its bytes."""

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger import entry_to_leaf
from engine.ledger.entry_to_leaf import EntryFormatError, entry_bytes, parse_entry
from engine.ledger.tree import leaf_hash
from engine.model.canonical_json import canonical_json
from engine.model.ledger import Entry

INSTANTS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(max_size=8)
ENTRIES = st.builds(
    Entry,
    seq=st.integers(0, 2**63 - 1),
    recorded_at=INSTANTS,
    kind=TEXTS,
    actor=TEXTS,
    subject=TEXTS,
    body=TEXTS,
)

EXAMPLE = Entry(
    seq=2,
    recorded_at=1_743_465_600_000_000,
    kind="feed",
    actor="gleif",
    subject="outage",
    body=canonical_json({"note": "Müller", "facts": 1}),
)


@given(entry=ENTRIES)
def test_an_entry_comes_back_from_its_bytes(entry: Entry) -> None:
    assert parse_entry(entry_bytes(entry)) == entry


@given(one=ENTRIES, other=ENTRIES)
def test_two_entries_never_have_the_same_bytes(one: Entry, other: Entry) -> None:
    assert (entry_bytes(one) == entry_bytes(other)) == (one == other)


def test_a_text_moved_into_the_next_is_another_entry() -> None:
    moved = replace(EXAMPLE, actor=EXAMPLE.actor[:-1], subject=EXAMPLE.actor[-1] + EXAMPLE.subject)
    assert entry_bytes(moved) != entry_bytes(EXAMPLE)


def test_the_bytes_as_the_readme_writes_them() -> None:
    """By hand, without the module: as an auditor would."""

    def text(word: str) -> bytes:
        return len(word.encode()).to_bytes(4, "big") + word.encode()

    by_hand = (
        b"troth entry 1\n"
        + (2).to_bytes(8, "big")
        + (1_743_465_600_000_000).to_bytes(8, "big")
        + text("feed")
        + text("gleif")
        + text("outage")
        + text('{"facts":1,"note":"Müller"}')
    )
    assert entry_bytes(EXAMPLE) == by_hand
    assert leaf_hash(by_hand) == sha256(b"\0" + by_hand).digest()


def test_the_readme_has_the_bytes_and_the_leaf() -> None:
    """Its two blocks of hexadecimal digits."""
    readme = (Path(entry_to_leaf.__file__).parent / "README.md").read_text("utf-8")
    content, leaf = (bytes.fromhex(block) for block in re.findall(r"```hex\n(.*?)```", readme, re.S))
    assert content == entry_bytes(EXAMPLE)
    assert leaf == leaf_hash(content)
    assert f"has the {len(content)} bytes" in readme


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "begin"),
        (b"troth entry 2\n", "begin"),
        (entry_bytes(EXAMPLE)[:20], "within its numbers"),
        (entry_bytes(EXAMPLE)[:32], "before its kind"),
        (entry_bytes(EXAMPLE)[:-1], "within its body"),
        (entry_bytes(EXAMPLE) + b"\n", "more follows"),
        (entry_bytes(EXAMPLE).replace(b"gleif", b"gle\xff\xfe"), "its actor is not UTF-8"),
    ],
)
def test_what_is_not_an_entry_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(EntryFormatError, match=reason):
        parse_entry(content)
