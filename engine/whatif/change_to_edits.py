"""Each change of a policy set, as edits of its text."""

from __future__ import annotations

from engine.dsl import changes as c
from engine.dsl.findings import Findings
from engine.whatif.draft import Draft, Edit
from engine.whatif.terms_to_edits import bound_to_edits, hours_to_edits, limit_to_edits


def change_to_edits(change: c.Change, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """The edits that make a change; what it cannot find is a finding, and then nothing is edited."""
    match change:
        case c.ChangeBound():
            return bound_to_edits(change, draft, findings)
        case c.ChangeLimit():
            return limit_to_edits(change, draft, findings)
        case c.ChangeHours():
            return hours_to_edits(change, draft, findings)
        case _:
            findings.unsupported("this change", change.span)
            return ()
