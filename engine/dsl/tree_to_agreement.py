"""Builds agreements and their frame, measures, periods and exclusions from the parts of their rules."""

from decimal import Decimal

from engine.dsl import agreement as a
from engine.dsl import expressions as e
from engine.dsl.limits import WINDOWS, Limit, SpacedWindow, Within
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    Words,
    condition,
    expressions,
    has,
    many,
    maybe,
    names,
    one,
    span,
    title,
    words,
)
from engine.dsl.promises import ForEach
from engine.dsl.statement import Cites, Convention, Statement, When
from engine.dsl.text_to_tokens import Token

# --- the frame ----------------------------------------------------------------------------------


def _agreement(pieces: Pieces) -> a.Agreement:
    return a.Agreement(
        span=span(pieces),
        name=one(pieces, e.Name),
        kind=a.AgreementKind(one(pieces, Words).text),
        title=title(pieces),
        amends=maybe(pieces, a.Amends),
        items=agreement_items(pieces),
    )


def _template(pieces: Pieces) -> a.Template:
    return a.Template(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        amends=maybe(pieces, a.Amends),
        items=agreement_items(pieces),
    )


def _amends(pieces: Pieces) -> a.Amends:
    return a.Amends(span=span(pieces), name=one(pieces, e.Name))


def _agreement_version(pieces: Pieces) -> a.AgreementVersion:
    return a.AgreementVersion(span=span(pieces), text=one(pieces, e.Text))


def _without(pieces: Pieces) -> a.Without:
    sort = next(piece.text for piece in pieces[1:] if isinstance(piece, Token))
    return a.Without(span=span(pieces), sort=sort, name=one(pieces, e.Name))


def agreement_items(pieces: Pieces) -> tuple[a.AgreementItem, ...]:
    """The members of an agreement among the pieces."""
    return tuple(piece for piece in pieces if isinstance(piece, a.AgreementItem))


def _between(pieces: Pieces) -> a.Between:
    first, second = names(pieces)
    written = [piece.text for piece in pieces if isinstance(piece, Token)]
    if written.index("provider") > written.index("customer"):
        first, second = second, first
    return a.Between(span=span(pieces), provider=first, customer=second)


def _signed_on(pieces: Pieces) -> a.SignedOn:
    return a.SignedOn(span=span(pieces), evidence=maybe(pieces, e.Text), on=one(pieces, e.Date))


def _in_minutes(pieces: Pieces) -> a.InMinutes:
    return a.InMinutes(span=span(pieces), evidence=one(pieces, e.Text), on=one(pieces, e.Date))


def _kept(pieces: Pieces) -> a.Kept:
    raw, summaries = many(pieces, e.Duration)
    return a.Kept(span=span(pieces), raw=raw, summaries=summaries)


def _disputes(pieces: Pieces) -> a.Disputes:
    return a.Disputes(span=span(pieces), within=one(pieces, e.Duration))


def _side(pieces: Pieces) -> e.Name:
    """The side that a statement begins with, as the name that stands for its party."""
    side = next(piece for piece in pieces if isinstance(piece, Token))
    return e.Name(span=side.span, text=side.text)


def _party_duty(pieces: Pieces) -> a.PartyDuty:
    return a.PartyDuty(
        span=span(pieces),
        party=_side(pieces),
        name=one(pieces, e.Name),
        for_each=maybe(pieces, ForEach),
        title=title(pieces),
        items=many(pieces, Statement),
    )


def _responsibility(pieces: Pieces) -> a.Responsibility:
    return a.Responsibility(span=span(pieces), party=_side(pieces), text=one(pieces, e.Text))


def _acts_through(pieces: Pieces) -> a.ActsThrough:
    written = [piece.text if isinstance(piece, Token) else "" for piece in pieces]
    cut = written.index("for") if "for" in written else len(pieces)
    return a.ActsThrough(
        span=span(pieces),
        side=_side(pieces),
        parties=names(pieces[:cut]),
        promises=names(pieces[cut:]),
        items=many(pieces, Cites),
    )


