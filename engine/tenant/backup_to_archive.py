"""A back-up put into an empty archive: all of it, once its ledger has been verified, or nothing."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.ledger.keys import PublicKey
from engine.ledger.log import LedgerError
from engine.ledger.verify import KeptHead, Progress, verify
from engine.model.ledger import Verified
from engine.model.quantity import Instant
from engine.store.archive import Archive, ArchiveError, Reading, UnfitError, Writing
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.identifiers import named
from engine.store.migrations import migrations
from engine.tenant.archive_to_backup import stretches_of, tables
from engine.tenant.backup import BackupContent, BackupError, FlawedError, Restored, Stretch
from engine.tenant.backup_to_stretches import Backup, open_backup


def restore(
    path: Path,
    archive: Archive,
    *,
    beside: Path,
    kept: Sequence[KeptHead] = (),
    keys: tuple[PublicKey, ...] = (),
    is_flawed_taken: bool = False,
    progress: Progress = lambda what, done, of: None,
) -> Restored:
    """Put a back-up into an archive in which nothing was kept yet, in one transaction.

    The ledger is verified before it ends, also against the heads that others `kept`; a FlawedError where
    anything is wrong with it, unless what is flawed is taken, too. A back-up of an older version is first put
    into an archive of that version, in a folder that is made for it `beside` others, and migrated there.
    Raises BackupError where the back-up is none, is torn or was altered, ArchiveError where the archive is
    not empty or cannot be used.
    """
    content = read_through(path)
    with open_backup(path) as backup:
        level = _level(backup)
        if level == migrations("duckdb")[-1].number:
            with archive.writing() as writing:
                _fill(writing, backup.stretches(), backup)
                verified = _verified(writing, path, kept, keys, is_flawed_taken, progress)
        else:
            with TemporaryDirectory(dir=beside, prefix=".troth-") as folder:
                older = Path(folder) / "older.duckdb"
                _fill_older(older, level, backup)
                with (
                    closing(DuckDbArchive(older, _no_clock)) as now,
                    now.reading() as reading,
                    archive.writing() as writing,
                ):
                    _fill(writing, stretches_of(reading), backup)
                    verified = _verified(writing, path, kept, keys, is_flawed_taken, progress)
        return Restored(content=content, verified=verified)


def read_through(path: Path) -> BackupContent:
    """Read a back-up to its end, so that it is certain that it is as it was written; a BackupError if not."""
    with open_backup(path) as backup:
        for _ in backup.stretches():
            pass
        return BackupContent(head=backup.head, rows=dict(backup.rows))


def _no_clock() -> Instant:
    """The instant of transactions of which nothing is kept but what a back-up says."""
    return 0


def _level(backup: Backup) -> int:
    """The number of its last migration."""
    known = migrations("duckdb")
    for place, each in enumerate(backup.head.migrations):
        if place >= len(known):
            raise backup.unusable(
                f"is of a newer version of Troth (migration `{each.name}`): restore it with that"
            )
        if (each.number, each.digest) != (known[place].number, known[place].digest):
            raise backup.unusable(f"is of an archive that was made by another migration `{each.name}`")
    return backup.head.migrations[-1].number


def _fill_older(path: Path, level: int, backup: Backup) -> None:
    """An archive as it was made then, with all that the back-up has."""
    with closing(DuckDbArchive(path, _no_clock, through=level)) as archive, archive.writing() as writing:
        _fill(writing, backup.stretches(), backup)


def _fill(writing: Writing, stretches: Iterable[Stretch], backup: Backup) -> None:
    there = tables(writing)
    for table in there:
        if writing.run(named("SELECT 1 FROM $table LIMIT 1", table=table)):
            raise ArchiveError(
                f"the archive is not empty: its table `{table}` has rows; a back-up is restored to a new one"
            )
    for stretch in stretches:
        if sorted(there.get(stretch.table, ())) != sorted(stretch.columns):
            raise backup.unusable(f"was altered: no archive has a table `{stretch.table}` of such columns")
        try:
            writing.insert(stretch.table, stretch.columns, stretch.rows)
        except UnfitError as error:
            raise backup.unusable(f"was altered: {error}") from error


def _verified(
    reading: Reading,
    path: Path,
    kept: Sequence[KeptHead],
    keys: tuple[PublicKey, ...],
    is_flawed_taken: bool,
    progress: Progress,
) -> Verified:
    try:
        verified = verify(reading, kept=kept, keys=keys, progress=progress)
    except LedgerError as error:
        raise BackupError(f"`{path}` holds no ledger that can be verified: {error}") from error
    if verified.found and not is_flawed_taken:
        raise FlawedError(f"`{path}` holds a ledger that is not as it was written", verified)
    return verified
