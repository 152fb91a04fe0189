"""Credits in tiers: the base, the bands with both ends said, the cap (S8.4)."""

from fractions import Fraction

from engine.dsl import consequences as syntax
from engine.dsl.currencies import DECIMALS
from engine.dsl.expressions import Relation
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_bound import resolve_amount
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_expression import resolve_expression
from engine.dsl.syntax_to_kind import currency_decimals
from engine.dsl.wording import described, words
from engine.model.calendar import Clock, DatedCalendar
from engine.model.credit import Band, Credits, FixedBase, MoneyRounding, SummedBase
from engine.model.fact import MoneyType
from engine.model.quantity import Bound, Comparison, Money, Unit


def resolve_credits(
    block: syntax.Credits, unit: Unit, frame: Frame, calendar: Clock | DatedCalendar | None
) -> Credits | None:
    """The credits of a target whose measure is counted in `unit`."""
    findings = frame.findings
    said = findings.exactly_one(
        block.items, syntax.CreditBase, "the base of the credits", block.span, "base USD 1200"
    )
    cap = findings.at_most_one(block.items, syntax.CreditCap, "the most that is paid")
    pays = [item for item in block.items if isinstance(item, syntax.Pays)]
    if not pays:
        findings.error(
            "not-said",
            "what is paid is not said",
            block.span,
            "no `pays` line",
            help="say it: `pays 10% below 99.95% and at or above 99.0%`",
        )
    rounding = frame.scope.conventions.choice(MoneyRounding, block.span, "an amount of money")
    base = _base(said, frame) if said is not None else None
    found = [_band(item, unit, frame, calendar) for item in pays]
    bands = tuple(band for band in found if band is not None)
    if base is None or len(bands) < len(found):
        return None
    currency = base.amount.currency if isinstance(base, FixedBase) else base.currency
    return Credits(
        base=base,
        bands=bands,
        at_most=Fraction(cap.share.value) / 100 if cap is not None else None,
        rounding=rounding,
        decimals=DECIMALS[currency],
        span=block.span,
    )


def _base(node: syntax.CreditBase, frame: Frame) -> FixedBase | SummedBase | None:
    value = node.value
    if not isinstance(value, syntax.SumOfField):
        if currency_decimals(value.currency, value.span, frame.findings) is None:
            return None
        return FixedBase(amount=Money(amount=value.amount, currency=value.currency))
    matched = resolve_match(value.match, frame.scope)
    typed = resolve_expression(value.value, matched[1]) if matched is not None else None
    if matched is None or typed is None:
        return None
    if not isinstance(typed.type, MoneyType):
        frame.findings.error(
            "type-mismatch",
            f"{words(value.value)} is {described(typed.type)}, and an amount is wanted",
            value.value.span,
            described(typed.type),
            help="the base of a credit is a sum of money: declare the field as `money EUR`",
        )
        return None
    return SummedBase(charges=matched[0], amount=typed.expression, currency=typed.type.currency)


def _band(node: syntax.Pays, unit: Unit, frame: Frame, calendar: Clock | DatedCalendar | None) -> Band | None:
    found = [_end(end, unit, frame, calendar) for end in node.band]
    ends = tuple(end for end in found if end is not None)
    return Band(share=Fraction(node.share.value) / 100, ends=ends) if len(ends) == len(found) else None


def _end(
    node: syntax.BandEnd, unit: Unit, frame: Frame, calendar: Clock | DatedCalendar | None
) -> Bound | None:
    amount = resolve_amount(node.value, unit, frame, calendar)
    if amount is None:
        return None
    if node.relation is Relation.ABOVE:
        comparison = Comparison.AT_LEAST if node.inclusive else Comparison.ABOVE
    else:
        comparison = Comparison.AT_MOST if node.inclusive else Comparison.BELOW
    return Bound(comparison=comparison, value=amount[0], unit=amount[1])
