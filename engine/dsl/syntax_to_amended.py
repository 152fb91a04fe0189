"""Amended agreements: a delta laid over the template or agreement that it amends, before it is resolved."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, Protocol, TypeGuard, cast, runtime_checkable

from engine.dsl import agreement as syntax
from engine.dsl import promises
from engine.dsl.agreement_duties import with_named_duties
from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.statement import Convention, RenamedFrom, When
from engine.model.agreement import Change, Delta
from engine.source import Span

Amendable = syntax.Agreement | syntax.Template

SLOTS: Final[Mapping[type[Node], str]] = {
    syntax.AcceptedBy: "accepted",
    syntax.TermsAccepted: "accepted",
    syntax.PublishedWithoutAcceptance: "accepted",
    syntax.SignedOn: "accepted",
    syntax.InMinutes: "accepted",
    syntax.CountsTime: "counts",
    syntax.CountsValue: "counts",
    promises.DuringAlways: "during",
    promises.DuringCalendar: "during",
    promises.DuringHoursOf: "during",
    When: "occasion",
    promises.Every: "occasion",
}
"""Statements of these sorts stand for one another: one of them takes the place of any other."""


@runtime_checkable
class Member(Protocol):
    """A member of an agreement: a block of statements under a name."""

    @property
    def name(self) -> Name: ...

    @property
    def items(self) -> tuple[Node, ...]: ...

    @property
    def span(self) -> Span: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """An agreement with everything that it says or takes over; `amends` and `deltas` as in the model."""

    block: syntax.Agreement
    reviewed: tuple[syntax.Reviewed | syntax.ReviewedOn, ...]
    amends: str | None
    deltas: tuple[Delta, ...]


def amend(blocks: Sequence[Amendable], findings: Findings) -> tuple[Amended, ...]:
    """Every agreement, whole. A statement of an amendment takes the place of all of its sort in what it
    amends, also inside a member of the same sort and name; everything else is kept."""
    whole: dict[int, tuple[syntax.AgreementItem, ...]] = {}
    amended: list[Amended] = []
    for block in blocks:
        if isinstance(block, syntax.Agreement):
            items = _whole(block, blocks, (), whole, findings)
            base = base_of(block, blocks)
            deltas = () if base is None else tuple(_deltas(whole[id(base)], block.items))
            amends = None if block.amends is None else block.amends.name.text
            reviewed = tuple(item for item in items if isinstance(item, syntax.Reviewed | syntax.ReviewedOn))
            whole_block = with_named_duties(replace(block, items=items))
            amended.append(Amended(block=whole_block, reviewed=reviewed, amends=amends, deltas=deltas))
    return tuple(amended)


def in_force_from(block: Amendable) -> date | None:
    """The first day of an agreement, where it says one."""
    return next((item.first.value for item in block.items if isinstance(item, syntax.InForce)), None)


def words_of(item: object) -> str:
    """The sort of a statement or member in words.

    >>> from engine.source import Span
    >>> nowhere = Span(source="", start=0, end=0, line=1, column=1, end_line=1, end_column=1)
    >>> words_of(syntax.PublishedWithoutAcceptance(span=nowhere))
    'published without acceptance'
    """
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(item).__name__).lower()
    return f"{item.side.text} {words}" if isinstance(item, syntax.ActsThrough) else words


def base_of(block: Amendable, blocks: Sequence[Amendable]) -> Amendable | None:
    """What a block amends: under its own name the version before it, else the latest of that name."""
    if block.amends is None:
        return None
    name, own = block.amends.name.text, in_force_from(block)
    named = [each for each in blocks if each.name.text == name and each is not block]
    if name == block.name.text:
        named = [each for each in named if (first := in_force_from(each)) and own and first < own]
    return max(named, key=lambda each: in_force_from(each) or date.min, default=None)


def _whole(
    block: Amendable,
    blocks: Sequence[Amendable],
    above: tuple[Amendable, ...],
    whole: dict[int, tuple[syntax.AgreementItem, ...]],
    findings: Findings,
) -> tuple[syntax.AgreementItem, ...]:
    """The statements of a block and of all that it amends."""
    if id(block) in whole:
        return whole[id(block)]
    base = base_of(block, blocks)
    others = {each.name.text for each in blocks if each is not block}
    if block.amends is not None and base is None:
        findings.error(
            "unknown-name",
            f"there is no `{block.amends.name.text}` to amend",
            block.amends.name.span,
            "neither a template nor an earlier agreement",
            help=did_you_mean(block.amends.name.text, others),
        )
    if base is not None and any(base is each for each in (*above, block)):
        assert block.amends is not None
        findings.error(
            "amends-itself",
            f"`{block.name.text}` amends itself",
            block.amends.name.span,
            "and so on for ever",
            help="amend a template, or an agreement that does not rest on this one",
        )
        base = None
    below = () if base is None else _whole(base, blocks, (*above, block), whole, findings)
    if block.amends is None:
        _amends_nothing(block.items, findings)
        whole[id(block)] = block.items
        return block.items
    whole[id(block)] = _laid_over(below, block.items, findings)
    return whole[id(block)]


def _amends_nothing(items: Iterable[Node], findings: Findings) -> None:
    for item in items:
        if isinstance(item, syntax.Without):
            findings.error(
                "nothing-amended",
                f"there is nothing that `{item.name.text}` could be taken away from",
                item.span,
                "amends nothing",
                help="say what is amended: `agreement bolt_gold is sla amends gold { … }`",
            )


def _laid_over(
    base: Sequence[syntax.AgreementItem], own: Sequence[syntax.AgreementItem], findings: Findings
) -> tuple[syntax.AgreementItem, ...]:
    """The base's statements, each in its place, with those of the delta instead or after them."""
    there = {key_of(item): item for item in base}
    places = {key_of(item): _place(item, there) for item in own}
    taken = {*places, *places.values()}
    removed = _removed(base, own, findings)
    kept = [
        item
        for item in base
        if key_of(item) not in taken
        and key_of(item) not in removed
        and not isinstance(item, syntax.AgreementVersion)
    ]
    said = [
        _merged(there.get(places[key_of(item)]), item) for item in own if not isinstance(item, syntax.Without)
    ]
    return (*kept, *said)