def _comes_from(pieces: Pieces) -> a.ComesFrom:
    written = [piece.text if isinstance(piece, Token) else "" for piece in pieces]
    cut = written.index("come")
    return a.ComesFrom(
        span=span(pieces),
        kinds=names(pieces[:cut]),
        parties=names(pieces[cut:]),
        items=many(pieces, Cites),
    )


def _reported(pieces: Pieces) -> a.Reported:
    day = maybe(pieces, Whole)
    return a.Reported(
        span=span(pieces),
        window=one(pieces, *WINDOWS),
        limit=maybe(pieces, Limit),
        day=day.value if day else 0,
        calendar=maybe(pieces, e.Name),
    )


def _reviewed(pieces: Pieces) -> a.Reviewed:
    return a.Reviewed(span=span(pieces), window=one(pieces, SpacedWindow), by=one(pieces, e.Name))


def _reviewed_on(pieces: Pieces) -> a.ReviewedOn:
    return a.ReviewedOn(
        span=span(pieces),
        match=one(pieces, e.Match),
        deadline=one(pieces, Within),
        by=one(pieces, e.Name),
    )


def _covers(pieces: Pieces) -> a.Covers:
    return a.Covers(span=span(pieces), services=names(pieces))


def _cites(pieces: Pieces) -> Cites:
    section, *texts = many(pieces, e.Text)
    page = maybe(pieces, Whole)
    keywords = [piece for piece in pieces if isinstance(piece, Token)]
    digest = texts.pop() if keywords[-1].text == "digest" else None
    return Cites(
        span=span(pieces),
        document=one(pieces, e.Name),
        section=section,
        words=texts[0] if texts else None,
        page=e.Number(span=page.span, value=Decimal(page.value)) if page else None,
        digest=digest,
    )


def _in_force(pieces: Pieces) -> a.InForce:
    first, *last = many(pieces, e.Date)
    return a.InForce(span=span(pieces), first=first, last=last[0] if last else None)


def _notice_period(pieces: Pieces) -> a.NoticePeriod:
    return a.NoticePeriod(span=span(pieces), length=one(pieces, e.Duration))


def _renews(pieces: Pieces) -> a.Renews:
    return a.Renews(
        span=span(pieces),
        length=one(pieces, e.Duration),
        unless=has(pieces, "unless"),
        match=one(pieces, e.Match),
    )


def _accepted_by(pieces: Pieces) -> a.AcceptedBy:
    return a.AcceptedBy(span=span(pieces), evidence=one(pieces, e.Text), on=one(pieces, e.Date))


def _terms_accepted(pieces: Pieces) -> a.TermsAccepted:
    return a.TermsAccepted(span=span(pieces), on=one(pieces, e.Date))


def _published_without_acceptance(pieces: Pieces) -> a.PublishedWithoutAcceptance:
    return a.PublishedWithoutAcceptance(span=span(pieces))


def _owned_by(pieces: Pieces) -> a.OwnedBy:
    role, *in_law = names(pieces)
    return a.OwnedBy(span=span(pieces), role=role, in_law=in_law[0] if in_law else None)


def _waivers_approved_by(pieces: Pieces) -> a.WaiversApprovedBy:
    return a.WaiversApprovedBy(span=span(pieces), role=one(pieces, e.Name))


def _underpins(pieces: Pieces) -> a.Underpins:
    return a.Underpins(span=span(pieces), agreements=names(pieces))


def _uses_conventions(pieces: Pieces) -> a.UsesConventions:
    return a.UsesConventions(span=span(pieces), named=maybe(pieces, e.Name), items=many(pieces, Convention))


# --- measures, periods, exclusions, permissions -------------------------------------------------


def _measure(pieces: Pieces) -> a.Measure:
    return a.Measure(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, Cites, a.MeasureOf, a.CountsTime, a.CountsValue, a.BelongsTo),
    )


def _measure_of(pieces: Pieces) -> a.MeasureOf:
    match, *answered_by = many(pieces, e.Match)
    return a.MeasureOf(span=span(pieces), match=match, answered_by=answered_by[0] if answered_by else None)


