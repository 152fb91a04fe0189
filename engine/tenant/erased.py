"""What was erased, as an archive knows it: the time that it touched, and whether files may still hold it."""

from engine.model.erasure import ErasedTime
from engine.store.archive import Archive, Reading

TIMES = """
SELECT e.entry, e.kind, e.about, e.starts, e.ends, v.known_from FROM erasure e
JOIN (
    SELECT erased_by, min(known_from) AS known_from FROM fact_version WHERE erased_by IS NOT NULL
    GROUP BY erased_by
) AS v ON v.erased_by = e.entry ORDER BY e.entry, e.place
"""


def erased_times(reading: Reading) -> tuple[ErasedTime, ...]:
    """What all erasures touched, in order."""
    return tuple(
        ErasedTime(entry=entry, kind=kind, about=about, starts=starts, ends=ends, known_from=known_from)
        for entry, kind, about, starts, ends, known_from in reading.run(TIMES)
    )


def last_erasure(reading: Reading) -> int:
    """The entry of the last erasure that touched facts, -1 where there is none."""
    return reading.run("SELECT coalesce(max(entry), -1) FROM erasure")[0][0]


def is_unscrubbed(reading: Reading) -> bool:
    """Whether something that was erased may still lie in the database's files."""
    return bool(reading.run("SELECT 1 FROM unscrubbed LIMIT 1"))


def scrub(archive: Archive) -> None:
    """Write the database's files anew if something that was erased may still lie in them; an ArchiveError
    where that cannot be done now."""
    with archive.reading() as reading:
        last = reading.run("SELECT max(entry) FROM unscrubbed")[0][0]
    if last is not None:
        archive.scrub()
        with archive.writing() as writing:
            writing.run("DELETE FROM unscrubbed WHERE entry <= ?", (last,))
