"""Builds credits, modes and escalations from the parts of their rules."""

from engine.dsl import consequences as c
from engine.dsl import expressions as e
from engine.dsl import limits as l
from engine.dsl import statement as st
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    expressions,
    has,
    many,
    maybe,
    names,
    one,
    span,
    title,
)

# --- credits ------------------------------------------------------------------------------------


def _credits(pieces: Pieces) -> c.Credits:
    return c.Credits(span=span(pieces), items=many(pieces, c.CreditBase, c.Pays, c.CreditCap))


def _credit_base(pieces: Pieces) -> c.CreditBase:
    return c.CreditBase(span=span(pieces), value=one(pieces, e.Money, c.SumOfField))


def _sum_of_field(pieces: Pieces) -> c.SumOfField:
    return c.SumOfField(span=span(pieces), value=one(pieces, e.FieldOf), match=one(pieces, e.Match))


def _pays(pieces: Pieces) -> c.Pays:
    return c.Pays(span=span(pieces), share=one(pieces, e.Percent), band=many(pieces, c.BandEnd))


def _band_end(pieces: Pieces) -> c.BandEnd:
    return c.BandEnd(
        span=span(pieces),
        relation=e.Relation.ABOVE if has(pieces, "above") else e.Relation.BELOW,
        inclusive=has(pieces, "or"),
        value=expressions(pieces)[0],
    )


def _credit_cap(pieces: Pieces) -> c.CreditCap:
    return c.CreditCap(span=span(pieces), share=one(pieces, e.Percent))


# --- modes and escalations ----------------------------------------------------------------------


def _mode(pieces: Pieces) -> c.Mode:
    items = many(
        pieces,
        st.Cites,
        st.Obliges,
        c.DuringFacts,
        c.DeclaredBy,
        c.AppliesTo,
        c.Recover,
        c.Lose,
        st.BreachIs,
    )
    return c.Mode(span=span(pieces), name=one(pieces, e.Name), title=title(pieces), items=items)


def _during_facts(pieces: Pieces) -> c.DuringFacts:
    start, *end = expressions(pieces)
    return c.DuringFacts(
        span=span(pieces), match=one(pieces, e.Match), start=start, end=end[0] if end else None
    )


def _declared_by(pieces: Pieces) -> c.DeclaredBy:
    return c.DeclaredBy(span=span(pieces), role=one(pieces, e.Name))


def _applies_to(pieces: Pieces) -> c.AppliesTo:
    return c.AppliesTo(span=span(pieces), names=names(pieces))


def _recover(pieces: Pieces) -> c.Recover:
    return c.Recover(
        span=span(pieces),
        service=one(pieces, e.Name),
        deadline=one(pieces, l.Within),
        conventions=many(pieces, st.Convention),
    )


def _lose(pieces: Pieces) -> c.Lose:
    # The instants stand last; before them the length, and perhaps the service's name.
    *_, start, end = expressions(pieces)
    head = pieces[: pieces.index(one(pieces, e.Duration))]
    return c.Lose(
        span=span(pieces),
        service=maybe(head, e.Name),
        at_most=one(pieces, e.Duration),
        start=start,
        end=end,
    )


def _escalation(pieces: Pieces) -> c.Escalation:
    items = many(pieces, st.Cites, st.When, c.StartsFrom, c.EscalationLevel, c.StopsAt)
    return c.Escalation(span=span(pieces), name=one(pieces, e.Name), title=title(pieces), items=items)


def _starts_from(pieces: Pieces) -> c.StartsFrom:
    return c.StartsFrom(span=span(pieces), instant=expressions(pieces)[0])


def _escalation_level(pieces: Pieces) -> c.EscalationLevel:
    return c.EscalationLevel(
        span=span(pieces),
        number=one(pieces, Whole).value,
        role=one(pieces, e.Name),
        within=one(pieces, e.Duration),
    )


def _stops_at(pieces: Pieces) -> c.StopsAt:
    return c.StopsAt(span=span(pieces), instant=expressions(pieces)[0])


BUILD: dict[str, Build] = {
    "credits": _credits,
    "credit_base": _credit_base,
    "sum_of_field": _sum_of_field,
    "pays": _pays,
    "band_end": _band_end,
    "credit_cap": _credit_cap,
    "mode": _mode,
    "during_facts": _during_facts,
    "declared_by": _declared_by,
    "applies_to": _applies_to,
    "recover": _recover,
    "lose": _lose,
    "escalation": _escalation,
    "starts_from": _starts_from,
    "escalation_level": _escalation_level,
    "stops_at": _stops_at,
}
"""Rule by rule."""
