"""Who says it: the block in which a member's statement stands, or from which an amendment takes it over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from engine.dsl import agreement as syntax
from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.statement import RenamedFrom
from engine.dsl.syntax import Service
from engine.dsl.syntax_to_amended import Amendable, Member, base_of, is_member, words_of
from engine.source import Span
from engine.whatif.draft import Draft, Edit, Joint, Piece

Kinds: TypeAlias = tuple[type[Node], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A statement that holds in `block`: it stands in the member `said` of `sayer`, which may be what `block`
    amends; `own` is what the block itself says of the member."""

    block: Amendable
    own: Member | None
    sayer: Amendable
    said: Member
    statement: Node

    @property
    def is_own(self) -> bool:
        """Whether it stands in the agreement itself, be it in an earlier version of it."""
        return self.sayer.name.text == self.block.name.text


def agreements_named(draft: Draft, name: Name, findings: Findings) -> tuple[Amendable, ...]:
    """Every version of an agreement or template; none, with a finding, where nothing bears the name."""
    blocks = amendable(draft)
    found = tuple(block for block in blocks if block.name.text == name.text)
    if not found:
        findings.error(
            "unknown-name",
            f"no agreement is named `{name.text}`",
            name.span,
            "not an agreement",
            help=did_you_mean(name.text, {block.name.text for block in blocks}),
        )
    return found


def amendable(draft: Draft) -> tuple[Amendable, ...]:
    """Every agreement and template."""
    return tuple(block for block in draft.blocks if isinstance(block, syntax.Agreement | syntax.Template))


def members_of(block: Amendable) -> tuple[Member, ...]:
    """What stands in an agreement under a name of its own."""
    return tuple(item for item in block.items if is_member(item))


def all_members(draft: Draft, block: Amendable) -> Iterator[Member]:
    """The members of an agreement and of all that it amends, its own first."""
    blocks = amendable(draft)
    link: Amendable | None = block
    while link is not None:
        yield from members_of(link)
        link = base_of(link, blocks)


Kind = TypeVar("Kind", bound=Node)


def statement_of(draft: Draft, block: Amendable, kind: type[Kind]) -> Kind | None:
    """The statement of this kind that an agreement makes or takes over."""
    blocks = amendable(draft)
    link: Amendable | None = block
    while link is not None:
        found = next((item for item in link.items if isinstance(item, kind)), None)
        if found is not None:
            return found
        link = base_of(link, blocks)
    return None


def saying(draft: Draft, block: Amendable, member: str, kinds: Kinds) -> Saying | None:
    """The statement of one of these kinds that a member of an agreement has, wherever it stands."""
    blocks = amendable(draft)
    own = next((each for each in members_of(block) if each.name.text == member), None)
    link: Amendable | None = block
    while link is not None:
        here = next((each for each in members_of(link) if each.name.text == member), None)
        if here is not None:
            statement = next((item for item in here.items if isinstance(item, kinds)), None)
            if statement is not None:
                return Saying(block=block, own=own, sayer=link, said=here, statement=statement)
            member = next((each.name.text for each in here.items if isinstance(each, RenamedFrom)), member)
        elif any(isinstance(item, syntax.Without) and item.name.text == member for item in link.items):
            return None
        link = base_of(link, blocks)
    return None


def restated(draft: Draft, found: Saying, place: Span, pieces: Sequence[Piece], change: Node) -> Edit:
    """The edit that puts `pieces` at a place of a statement, for this agreement alone.

    A statement of the agreement itself is edited where it stands. One that is taken over from what is
    amended is said anew, as a delta, so that others who take it over keep theirs.
    """
    if found.is_own:
        return Edit(span=place, pieces=tuple(pieces))
    whole = found.statement.span
    before = draft.between(whole.source, whole.start, place.start)
    after = draft.between(whole.source, place.end, whole.end)
    anew = (*before, *pieces, *after)
    if found.own is not None:
        return inserted(draft, found.own, anew, change)
    delta = (joint(f"{head_words(found.said)} {{ ", change), *anew, joint(" }", change))
    return inserted(draft, found.block, delta, change)


def head_words(member: Member) -> str:
    """The words with which a member begins."""
    if isinstance(member, syntax.PartyDuty):
        return f"{member.party.text} must {member.name.text}"
    return f"{words_of(member)} {member.name.text}"


def inserted(
    draft: Draft, block: Amendable | Member | Service, pieces: Sequence[Piece], change: Node
) -> Edit:
    """The edit that adds a statement at the end of a block, whose last character is its brace."""
    end = block.span.end - 1
    brace = draft.texts[block.span.source].source.span(end, end)
    return Edit(span=brace, pieces=(joint(" ", change), *pieces, joint(" ", change)))


def joint(text: str, change: Node) -> Joint:
    """Words of ours, on account of a change."""
    return Joint(text=text, place=change.span)
