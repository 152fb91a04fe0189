"""What a verdict is worth before caps and rounding: payments, points, the item's own cap and floor (S8.4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import assert_never

from engine.model.agreement import Agreement
from engine.model.credit import Band, Credits, Excess, OnBreach, PointBand, Pool, Proportional, Steps, Worth
from engine.model.decimals import amount_text, number_text
from engine.model.obligation import Duty, Target
from engine.model.quantity import PERCENT, Bound, Money, Unit
from engine.model.reaction import CreditDue, CreditState
from engine.model.verdict import Exact, Flag, Range, State, Verdict
from engine.rules.reactions.credit_base import Known, money_words, percent_words


@dataclass(slots=True, kw_only=True)
class Draft:
    """A credit in the making. `owed` is exact, and absent where it is not known or there are only points."""

    promise: Target | Duty
    agreement: Agreement
    terms: Credits
    verdict: Verdict
    owed: Fraction | None = None
    is_known: bool = True
    points: int | None = None
    state: CreditState = CreditState.FINAL
    due: tuple[CreditDue, ...] = ()
    remedy: str | None = None
    lines: list[str] = field(default_factory=list[str])

    @property
    def is_breach(self) -> bool:
        """Whether the promise was broken."""
        return self.verdict.state is State.BREACHED

    @property
    def value(self) -> Fraction | None:
        """The exact value of a target; a duty has none that bands could hold."""
        measured = self.verdict.measured
        return measured.value if isinstance(measured, Exact) and isinstance(self.promise, Target) else None

    @property
    def banded(self) -> Fraction | None:
        """The value as bands see it: of the range of a window that is over, its low end, if no end of a band
        lies inside."""
        measured = self.verdict.measured
        is_early = Flag.DECIDED_EARLY in self.verdict.flags
        if not isinstance(measured, Range) or not isinstance(self.promise, Target) or is_early:
            return self.value
        bands = (*self.terms.bands, *self.terms.points)
        is_apart = any(
            end.side(measured.low) != end.side(measured.high) for each in bands for end in each.ends
        )
        return None if is_apart else measured.low

    @property
    def spends(self) -> bool:
        """Whether money is, or may still be, paid: it counts beside others and for caps."""
        return bool(self.owed) and self.state not in (CreditState.LAPSED, CreditState.EARNED_BACK)

    def take_away(self, line: str, left: Fraction = Fraction(0)) -> None:
        """Leave so much of the credit; nothing is due for nothing."""
        self.owed = left
        self.lines.append(line)
        if not left and not self.points:
            self.state, self.due = CreditState.FINAL, ()


def is_credited(draft: Draft) -> bool:
    """Whether anything follows: a breach, or a value in a band."""
    if draft.is_breach:
        return True
    value, terms = draft.banded, draft.terms
    bands = (*terms.bands, *(each for each in terms.points if each.ends))
    return value is not None and any(_holds(each.ends, value) for each in bands)


def needs_base(draft: Draft) -> bool:
    """Whether the base can matter."""
    if draft.terms.base is None or (isinstance(draft.promise, Target) and draft.banded is None):
        return False
    return draft.terms.at_most is not None or any(_of_base(each) for each in _made(draft))


def price(draft: Draft, base: Known | None, was_breached: bool) -> None:
    """Work out what the verdict is worth; `was_breached` is of the window before."""
    if isinstance(draft.promise, Target) and draft.banded is None:
        draft.is_known = False
        draft.lines.append("the window's final value is not known yet")
        return
    if base is not None:
        draft.lines.append(base[1])
    amount = base[0] if base is not None else None
    paid = [_paid(each, draft, amount) for each in _made(draft)]
    _points(draft, was_breached)
    if not paid and not draft.points:
        draft.lines.append(f"{_shown(draft)} falls in no band: nothing is paid")
    if any(each is None for each in paid) or (base is not None and amount is None):
        draft.is_known = False
    elif draft.terms.currency is not None:
        draft.owed = _limited(draft, sum((each or Fraction(0) for each in paid), Fraction(0)), amount)


def _made(draft: Draft) -> list[Band | OnBreach | Steps | Proportional | Pool]:
    value = draft.banded
    holding = [each for each in draft.terms.bands if value is not None and _holds(each.ends, value)]
    others = [each for each in draft.terms.payments if not isinstance(each, Band)]
    return [*holding[:1], *(others if draft.is_breach else ())]


def _of_base(payment: Band | OnBreach | Steps | Proportional | Pool) -> bool:
    return isinstance(payment, Proportional | Pool) or not isinstance(payment.worth, Money)


def _limited(draft: Draft, paid: Fraction, base: Fraction | None) -> Fraction:
    """With the worth of points, at most a share of the base, and nothing where it is too little."""
    terms = draft.terms
    if terms.point_worth is not None and draft.points:
        worth = draft.points * Fraction(terms.point_worth.amount)
        draft.lines.append(f"{draft.points} × {money_words(terms.point_worth)} = {amount_text(worth)}")
        paid += worth
    if terms.at_most is not None and base is not None and paid > terms.at_most * base:
        paid = terms.at_most * base
        draft.lines.append(f"at most {percent_words(terms.at_most)} of the base = {amount_text(paid)}")
    if terms.at_least is not None and paid < Fraction(terms.at_least.amount):
        draft.lines.append(f"{amount_text(paid)} is below {money_words(terms.at_least)}: nothing is paid")
        return Fraction(0)
    return paid


def _paid(
    payment: Band | OnBreach | Steps | Proportional | Pool, draft: Draft, base: Fraction | None
) -> Fraction | None:
    """What one payment comes to, with its line; None where something of it is not known."""
    match payment:
        case Band(worth=worth, ends=ends):
            why = f"{_shown(draft)} is {' and '.join(_end_words(end) for end in ends)}"
            return _times(worth, Fraction(1), base, draft, why)
        case OnBreach(worth=worth):
            return _times(worth, Fraction(1), base, draft, "a breach")
        case Steps(worth=worth, size=size, unit=unit, of=of, or_part=or_part):
            extent = _extent(of, unit, draft)
            if extent is None:
                draft.lines.append(f"the {of.value} is not known in {unit.name}")
                return None
            count = ceil(extent / size) if or_part else floor(extent / size)
            each = f"each {_in_unit(size, unit)}{' or part' if or_part else ' in full'}"
            why = f"{_in_unit(extent, unit)} of {of.value} is {count} times {each}"
            return _times(worth, Fraction(count), base, draft, why)
        case Proportional(times=times):
            down, agreed = _downtime(draft), draft.verdict.counts.get("agreed", 0)
            if down is None or not agreed:
                draft.lines.append("there is no agreed time to hold the downtime against")
                return None
            why = f"{number_text(times)} times {number_text(down)} of {number_text(Fraction(agreed))} µs"
            return _times(times * down / agreed, Fraction(1), base, draft, why)
        case Pool(pool=pool, weight=weight, at_risk=at_risk):
            why = " × ".join(percent_words(each) for each in (pool, weight, at_risk))
            return _times(pool * weight * at_risk, Fraction(1), base, draft, why)
        case _:
            assert_never(payment)


def _times(worth: Worth, count: Fraction, base: Fraction | None, draft: Draft, why: str) -> Fraction | None:
    """`count` times an amount or a share of the base."""
    match worth:
        case Money():
            paid = Fraction(worth.amount) * count
            draft.lines.append(f"{why}: {money_words(worth)} × {count} = {amount_text(paid)}")
            return paid
        case Fraction():
            if base is None:
                draft.lines.append(f"{why}: {number_text(worth * count)} of a base that is not known")
                return None
            paid = worth * count * base
            share = number_text(worth * count / PERCENT.size)
            draft.lines.append(f"{why}: {share}% × {amount_text(base)} = {amount_text(paid)}")
            return paid


def _points(draft: Draft, was_breached: bool) -> None:
    """Service points; they double once where the window before was breached too, and never compound."""
    if not draft.terms.points:
        return
    band = next((each for each in draft.terms.points if _gives(each, draft)), None)
    if band is None:
        if draft.is_breach:
            draft.points = 0
            draft.lines.append(f"{_shown(draft)} falls in no band of points")
        return
    draft.points = band.points
    draft.lines.append(f"{_shown(draft)}: {band.points} points")
    if draft.terms.points_double and draft.is_breach and was_breached:
        draft.points = 2 * band.points
        draft.lines.append(f"breached in the window before too: 2 × {band.points} points")


def _gives(band: PointBand, draft: Draft) -> bool:
    value = draft.banded
    return (value is not None and _holds(band.ends, value)) if band.ends else draft.is_breach


def _extent(of: Excess, unit: Unit, draft: Draft) -> Fraction | None:
    """What the steps divide, in the base of their unit's dimension."""
    verdict = draft.verdict
    match of:
        case Excess.DOWNTIME:
            return _downtime(draft)
        case Excess.LATENESS:
            if verdict.fulfilled_at is None:
                return None
            if verdict.late_by is None or verdict.late_unit is None:
                return Fraction(0)
            return verdict.late_by if verdict.late_unit.dimension is unit.dimension else None
        case Excess.SHORTFALL | Excess.EXCESS:
            value, bound = draft.value, verdict.bound
            if value is None or bound is None:
                return None
            above = bound.compared(value) - (bound.value if bound.upper is None else bound.upper)
            return max(bound.value - bound.compared(value) if of is Excess.SHORTFALL else above, Fraction(0))
        case _:
            assert_never(of)


def _downtime(draft: Draft) -> Fraction | None:
    denominator = draft.verdict.counts.get("denominator")
    if draft.value is None or denominator is None:
        return None
    return denominator - draft.value * denominator


def _holds(ends: Iterable[Bound], value: Fraction) -> bool:
    return all(end.holds(value) for end in ends)


def _shown(draft: Draft) -> str:
    measured = draft.verdict.measured
    match measured:
        case Exact(value=value, unit=unit):
            return _in_unit(value, unit)
        case Range(low=low, high=high, unit=unit):
            return f"what lies between {_in_unit(low, unit)} and {_in_unit(high, unit)}"
        case None:
            return "the breach"


def _end_words(end: Bound) -> str:
    return f"{end.comparison.value} {_in_unit(end.value, end.unit)}"


def _in_unit(value: Fraction, unit: Unit) -> str:
    shown = number_text(value, unit.size)
    return f"{shown}%" if unit == PERCENT else f"{shown} {unit.name}"
