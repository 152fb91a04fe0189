"""Changes of what a service needs: a need taken away, a need more, another that will do as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.dsl import changes as c
from engine.dsl import syntax
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.whatif.draft import Draft, Edit, Piece
from engine.whatif.sayings import inserted, joint
from engine.whatif.terms_to_edits import service_named


def dropped_need_to_edits(change: c.DropNeed, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Take a name out of what a service needs, wherever it stands there."""
    service = service_named(draft, change.service, findings)
    if service is None or not _needed(change.need, service, findings):
        return ()
    edits: list[Edit] = []
    for needs in _statements(service):
        left = _without(needs.need, change.need.text)
        if left is None:
            edits.append(draft.removal(needs.span, change))
        elif left != needs.need:
            edits.append(Edit(span=needs.need.span, pieces=need_words(left, draft, change)))
    return tuple(edits)


def added_need_to_edits(change: c.AddNeed, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Let a service need one thing more, or let another thing do wherever one is needed."""
    service = service_named(draft, change.service, findings)
    if service is None:
        return ()
    statements = _statements(service)
    if change.beside is None:
        more = (joint("needs ", change), *draft.words(change.need.span))
        return (inserted(draft, service, more, change),)
    if not _needed(change.beside, service, findings):
        return ()
    return tuple(
        Edit(span=needs.need.span, pieces=need_words(beside, draft, change))
        for needs in statements
        if (beside := _beside(needs.need, change.beside.text, change.need)) != needs.need
    )


def _statements(service: syntax.Service) -> tuple[syntax.Needs, ...]:
    return tuple(item for item in service.items if isinstance(item, syntax.Needs))


def names_in(need: syntax.Need) -> Iterator[str]:
    """Every name in a need, as often as it stands there."""
    match need:
        case Name():
            yield need.text
        case syntax.NeedsAll(items=items) | syntax.NeedsSome(items=items):
            for item in items:
                yield from names_in(item)


def _needed(name: Name, service: syntax.Service, findings: Findings) -> bool:
    """Whether a service needs this by name; if not, that is a finding."""
    known = {each for needs in _statements(service) for each in names_in(needs.need)}
    if name.text in known:
        return True
    findings.error(
        "unknown-name",
        f"`{service.name.text}` does not need `{name.text}`",
        name.span,
        "not among its needs",
        help=did_you_mean(name.text, known, otherwise="it needs nothing"),
    )
    return False


def _without(need: syntax.Need, name: str) -> syntax.Need | None:
    """The need without the name; None where nothing is left of it."""
    match need:
        case Name():
            return None if need.text == name else need
        case syntax.NeedsAll():
            left = [item for each in need.items if (item := _without(each, name)) is not None]
            return _all(need, left)
        case syntax.NeedsSome():
            left = [item for each in need.items if (item := _without(each, name)) is not None]
            return syntax.NeedsSome(span=need.span, count=need.count, items=tuple(left)) if left else None


def _all(need: syntax.NeedsAll, left: Sequence[syntax.Need]) -> syntax.Need | None:
    if len(left) < 2:
        return left[0] if left else None
    return syntax.NeedsAll(span=need.span, items=tuple(left))


def _beside(need: syntax.Need, name: str, other: Name) -> syntax.Need:
    """The need in which `other` will do wherever `name` does: one more of a choice, or a choice of two."""
    match need:
        case Name():
            if need.text != name:
                return need
            return syntax.NeedsSome(span=need.span, count=1, items=(need, other))
        case syntax.NeedsAll():
            items = tuple(_beside(each, name, other) for each in need.items)
            return syntax.NeedsAll(span=need.span, items=items)
        case syntax.NeedsSome():
            members = [each if isinstance(each, Name) else _beside(each, name, other) for each in need.items]
            if any(isinstance(each, Name) and each.text == name for each in need.items):
                members.append(other)
            return syntax.NeedsSome(span=need.span, count=need.count, items=tuple(members))


def need_words(need: syntax.Need, draft: Draft, change: c.Change) -> tuple[Piece, ...]:
    """The need as it is written; names stand where somebody wrote them."""
    match need:
        case Name():
            return draft.words(need.span)
        case syntax.NeedsAll(items=items):
            return _joined(items, " and ", draft, change)
        case syntax.NeedsSome(count=count, items=items):
            members = _joined(items, ", ", draft, change)
            return (joint(f"{count} of (", change), *members, joint(")", change))


def _joined(items: Sequence[syntax.Need], between: str, draft: Draft, change: c.Change) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for place, item in enumerate(items):
        if place:
            pieces.append(joint(between, change))
        words = need_words(item, draft, change)
        nested = isinstance(item, syntax.NeedsAll) and between == " and "
        pieces += (joint("(", change), *words, joint(")", change)) if nested else words
    return tuple(pieces)
