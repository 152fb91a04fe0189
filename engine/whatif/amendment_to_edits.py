"""Changes in the words of an amendment: a delta that is laid over an agreement, in its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.dsl import agreement as a
from engine.dsl import changes as c
from engine.dsl.expressions import Node
from engine.dsl.findings import Findings
from engine.dsl.followups import Ladder, Right
from engine.dsl.syntax_to_amended import Amendable, Member, base_of, is_member, key_of
from engine.source import Span
from engine.whatif.draft import Draft, Edit, Piece
from engine.whatif.drops_to_edits import is_version
from engine.whatif.sayings import agreements_named, amendable, inserted, joint

HEAD: Final = (("of", " of "), ("for_each", " "), ("title", " "))
"""What may stand between the name of a member and its brace, in this order, and the words before it."""


def amendment_to_edits(change: c.AmendAgreement, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Lay a delta over an agreement, as an amendment would be laid over it, in every version that says it.

    A statement takes the place of all of its sort, also inside a member of the same sort and name; whatever
    else there is stays. What no version says is new in all of them. What it takes away is gone by now.
    """
    blocks = agreements_named(draft, change.agreement, findings)
    if not blocks:
        return ()
    edits: list[Edit] = []
    groups: dict[tuple[str, str], list[Node]] = {}
    for item in change.items:
        groups.setdefault(key_of(item), []).append(item)
    for key, group in groups.items():
        saying = [block for block in blocks if _there(block, key)]
        saying += [block for block in blocks if block not in saying and _takes_over(draft, block, key)]
        for block in saying or [block for block in blocks if not is_version(block)]:
            edits += _laid_over(block, key, group, draft, change)
    return tuple(edits)


def _there(block: Amendable | Member, key: tuple[str, str]) -> list[Node]:
    return [item for item in block.items if key_of(item) == key]


def _takes_over(draft: Draft, block: Amendable, key: tuple[str, str]) -> bool:
    """Whether a block has a statement from what it amends, and that is no earlier version of itself."""
    blocks = amendable(draft)
    link = None if is_version(block) else base_of(block, blocks)
    while link is not None:
        if _there(link, key):
            return True
        link = base_of(link, blocks)
    return False


def _laid_over(
    block: Amendable, key: tuple[str, str], group: Sequence[Node], draft: Draft, change: c.Change
) -> Iterator[Edit]:
    """The edits that put statements of one sort where that sort stands, or at the end of the block."""
    there = _there(block, key)
    if not there:
        yield inserted(draft, block, _words(group, draft, change), change)
    elif is_member(there[0]) and is_member(group[0]):
        yield from _completed(there[0], group[0], draft, change)
    elif isinstance(there[0], a.UsesConventions) and isinstance(group[0], a.UsesConventions):
        yield from _conventions(there[0], group[0], draft, change)
    else:
        yield from _instead(there, group, draft, change)


def _instead(there: Sequence[Node], group: Sequence[Node], draft: Draft, change: c.Change) -> Iterator[Edit]:
    yield Edit(span=there[0].span, pieces=_words(group, draft, change))
    yield from (draft.removal(each.span, change) for each in there[1:])


def _completed(own: Member, delta: Member, draft: Draft, change: c.Change) -> Iterator[Edit]:
    """A member with the statements of a delta in the place of its own."""
    yield from _head(own, delta, draft, change)
    groups: dict[tuple[str, str], list[Node]] = {}
    for item in delta.items:
        groups.setdefault(key_of(item), []).append(item)
    for key, group in groups.items():
        if there := _there(own, key):
            yield from _instead(there, group, draft, change)
        else:
            yield inserted(draft, own, _words(group, draft, change), change)


def _head(own: Member, delta: Member, draft: Draft, change: c.Change) -> Iterator[Edit]:
    """What stands before the brace, where the delta says it; what the delta leaves out is kept."""
    said = [node for name, _ in HEAD if (node := getattr(delta, name, None)) is not None]
    text = draft.texts[own.span.source].source
    kept = [node for name, _ in HEAD if (node := getattr(own, name, None)) is not None]
    if isinstance(delta, Ladder | Right):
        end = delta.items[0].span.start if delta.items else delta.span.end - 1
        head = draft.changes[delta.span.source]
        pieces = draft.words(head.span(delta.name.span.end, head.text.rindex("{", 0, end)))
        if not own.items:
            return
        brace = text.text.rindex("{", 0, own.items[0].span.start)
        yield Edit(span=text.span(own.name.span.end, brace), pieces=pieces)
    elif said:
        last = max([own.name.span.end, *(node.span.end for node in kept)])
        words: list[Piece] = []
        for name, before in HEAD:
            node: Node | None = getattr(delta, name, None) or getattr(own, name, None)
            if node is not None:
                words += (joint(before, change), *draft.words(node.span))
        yield Edit(span=text.span(own.name.span.end, last), pieces=tuple(words))


def _conventions(
    own: a.UsesConventions, delta: a.UsesConventions, draft: Draft, change: c.Change
) -> Iterator[Edit]:
    """Conventions with those of a delta in the place of their own, topic by topic."""
    text = draft.texts[own.span.source].source
    if delta.named is not None:
        start = own.span.start + len("conventions")
        place = own.named.span if own.named is not None else text.span(start, start)
        before = () if own.named is not None else (joint(" ", change),)
        yield Edit(span=place, pieces=(*before, *draft.words(delta.named.span)))
    topics = {item.topic: item for item in own.items}
    new: list[Node] = []
    for item in delta.items:
        if item.topic in topics:
            yield Edit(span=topics[item.topic].span, pieces=draft.words(item.span))
        else:
            new.append(item)
    if not new:
        return
    pieces = _words(new, draft, change)
    if text.text[own.span.end - 1] == "}":
        place = text.span(own.span.end - 1, own.span.end - 1)
        yield Edit(span=place, pieces=(joint(" ", change), *pieces, joint(" ", change)))
    else:
        place = text.span(own.span.end, own.span.end)
        yield Edit(span=place, pieces=(joint(" { ", change), *pieces, joint(" }", change)))


def _words(group: Sequence[Node], draft: Draft, change: c.Change) -> tuple[Piece, ...]:
    """Statements one after another."""
    pieces: list[Piece] = []
    for item in group:
        span: Span = item.span
        pieces += (joint(" ", change), *draft.words(span)) if pieces else draft.words(span)
    return tuple(pieces)
