"""An archive in DuckDB copied into a new file, in which nothing is left of what was overwritten."""

from pathlib import Path

from engine.store.database import Store
from engine.store.identifiers import quoted

HELD = (
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary"
    " AND database_name = current_database()"
)


def copy_to(store: Store, fresh: Path) -> None:
    """Copy the archive in whose file a store lies, without the tables of stores, which can be made anew."""
    fresh.unlink(missing_ok=True)
    database = store.run("SELECT current_database()")[0][0]
    for (table,) in store.run(HELD):
        store.run(f"DROP TABLE {quoted(table)}")
    place = str(fresh).replace("'", "''")
    store.run(f"ATTACH '{place}' AS fresh")
    try:
        store.run(f"COPY FROM DATABASE {quoted(database)} TO fresh")
        store.run("CHECKPOINT fresh")
    finally:
        store.run("DETACH fresh")
