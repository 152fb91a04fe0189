"""Changes applied one after another: the policies as they would be, and what is wrong with the changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.diagnostic import Diagnostic
from engine.dsl.findings import Findings
from engine.dsl.text_to_syntax import parse_changes
from engine.source import Source
from engine.whatif.change_to_edits import change_to_edits
from engine.whatif.draft import Draft, draft_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A policy set after changes, and the mistakes in the changes: with any of them, none of it counts."""

    draft: Draft
    diagnostics: tuple[Diagnostic, ...]


def change(sources: Sequence[Source], changes: Sequence[Source]) -> Changed:
    """Apply changes to sound policies, one after another; the sources stay as they are.

    A change sees what those before it have made. Every independent mistake of the changes is found.
    """
    read = [parse_changes(each) for each in changes]
    findings = Findings()
    findings.found.extend(each for _, mistakes in read for each in mistakes)
    draft = draft_of(sources, changes)
    for statement in (each for statements, _ in read for each in statements):
        draft = draft.edited(change_to_edits(statement, draft, findings))
    return Changed(draft=draft, diagnostics=tuple(findings.found))
