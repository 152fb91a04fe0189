"""Changes that take something away: an agreement, a supplier's contracts, a member; and who names it then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from engine.dsl import agreement as a
from engine.dsl import changes as c
from engine.dsl import consequences, credits, downtime, followups, promises, statement, syntax
from engine.dsl.declared_names import walk
from engine.dsl.expressions import Name, Node, Path
from engine.dsl.fact_kinds import Example
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_amended import Amendable, Member, base_of, words_of
from engine.whatif.draft import Draft, Edit, Piece
from engine.whatif.legs_to_edits import lost_legs_to_edits
from engine.whatif.sayings import (
    agreements_named,
    all_members,
    amendable,
    inserted,
    joint,
    members_of,
    statement_of,
)

PROMISES: Final = frozenset({"target", "duty", "prohibition"})
TIMES: Final = frozenset({"exclusion", "permission", "period", "mode"})

LISTS: Final[tuple[tuple[type[Node], str, frozenset[str]], ...]] = (
    (promises.Excludes, "names", TIMES),
    (statement.Unless, "names", TIMES),
    (promises.Pauses, "periods", TIMES),
    (consequences.AppliesTo, "names", PROMISES),
    (followups.NotifyBreach, "promises", PROMISES),
    (followups.NotifyAtRisk, "promises", PROMISES),
    (followups.Ladder, "targets", PROMISES),
    (a.ActsThrough, "promises", PROMISES),
    (credits.NeverWith, "promises", PROMISES),
)
"""Statements that list members of their agreement: where the last name goes, the statement goes."""

SINGLE: Final[tuple[tuple[type[Node], str, frozenset[str]], ...]] = (
    (downtime.WhilePeriod, "period", TIMES),
    (followups.BreachedIn, "promise", PROMISES),
    (followups.FigureIn, "promise", PROMISES),
    (followups.FigureOver, "promise", PROMISES),
    (consequences.ModeTarget, "name", PROMISES),
    (consequences.ModeDuty, "name", PROMISES),
)
"""Statements about one member of their agreement: they go with it."""

PATTERNS: Final = (followups.BreachedIn, followups.FigureIn, followups.FigureOver)


def dropped_agreement_to_edits(change: c.DropAgreement, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Do without an agreement in all its versions."""
    blocks = agreements_named(draft, change.agreement, findings)
    return tuple(_without_agreements({change.agreement.text}, draft, change)) if blocks else ()


