"""Builds what makes time bad, and what it is held against, from the parts of their rules."""

from decimal import Decimal

from engine.dsl import downtime as d
from engine.dsl import expressions as e
from engine.dsl.pieces import Build, Pieces, Whole, Words, condition, expressions, maybe, names, one, span


def _measures_uptime(pieces: Pieces) -> d.MeasuresUptime:
    kind, *alias = names(pieces)
    where = condition(pieces)
    last = where or (alias[0] if alias else kind)
    match = e.Match(span=kind.span.to(last.span), kind=kind, alias=alias[0] if alias else None, where=where)
    clauses = tuple(piece for piece in pieces if isinstance(piece, d.UptimeClause))
    return d.MeasuresUptime(span=span(pieces), match=match, clauses=clauses)


def _weighted_by(pieces: Pieces) -> d.WeightedBy:
    return d.WeightedBy(span=span(pieces), weight=expressions(pieces)[0])


def _lasting_at_least(pieces: Pieces) -> d.LastingAtLeast:
    return d.LastingAtLeast(span=span(pieces), length=one(pieces, e.Duration))


def _counted_in_whole(pieces: Pieces) -> d.CountedInWhole:
    return d.CountedInWhole(span=span(pieces), unit=e.Unit(one(pieces, Words).text))


def _forgiven_short(pieces: Pieces) -> d.ForgivenShort:
    return d.ForgivenShort(span=span(pieces), count=one(pieces, Whole).value, under=one(pieces, e.Duration))


def _down_at_once(pieces: Pieces) -> d.DownAtOnce:
    return d.DownAtOnce(span=span(pieces), count=one(pieces, Whole).value, field=one(pieces, e.Name))


def _with_in_each(pieces: Pieces) -> d.WithInEach:
    return d.WithInEach(
        span=span(pieces),
        least=one(pieces, e.Number),
        field=one(pieces, e.Name),
        bucket=one(pieces, e.Duration),
    )


def _one_unit(pieces: Pieces) -> e.Duration:
    unit = e.Unit(one(pieces, Words).text)
    return e.Duration(span=span(pieces), amount=Decimal(1), unit=unit, calendar=None)


def _while_period(pieces: Pieces) -> d.WhilePeriod:
    return d.WhilePeriod(span=span(pieces), period=one(pieces, e.Name))


def _while_standing(pieces: Pieces) -> d.WhileStanding:
    return d.WhileStanding(span=span(pieces), count=one(pieces, Whole).value, match=one(pieces, e.Match))


def _out_of(pieces: Pieces) -> d.OutOf:
    return d.OutOf(span=span(pieces), length=one(pieces, e.Duration))


def _out_of_facts(pieces: Pieces) -> d.OutOfFacts:
    match, weighted = one(pieces, e.Match), maybe(pieces, d.WeightedBy)
    return d.OutOfFacts(span=span(pieces), match=match, weighted=weighted)


BUILD: dict[str, Build] = {
    "measures_uptime": _measures_uptime,
    "weighted_by": _weighted_by,
    "lasting_at_least": _lasting_at_least,
    "counted_in_whole": _counted_in_whole,
    "forgiven_short": _forgiven_short,
    "down_at_once": _down_at_once,
    "with_in_each": _with_in_each,
    "one_unit": _one_unit,
    "while_period": _while_period,
    "while_standing": _while_standing,
    "out_of": _out_of,
    "out_of_facts": _out_of_facts,
}
"""Rule by rule."""
