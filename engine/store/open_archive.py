"""Where an archive lies: a file's path, or the URL of a PostgreSQL."""

import re
from pathlib import Path

from engine.store.archive import Archive, ArchiveError, Clock
from engine.store.shown_place import POSTGRES, shown_place

TENANT = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What a tenant may be called: a name that is one in a path, in a file system and in a database."""


def open_archive(
    location: str,
    clock: Clock,
    *,
    tenant: str = "main",
    read_only: bool = False,
    older: bool = False,
    memory: int | None = None,
) -> Archive:
    """The archive of a tenant, made where there is none. A PostgreSQL holds those of many, a file one.

    One that is opened `read_only` must be there, and nothing is written: it may be evidence. It is of this
    version of Troth, or may be of an `older` one, of which only what that knew is there.

    DuckDB holds at most so many bytes of `memory` for it, if that is said: all of an archive in a file, and
    of one in a PostgreSQL the tables that plans read.

    Raises ArchiveError when it cannot be had.
    """
    if not TENANT.fullmatch(tenant):
        raise ArchiveError(f"`{tenant}` is no name of a tenant: small letters, digits and `_`, at most 40")
    if location.startswith(POSTGRES):
        from engine.store.postgres_archive import PostgresArchive

        return PostgresArchive(location, clock, tenant, read_only=read_only, older=older, memory=memory)
    if "://" in location:
        raise ArchiveError(
            f"an archive is a file, or lies in a PostgreSQL, whose URL begins with `{POSTGRES[0]}`:"
            f" `{shown_place(location)}` is neither"
        )
    from engine.store.duckdb_archive import DuckDbArchive

    return DuckDbArchive(Path(location), clock, read_only=read_only, older=older, memory=memory)
