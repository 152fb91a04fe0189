"""Each way to bend a ledger is found and named, over real databases."""

# ruff: noqa: S608 - the numbers put into statements are the tests' own

import pytest

from engine.ledger.entry_to_leaf import entry_bytes
from engine.ledger.head_to_note import signed_head
from engine.ledger.in_order import LAST, LEAST
from engine.ledger.keys import SigningKey
from engine.ledger.log import LedgerError, entry_of
from engine.ledger.tree import Edge, leaf_hash
from engine.ledger.verify import KeptHead, verify
from engine.model.ledger import TreeHead
from engine.store.archive import Archive
from tests.ledger.acme import FACTS, HALF, KEY, SIZE, heads_of, named, tamper, verified

PARTS = "recorded_at, kind, actor, subject, body"

LOOSE = (
    "CREATE TABLE loose AS SELECT * FROM entry",
    "DROP TABLE entry",
    "ALTER TABLE loose RENAME TO entry",
)
"""The table of entries without its constraints."""


def recompute(archive: Archive, first: int = 0) -> None:
    """Make every hash from an entry on anew, as whoever has the database and this source can."""
    with archive.writing() as writing:
        edge = Edge()
        for row in writing.run(f"SELECT seq, {PARTS}, leaf FROM entry ORDER BY seq"):
            leaf = leaf_hash(entry_bytes(entry_of(row)))
            above = edge.append(leaf if row[0] >= first else bytes.fromhex(row[6]))
            writing.run(
                "UPDATE entry SET leaf = ?, subtrees = ? WHERE seq = ?",
                (leaf.hex(), b"".join(above).hex() or None, row[0]),
            )


def rehash(archive: Archive, seq: int) -> None:
    """Make the hash of one entry anew, and of none above it."""
    with archive.writing() as writing:
        (row,) = writing.run(f"SELECT seq, {PARTS} FROM entry WHERE seq = ?", (seq,))
        leaf = leaf_hash(entry_bytes(entry_of(row))).hex()
        writing.run("UPDATE entry SET leaf = ? WHERE seq = ?", (leaf, seq))


def test_a_sound_ledger(acme: Archive) -> None:
    found = verified(acme, heads_of(acme))
    assert (found.entries, found.found, found.flaws) == (SIZE, 0, ())
    assert [(head.size, head.signer, head.holds) for head in found.heads] == [
        (HALF, KEY.public.label, True),
        (SIZE, KEY.public.label, True),
    ] * 2
    feeds = sum(1 for number in range(SIZE) if number % 3 and number not in (HALF - 1, SIZE))
    assert (found.versions, found.erased) == (FACTS * feeds, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", "'{\"waiver\":4}'"),
        ("actor", "'eve'"),
        ("subject", "'waiver 4'"),
        ("kind", "'review'"),
        ("recorded_at", "recorded_at + 1"),
        ("leaf", f"'{'ab' * 32}'"),
    ],
)
@pytest.mark.parametrize("seq", [0, SIZE - 1])
def test_an_altered_entry_is_named(acme: Archive, column: str, value: str, seq: int) -> None:
    tamper(acme, f"UPDATE entry SET {column} = {value} WHERE seq = {seq}")
    found = verified(acme)
    altered = [flaw for flaw in found.flaws if flaw.kind == "altered" and "hash is another" in flaw.what]
    assert named(altered) == [("altered", seq, seq)]
    # The hashes above it are as they were, and agree with the heads: it was this entry only.
    assert all(head.holds for head in found.heads)


def test_a_bit_of_a_body(acme: Archive) -> None:
    tamper(acme, "UPDATE entry SET body = replace(body, '6', '7') WHERE seq = 6")
    (flaw,) = verified(acme).flaws
    assert (flaw.kind, flaw.first, flaw.entry_kind) == ("altered", 6, "approve")
    assert flaw.recorded_at is not None


@pytest.mark.parametrize("seq", [5, 6, SIZE - 1])
def test_an_entry_altered_with_its_hash_is_found_by_the_hash_above_or_by_a_head(
    acme: Archive, seq: int
) -> None:
    tamper(acme, f"UPDATE entry SET actor = 'eve' WHERE seq = {seq}")
    rehash(acme, seq)
    found = verified(acme)
    first = seq - seq % 2
    assert named(found.flaws) == [("rehashed", first, first + 1)]