def _counts_time(pieces: Pieces) -> a.CountsTime:
    # A bare name can only be the calendar's: it comes before `from`.
    begin = next(i for i, piece in enumerate(pieces) if isinstance(piece, Token) and piece.text == "from")
    start, end = expressions(pieces[begin:])
    return a.CountsTime(
        span=span(pieces),
        unit=e.Unit(one(pieces, Words).text),
        calendar=maybe(pieces[:begin], e.Name),
        start=start,
        end=end,
    )


def _counts_value(pieces: Pieces) -> a.CountsValue:
    return a.CountsValue(span=span(pieces), value=expressions(pieces)[0])


def _belongs_to(pieces: Pieces) -> a.BelongsTo:
    return a.BelongsTo(span=span(pieces), instant=expressions(pieces)[0])


def _period(pieces: Pieces) -> a.Period:
    return a.Period(
        span=span(pieces),
        name=one(pieces, e.Name),
        of=maybe(pieces, e.Match),
        title=title(pieces),
        items=many(pieces, Cites, a.WhenLasting),
    )


def _when_lasting(pieces: Pieces) -> a.WhenLasting:
    # when KIND ALIAS from START [until END]
    kind, alias, *_ = names(pieces)
    start, *end = expressions(pieces[4:])
    next_of = maybe(pieces, e.NextOf)
    return a.WhenLasting(
        span=span(pieces),
        kind=kind,
        alias=alias,
        start=start,
        end=end[0] if end else next_of,
        where=condition(pieces),
    )


def _exclusion(pieces: Pieces) -> a.Exclusion:
    return a.Exclusion(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, Cites, a.WhenLasting, a.CappedAt, a.ApprovedBy),
    )


def _capped_at(pieces: Pieces) -> a.CappedAt:
    return a.CappedAt(
        span=span(pieces),
        length=one(pieces, e.Duration),
        elapsed=has(pieces, "elapsed"),
        window=one(pieces, *WINDOWS, a.AnyStretch),
    )


def _any_stretch(pieces: Pieces) -> a.AnyStretch:
    return a.AnyStretch(span=span(pieces), length=one(pieces, e.Duration))


def _approved_by(pieces: Pieces) -> a.ApprovedBy:
    return a.ApprovedBy(span=span(pieces), role=one(pieces, e.Name))


def _permission(pieces: Pieces) -> a.Permission:
    return a.Permission(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, Cites, When),
    )


BUILD: dict[str, Build] = {
    "agreement": _agreement,
    "template": _template,
    "amends": _amends,
    "agreement_version": _agreement_version,
    "without": _without,
    "signed_on": _signed_on,
    "in_minutes": _in_minutes,
    "kept": _kept,
    "disputes": _disputes,
    "party_duty": _party_duty,
    "responsibility": _responsibility,
    "acts_through": _acts_through,
    "comes_from": _comes_from,
    "reported": _reported,
    "reviewed": _reviewed,
    "reviewed_on": _reviewed_on,
    "agreement_kind": words,
    "between": _between,
    "covers": _covers,
    "cites": _cites,
    "in_force": _in_force,
    "renews": _renews,
    "notice_period": _notice_period,
    "accepted_by": _accepted_by,
    "terms_accepted": _terms_accepted,
    "published_without_acceptance": _published_without_acceptance,
    "owned_by": _owned_by,
    "waivers_approved_by": _waivers_approved_by,
    "underpins": _underpins,
    "uses_conventions": _uses_conventions,
    "measure": _measure,
    "measure_of": _measure_of,
    "counts_time": _counts_time,
    "counts_value": _counts_value,
    "belongs_to": _belongs_to,
    "period": _period,
    "when_lasting": _when_lasting,
    "exclusion": _exclusion,
    "capped_at": _capped_at,
    "any_stretch": _any_stretch,
    "approved_by": _approved_by,
    "permission": _permission,
}
"""Rule by rule."""
