"""The ledger of a DuckDB archive: appending, signing, proving and verifying, at several sizes.

    .venv/bin/python -m benchmarks.ledger [entries …]

Entries come in transactions of BATCH, each with a body of some 150 bytes. Hashing alone is what SHA-256 takes
over the bytes of the entries and over the nodes above them, in one loop without a database.
"""

import sys
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from engine.ledger.keys import SigningKey
from engine.ledger.log import append, prove_entry, prove_growth, sign_head
from engine.ledger.tree import Edge, leaf_hash
from engine.ledger.verify import verify
from engine.model.ledger import Deed, EntryKind
from engine.store.archive import Archive
from engine.store.open_archive import open_archive

BATCH = 10_000
SINGLE = 20
PROOFS = 50
KEY = SigningKey(name="bench.example/ledger", seed=bytes(32))


def seconds(work: Callable[[], object]) -> float:
    """The processor's time: the machine may be busy with other work."""
    began = process_time()
    work()
    return process_time() - began


def deed(number: int) -> Deed:
    """An entry like that of a changed verdict."""
    body = {
        "obligation": "acme_sla.availability",
        "subject": f"service {number % 1000}",
        "window": "2025-03",
        "state": "BREACHED",
        "evidence": sha256(b"%d" % number).hexdigest(),
    }
    return Deed(kind=EntryKind.VERDICT, actor="troth", subject=f"acme_sla.availability {number}", body=body)


def fill(archive: Archive, first: int, entries: int) -> None:
    """Append entries in transactions of BATCH."""
    for start in range(first, entries, BATCH):
        with archive.writing() as writing:
            append(writing, [deed(number) for number in range(start, min(start + BATCH, entries))])


def append_singly(archive: Archive) -> None:
    """SINGLE entries in transactions of their own."""
    for number in range(SINGLE):
        with archive.writing() as writing:
            append(writing, [deed(number)])


def hash_alone(entries: int) -> None:
    """SHA-256 over as many contents, and the nodes above."""
    content = bytes(300)
    edge = Edge()
    for _ in range(entries):
        edge.append(leaf_hash(content))


def line(entries: int) -> str:
    """The line of one size."""
    ticks = count(1_743_465_600_000_000, 1_000)
    with TemporaryDirectory() as folder:
        archive = open_archive(str(Path(folder) / "ledger.duckdb"), lambda: next(ticks))
        filling = seconds(lambda: fill(archive, 0, entries))
        with archive.writing() as writing:
            old = sign_head(writing, KEY, "bench")
        single = seconds(lambda: append_singly(archive)) / SINGLE
        with archive.writing() as writing:
            head = sign_head(writing, KEY, "bench")
        with archive.reading() as reading:
            numbers = range(0, entries, max(entries // PROOFS, 1))
            proving = seconds(lambda: [prove_entry(reading, each, head) for each in numbers]) / len(numbers)
            growth = seconds(lambda: prove_growth(reading, old.head, head))
            verifying = seconds(lambda: verify(reading, keys=(KEY.public,)))
        archive.close()
    hashing = seconds(lambda: hash_alone(entries))
    return (
        f"{entries:>10,}  {filling / entries * 1e6:>11.1f} {single * 1e3:>10.1f}  {proving * 1e3:>8.1f}"
        f" {growth * 1e3:>9.1f}  {verifying:>9.2f} {hashing:>9.2f} {verifying / hashing:>6.1f}"
    )


def main(sizes: list[int]) -> None:
    """One line for each size."""
    print(
        f"{'entries':>10}  {'append µs':>11} {'single ms':>10}  {'prove ms':>8} {'growth ms':>9}"
        f"  {'verify s':>9} {'hashing s':>9} {'ratio':>6}"
    )
    for entries in sizes:
        print(line(entries), flush=True)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