def test_the_last_entry_altered_with_its_hash_is_found_by_a_head(acme: Archive) -> None:
    """Nothing lies above the last of an odd number."""
    tamper(acme, f"DELETE FROM entry WHERE seq >= {HALF}", f"DELETE FROM fact_version WHERE entry >= {HALF}")
    tamper(acme, f"UPDATE entry SET actor = 'eve' WHERE seq = {HALF - 1}")
    rehash(acme, HALF - 1)
    assert named(verified(acme).flaws) == [
        ("rewritten", 0, HALF - 1),
        ("truncated", HALF, SIZE - 1),
    ]


def test_a_ledger_made_anew_is_found_by_kept_heads_only(acme: Archive) -> None:
    """Whoever rewrites all, every hash, too, and takes the archive's heads away."""
    kept = heads_of(acme)
    tamper(acme, "UPDATE entry SET actor = 'eve' WHERE seq = 21", "DELETE FROM tree_head")
    recompute(acme)
    assert verified(acme).flaws == ()
    found = verified(acme, kept)
    assert named(found.flaws) == [("rewritten", HALF, SIZE - 1)]
    assert [(head.place, head.holds) for head in found.heads] == [
        ("in kept-17.txt", True),
        ("in kept-40.txt", False),
    ]
    assert "entries 17 to 39 are not what the head in kept-40.txt was signed over" in found.flaws[0].what


def test_a_ledger_made_anew_and_signed_by_another_is_found_by_its_key(acme: Archive) -> None:
    forger = SigningKey(name=KEY.name, seed=bytes(32))
    tamper(acme, "UPDATE entry SET actor = 'eve' WHERE seq = 2", "DELETE FROM tree_head")
    recompute(acme)
    with acme.writing() as writing:
        (leaf,) = writing.run("SELECT leaf FROM entry WHERE seq = 0")[0]
        forged = signed_head(TreeHead(size=1, root=bytes.fromhex(leaf)), forger)
        row = (1, writing.at, forger.public.label, forged.text)
        writing.insert("tree_head", ("size", "signed_at", "signer", "note"), [row])
    (flaw,) = verified(acme).flaws
    assert (flaw.kind, flaw.first) == ("unsigned", None)
    assert "by no key that was given" in flaw.what
    # Without a key nobody can tell.
    with acme.reading() as reading:
        assert verify(reading).flaws == ()


@pytest.mark.parametrize(("first", "last"), [(0, 0), (7, 7), (8, 15), (13, 21), (0, 38)])
def test_missing_entries_are_named(acme: Archive, first: int, last: int) -> None:
    tamper(acme, f"DELETE FROM entry WHERE seq BETWEEN {first} AND {last}")
    found = verified(acme)
    missing = [flaw for flaw in found.flaws if flaw.kind == "missing"]
    assert named(missing) == [("missing", first, last)]
    # Fact versions of entries that are gone have lost what records them.
    assert {flaw.kind for flaw in found.flaws} - {"missing"} <= {"without entry"}


@pytest.mark.parametrize("first", [0, 1, HALF, SIZE - 1])
def test_entries_cut_off_at_the_end_are_named(acme: Archive, first: int) -> None:
    kept = heads_of(acme)
    tamper(
        acme, f"DELETE FROM entry WHERE seq >= {first}", f"DELETE FROM fact_version WHERE entry >= {first}"
    )
    assert ("truncated", first, SIZE - 1) in named(verified(acme).flaws)
    tamper(acme, "DELETE FROM tree_head")
    assert verified(acme).flaws == ()
    found = verified(acme, kept)
    assert ("truncated", first, SIZE - 1) in named(found.flaws)
    assert {flaw.kind for flaw in found.flaws} == {"truncated"}


@pytest.mark.parametrize(("one", "other"), [(3, 6), (8, 9), (0, SIZE - 1), (12, 33)])
def test_exchanged_rows_are_named(acme: Archive, one: int, other: int) -> None:
    swapped = f"UPDATE entry SET seq = {one + other} - seq WHERE seq IN ({one}, {other})"
    tamper(acme, *LOOSE, swapped)
    found = verified(acme)
    moved = [flaw for flaw in found.flaws if flaw.kind == "moved"]
    assert named(moved) == [("moved", one, one), ("moved", other, other)]
    assert f"recorded as entry {other}" in moved[0].what


