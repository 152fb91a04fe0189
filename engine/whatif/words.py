"""Two policy sets in the contracts' own words: which statements were added, taken away or said otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from engine.dsl import agreement as a
from engine.dsl import fact_kinds, syntax
from engine.dsl.expressions import Node
from engine.dsl.statement import Cites
from engine.dsl.syntax_to_amended import in_force_from, is_member, key_of, words_of
from engine.dsl.text_to_syntax import parse
from engine.dsl.text_to_tokens import scan
from engine.model.agreement import Change
from engine.model.change import WordsChange
from engine.source import Source
from engine.whatif.pairs import paired


def words_changes(before: Sequence[Source], after: Sequence[Source]) -> tuple[WordsChange, ...]:
    """What two policy sets do not say alike, in the order of the blocks of the first, then of the second.

    The order of statements, comments and layout say nothing. Where an amendment takes over what has changed,
    the change is listed once, where it is said.
    """
    reading = _Reading(
        sources={(0, each.name): each for each in before} | {(1, each.name): each for each in after}
    )
    old = [block for source in before for block in parse(source)[0].blocks]
    new = [block for source in after for block in parse(source)[0].blocks]
    several = {
        name for blocks in (old, new) for name, count in Counter(_agreements(blocks)).items() if count > 1
    }
    rows = paired(
        ((_key(each, several), each) for each in old), ((_key(each, several), each) for each in new)
    )
    return tuple(change for was, is_now in rows for change in reading.changes(was, is_now, (), None))


def _agreements(blocks: Iterable[syntax.Block]) -> Iterator[str]:
    return (block.name.text for block in blocks if isinstance(block, a.Agreement))


def _key(block: syntax.Block, several: set[str]) -> Hashable:
    """What makes two top-level blocks versions of one."""
    match block:
        case a.Agreement() if block.name.text in several:
            return ("agreement", block.name.text, in_force_from(block))
        case syntax.PriorityMatrix():
            return ("priority", block.kind.text)
        case fact_kinds.Example():
            return ("example", block.title.value, tuple(part.text for part in block.of.parts))
        case syntax.Severities():
            return "severities"
        case syntax.Use():
            return ("use", block.name.text)
        case _:
            return (words_of(block), block.name.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Both texts, by side (0 before, 1 after) and name."""

    sources: Mapping[tuple[int, str], Source]

    def changes(
        self, was: Node | None, is_now: Node | None, above: tuple[str, ...], clause: str | None
    ) -> Iterator[WordsChange]:
        """What differs between two nodes that are versions of one; `above` names the blocks around."""
        one = is_now or was
        assert one is not None
        clause = _clause(is_now) or _clause(was) or clause
        inside = (*above, _named(one)) if _items(one) is not None else above
        if was is not None and is_now is not None and _items(was) is not None:
            yield from self.heads(was, is_now, inside, clause)
            rows = paired(
                ((key_of(item), item) for item in _items(was) or ()),
                ((key_of(item), item) for item in _items(is_now) or ()),
            )
            for old, new in rows:
                yield from self.changes(old, new, inside, clause)
            return
        yield WordsChange(
            change=Change.ADDED if was is None else Change.REMOVED if is_now is None else Change.CHANGED,
            place=", ".join(inside),
            clause=clause,
            before=None if was is None else self.text(0, was),
            after=None if is_now is None else self.text(1, is_now),
        )

    def heads(
        self, was: Node, is_now: Node, inside: tuple[str, ...], clause: str | None
    ) -> Iterator[WordsChange]:
        """The words before the brace: a title, a service, what is amended."""
        old, new = (self.text(side, node).partition(" {")[0] for side, node in enumerate((was, is_now)))
        if old != new:
            yield WordsChange(
                change=Change.CHANGED, place=", ".join(inside), clause=clause, before=old, after=new
            )

    def text(self, side: int, node: Node) -> str:
        """The words of a node on one line, without comments."""
        source = self.sources[side, node.span.source]
        cut = Source(name=source.name, text=source.text[node.span.start : node.span.end])
        tokens = scan(cut).tokens
        gaps = (" " if later.start > earlier.end else "" for earlier, later in pairwise(tokens))
        return "".join(gap + token.text for gap, token in zip(("", *gaps), tokens, strict=True))


def _items(node: Node) -> tuple[Node, ...] | None:
    """The statements of a block; None for what is no block."""
    items: object = getattr(node, "items", None)
    return cast("tuple[Node, ...]", items) if isinstance(items, tuple) else None


def _named(block: Node) -> str:
    """A block as people speak of it."""
    match block:
        case fact_kinds.Example():
            return f'example "{block.title.value}"'
        case syntax.PriorityMatrix():
            return f"priority of {block.kind.text}"
        case a.PartyDuty():
            return f"duty {block.name.text}"
        case _ if is_member(block):
            return f"{words_of(block)} {block.name.text}"
        case _:
            return words_of(block)


def _clause(node: Node | None) -> str | None:
    """Which words of which document a block encodes, as its first `cites` says."""
    cited = next((item for item in _items(node) or () if isinstance(item, Cites)), None) if node else None
    return None if cited is None else f"{cited.document.text} {cited.section.value}"
