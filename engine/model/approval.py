"""Approvals and waivers: who must have allowed what excuses, and whether afterwards (S4.8)."""

from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.expression import FieldOf, Selection
from engine.source import Span

APPROVAL_KIND = "approval"
HOLDER_KIND = "holder"
WAIVER_KIND = "waiver"
"""The kinds that are read by their fields' names: `approves` and `by`; `role`, `person` and, where there is
one, `deputy_for`; `agreement`, `obligation`, `approved_by` and `approved_at`."""

DEPUTY_FOR = "deputy_for"
"""The field of a holder who stands in: for which person that holds the role."""


class Approvals(StrEnum):
    """Whether an excuse may be approved once its time has begun (S4.8)."""

    LATE = "may come late"
    BEFORE = "must come before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A fact of `given` is needed, by (`by`) whoever held the role at its instant, or a deputy of theirs.

    The condition of `given` reads the fact that it approves, too.
    """

    role: str
    given: Selection
    by: FieldOf
    timing: Approvals


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """Facts of kind `waiver` that name a promise excuse it inside their dates, if approved by the role."""

    role: str
    timing: Approvals
    span: Span = field(compare=False)
