"""What credits are a share of: amounts, fees, sums and counts of facts, over a stretch of time (S8.4)."""

from fractions import Fraction
from typing import Final

from engine.dsl import credits as syntax
from engine.dsl.expressions import Money as Amount
from engine.dsl.expressions import Node, Percent
from engine.dsl.findings import Findings
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_duration import counts_something, resolve_duration
from engine.dsl.syntax_to_expression import resolve_expression
from engine.dsl.syntax_to_kind import currency_decimals
from engine.dsl.syntax_to_period import UNITS
from engine.dsl.wording import described, words
from engine.model.credit import CreditCap, ShareOfFee
from engine.model.credit_base import (
    Base,
    CountedBase,
    FeeBase,
    FixedBase,
    FixedFee,
    OfLast,
    OfUnit,
    OfWindow,
    Stretch,
    SummedBase,
    SummedFee,
)
from engine.model.expression import CalendarDays, Expression, Months, Selection
from engine.model.fact import MoneyType
from engine.model.period import CalendarWindows, Windows, WindowUnit
from engine.model.quantity import Money

Fee = FixedFee | SummedFee

PARTS: Final = {
    WindowUnit.DAY: frozenset(WindowUnit),
    WindowUnit.WEEK: frozenset((WindowUnit.WEEK,)),
    WindowUnit.MONTH: frozenset((WindowUnit.MONTH, WindowUnit.QUARTER, WindowUnit.YEAR)),
    WindowUnit.QUARTER: frozenset((WindowUnit.QUARTER, WindowUnit.YEAR)),
    WindowUnit.YEAR: frozenset((WindowUnit.YEAR,)),
}
"""The civil units that are made of whole ones of each unit."""

ORDER: Final = tuple(WindowUnit)
"""The shorter unit first."""


def resolve_base(
    node: syntax.CreditBase, windows: Windows | None, fee: Fee | None, scope: Scope
) -> Base | None:
    """The base; `windows` are those of the promise, absent for a duty that facts trigger."""
    value = node.value
    match value:
        case Amount():
            money = resolve_money(value, scope.findings)
            return FixedBase(amount=money) if money is not None else None
        case syntax.SumOfField():
            summed = _summed(value, scope)
            stretch = _stretch(node.stretch or syntax.OfWindow(span=value.span), windows, scope)
            if summed is None or stretch is None:
                return None
            charges, amount, currency = summed
            return SummedBase(charges=charges, amount=amount, currency=currency, stretch=stretch)
        case syntax.AmountTimesCount():
            money = resolve_money(value.amount, scope.findings)
            matched = resolve_match(value.match, scope)
            stretch = _stretch(value.stretch, windows, scope)
            if money is None or matched is None or stretch is None:
                return None
            return CountedBase(facts=matched[0], each=money, stretch=stretch)
        case syntax.FeeOf():
            stretch = _stretch(value.stretch, windows, scope)
            if fee is None:
                fee_missing(value, scope.findings)
            if stretch is None or fee is None:
                return None
            return _fee_base(value, fee, stretch, windows, scope.findings)


def resolve_fee(node: syntax.Fee | None, scope: Scope) -> Fee | None:
    """The fee of an agreement."""
    if node is None:
        return None
    if isinstance(node.value, syntax.SumOfField):
        summed = _summed(node.value, scope)
        if summed is None:
            return None
        return SummedFee(charges=summed[0], amount=summed[1], currency=summed[2])
    money = resolve_money(node.value, scope.findings)
    if money is None or node.unit is None:
        return None
    return FixedFee(amount=money, unit=UNITS[node.unit.value])


def resolve_caps(
    nodes: list[syntax.CapsCredits], fee: Fee | None, findings: Findings
) -> tuple[CreditCap, ...]:
    """The caps of an agreement, the shorter unit first, each unit said once (S1.3)."""
    caps: dict[WindowUnit, CreditCap] = {}
    places: dict[WindowUnit, Node] = {}
    for node in (limit for each in nodes for limit in each.limits):
        unit = UNITS[node.unit.value]
        if unit in places:
            findings.said_twice(f"the cap on the credits of each {unit.value}", places[unit].span, node.span)
            continue
        places[unit] = node
        limit = _cap(node, unit, fee, findings)
        if limit is not None:
            caps[unit] = CreditCap(limit=limit, unit=unit)
    return tuple(caps[unit] for unit in ORDER if unit in caps)


def resolve_money(node: Amount, findings: Findings) -> Money | None:
    """An amount in a currency that there is, and no finer than its smallest unit."""
    decimals = currency_decimals(node.currency, node.span, findings)
    if decimals is None:
        return None
    if node.amount != round(node.amount, decimals):
        findings.error(
            "amount-too-fine",
            f"`{node.currency}` has {decimals} decimals",
            node.span,
            "finer than the currency",
            help="round the amount to the currency's smallest unit",
        )
        return None
    return Money(amount=node.amount, currency=node.currency)


