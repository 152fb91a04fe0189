"""What an archive keeps of a fact: each version of it, whole, in the order in which it came (S2.5)."""

from dataclasses import dataclass

from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A fact in the words that an archive keeps: its content is the canonical JSON of its fields, in which
    every value is the one text that reads as it; an absent field is left out."""

    kind: str
    key: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactVersion:
    """A version of a fact, the `seq`-th of its archive, recorded by an `entry` of the ledger.

    Without content it is a retraction, or was erased; its `digest` stays (S2.5).
    """

    seq: int
    entry: int
    kind: str
    key: str
    content: str | None
    digest: str
    known_from: Instant
    is_retraction: bool