def test_exchanged_contents_are_named(acme: Archive) -> None:
    columns = PARTS.split(", ")
    taken = ", ".join(
        f"{column} = (SELECT {column} FROM other WHERE other.seq = 15 - entry.seq)" for column in columns
    )
    tamper(
        acme,
        "CREATE TABLE other AS SELECT * FROM entry",
        f"UPDATE entry SET {taken} WHERE seq IN (6, 9)",
        "DROP TABLE other",
    )
    assert named(verified(acme).flaws) == [("moved", 6, 6), ("moved", 9, 9)]


def test_a_removed_entry_with_the_others_closed_up_is_named(acme: Archive) -> None:
    tamper(acme, *LOOSE, "DELETE FROM entry WHERE seq = 6", "UPDATE entry SET seq = seq - 1 WHERE seq > 6")
    found = verified(acme)
    assert ("missing", 6, 6) in named(found.flaws)
    assert ("moved", 6, SIZE - 2) in named(found.flaws)


def test_an_entry_put_in_between_is_named(acme: Archive) -> None:
    tamper(
        acme,
        *LOOSE,
        "UPDATE entry SET seq = seq + 1 WHERE seq >= 6",
        f"INSERT INTO entry SELECT 6, {PARTS}, leaf, subtrees FROM entry WHERE seq = 3",
    )
    found = verified(acme)
    assert ("altered", 6, 6) in named(found.flaws)
    assert ("moved", 7, SIZE) in named(found.flaws)


def test_a_doubled_row_is_named(acme: Archive) -> None:
    tamper(acme, *LOOSE, "INSERT INTO entry SELECT * FROM entry WHERE seq = 6")
    (flaw,) = verified(acme).flaws
    assert (flaw.kind, flaw.first) == ("double", 6)
    assert "with the same contents" in flaw.what


def test_a_copy_at_the_end_with_its_hashes_is_found_by_its_instant(acme: Archive) -> None:
    copied = f"INSERT INTO entry SELECT {SIZE}, {PARTS}, leaf, subtrees FROM entry WHERE seq = 6"
    tamper(acme, copied)
    recompute(acme)
    assert named(verified(acme).flaws) == [("earlier", SIZE, SIZE)]


def test_exchanged_contents_with_every_hash_made_anew_are_found_by_their_instants(acme: Archive) -> None:
    swapped = "UPDATE entry SET seq = 12 - seq WHERE seq IN (3, 9)"
    tamper(acme, *LOOSE, swapped)
    recompute(acme)
    assert ("earlier", 4, 4) in named(verified(acme).flaws)


@pytest.mark.parametrize(
    ("seq", "kept"), [(31, "NULL"), (31, "'abcd'"), (30, f"'{'ab' * 32}'"), (31, "'xy'")]
)
def test_hashes_that_are_not_whole_are_named(acme: Archive, seq: int, kept: str) -> None:
    tamper(acme, f"UPDATE entry SET subtrees = {kept} WHERE seq = {seq}")
    assert ("rehashed", seq, seq) in named(verified(acme).flaws)


def test_a_hash_above_that_was_altered_is_named(acme: Archive) -> None:
    tamper(acme, f"UPDATE entry SET subtrees = '{'ab' * 64}' || substr(subtrees, 129) WHERE seq = 31")
    # The first 64 bytes: over 30 to 31, over 28 to 31; the next was made of the latter.
    assert named(verified(acme).flaws) == [("rehashed", 24, 31), ("rehashed", 28, 31), ("rehashed", 30, 31)]


def test_a_leaf_that_is_no_hash_is_named(acme: Archive) -> None:
    tamper(acme, "UPDATE entry SET leaf = 'none' WHERE seq = 6")
    assert named(verified(acme).flaws) == [("unreadable", 6, 6)]


def test_numbers_out_of_all_bounds_are_named(acme: Archive) -> None:
    tamper(
        acme,
        *LOOSE,
        f"UPDATE entry SET seq = {LEAST} WHERE seq = 0",
        f"UPDATE entry SET seq = {LAST} WHERE seq = 39",
    )
    found = named(verified(acme).flaws)
    assert ("unreadable", LEAST, LEAST) in found
    assert ("missing", 0, 0) in found
    assert ("missing", 39, LAST - 1) in found


