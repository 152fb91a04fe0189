"""Approvals: whether whoever held the role approved, and in time (S4.8, S7.3)."""

from dataclasses import dataclass

from engine.definition.acting import Acting, acting_for
from engine.definition.book import Bindings, Reading, id_of
from engine.definition.conditions import matching, value_of
from engine.model.approval import Approval, Approvals
from engine.model.fact import Fact, FactValue
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """That somebody allowed what excuses: by which fact, who, and by which facts it was theirs to do."""

    fact: Fact
    by: str
    acting: Acting


def allowed_by(
    approval: Approval, start: Instant, bound: Bindings, reading: Reading, zone: str
) -> Allowed | None:
    """The first approval that will do of the fact in `bound`, whose time begins at `start`."""
    for match in matching(approval.given, reading, bound, zone):
        by = value_of(approval.by, {**bound, approval.given.variable: match.fact})
        if match.proven:
            allowed = allowed_in(match.fact, approval.role, approval.timing, by, match.at, start, reading)
            if allowed is not None:
                return allowed
    return None


def allowed_in(
    fact: Fact,
    role: str,
    timing: Approvals,
    by: FactValue,
    at: FactValue,
    start: Instant,
    reading: Reading,
) -> Allowed | None:
    """What a fact allows: something only if a person gave it who could act for the role at that instant, and
    before the time began if it must."""
    if not isinstance(at, int) or (timing is Approvals.BEFORE and at >= start):
        return None
    acting = acting_for(role, by, at, reading)
    return None if acting is None else Allowed(fact=fact, by=str(by), acting=acting)


def unapproved(fact: Fact, role: str) -> str:
    """What is missing where nobody approved a fact."""
    return f"{id_of(fact)} approved by {role}"
