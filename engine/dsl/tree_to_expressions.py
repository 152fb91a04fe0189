"""Builds names, values, expressions, conditions, windows and deadlines from the parts of their rules."""

from dataclasses import replace
from decimal import Decimal

from engine.dsl import expressions as e
from engine.dsl import limits as l
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    Words,
    condition,
    conditions,
    expressions,
    has,
    maybe,
    names,
    one,
    span,
    words,
)
from engine.dsl.text_to_tokens import (
    Token,
    date_value,
    instant_value,
    minutes_value,
    text_value,
)


def _token(pieces: Pieces) -> Token:
    """The last token: of the rules below, the one that bears the value."""
    return next(piece for piece in reversed(pieces) if isinstance(piece, Token))


# --- names and values ---------------------------------------------------------------------------


def _name(pieces: Pieces) -> e.Name:
    return e.Name(span=span(pieces), text=_token(pieces).text)


def _path(pieces: Pieces) -> e.Path:
    return e.Path(span=span(pieces), parts=names(pieces))


def _text(pieces: Pieces) -> e.Text:
    return e.Text(span=span(pieces), value=text_value(_token(pieces)))


def _whole(pieces: Pieces) -> Whole:
    return Whole(span=span(pieces), value=int(_token(pieces).text))


def _number(pieces: Pieces) -> e.Number:
    value = Decimal(_token(pieces).text)
    return e.Number(span=span(pieces), value=value.copy_negate() if has(pieces, "-") else value)


def _percent(pieces: Pieces) -> e.Percent:
    return e.Percent(span=span(pieces), value=Decimal(_token(pieces).text[:-1]))


def _money(pieces: Pieces) -> e.Money:
    amount = Decimal(_token(pieces).text)
    return e.Money(span=span(pieces), currency=one(pieces, Words).text, amount=amount)


def _yes_no(pieces: Pieces) -> e.YesNo:
    return e.YesNo(span=span(pieces), value=has(pieces, "yes"))


def _date(pieces: Pieces) -> e.Date:
    return e.Date(span=span(pieces), value=date_value(_token(pieces)))


def _datetime(pieces: Pieces) -> e.DateTime:
    return e.DateTime(span=span(pieces), value=instant_value(_token(pieces)))


def _time(pieces: Pieces) -> e.TimeOfDay:
    return e.TimeOfDay(span=span(pieces), minutes=minutes_value(_token(pieces)))


def _unit(pieces: Pieces) -> Words:
    unit = words(pieces)
    plural = unit.text if unit.text.endswith("s") else f"{unit.text}s"
    return Words(span=unit.span, text=plural)


def _duration(pieces: Pieces) -> e.Duration:
    amount = next(piece for piece in pieces if isinstance(piece, Token))
    return e.Duration(
        span=span(pieces),
        amount=Decimal(amount.text),
        unit=e.Unit(one(pieces, Words).text),
        calendar=maybe(pieces, e.Name),
    )


# --- expressions --------------------------------------------------------------------------------


def _field_of(pieces: Pieces) -> e.FieldOf:
    owner, field_name = names(pieces)
    return e.FieldOf(span=span(pieces), owner=owner, field_name=field_name)


def _extreme(pieces: Pieces) -> e.Extreme:
    return e.Extreme(span=span(pieces), latest=has(pieces, "latest"), items=expressions(pieces))


def _sum(pieces: Pieces) -> e.Sum:
    terms: list[e.Term] = []
    negative = False
    for piece in pieces:
        if isinstance(piece, Words):
            negative = piece.text == "-"
        elif isinstance(piece, e.Expression):
            terms.append(e.Term(span=piece.span, negative=negative, value=piece))
    return e.Sum(span=span(pieces), terms=tuple(terms))


def _product(pieces: Pieces) -> e.Product:
    factors: list[e.Factor] = []
    divides = False
    for piece in pieces:
        if isinstance(piece, Words):
            divides = piece.text == "/"
        elif isinstance(piece, e.Expression):
            factors.append(e.Factor(span=piece.span, divides=divides, value=piece))
    return e.Product(span=span(pieces), factors=tuple(factors))


# --- conditions ---------------------------------------------------------------------------------


def _is(pieces: Pieces) -> e.Is:
    left, right = expressions(pieces)
    return e.Is(span=span(pieces), left=left, negated=has(pieces, "not"), right=right)


