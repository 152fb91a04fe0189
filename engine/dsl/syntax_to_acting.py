"""Who acts for a side of an agreement: third parties on its behalf, in all its promises or in some (S10)."""

from collections.abc import Iterable, Mapping, Sequence

from engine.dsl import agreement as syntax
from engine.dsl.expressions import Name, Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_terms import resolve_citations
from engine.model.agreement import ActingParty
from engine.model.obligation import Obligation
from engine.source import Span


def resolve_acting(
    items: Iterable[Node], promises: Mapping[str, Obligation], frame: Frame
) -> tuple[ActingParty, ...]:
    """The parties that act for a side, in the order in which they are named."""
    found: list[ActingParty] = []
    for item in items:
        if isinstance(item, syntax.ActsThrough):
            found += _acting(item, promises, frame, found)
    return tuple(found)


def _acting(
    node: syntax.ActsThrough,
    promises: Mapping[str, Obligation],
    frame: Frame,
    before: Sequence[ActingParty],
) -> list[ActingParty]:
    """The parties that one statement names."""
    findings, names = frame.findings, frame.scope.names
    cites = resolve_citations(node.items, names, findings)
    sides: dict[str, Name | None] = {"provider": frame.provider, "customer": frame.customer}
    side = sides[node.side.text]
    known = [each for each in node.parties if names.parties.knows(each, findings)]
    about = _about(node, promises, frame)
    if side is None or about is None:
        return []
    found: list[ActingParty] = []
    for party in known:
        if _stands_for_another(party, node, sides, (*before, *found), frame):
            continue
        acting = ActingParty(
            party=party.text, side=side.text, obligations=about, cites=cites, span=party.span
        )
        for earlier in (*before, *found):
            if earlier.party == party.text and _overlap(earlier, acting):
                what = f"that `{party.text}` acts for the {node.side.text}"
                findings.said_twice(what, earlier.span, party.span)
                break
        else:
            found.append(acting)
    return found


def _about(
    node: syntax.ActsThrough, promises: Mapping[str, Obligation], frame: Frame
) -> tuple[str, ...] | None:
    """The ids of the promises after `for`; None if one of them is mistaken."""
    other = frame.customer if node.side.text == "provider" else frame.provider
    found: list[str] = []
    is_sound = frame.findings.each_once(node.promises, "the promise")
    for name in node.promises:
        id = frame.promise_id(name)
        promise = promises.get(id or "")
        if id is None:
            frame.refuse(name, "promise", promises)
        if id is None or promise is None:
            is_sound = False
            continue
        if other is not None and promise.terms.obliges == other.text:
            frame.findings.error(
                "binds-other-side",
                f"`{name.text}` binds `{other.text}`, not the {node.side.text}",
                name.span,
                f"nobody keeps it for the {node.side.text}",
                also=((promise.terms.span, f"binds `{other.text}`"),),
                help=f"name promises that bind the {node.side.text}, or those that act for it",
            )
            is_sound = False
        found.append(id)
    return tuple(found) if is_sound else None


def _stands_for_another(
    party: Name,
    node: syntax.ActsThrough,
    sides: Mapping[str, Name | None],
    before: Sequence[ActingParty],
    frame: Frame,
) -> bool:
    """Whether the party is itself a side of the agreement, or acts for the other one."""
    own, other = sides[node.side.text], next(each for sort, each in sides.items() if sort != node.side.text)
    if own is not None and own.text == party.text:
        frame.findings.error(
            "acts-for-itself",
            f"`{party.text}` is the {node.side.text} itself",
            party.span,
            "acts for nobody else",
            also=((own.span, f"the {node.side.text}"),),
            help="name third parties that act for it; what it does itself needs no word",
        )
        return True
    elsewhere: Span | None = None
    if other is not None:
        if other.text == party.text:
            elsewhere = other.span
        else:
            elsewhere = next(
                (each.span for each in before if each.party == party.text and each.side == other.text), None
            )
    if elsewhere is not None:
        frame.findings.error(
            "acts-for-both-sides",
            f"`{party.text}` cannot act for the {node.side.text}: it stands on the other side",
            party.span,
            f"for the {node.side.text} here",
            also=((elsewhere, "on the other side here"),),
            help="let it act for one side; what it does for the other is a promise, or another agreement",
        )
    return elsewhere is not None


def _overlap(one: ActingParty, other: ActingParty) -> bool:
    """Whether two statements about a party and a side share a promise; without a list they mean all."""
    if one.side != other.side:
        return False
    return not (one.obligations and other.obligations) or bool({*one.obligations} & {*other.obligations})
