"""The archive's tables, version by version: each migration is run once, and known again by its digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from engine.store.archive import ArchiveError, Reading

KEPT = """CREATE TABLE IF NOT EXISTS migration (
    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A step from one version of the tables to the next: what both databases run, then what only one does."""

    number: int
    name: str
    shared: str
    alone: str

    @property
    def digest(self) -> str:
        """Of the shared text, so that a migration that was changed after it had run is noticed."""
        return sha256(self.shared.encode()).hexdigest()


def migrations(dialect: str) -> list[Migration]:
    """All of them in order; `dialect` is that of the files that only one database runs."""
    folder = resources.files("engine.store") / "migrations"
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    found = [
        Migration(
            number=int(name[:4]),
            name=name.removesuffix(".sql"),
            shared=text,
            alone=texts.get(name.replace(".sql", f".{dialect}.sql"), ""),
        )
        for name, text in sorted(texts.items())
        if name.count(".") == 1 and name.endswith(".sql")
    ]
    numbers = [each.number for each in found]
    assert numbers == sorted(set(numbers)), "they are numbered in order, each by itself"
    return found


def lacking(reading: Reading, dialect: str) -> list[Migration]:
    """The migrations that an archive still needs; one that this version of Troth does not know, or knows
    otherwise, is an ArchiveError."""
    known = migrations(dialect)
    kept = reading.run("SELECT number, name, digest FROM migration ORDER BY number")
    for place, (number, name, digest) in enumerate(kept):
        if place >= len(known):
            raise ArchiveError(f"the archive was written by a newer version of Troth (migration `{name}`)")
        if (number, digest) != (known[place].number, known[place].digest):
            raise ArchiveError(f"the archive was made by another migration `{name}` than this version has")
    return known[len(kept) :]


def refuse_older(needed: Sequence[Migration]) -> None:
    """An archive that still needs migrations cannot be used without writing to it: an ArchiveError."""
    if needed:
        raise ArchiveError(
            f"the archive was made by an older version of Troth: it lacks `{needed[0].name}`, which it gets"
            " when it is opened to be written to"
        )


def statements(script: str) -> list[str]:
    """The statements of a script, none of which holds a semicolon of its own."""
    code = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("--"))
    return [each.strip() for each in code.split(";") if each.strip()]
