"""Files of verdicts that leave a tenant."""

from dataclasses import dataclass

from engine.model.canonical_json import Json
from engine.model.ledger import Hash
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that is about to be sent: `asked` is what was asked for, by parameter; `digest` the SHA-256 of
    the file's `size` bytes, and `parties` those whose share of the tenant it is, None where it is of all."""

    form: str
    asked: dict[str, Json]
    as_of: Instant
    known_at: Instant | None
    policy_version: str
    parties: tuple[str, ...] | None
    rows: int
    size: int
    digest: Hash
