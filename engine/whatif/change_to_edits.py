"""Each change of a policy set, as edits of its text."""

from __future__ import annotations

from typing import assert_never

from engine.dsl import changes as c
from engine.dsl.findings import Findings
from engine.whatif.amendment_to_edits import amendment_to_edits
from engine.whatif.blocks_to_edits import added_block_to_edits, replaced_block_to_edits
from engine.whatif.draft import Draft, Edit
from engine.whatif.drops_to_edits import (
    dropped_agreement_to_edits,
    dropped_member_to_edits,
    dropped_supplier_to_edits,
)
from engine.whatif.ends_to_edits import end_to_edits
from engine.whatif.needs_to_edits import added_need_to_edits, dropped_need_to_edits
from engine.whatif.terms_to_edits import (
    bound_to_edits,
    business_day_to_edits,
    hours_to_edits,
    lead_to_edits,
    limit_to_edits,
)


def change_to_edits(change: c.Change, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """The edits that make a change; what it cannot find is a finding, and then nothing is edited."""
    match change:
        case c.ChangeBound():
            return bound_to_edits(change, draft, findings)
        case c.ChangeLimit():
            return limit_to_edits(change, draft, findings)
        case c.ChangeLead():
            return lead_to_edits(change, draft, findings)
        case c.ChangeBusinessDay():
            return business_day_to_edits(change, draft, findings)
        case c.ChangeHours():
            return hours_to_edits(change, draft, findings)
        case c.EndAgreement():
            return end_to_edits(change, draft, findings)
        case c.DropAgreement():
            return dropped_agreement_to_edits(change, draft, findings)
        case c.DropSupplier():
            return dropped_supplier_to_edits(change, draft, findings)
        case c.DropMember():
            return dropped_member_to_edits(change, draft, findings)
        case c.DropNeed():
            return dropped_need_to_edits(change, draft, findings)
        case c.AddNeed():
            return added_need_to_edits(change, draft, findings)
        case c.AddBlock():
            return added_block_to_edits(change, draft, findings)
        case c.ReplaceBlock():
            return replaced_block_to_edits(change, draft, findings)
        case c.AmendAgreement():
            return amendment_to_edits(change, draft, findings)
        case _:
            assert_never(change)