def _is_one_of(pieces: Pieces) -> e.IsOneOf:
    left, *values = expressions(pieces)
    return e.IsOneOf(span=span(pieces), left=left, negated=has(pieces, "not"), values=tuple(values))


def _is_present(pieces: Pieces) -> e.IsPresent:
    (left,) = expressions(pieces)
    return e.IsPresent(span=span(pieces), left=left, negated=has(pieces, "absent"))


def _compare(pieces: Pieces) -> e.Compare:
    left, right = expressions(pieces)
    relation = e.Relation(one(pieces, Words).text)
    return e.Compare(span=span(pieces), left=left, relation=relation, right=right)


def _is_on_side(pieces: Pieces) -> e.IsOnSide:
    left, right = expressions(pieces)
    side = e.Side(one(pieces, Words).text)
    return e.IsOnSide(span=span(pieces), left=left, side=side, right=right)


def _notice(pieces: Pieces) -> e.Notice:
    # The length is a duration and so an expression too; it stands between the two instants.
    left, *_, right = expressions(pieces)
    relation, side = (piece.text for piece in pieces if isinstance(piece, Words))
    length = next(piece for piece in pieces[1:] if isinstance(piece, e.Duration))
    return e.Notice(
        span=span(pieces),
        left=left,
        relation=e.Relation(relation),
        length=length,
        side=e.Side(side),
        right=right,
    )


def _next_of(pieces: Pieces) -> e.NextOf:
    kind, of = expressions(pieces)
    assert isinstance(kind, e.Name)
    return e.NextOf(span=span(pieces), kind=kind, of=of)


def _in_force_at(pieces: Pieces) -> e.InForceAt:
    return e.InForceAt(span=span(pieces), at=expressions(pieces)[0], until=maybe(pieces, e.NextOf))


def _there_is(pieces: Pieces) -> e.ThereIs:
    kind, *alias = names(pieces)
    return e.ThereIs(
        span=span(pieces),
        negated=one(pieces, Words).text == "no",
        kind=kind,
        alias=alias[0] if alias else None,
        in_force=maybe(pieces, e.InForceAt),
        where=condition(pieces),
    )


def _group(pieces: Pieces) -> e.Condition:
    # With its parentheses, so that what ends with them ends behind them.
    return replace(conditions(pieces)[0], span=span(pieces))


def _negation(pieces: Pieces) -> e.Not:
    return e.Not(span=span(pieces), condition=conditions(pieces)[0])


def _all_of(pieces: Pieces) -> e.AllOf:
    return e.AllOf(span=span(pieces), conditions=conditions(pieces))


def _any_of(pieces: Pieces) -> e.AnyOf:
    return e.AnyOf(span=span(pieces), conditions=conditions(pieces))


def _match(pieces: Pieces) -> e.Match:
    kind, *alias = names(pieces)
    return e.Match(span=span(pieces), kind=kind, alias=alias[0] if alias else None, where=condition(pieces))


# --- windows, bounds, deadlines -----------------------------------------------------------------

MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def _calendar_window(pieces: Pieces) -> l.CalendarWindow:
    return l.CalendarWindow(span=span(pieces), unit=l.WindowUnit(_token(pieces).text))


def _hour_window(pieces: Pieces) -> l.HourWindow:
    return l.HourWindow(span=span(pieces))


def _cycle_window(pieces: Pieces) -> l.CycleWindow:
    month = maybe(pieces, Words)
    unit = next(piece.text for piece in pieces if isinstance(piece, Token))
    return l.CycleWindow(
        span=span(pieces),
        unit=l.WindowUnit(unit),
        day=one(pieces, Whole).value,
        month=MONTH_NAMES.index(month.text) + 1 if month else None,
    )


def _spaced_window(pieces: Pieces) -> l.SpacedWindow:
    return l.SpacedWindow(span=span(pieces), months=one(pieces, Whole).value, since=one(pieces, e.Date))


def _rolling_window(pieces: Pieces) -> l.RollingWindow:
    is_months = has(pieces, "months") or has(pieces, "month")
    return l.RollingWindow(span=span(pieces), length=one(pieces, Whole).value, is_months=is_months)


def _term_window(pieces: Pieces) -> l.TermWindow:
    return l.TermWindow(span=span(pieces))


