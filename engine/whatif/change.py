"""Changes applied one after another: the policies as they would be, and what is wrong with the changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.diagnostic import Diagnostic
from engine.dsl import changes as c
from engine.dsl.agreement import Without
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
    for part in (part for statements, _ in read for each in statements for part in _parts(each)):
        draft = draft.edited(change_to_edits(part, draft, findings))
    return Changed(draft=draft, diagnostics=tuple(dict.fromkeys(findings.found)))


def _parts(change: c.Change) -> Iterator[c.Change]:
    """A change as those that are made one after another: what an amendment takes away, and the rest of it."""
    if not isinstance(change, c.AmendAgreement):
        yield change
        return
    for item in change.items:
        if isinstance(item, Without):
            yield c.DropMember(span=item.span, sort=item.sort, member=item.name, agreement=change.agreement)
    rest = tuple(item for item in change.items if not isinstance(item, Without))
    yield replace(change, items=rest)