def currency_of(base: Base | Fee) -> str:
    """The currency of a base or fee."""
    match base:
        case FixedBase(amount=amount) | FixedFee(amount=amount) | CountedBase(each=amount):
            return amount.currency
        case FeeBase(fee=fee):
            return fee.amount.currency
        case SummedBase(currency=currency) | SummedFee(currency=currency):
            return currency


def fee_missing(place: Node, findings: Findings) -> None:
    """Record that a fee is read which the agreement does not say."""
    findings.error(
        "not-said",
        "the fee is not said",
        place.span,
        "which fee?",
        help="say it in the agreement: `fee USD 1200 in each calendar month`",
    )


def _cap(
    node: syntax.CapLimit, unit: WindowUnit, fee: Fee | None, findings: Findings
) -> Money | ShareOfFee | None:
    most = node.limit.amount if isinstance(node.limit, Amount) else node.limit.value
    if not counts_something(most, node.span, findings, "nothing would ever be paid: say how much"):
        return None
    if isinstance(node.limit, Amount):
        return resolve_money(node.limit, findings)
    if fee is None:
        fee_missing(node, findings)
        return None
    if isinstance(fee, FixedFee) and unit not in PARTS[fee.unit]:
        _fee_window(node, fee, unit.value, findings)
        return None
    return ShareOfFee(share=share_of(node.limit), fee=fee)


def _summed(node: syntax.SumOfField, scope: Scope) -> tuple[Selection, Expression, str] | None:
    matched = resolve_match(node.match, scope)
    typed = resolve_expression(node.value, matched[1]) if matched is not None else None
    if matched is None or typed is None:
        return None
    if not isinstance(typed.type, MoneyType):
        scope.findings.error(
            "type-mismatch",
            f"{words(node.value)} is {described(typed.type)}, and an amount is wanted",
            node.value.span,
            described(typed.type),
            help="the base of a credit is a sum of money: declare the field as `money EUR`",
        )
        return None
    return matched[0], typed.expression, typed.type.currency


def _stretch(node: syntax.Stretch, windows: Windows | None, scope: Scope) -> Stretch | None:
    match node:
        case syntax.OfWindow():
            if windows is None:
                scope.findings.error(
                    "credit-unmeasured",
                    "a duty that facts trigger has no window",
                    node.span,
                    "of which window?",
                    help="say `the month`, or `the month before`: that of the breach",
                )
                return None
            return OfWindow()
        case syntax.OfUnit(unit=unit, before=before):
            return OfUnit(unit=UNITS[unit.value], before=before)
        case syntax.OfLast(length=length):
            if not counts_something(length.amount, length.span, scope.findings):
                return None
            found = resolve_duration(length, scope.names.calendars, scope.findings)
            if found is None or isinstance(found, CalendarDays | Months):
                return None if found is None else OfLast(length=found)
            scope.findings.error(
                "type-mismatch",
                "the last so many days or months are whole civil days",
                length.span,
                "counted on a clock or a calendar",
                help="say `the last 12 months`, or `the last 30 calendar days`",
            )
            return None


def _fee_base(
    node: syntax.FeeOf, fee: Fee, stretch: Stretch, windows: Windows | None, findings: Findings
) -> Base | None:
    """The fee over the stretch, which a fixed fee must divide."""
    if isinstance(fee, SummedFee):
        return SummedBase(charges=fee.charges, amount=fee.amount, currency=fee.currency, stretch=stretch)
    match stretch, windows:
        case (OfWindow(), CalendarWindows(unit=unit)) | (OfUnit(unit=unit), _) if unit in PARTS[fee.unit]:
            assert not isinstance(stretch, OfLast)
            return FeeBase(fee=fee, stretch=stretch)
        case (OfUnit(unit=unit), _) | (OfWindow(), CalendarWindows(unit=unit)):
            _fee_window(node, fee, unit.value, findings)
        case _:
            _fee_window(node, fee, "stretch", findings)
    return None


def _fee_window(place: Node, fee: FixedFee, unit: str, findings: Findings) -> None:
    findings.error(
        "fee-window",
        f"the fee is of each {fee.unit.value}, and a {unit} is not made of whole ones",
        place.span,
        f"no whole {fee.unit.value.removeprefix('calendar ')}s",
        help=f"say `fee of the {fee.unit.value.removeprefix('calendar ')}`, or another fee",
    )


def share_of(percent: Percent) -> Fraction:
    """A percentage as a share."""
    return Fraction(percent.value) / 100
