"""The texts of a policy set while they are changed: every character knows where it was written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TypeAlias

from engine.diagnostic import Diagnostic
from engine.dsl import syntax
from engine.dsl.expressions import Node
from engine.dsl.text_to_syntax import parse
from engine.source import Source, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """A stretch `[start, end)` of a policy as it was, or of the text of a change."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """Its characters."""
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Words that nobody wrote, between those that somebody did: they stand for the change at `place`."""

    text: str
    place: Span


Piece: TypeAlias = Verbatim | Joint


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The pieces that take the place of a stretch of one policy's text."""

    span: Span
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    """One policy's text, as pieces; `source` is all of them together, under the policy's own name."""

    pieces: tuple[Piece, ...]
    source: Source
    starts: tuple[int, ...] = field(repr=False)

    def cut(self, start: int, end: int) -> tuple[Piece, ...]:
        """The pieces of the stretch `[start, end)`."""
        cut: list[Piece] = []
        first = max(0, bisect_right(self.starts, start) - 1)
        for piece, begin in zip(self.pieces[first:], self.starts[first:], strict=True):
            if begin >= end:
                break
            low, high = max(start - begin, 0), min(end - begin, len(piece.text))
            if low < high:
                cut.append(_part(piece, low, high))
        return tuple(cut)

    def edited(self, edits: Iterable[Edit]) -> DraftText:
        """The text with the edits made; what lies within a longer edit goes with that one."""
        pieces: list[Piece] = []
        done = 0
        for edit in sorted(dict.fromkeys(edits), key=lambda each: (each.span.start, -each.span.end)):
            if edit.span.start < done:
                continue
            pieces += (*self.cut(done, edit.span.start), *edit.pieces)
            done = edit.span.end
        pieces += self.cut(done, len(self.source.text))
        return _text(self.source.name, pieces)

    def place(self, span: Span) -> Span:
        """Where the words at `span` of this text were written: in the change, if any of them were."""
        pieces = self.cut(span.start, max(span.end, span.start + 1))
        foreign = [piece for piece in pieces if isinstance(piece, Joint) or piece.source.name != span.source]
        first = next(iter(foreign or pieces), None)
        if first is None:
            return span
        if isinstance(first, Joint):
            return first.place
        alike = [
            piece
            for piece in pieces
            if isinstance(piece, Verbatim) and piece.source.name == first.source.name
        ]
        return first.source.span(first.start, max(first.end, alike[-1].end))


def _part(piece: Piece, low: int, high: int) -> Piece:
    if isinstance(piece, Joint):
        return replace(piece, text=piece.text[low:high])
    return replace(piece, start=piece.start + low, end=piece.start + high)


def _text(name: str, pieces: Iterable[Piece]) -> DraftText:
    pieces = tuple(pieces)
    texts = [piece.text for piece in pieces]
    starts = tuple(accumulate((len(text) for text in texts[:-1]), initial=0)) if texts else ()
    return DraftText(pieces=pieces, source=Source(name=name, text="".join(texts)), starts=starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A policy set while it is changed: its texts by name, and what each says. `changes` are the texts of the
    changes by name."""

    texts: Mapping[str, DraftText]
    policies: Mapping[str, syntax.Policy]
    changes: Mapping[str, Source]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The policies as they are by now."""
        return tuple(text.source for text in self.texts.values())

    @property
    def blocks(self) -> tuple[syntax.Block, ...]:
        """Every top-level block, in order."""
        return tuple(block for policy in self.policies.values() for block in policy.blocks)

    def between(self, name: str, start: int, end: int) -> tuple[Piece, ...]:
        """What stands at `[start, end)` of a policy."""
        return self.texts[name].cut(start, end)

    def words(self, span: Span) -> tuple[Piece, ...]:
        """What stands at a place of a policy or of a change."""
        if span.source in self.changes:
            return (Verbatim(source=self.changes[span.source], start=span.start, end=span.end),)
        return self.texts[span.source].cut(span.start, span.end)

    def removal(self, span: Span, change: Node) -> Edit:
        """The edit that takes words away because of a change, and leaves the lines beneath where they are."""
        lines = self.texts[span.source].source.text.count("\n", span.start, span.end)
        return Edit(span=span, pieces=(Joint(text="\n" * lines, place=change.span),) if lines else ())

    def edited(self, edits: Sequence[Edit]) -> Draft:
        """The policy set with these edits; only the texts that they touch are read again."""
        texts, policies = dict(self.texts), dict(self.policies)
        for name in {edit.span.source for edit in edits}:
            texts[name] = texts[name].edited(each for each in edits if each.span.source == name)
            policies[name] = parse(texts[name].source)[0]
        return replace(self, texts=texts, policies=policies)

    def placed(self, finding: Diagnostic) -> Diagnostic:
        """A finding about the changed texts, at the places where the words of it were written."""
        labels = tuple(
            (self.texts[span.source].place(span) if span.source in self.texts else span, words)
            for span, words in finding.labels
        )
        return replace(finding, labels=labels)


def draft_of(sources: Iterable[Source], changes: Iterable[Source]) -> Draft:
    """The policies as they are, before any change."""
    sources = tuple(sources)
    whole = {
        each.name: _text(each.name, [Verbatim(source=each, start=0, end=len(each.text))]) for each in sources
    }
    return Draft(
        texts=whole,
        policies={each.name: parse(each)[0] for each in sources},
        changes={each.name: each for each in changes},
    )
