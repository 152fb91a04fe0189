"""Redundancy without a supplier: the legs of k-of-n needs that fall with it, where the others are enough."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set

from engine.dsl import agreement as a
from engine.dsl import changes as c
from engine.dsl import syntax
from engine.dsl.expressions import Name
from engine.whatif.draft import Draft, Edit
from engine.whatif.needs_to_edits import names_in, need_words
from engine.whatif.sayings import amendable, statement_of


def lost_legs_to_edits(change: c.DropSupplier, gone: Collection[str], draft: Draft) -> Iterator[Edit]:
    """Take out of every `k of (…)` what falls with the supplier and these agreements, if k others stand.

    Where fewer stand, and in what is needed outright, the need stays as it is: nothing takes its place.
    """
    services = [block for block in draft.blocks if isinstance(block, syntax.Service)]
    fallen = _fallen(services, _first(change.party.text, gone, services, draft))
    for service in services:
        for needs in _needs(service):
            left = _thinned(needs.need, fallen)
            if left != needs.need:
                yield Edit(span=needs.need.span, pieces=need_words(left, draft, change))


def _needs(service: syntax.Service) -> Iterator[syntax.Needs]:
    return (item for item in service.items if isinstance(item, syntax.Needs))


def _first(
    party: str, gone: Collection[str], services: Sequence[syntax.Service], draft: Draft
) -> Iterator[str]:
    """The services that the supplier provides, and those that its underpinning contracts cover."""
    for service in services:
        if any(isinstance(item, syntax.Provider) and item.party.text == party for item in service.items):
            yield service.name.text
    for block in amendable(draft):
        if isinstance(block, a.Agreement) and block.name.text in gone and block.kind == "uc":
            covers = statement_of(draft, block, a.Covers)
            yield from (each.text for each in covers.services) if covers is not None else ()


def _fallen(services: Sequence[syntax.Service], first: Iterator[str]) -> Set[str]:
    """Every service that falls with these, as failure spreads (S10.1)."""
    above: dict[str, list[syntax.Service]] = {}
    for service in services:
        for name in dict.fromkeys(name for needs in _needs(service) for name in names_in(needs.need)):
            above.setdefault(name, []).append(service)
    fallen = set(first)
    pending = list(fallen)
    while pending:
        for service in above.get(pending.pop(), ()):
            if service.name.text not in fallen and any(
                _falls(needs.need, fallen) for needs in _needs(service)
            ):
                fallen.add(service.name.text)
                pending.append(service.name.text)
    return fallen


def _falls(need: syntax.Need, fallen: Set[str]) -> bool:
    match need:
        case Name():
            return need.text in fallen
        case syntax.NeedsAll():
            return any(_falls(each, fallen) for each in need.items)
        case syntax.NeedsSome():
            return sum(not _falls(each, fallen) for each in need.items) < need.count


def _thinned(need: syntax.Need, fallen: Set[str]) -> syntax.Need:
    """The need without the legs that fell, where enough are left."""
    match need:
        case Name():
            return need
        case syntax.NeedsAll():
            items = tuple(_thinned(each, fallen) for each in need.items)
            return syntax.NeedsAll(span=need.span, items=items)
        case syntax.NeedsSome():
            standing = tuple(each for each in need.items if not _falls(each, fallen))
            left = standing if len(standing) >= need.count else need.items
            items = tuple(_thinned(each, fallen) for each in left)
            return syntax.NeedsSome(span=need.span, count=need.count, items=items)
