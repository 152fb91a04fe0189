"""Builds credits, fees and caps from the parts of their rules."""

from engine.dsl import credits as c
from engine.dsl import expressions as e
from engine.dsl.limits import CalendarWindow, Limit, WindowUnit
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    Words,
    expressions,
    has,
    literals,
    many,
    maybe,
    names,
    one,
    span,
    words,
)
from engine.dsl.text_to_tokens import Token


def _credits(pieces: Pieces) -> c.Credits:
    return c.Credits(
        span=span(pieces), items=tuple(piece for piece in pieces if isinstance(piece, c.CreditItem))
    )


# --- bases --------------------------------------------------------------------------------------


def _credit_base(pieces: Pieces) -> c.CreditBase:
    return c.CreditBase(
        span=span(pieces),
        value=one(pieces, e.Money, c.SumOfField, c.FeeOf, c.AmountTimesCount),
        stretch=maybe(pieces, *_STRETCHES),
    )


_STRETCHES = (c.OfWindow, c.OfUnit, c.OfLast)


def _of_window(pieces: Pieces) -> c.OfWindow:
    return c.OfWindow(span=span(pieces))


def _of_unit(pieces: Pieces) -> c.OfUnit:
    unit = next(piece.text for piece in pieces if isinstance(piece, Token))
    return c.OfUnit(span=span(pieces), unit=WindowUnit(unit), before=has(pieces, "before"))


def _of_last(pieces: Pieces) -> c.OfLast:
    return c.OfLast(span=span(pieces), length=one(pieces, e.Duration))


def _sum_of_field(pieces: Pieces) -> c.SumOfField:
    return c.SumOfField(span=span(pieces), value=one(pieces, e.FieldOf), match=one(pieces, e.Match))


def _fee_of(pieces: Pieces) -> c.FeeOf:
    return c.FeeOf(span=span(pieces), stretch=one(pieces, *_STRETCHES))


def _amount_times_count(pieces: Pieces) -> c.AmountTimesCount:
    return c.AmountTimesCount(
        span=span(pieces),
        amount=one(pieces, e.Money),
        match=one(pieces, e.Match),
        stretch=one(pieces, *_STRETCHES),
    )


# --- payments -----------------------------------------------------------------------------------


def _worth(pieces: Pieces) -> c.Worth:
    return one(pieces, e.Percent, e.Money)


def _pays(pieces: Pieces) -> c.Pays:
    return c.Pays(span=span(pieces), worth=_worth(pieces), band=many(pieces, c.BandEnd))


def _pays_on_breach(pieces: Pieces) -> c.PaysOnBreach:
    return c.PaysOnBreach(span=span(pieces), worth=_worth(pieces))


def _pays_steps(pieces: Pieces) -> c.PaysSteps:
    return c.PaysSteps(
        span=span(pieces),
        worth=_worth(pieces),
        step=one(pieces, c.Step),
        of=c.Excess(one(pieces, Words).text),
    )


def _step(pieces: Pieces) -> c.Step:
    return c.Step(span=span(pieces), size=literals(pieces)[0], or_part=has(pieces, "part"))


def _pays_proportional(pieces: Pieces) -> c.PaysProportional:
    return c.PaysProportional(span=span(pieces), times=one(pieces, e.Number))


def _pays_pool(pieces: Pieces) -> c.PaysPool:
    pool, weight, at_risk = many(pieces, e.Percent)
    return c.PaysPool(span=span(pieces), pool=pool, weight=weight, at_risk=at_risk)


def _points(pieces: Pieces) -> c.Points:
    return c.Points(span=span(pieces), points=one(pieces, Whole).value, band=many(pieces, c.BandEnd))


def _points_double(pieces: Pieces) -> c.PointsDouble:
    return c.PointsDouble(span=span(pieces))


def _points_worth(pieces: Pieces) -> c.PointsWorth:
    return c.PointsWorth(span=span(pieces), worth=one(pieces, e.Money))


def _band_end(pieces: Pieces) -> c.BandEnd:
    return c.BandEnd(
        span=span(pieces),
        relation=e.Relation.ABOVE if has(pieces, "above") else e.Relation.BELOW,
        inclusive=has(pieces, "or"),
        value=expressions(pieces)[0],
    )


# --- conditions ---------------------------------------------------------------------------------


def _credit_cap(pieces: Pieces) -> c.CreditCap:
    return c.CreditCap(span=span(pieces), share=one(pieces, e.Percent))


def _credit_floor(pieces: Pieces) -> c.CreditFloor:
    return c.CreditFloor(span=span(pieces), amount=one(pieces, e.Money))


def _earned_back(pieces: Pieces) -> c.EarnedBack:
    return c.EarnedBack(span=span(pieces), band=many(pieces, c.BandEnd), windows=one(pieces, Whole).value)


def _claimed(pieces: Pieces) -> c.Claimed:
    found = expressions(pieces)
    return c.Claimed(span=span(pieces), limit=one(pieces, Limit), of=found[0] if found else None)


def _never_with(pieces: Pieces) -> c.NeverWith:
    return c.NeverWith(span=span(pieces), promises=names(pieces))


def _choice_of(pieces: Pieces) -> c.ChoiceOf:
    return c.ChoiceOf(span=span(pieces), of_customer=has(pieces, "customer"), instead=many(pieces, e.Text))


# --- in the agreement ---------------------------------------------------------------------------


def _fee(pieces: Pieces) -> c.Fee:
    window = maybe(pieces, CalendarWindow)
    return c.Fee(
        span=span(pieces),
        value=one(pieces, e.Money, c.SumOfField),
        unit=window.unit if window is not None else None,
    )


def _caps_credits(pieces: Pieces) -> c.CapsCredits:
    return c.CapsCredits(span=span(pieces), limits=many(pieces, c.CapLimit))


def _cap_limit(pieces: Pieces) -> c.CapLimit:
    return c.CapLimit(
        span=span(pieces), limit=one(pieces, e.Percent, e.Money), unit=one(pieces, CalendarWindow).unit
    )


BUILD: dict[str, Build] = {
    "credits": _credits,
    "credit_base": _credit_base,
    "of_window": _of_window,
    "of_unit": _of_unit,
    "of_last": _of_last,
    "sum_of_field": _sum_of_field,
    "fee_of": _fee_of,
    "amount_times_count": _amount_times_count,
    "pays": _pays,
    "pays_on_breach": _pays_on_breach,
    "pays_steps": _pays_steps,
    "step": _step,
    "excess": words,
    "pays_proportional": _pays_proportional,
    "pays_pool": _pays_pool,
    "points": _points,
    "points_double": _points_double,
    "points_worth": _points_worth,
    "band_end": _band_end,
    "credit_cap": _credit_cap,
    "credit_floor": _credit_floor,
    "earned_back": _earned_back,
    "claimed": _claimed,
    "never_with": _never_with,
    "choice_of": _choice_of,
    "fee": _fee,
    "caps_credits": _caps_credits,
    "cap_limit": _cap_limit,
}
"""Rule by rule."""