def _removed(base: Iterable[Node], own: Iterable[Node], findings: Findings) -> set[tuple[str, str]]:
    """The members that a delta takes away."""
    there = {key_of(item) for item in base}
    removed: set[tuple[str, str]] = set()
    for item in own:
        if not isinstance(item, syntax.Without):
            continue
        removed.add((item.sort, item.name.text))
        if (item.sort, item.name.text) not in there:
            findings.error(
                "unknown-name",
                f"what is amended has no {item.sort} `{item.name.text}`",
                item.name.span,
                "nothing to take away",
                help=did_you_mean(item.name.text, {name for sort, name in there if sort == item.sort}),
            )
    return removed


def _merged(base: syntax.AgreementItem | None, own: syntax.AgreementItem) -> syntax.AgreementItem:
    """A member or the conventions of a delta, completed by what they amend; any other statement as it is."""
    if isinstance(own, syntax.UsesConventions) and isinstance(base, syntax.UsesConventions):
        topics = {item.topic for item in own.items}
        kept = [item for item in base.items if item.topic not in topics]
        return replace(own, named=own.named or base.named, items=(*kept, *own.items))
    member, completes = cast(object, own), cast(object, base)
    if not is_member(member) or not is_member(completes):
        return own
    taken = {key_of(item) for item in member.items}
    items = (*(item for item in completes.items if key_of(item) not in taken), *member.items)
    # What stands before the brace (a title, a service) is kept where the delta leaves it out.
    head = {
        each.name: getattr(base, each.name)
        for each in fields(cast(Any, own))
        if getattr(own, each.name) is None
    }
    return cast(syntax.AgreementItem, replace(cast(Any, own), items=items, **head))


def is_member(item: object) -> TypeGuard[Member]:
    return isinstance(item, Member) and isinstance(cast(object, item.name), Name)


def _place(item: Node, there: Mapping[tuple[str, str], Node]) -> tuple[str, str]:
    """What a statement or member of a delta replaces: a renamed promise that of its former name."""
    sort, name = key_of(item)
    if is_member(item) and (sort, name) not in there:
        former = next((each.name.text for each in item.items if isinstance(each, RenamedFrom)), name)
        return sort, former
    return sort, name


def key_of(item: Node) -> tuple[str, str]:
    """What a statement or member is the place of."""
    if is_member(item):
        return words_of(item), item.name.text
    if isinstance(item, Convention):
        return "convention", item.topic
    sort = words_of(item)
    return SLOTS.get(type(item), "measures" if sort.startswith("measures ") else sort), ""


def _deltas(base: Iterable[Node], own: Iterable[Node]) -> Iterable[Delta]:
    """What a delta adds, changes and takes away, in its order."""
    there = {key_of(item): item for item in base}
    for item in own:
        if isinstance(item, syntax.Without):
            member = f"{item.sort} {item.name.text}"
            yield Delta(change=Change.REMOVED, member=member, statements=(), span=item.span)
            continue
        is_changed = _place(item, there) in there
        member, statements = words_of(item), tuple[str, ...]()
        if is_member(item):
            member = f"{member} {item.name.text}"
            statements = tuple(dict.fromkeys(words_of(each) for each in item.items))
        yield Delta(
            change=Change.CHANGED if is_changed else Change.ADDED,
            member=member,
            statements=statements,
            span=item.span,
        )
