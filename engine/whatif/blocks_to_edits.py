"""Changes by whole blocks: one more, or another in the place of the one of that name."""

from __future__ import annotations

from engine.dsl import changes as c
from engine.dsl import syntax
from engine.dsl.fact_kinds import Example, FactKind, Feed
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_amended import words_of
from engine.whatif.draft import Draft, Edit
from engine.whatif.sayings import joint


def added_block_to_edits(change: c.AddBlock, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Put a block behind the last one."""
    if not _may_change(change.block, findings):
        return ()
    text = list(draft.texts.values())[-1]
    end = text.source.span(len(text.source.text), len(text.source.text))
    # What ends in a comment is closed by a line end.
    words = draft.words(change.block.span)
    return (Edit(span=end, pieces=(joint("\n", change), *words, joint("\n", change))),)


def replaced_block_to_edits(change: c.ReplaceBlock, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Put a block in the place of the one of its sort and name."""
    if not _may_change(change.block, findings):
        return ()
    sort, name = _named(change.block)
    alike = [block for block in draft.blocks if _sort(block) == sort]
    found = [block for block in alike if _named(block)[1] == name]
    if not found:
        known = {_named(block)[1] for block in alike}
        findings.error(
            "unknown-name",
            f"there is no {sort} `{name}` to replace",
            change.block.span,
            "nothing of this name",
            help=did_you_mean(name, known, otherwise="say `add` for what is new"),
        )
        return ()
    if len(found) > 1:
        findings.error(
            "nothing-changed",
            f"there are {len(found)} versions of the {sort} `{name}`",
            change.block.span,
            "which of them?",
            help=f"drop all of them with `drop {sort} {name}`, then add what is to be",
        )
        return ()
    return (Edit(span=found[0].span, pieces=draft.words(change.block.span)),)


def _may_change(block: syntax.Block, findings: Findings) -> bool:
    """Whether a block says something of promises: the facts, and how they are read, stay as they are."""
    if not isinstance(block, FactKind | Feed | Example | syntax.Use):
        return True
    findings.error(
        "nothing-changed",
        f"a {words_of(block)} is no part of what is asked: the facts stay as they are",
        block.span,
        "about facts",
        help="change the policies, and ask `troth diff` about the two folders",
    )
    return False


def _sort(block: syntax.Block) -> str:
    return "calendar" if isinstance(block, syntax.CombinedCalendar) else words_of(block)


def _named(block: syntax.Block) -> tuple[str, str]:
    match block:
        case syntax.Severities():
            return _sort(block), "severities"
        case syntax.PriorityMatrix():
            return _sort(block), block.kind.text
        case Example():
            return _sort(block), block.title.value
        case _:
            return _sort(block), block.name.text
