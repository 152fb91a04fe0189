"""Changes of when an agreement holds: its last day."""

from __future__ import annotations

from engine.dsl import agreement as a
from engine.dsl import changes as c
from engine.dsl.findings import Findings
from engine.whatif.draft import Draft, Edit
from engine.whatif.sayings import agreements_named, inserted, joint, statement_of


def end_to_edits(change: c.EndAgreement, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Let an agreement end on a day: the version in force then ends, later ones never begin, none renews."""
    versions = agreements_named(draft, change.agreement, findings)
    terms = [(block, statement_of(draft, block, a.InForce)) for block in versions]
    begun = [
        (block, term) for block, term in terms if term is not None and term.first.value <= change.on.value
    ]
    if not begun:
        if versions:
            findings.error(
                "nothing-changed",
                f"`{change.agreement.text}` has not begun by {change.on.value.isoformat()}",
                change.on.span,
                "before its first day",
                help=f"to do without it altogether: `drop agreement {change.agreement.text}`",
            )
        return ()
    last, term = max(begun, key=lambda each: each[1].first.value)
    day = draft.words(change.on.span)
    edits = [
        draft.removal(block.span, change) for block in versions if block not in [each for each, _ in begun]
    ]
    if term not in last.items:
        first = draft.words(term.first.span)
        anew = (joint("in force from ", change), *first, joint(" through ", change), *day)
        edits.append(inserted(draft, last, anew, change))
    elif term.last is not None:
        edits.append(Edit(span=term.last.span, pieces=day))
    else:
        end = draft.texts[term.span.source].source.span(term.span.end, term.span.end)
        edits.append(Edit(span=end, pieces=(joint(" through ", change), *day)))
    for block, _ in begun:
        edits += [draft.removal(item.span, change) for item in block.items if isinstance(item, a.Renews)]
    return tuple(edits)