def dropped_supplier_to_edits(change: c.DropSupplier, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Do without every agreement in which a party is the provider, let it act for nobody any more, and do
    without the legs of redundant needs that fall with it, where the others are enough.

    The party and its services stay: what needs them outright now needs them without a contract.
    """
    gone: set[str] = set()
    suppliers: set[str] = set()
    edits: list[Edit] = []
    for block in amendable(draft):
        between = statement_of(draft, block, a.Between)
        if isinstance(block, a.Agreement) and between is not None:
            suppliers.add(between.provider.text)
            if between.provider.text == change.party.text:
                gone.add(block.name.text)
    for block in amendable(draft):
        for node in block.items if block.name.text not in gone else ():
            if isinstance(node, a.ActsThrough):
                left = [party for party in node.parties if party.text != change.party.text]
                edits += _shorter(node, node.parties, left, draft, change)
    edits += (*_without_agreements(gone, draft, change), *lost_legs_to_edits(change, gone, draft))
    if not edits:
        parties = {block.name.text for block in draft.blocks if isinstance(block, syntax.Party)}
        is_party = change.party.text in parties
        findings.error(
            "nothing-changed" if is_party else "unknown-name",
            f"`{change.party.text}` is the provider of no agreement, acts for nobody, and carries nothing "
            "that others could carry without it"
            if is_party
            else f"no party is named `{change.party.text}`",
            change.party.span,
            "provides nothing" if is_party else "not a party",
            help=did_you_mean(change.party.text, suppliers),
        )
    return tuple(edits)


def _without_agreements(gone: Collection[str], draft: Draft, change: c.Change) -> Iterator[Edit]:
    for block in amendable(draft):
        if block.name.text in gone:
            yield draft.removal(block.span, change)
            continue
        for node in walk(block):
            if isinstance(node, a.Underpins):
                left = [name for name in node.agreements if name.text not in gone]
                yield from _shorter(node, node.agreements, left, draft, change)
            elif isinstance(node, statement.Carries):
                kept = [path for path in node.obligations if path.parts[0].text not in gone]
                yield from _shorter(node, node.obligations, kept, draft, change)
    for example in _examples(draft):
        if any(isinstance(node, Name) and node.text in gone for node in walk(example)):
            yield draft.removal(example.span, change)


def dropped_member_to_edits(change: c.DropMember, draft: Draft, findings: Findings) -> tuple[Edit, ...]:
    """Take a promise, an exclusion or another member out of an agreement, with whatever names it there."""
    blocks = agreements_named(draft, change.agreement, findings)
    if not blocks:
        return ()
    found = [_own(block, change) for block in blocks]
    taken_over = [block for block in blocks if not is_version(block) and _inherits(draft, block, change)]
    if not any(found) and not taken_over:
        there = {each.name.text for block in blocks for each in all_members(draft, block)}
        findings.error(
            "unknown-name",
            f"`{change.agreement.text}` has no {change.sort} `{change.member.text}`",
            change.member.span,
            f"not a {change.sort} of it",
            help=did_you_mean(change.member.text, there),
        )
        return ()
    edits = [draft.removal(own.span, change) for own in found if own is not None]
    without = (joint(f"without {change.sort} ", change), *draft.words(change.member.span))
    edits += [inserted(draft, block, without, change) for block in taken_over]
    name = change.member.text
    edits += _forgotten(blocks, change, draft)
    if change.sort in PROMISES:
        gone = (change.agreement.text, name)
        for block in amendable(draft):
            for node in walk(block):
                if isinstance(node, statement.Carries):
                    left = [path for path in node.obligations if not _means(path, gone)]
                    edits += _shorter(node, node.obligations, left, draft, change)
        short = {gone, (name,)} if _only(name, draft) else {gone}
        edits += [
            draft.removal(example.span, change)
            for example in _examples(draft)
            if any(_means(example.of, path) for path in short)
        ]
    return tuple(edits)


def _own(block: Amendable, change: c.DropMember) -> Member | None:
    """The member that a block itself says."""
    for member in members_of(block):
        sort = "duty" if isinstance(member, a.PartyDuty) else words_of(member)
        if member.name.text == change.member.text and sort == change.sort:
            return member
    return None


def is_version(block: Amendable) -> bool:
    """Whether it amends an earlier version of itself: what goes from that one goes from this one."""
    return block.amends is not None and block.amends.name.text == block.name.text


def _inherits(draft: Draft, block: Amendable, change: c.DropMember) -> bool:
    """Whether what a block amends gives it the member, be it that the block says more of it."""
    base = base_of(block, amendable(draft))
    return base is not None and any(
        each.name.text == change.member.text and words_of(each) == change.sort
        for each in all_members(draft, base)
    )


def _forgotten(blocks: Sequence[Amendable], change: c.DropMember, draft: Draft) -> Iterator[Edit]:
    """Whatever names the member in its own agreement lets go of it."""
    name = change.member.text
    for node in (node for block in blocks for node in walk(block)):
        for kind, listed, sorts in LISTS:
            if isinstance(node, kind) and change.sort in sorts:
                names: tuple[Name, ...] = getattr(node, listed)
                left = [each for each in names if each.text != name]
                yield from _shorter(node, names, left, draft, change)
        for kind, single, sorts in SINGLE:
            if isinstance(node, kind) and change.sort in sorts and getattr(node, single).text == name:
                yield draft.removal(node.span, change)
        if isinstance(node, followups.Right | followups.Improvement) and change.sort in PROMISES:
            patterns = [each for each in node.items if isinstance(each, PATTERNS)]
            if patterns and all(each.promise.text == name for each in patterns):
                yield draft.removal(node.span, change)


def _shorter(
    node: Node,
    listed: Sequence[Name | Path],
    left: Sequence[Name | Path],
    draft: Draft,
    change: c.Change,
) -> Iterator[Edit]:
    """The edit that leaves in a statement's list what is `left` of it, or takes it away with the last."""
    if len(left) == len(listed):
        return
    if not left:
        yield draft.removal(node.span, change)
        return
    pieces: list[Piece] = []
    for place, each in enumerate(left):
        pieces += (joint(", ", change),) if place else ()
        pieces += draft.words(each.span)
    yield Edit(span=listed[0].span.to(listed[-1].span), pieces=tuple(pieces))


def _examples(draft: Draft) -> Iterator[Example]:
    return (block for block in draft.blocks if isinstance(block, Example))


def _means(path: Path, gone: tuple[str, ...]) -> bool:
    return tuple(part.text for part in path.parts) == gone


def _only(name: str, draft: Draft) -> bool:
    """Whether one agreement alone has a member of that name, so that its short name is enough."""
    having = {
        block.name.text for block in amendable(draft) for each in members_of(block) if each.name.text == name
    }
    return len(having) == 1
