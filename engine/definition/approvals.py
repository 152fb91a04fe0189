"""Approvals: whether whoever held the role approved, and in time (S4.8, S7.3)."""

from engine.definition.book import Bindings, Reading, id_of
from engine.definition.conditions import matching, value_of
from engine.model.approval import HOLDER_KIND, Approval, Approvals
from engine.model.fact import Fact, FactValue
from engine.model.quantity import Instant


def is_approved(approval: Approval, start: Instant, bound: Bindings, reading: Reading, zone: str) -> bool:
    """Whether any approval of the fact in `bound`, whose time begins at `start`, will do."""
    for match in matching(approval.given, reading, bound, zone):
        by = value_of(approval.by, {**bound, approval.given.variable: match.fact})
        if match.proven and is_valid(approval.role, approval.timing, by, match.at, start, reading):
            return True
    return False


def is_valid(
    role: str, timing: Approvals, by: FactValue, at: FactValue, start: Instant, reading: Reading
) -> bool:
    """Whether a person gave an approval while holding the role, and before the time began if it must."""
    if by is None or not isinstance(at, int) or (timing is Approvals.BEFORE and at >= start):
        return False
    return any(
        each.values["role"] == role and each.values["person"] == by and held(each, at, reading)
        for each in reading.kind(HOLDER_KIND)
    )


def held(holder: Fact, at: Instant, reading: Reading) -> bool:
    """Whether a holder held the role at an instant."""
    end = reading.book.ended_at(holder)
    return reading.book.at(holder) <= at and (end is None or at < end)


def unapproved(fact: Fact, role: str) -> str:
    """What is missing where nobody approved a fact."""
    return f"{id_of(fact)} approved by {role}"
