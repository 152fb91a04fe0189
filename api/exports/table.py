"""What a file of verdicts holds: the verdicts, and what must be known to repeat them."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from api.verdict_to_json import Json
from engine.model.instants import iso_text
from engine.model.quantity import Instant
from engine.model.verdict import Verdict

ENGINE_VERSION = version("troth")


class Heading(Protocol):
    """What names an evaluation."""

    @property
    def as_of(self) -> Instant: ...
    @property
    def known_at(self) -> Instant | None: ...
    @property
    def policy_version(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Verdicts of one evaluation, in the order of their rows."""

    as_of: Instant
    known_at: Instant | None
    policy_version: str
    verdicts: Sequence[Verdict]


def header(of: Heading) -> dict[str, Json]:
    """What must be known to repeat the evaluation."""
    return {
        "as_of": iso_text(of.as_of),
        "known_at": None if of.known_at is None else iso_text(of.known_at),
        "policy_version": of.policy_version,
        "engine_version": ENGINE_VERSION,
    }
