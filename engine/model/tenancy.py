"""What a tenant is asked to keep, and what it answers: kept with its place in the ledger, or why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.model.quantity import Instant

Row: TypeAlias = Mapping[str, object]
"""A fact as it arrives: texts (numbers, too, as they were written), yes or no, or absent, by field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks, and by which key the same request is known again: asked twice, it is done once.

    `parties` are those for which it speaks, and then it feeds only what the policies say that they feed; None
    is the tenant's own voice, which feeds everything.
    """

    actor: str
    key: str
    parties: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One reason why nothing was kept: a slug, words for people, and where: the row from 1 and its field.

    Of what a party may not feed also the `kind`, the `party` (several by commas) and the `clause` of the
    policies that comes nearest, if it is one for the party to see.
    """

    code: str
    message: str
    row: int | None = None
    field: str | None = None
    kind: str | None = None
    party: str | None = None
    clause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was kept."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """Facts were kept: by which entry of the ledger, known from when, how many new versions, and how many
    said what was known already. Where nothing was new there is no entry."""

    entry: int | None
    known_from: Instant
    versions: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A policy set was published, the `seq`-th of the tenant; its `version` is the digest of what it means,
    its `address` of how it is written and of what was frozen with it. `reader` is the Troth that read it;
    None where nothing was frozen yet."""

    seq: int
    entry: int
    published_at: Instant
    published_by: str
    address: str
    version: str
    reader: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactBatch:
    """Rows of one kind. `corrections` says that a row may say otherwise what is known of its key."""

    kind: str
    rows: Sequence[Row]
    corrections: bool = False