def test_a_head_in_the_archive_that_is_none_is_said(acme: Archive) -> None:
    tamper(acme, f"UPDATE tree_head SET note = 'x' WHERE size = {HALF}")
    (flaw,) = verified(acme).flaws
    assert (flaw.kind, flaw.first) == ("unreadable", None)


def test_a_head_altered_in_the_archive_is_said(acme: Archive) -> None:
    tamper(acme, f"UPDATE tree_head SET note = replace(note, '\n{HALF}\n', '\n18\n') WHERE size = {HALF}")
    found = verified(acme)
    assert {flaw.kind for flaw in found.flaws} == {"unsigned", "rewritten"}


# What entries record


@pytest.mark.parametrize(
    ("bend", "kind"),
    [
        ('UPDATE fact_version SET content = \'{"id":"o-9"}\' WHERE seq = 1', "altered"),
        ("UPDATE fact_version SET content = 'x', digest = 'y' WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET known_from = known_from - 1 WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET key = 'o-9' WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET kind = 'ticket' WHERE seq = 1", "without record"),
        ("UPDATE fact_version SET salt = NULL WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET salt = 'none' WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET content = NULL WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET content = NULL, salt = NULL WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET erased_by = 3 WHERE seq = 1", "altered"),
        ("UPDATE fact_version SET retracted = NOT retracted WHERE seq = 1", "without record"),
        ("UPDATE fact_version SET key = 'o-' || (2 - seq) WHERE seq IN (0, 2)", "altered"),
        ("DELETE FROM fact_version WHERE seq = 1", "without record"),
        ("DELETE FROM fact_version WHERE entry = 1", "without record"),
        ("UPDATE fact_version SET entry = 3 WHERE entry = 1", "without entry"),
        ("UPDATE fact_version SET entry = 99 WHERE entry = 1", "without entry"),
    ],
)
def test_fact_versions_that_are_not_those_recorded_are_named(acme: Archive, bend: str, kind: str) -> None:
    tamper(acme, bend)
    found = verified(acme)
    assert kind in {flaw.kind for flaw in found.flaws}
    # A gap is named at the entry after it.
    assert {flaw.first for flaw in found.flaws} <= {1, 2, 3, 99}


@pytest.mark.parametrize("table", ["fact_version", "tree_head", "policy_file"])
def test_a_table_that_is_gone_is_named(acme: Archive, table: str) -> None:
    tamper(acme, "DROP INDEX IF EXISTS fact_version_key")  # DuckDB renames no table that has one
    tamper(acme, f"ALTER TABLE {table} RENAME TO gone")
    try:
        with pytest.raises(LedgerError, match=f"lost its table `{table}`"), acme.reading() as reading:
            verify(reading)
    finally:
        tamper(acme, f"ALTER TABLE gone RENAME TO {table}")


def test_many_flaws_are_counted_and_the_first_are_told(
    acme: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.ledger.verify.LISTED", 5)
    monkeypatch.setattr("engine.ledger.walk.SUSPECTS", 3)
    tamper(acme, "UPDATE entry SET actor = 'eve'")
    found = verified(acme)
    assert (found.found, len(found.flaws)) == (SIZE, 5)


def test_progress_is_told(acme: Archive) -> None:
    told: list[tuple[str, int, int]] = []
    with acme.reading() as reading:
        verify(reading, progress=lambda what, done, of: told.append((what, done, of)))
    assert ("entries", SIZE, SIZE) in told
    assert told[-1][0] == "fact versions"


def test_kept_heads_are_named_by_where_they_were_kept(acme: Archive) -> None:
    kept = [KeptHead(place="in a.txt", head=heads_of(acme)[1].head)]
    tamper(acme, "DELETE FROM entry WHERE seq = 39", "DELETE FROM tree_head")
    (flaw,) = [flaw for flaw in verified(acme, kept).flaws if flaw.kind == "truncated"]
    assert flaw.what == "entry 39 is missing at the end: the head in a.txt was signed over 40 entries"
