"""Who acted for a role that was not theirs then, and who did hold it (S4.8)."""

from dataclasses import dataclass

from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """That a person held a role, by the key of the fact that says so; an absent end is still open."""

    person: str
    key: str
    start: Instant
    end: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheld:
    """A fact that would have counted if its author had held one of the roles at that instant; `person` is
    absent where it does not say who he is.

    `does` says what it is for. `holders` held one then; where nobody did, they are the nearest in time.
    """

    kind: str
    key: str
    does: str
    person: str | None
    roles: tuple[str, ...]
    at: Instant
    holders: tuple[Held, ...]
