"""Builds modes and escalations from the parts of their rules."""

from engine.dsl import consequences as c
from engine.dsl import expressions as e
from engine.dsl import limits as l
from engine.dsl import statement as st
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    expressions,
    many,
    maybe,
    names,
    one,
    span,
    title,
)

# --- modes and escalations ----------------------------------------------------------------------


def _mode(pieces: Pieces) -> c.Mode:
    items = many(
        pieces,
        st.Cites,
        st.Obliges,
        c.DuringFacts,
        c.DeclaredBy,
        c.AppliesTo,
        c.ModeTarget,
        c.ModeDuty,
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


def _mode_target(pieces: Pieces) -> c.ModeTarget:
    return c.ModeTarget(span=span(pieces), name=one(pieces, e.Name), items=(one(pieces, c.ModeRequires),))


def _mode_requires(pieces: Pieces) -> c.ModeRequires:
    return c.ModeRequires(span=span(pieces), bound=one(pieces, l.Bound), window=one(pieces, *l.WINDOWS))


def _mode_duty(pieces: Pieces) -> c.ModeDuty:
    return c.ModeDuty(
        span=span(pieces), name=one(pieces, e.Name), items=(one(pieces, c.ModeWithin, l.WithinBy),)
    )


def _mode_within(pieces: Pieces) -> c.ModeWithin:
    return c.ModeWithin(span=span(pieces), limit=one(pieces, l.Limit))


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
    items = many(
        pieces, st.Cites, st.When, c.StartsFrom, c.EscalationLevel, c.StopsAt, c.StopsWhen, c.Updates
    )
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


def _stops_when(pieces: Pieces) -> c.StopsWhen:
    return c.StopsWhen(span=span(pieces), match=one(pieces, e.Match))


def _updates(pieces: Pieces) -> c.Updates:
    return c.Updates(span=span(pieces), every=one(pieces, e.Duration), match=maybe(pieces, e.Match))


BUILD: dict[str, Build] = {
    "mode": _mode,
    "during_facts": _during_facts,
    "declared_by": _declared_by,
    "applies_to": _applies_to,
    "mode_target": _mode_target,
    "mode_requires": _mode_requires,
    "mode_duty": _mode_duty,
    "mode_within": _mode_within,
    "recover": _recover,
    "lose": _lose,
    "escalation": _escalation,
    "starts_from": _starts_from,
    "escalation_level": _escalation_level,
    "stops_at": _stops_at,
    "stops_when": _stops_when,
    "updates": _updates,
}
"""Rule by rule."""
