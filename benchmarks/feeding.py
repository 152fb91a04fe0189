"""What feeding a tenant costs: batches of ten facts, each in a transaction with its entry of the ledger.

    .venv/bin/python -m benchmarks.feeding [batches]

Held against the barest way to keep the same rows in DuckDB: one insertion and one commit for each batch.
Batches that many threads feed at once are kept together, as many as wait.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb

from engine.model.quantity import SECOND
from engine.model.tenancy import FactBatch, Fed, Published, Refused, Request, Row
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.tenant.shop import FEBRUARY, POLICY

ROWS = 10


def rows(batch: int) -> list[Row]:
    """Ten outages."""
    return [
        {"id": f"{batch}-{each}", "service": "shop", "start": "2025-02-01T00:00:00Z"} for each in range(ROWS)
    ]


def barest(folder: Path, batches: int) -> float:
    """Seconds in which the rows are inserted and committed, batch by batch, and nothing else."""
    with duckdb.connect(str(folder / "barest")) as connection:
        connection.execute("CREATE TABLE fact (id VARCHAR, service VARCHAR, start VARCHAR)")
        began = perf_counter()
        for batch in range(batches):
            lists = [[str(row[name]) for row in rows(batch)] for name in ("id", "service", "start")]
            connection.execute("INSERT INTO fact SELECT unnest(?), unnest(?), unnest(?)", lists)
        return perf_counter() - began


THREADS = 32


def fed(folder: Path, batches: int, threads: int) -> float:
    """Seconds in which a tenant keeps them, fed by so many threads."""
    now = count(FEBRUARY, SECOND)
    with Tenant(open_archive(str(folder / f"tenant{threads}"), lambda: next(now))) as tenant:
        published = tenant.publish([Source(name="shop.sla", text=POLICY)], Request(actor="a", key="p"))
        assert isinstance(published, Published)

        def feed(batch: int) -> Fed | Refused:
            sent = FactBatch(kind="outage", rows=rows(batch))
            return tenant.feed_with_others(sent, Request(actor="a", key=str(batch)))

        with ThreadPoolExecutor(threads) as pool:
            began = perf_counter()
            kept = list(pool.map(feed, range(batches)))
            taken = perf_counter() - began
        assert all(isinstance(each, Fed) for each in kept)
        return taken


def main() -> None:
    """Print what each takes."""
    batches = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with TemporaryDirectory() as folder:
        bare = barest(Path(folder), batches)
        for threads in (1, THREADS):
            whole = fed(Path(folder), batches, threads)
            sys.stdout.write(
                f"{batches:,} batches of {ROWS}, {threads:2} at once   "
                f"barest {1000 * bare / batches:6.2f} ms   tenant {1000 * whole / batches:6.2f} ms   "
                f"ratio {whole / bare:.1f}\n"
            )


if __name__ == "__main__":
    main()