def _bound(pieces: Pieces) -> l.Bound:
    relation = l.BoundRelation(one(pieces, Words).text)
    value, *upper = expressions(pieces)
    return l.Bound(span=span(pieces), relation=relation, value=value, upper=upper[0] if upper else None)


def _judged(pieces: Pieces) -> l.Judged:
    return l.Judged(span=span(pieces), words=one(pieces, e.Text), role=one(pieces, e.Name))


def _limit(pieces: Pieces) -> l.Limit:
    return l.Limit(span=span(pieces), length=one(pieces, e.Duration), strict=has(pieces, "less"))


def _read_limit(pieces: Pieces) -> l.ReadLimit:
    unit, calendar = maybe(pieces, Words), names(pieces)
    return l.ReadLimit(
        span=span(pieces),
        field=one(pieces, e.FieldOf),
        unit=e.Unit(unit.text) if unit is not None else None,
        calendar=calendar[0] if calendar else None,
        strict=has(pieces, "less"),
    )


def _within(pieces: Pieces) -> l.Within:
    of = expressions(pieces)
    return l.Within(span=span(pieces), limit=one(pieces, l.Limit, l.ReadLimit), of=of[0] if of else None)


def _within_of_window_end(pieces: Pieces) -> l.WithinOfWindowEnd:
    return l.WithinOfWindowEnd(span=span(pieces), limit=one(pieces, l.Limit), window=one(pieces, e.Name))


def _limit_row(pieces: Pieces) -> l.LimitRow:
    return l.LimitRow(
        span=span(pieces), value=one(pieces, e.Name, e.Text, e.Number), limit=one(pieces, l.Limit)
    )


def _within_by(pieces: Pieces) -> l.WithinBy:
    selector, *of = expressions(pieces)
    rows = tuple(piece for piece in pieces if isinstance(piece, l.LimitRow))
    return l.WithinBy(span=span(pieces), selector=selector, rows=rows, of=of[0] if of else None)


def _before(pieces: Pieces) -> l.Before:
    return l.Before(span=span(pieces), instant=expressions(pieces)[0])


def _by(pieces: Pieces) -> l.By:
    return l.By(span=span(pieces), instant=expressions(pieces)[0])


def _at_least_before(pieces: Pieces) -> l.AtLeastBefore:
    _, instant = expressions(pieces)
    return l.AtLeastBefore(span=span(pieces), length=one(pieces, e.Duration), instant=instant)


def _by_business_day(pieces: Pieces) -> l.ByBusinessDay:
    calendar, window = names(pieces)
    return l.ByBusinessDay(
        span=span(pieces),
        number=one(pieces, Whole).value,
        calendar=calendar,
        month_after=has(pieces, "after"),
        window=window,
    )


BUILD: dict[str, Build] = {
    "name": _name,
    "zone_name": _name,
    "region": _name,
    "currency": words,
    "path": _path,
    "text": _text,
    "whole": _whole,
    "number": _number,
    "percent": _percent,
    "money": _money,
    "yes_no": _yes_no,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "unit": _unit,
    "duration": _duration,
    "field_of": _field_of,
    "extreme": _extreme,
    "sign": words,
    "sum": _sum,
    "times": words,
    "product": _product,
    "relation": words,
    "bound_relation": words,
    "side": words,
    "is": _is,
    "is_one_of": _is_one_of,
    "is_present": _is_present,
    "compare": _compare,
    "is_on_side": _is_on_side,
    "notice": _notice,
    "next_of": _next_of,
    "in_force_at": _in_force_at,
    "there_is": _there_is,
    "group": _group,
    "negation": _negation,
    "all_of": _all_of,
    "any_of": _any_of,
    "match": _match,
    "calendar_window": _calendar_window,
    "hour_window": _hour_window,
    "cycle_window": _cycle_window,
    "month_name": words,
    "spaced_window": _spaced_window,
    "rolling_window": _rolling_window,
    "term_window": _term_window,
    "bound": _bound,
    "judged": _judged,
    "limit": _limit,
    "read_limit": _read_limit,
    "within": _within,
    "within_of_window_end": _within_of_window_end,
    "limit_row": _limit_row,
    "within_by": _within_by,
    "before": _before,
    "by": _by,
    "at_least_before": _at_least_before,
    "by_business_day": _by_business_day,
}
"""Rule by rule."""
