"""From what was kept of a published policy set back to its snapshot, with what was frozen then (S2.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.diagnostic import Diagnostic, Level
from engine.dsl.reader import reader
from engine.dsl.zone_to_offsets import zone_offsets
from engine.ledger.records import content_digest, files_address
from engine.model.frozen import Frozen, ZoneOffsets, first_difference
from engine.model.instants import iso_text
from engine.model.tenancy import Published
from engine.pipeline import Checked, check, is_zone
from engine.source import Source
from engine.store.archive import ArchiveError, Reading
from engine.tenant.frozen_to_pieces import frozen_of

FILES = "SELECT name, content FROM policy_file WHERE address = ? ORDER BY place"

PIECES = """
SELECT p.digest, f.content FROM policy_piece p LEFT JOIN frozen_piece f ON f.digest = p.digest
WHERE p.address = ? ORDER BY p.place
"""


class UnusablePoliciesError(ArchiveError):
    """A published policy set cannot be used as it was published; the message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """A policy set as it was kept: who published it and when, its files, and what was frozen with it."""

    published: Published
    files: tuple[Source, ...]
    frozen: Frozen


def policy_set(reading: Reading, published: Published) -> PolicySet:
    """A published policy set. One that is not what was published is an UnusablePoliciesError."""
    files = reading.run(FILES, (published.address,))
    kept = reading.run(PIECES, (published.address,))
    whole = all(content is not None and content_digest(content) == digest for digest, content in kept)
    if not whole or files_address(files, [digest for digest, _ in kept]) != published.address:
        raise _unusable(
            published, "what is kept of them was altered: `troth ledger verify` says what and since when"
        )
    return PolicySet(
        published=published,
        files=tuple(Source(name=name, text=content) for name, content in files),
        frozen=frozen_of([content for _, content in kept]),
    )


def checked_again(kept: PolicySet) -> Checked:
    """A policy set, with what it means as when it was published, under the version that it got then.

    Raises UnusablePoliciesError where that cannot be had: never is it read with newer holidays, zones or a
    newer standard library instead.
    """
    published = kept.published
    for zone in kept.frozen.zones:
        _compare(published, zone)
    checked = check(kept.files, frozen=kept.frozen)
    if checked.snapshot is None:
        raise _unusable(
            published,
            f"this {_version(reader())}, no longer accepts them: {_first(checked.diagnostics)};"
            f" publish mended ones, or use the {_version(published.reader)}, that they were published with",
        )
    if checked.snapshot.version == published.version:
        return checked
    if published.reader is None:
        raise _unusable(
            published,
            "what they rest on was not kept with them yet, and what is installed now gives them another"
            " meaning: publish them again",
        )
    if published.reader == reader():
        raise _unusable(
            published,
            f"the same {_version(published.reader)}, reads them as version {checked.snapshot.version} now,"
            f" and read them as {published.version} then: a fault in Troth, please report it",
        )
    # Another Troth writes the digest of the same meaning otherwise. What was published keeps its name.
    return replace(checked, snapshot=replace(checked.snapshot, version=published.version))


def _compare(published: Published, frozen: ZoneOffsets) -> None:
    """Refuse other data of a zone than were frozen: civil time is computed by what is installed."""
    what = f"the time zone `{frozen.zone}` was frozen with them as of {frozen.version}"
    if not is_zone(frozen.zone):
        raise _unusable(published, f"{what}, and there is none of that name any more; install that version")
    now = zone_offsets(frozen.zone)
    if (since := first_difference(frozen, now)) is not None:
        raise _unusable(
            published,
            f"{what}, and {now.version}, which is installed, differs from {iso_text(since)} on:"
            " publish them again to go by the newer data from then on, or install the older",
        )


def _unusable(published: Published, why: str) -> UnusablePoliciesError:
    when = iso_text(published.published_at)
    return UnusablePoliciesError(
        f"the policies published at {when} (set {published.seq}) cannot be used as they were: {why}"
    )


def _version(reader: str | None) -> str:
    """`Troth 1.0, build 0123456789abcdef`, of a reader that says so."""
    if reader is None:
        return "Troth of then"
    name, version, build = reader.split(" ")
    return f"{name.title()} {version}, build {build}"


def _first(diagnostics: Sequence[Diagnostic]) -> str:
    found = next(each for each in diagnostics if each.level is Level.ERROR)
    place = f"{found.primary.source}:{found.primary.line}: " if found.primary is not None else ""
    return f"{place}{found.message}"
