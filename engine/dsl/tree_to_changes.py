"""Builds changes of a policy set from the parts of their rules."""

from typing import cast

from engine.dsl import changes as c
from engine.dsl import expressions as e
from engine.dsl.limits import Bound, Limit
from engine.dsl.pieces import Build, Pieces, Whole, many, maybe, names, one, span
from engine.dsl.syntax import Block
from engine.dsl.text_to_tokens import Token
from engine.dsl.tree_to_agreement import agreement_items


def _change_class(pieces: Pieces) -> c.ForClass:
    return c.ForClass(span=span(pieces), value=one(pieces, e.Name, e.Text, e.Number))


def _change_bound(pieces: Pieces) -> c.ChangeBound:
    return c.ChangeBound(
        span=span(pieces),
        promise=one(pieces, e.Path),
        row=maybe(pieces, c.ForClass),
        bound=one(pieces, Bound),
    )


def _change_limit(pieces: Pieces) -> c.ChangeLimit:
    return c.ChangeLimit(
        span=span(pieces),
        promise=one(pieces, e.Path),
        row=maybe(pieces, c.ForClass),
        limit=one(pieces, Limit),
    )


def _change_lead(pieces: Pieces) -> c.ChangeLead:
    return c.ChangeLead(span=span(pieces), promise=one(pieces, e.Path), lead=one(pieces, Bound))


def _change_business_day(pieces: Pieces) -> c.ChangeBusinessDay:
    return c.ChangeBusinessDay(
        span=span(pieces),
        promise=one(pieces, e.Path),
        number=one(pieces, Whole).value,
        calendar=one(pieces, e.Name),
    )


def _change_hours(pieces: Pieces) -> c.ChangeHours:
    return c.ChangeHours(span=span(pieces), of=one(pieces, e.Path), calendar=maybe(pieces, e.Name))


def _end_agreement(pieces: Pieces) -> c.EndAgreement:
    return c.EndAgreement(span=span(pieces), agreement=one(pieces, e.Name), on=one(pieces, e.Date))


def _drop_agreement(pieces: Pieces) -> c.DropAgreement:
    return c.DropAgreement(span=span(pieces), agreement=one(pieces, e.Name))


def _drop_supplier(pieces: Pieces) -> c.DropSupplier:
    return c.DropSupplier(span=span(pieces), party=one(pieces, e.Name))


def _drop_member(pieces: Pieces) -> c.DropMember:
    member, agreement = names(pieces)
    sort = next(piece.text for piece in pieces[1:] if isinstance(piece, Token))
    return c.DropMember(span=span(pieces), sort=sort, member=member, agreement=agreement)


def _drop_need(pieces: Pieces) -> c.DropNeed:
    need, service = names(pieces)
    return c.DropNeed(span=span(pieces), need=need, service=service)


def _add_need(pieces: Pieces) -> c.AddNeed:
    need, service, *beside = names(pieces)
    return c.AddNeed(span=span(pieces), need=need, service=service, beside=beside[0] if beside else None)


def _block(pieces: Pieces) -> Block:
    """The block after the first word."""
    (block,) = many(pieces, e.Node)
    return cast(Block, block)


def _add_block(pieces: Pieces) -> c.AddBlock:
    return c.AddBlock(span=span(pieces), block=_block(pieces))


def _replace_block(pieces: Pieces) -> c.ReplaceBlock:
    return c.ReplaceBlock(span=span(pieces), block=_block(pieces))


def _amend_agreement(pieces: Pieces) -> c.AmendAgreement:
    return c.AmendAgreement(span=span(pieces), agreement=one(pieces, e.Name), items=agreement_items(pieces))


BUILD: dict[str, Build] = {
    "change_class": _change_class,
    "change_bound": _change_bound,
    "change_limit": _change_limit,
    "change_lead": _change_lead,
    "change_business_day": _change_business_day,
    "change_hours": _change_hours,
    "end_agreement": _end_agreement,
    "drop_agreement": _drop_agreement,
    "drop_supplier": _drop_supplier,
    "drop_member": _drop_member,
    "drop_need": _drop_need,
    "add_need": _add_need,
    "add_block": _add_block,
    "replace_block": _replace_block,
    "amend_agreement": _amend_agreement,
}
"""Rule by rule."""
