"""The most that one promise's credit for one window or occasion could come to (S8.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import assert_never

from engine.graph.money.civil_days import ONE_DAY, Days, unit_around, units_met
from engine.model.agreement import Agreement
from engine.model.credit import Band, Credits, Excess, OnBreach, Payment, Pool, Proportional, Steps, Worth
from engine.model.credit_base import (
    CountedBase,
    FeeBase,
    FixedBase,
    FixedFee,
    OfUnit,
    SummedBase,
)
from engine.model.decimals import amount_text, exact_text
from engine.model.measure import Aggregated, ShareWithin, Uptime, is_share
from engine.model.obligation import Duty, Target
from engine.model.period import Term, first_day
from engine.model.quantity import DAY, HOUR, PERCENT, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """An amount that is not exceeded, or why none is known (`unknown`) or can be (`unbounded`); `said` is how
    it was found."""

    amount: Fraction | None
    said: str
    unbounded: bool = False


def most_credit(
    promise: Target | Duty, credits: Credits, window: Days, versions: Sequence[Agreement]
) -> Most:
    """The most for the window of these civil days, in the term from the first version to the last."""
    base = _base(credits, window, versions)
    paid = [_most_paid(each, promise, window) for each in credits.payments]
    bands = [each for each, payment in zip(paid, credits.payments, strict=True) if isinstance(payment, Band)]
    others = [
        each for each, payment in zip(paid, credits.payments, strict=True) if not isinstance(payment, Band)
    ]
    of_base = any(isinstance(each, _Part) and each.share for each in paid) or credits.at_most is not None
    if base is not None and base.amount is None and of_base:
        return base
    held = base.amount if base is not None and base.amount is not None else Fraction(0)
    endless = next((each for each in paid if isinstance(each, str)), None)
    ceiling = None if credits.at_most is None or base is None else credits.at_most * held
    if endless is not None and ceiling is None:
        return Most(amount=None, said=endless, unbounded=True)
    points = max((each.points for each in credits.points), default=0) * (2 if credits.points_double else 1)
    worth = points * Fraction(credits.point_worth.amount) if credits.point_worth is not None else Fraction(0)
    total = worth
    if endless is None:
        total += max((each.of(held) for each in bands if isinstance(each, _Part)), default=Fraction(0))
        total += sum((each.of(held) for each in others if isinstance(each, _Part)), Fraction(0))
    said = [base.said] if base is not None and of_base else list[str]()
    if ceiling is not None and (endless is not None or total > ceiling):
        total = ceiling
        said.append(f"at most {_percent(credits.at_most or ceiling)} of it")
    elif endless is None:
        said.append(f"at most {amount_text(total)}")
    if credits.at_least is not None and total < Fraction(credits.at_least.amount):
        return Most(amount=Fraction(0), said="never reaches the least that is paid")
    return Most(amount=total, said=", ".join(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one payment comes to at most: a share of the base, and an amount."""

    share: Fraction = Fraction(0)
    amount: Fraction = Fraction(0)

    def of(self, base: Fraction) -> Fraction:
        return self.share * base + self.amount


def _worth(worth: Worth, times: Fraction = Fraction(1)) -> _Part:
    if isinstance(worth, Money):
        return _Part(amount=Fraction(worth.amount) * times)
    return _Part(share=worth * times)


def _most_paid(payment: Payment, promise: Target | Duty, window: Days) -> _Part | str:
    """The most that a payment comes to, or why it has no end."""
    match payment:
        case Band(worth=worth) | OnBreach(worth=worth):
            return _worth(worth)
        case Steps(worth=worth, size=size, of=of, or_part=or_part):
            extent = _most_extent(of, promise, window)
            if isinstance(extent, str):
                return extent
            return _worth(worth, Fraction(ceil(extent / size) if or_part else floor(extent / size)))
        case Proportional(times=times):
            return _Part(share=times)
        case Pool(pool=pool, weight=weight, at_risk=at_risk):
            return _Part(share=pool * weight * at_risk)
        case _:
            assert_never(payment)


def _most_extent(of: Excess, promise: Target | Duty, window: Days) -> Fraction | str:
    """How far a breach can go, in the base of its dimension, or why there is no end to it."""
    bound = promise.bound if isinstance(promise, Target) else None
    match of:
        case Excess.DOWNTIME:
            measure = promise.measure if isinstance(promise, Target) else None
            if isinstance(measure, Uptime) and measure.fixed is not None:
                return Fraction(measure.fixed)
            if isinstance(measure, Uptime) and measure.deployed is None and window.last is not None:
                # No civil day is longer than 25 hours of agreed time, nor are many of them in a row.
                return Fraction(((window.last - window.first).days + 1) * DAY + HOUR)
            return "there is no end to the downtime that steps are counted of"
        case Excess.LATENESS:
            return "the later, the more, without end"
        case Excess.SHORTFALL if bound is not None and _is_part_of_whole(promise):
            return bound.value
        case Excess.EXCESS if bound is not None and _is_part_of_whole(promise):
            return max(Fraction(1) - (bound.value if bound.upper is None else bound.upper), Fraction(0))
        case Excess.SHORTFALL | Excess.EXCESS:
            way = "below" if of is Excess.SHORTFALL else "above"
            return f"the further {way} the bound, the more, without end"
        case _:
            assert_never(of)


def _is_part_of_whole(promise: Target | Duty) -> bool:
    """Whether what is measured is never below 0% nor above 100%: of two sums either may be the larger."""
    match promise:
        case Target(measure=Uptime() | ShareWithin()):
            return True
        case Target(measure=Aggregated(buckets=None) as measure):
            return is_share(measure)
        case Target(measure=Aggregated(buckets=buckets)):
            return buckets is not None and buckets.kept is not None
        case _:
            return False


def _base(credits: Credits, window: Days, versions: Sequence[Agreement]) -> Most | None:
    """The base, where facts need not be asked for it."""
    match credits.base:
        case None:
            return None
        case FixedBase(amount=amount):
            return Most(amount=Fraction(amount.amount), said=f"base {_money(amount)}")
        case FeeBase(fee=fee, stretch=stretch):
            return fee_due(fee, _stretch(stretch, window), versions)
        case SummedBase(charges=facts):
            return Most(amount=None, said=f"its base is the sum of the facts of kind {facts.kind}")
        case CountedBase(facts=facts, each=each):
            return Most(amount=None, said=f"its base is {_money(each)} for each fact of kind {facts.kind}")
        case _:
            assert_never(credits.base)


def _stretch(of: object, window: Days) -> Days:
    """The days of a base: those of the window, of the unit of its last day, or of the unit before it."""
    if not isinstance(of, OfUnit) or window.last is None:
        return window
    if of.before:
        return unit_around(of.unit, first_day(of.unit, window.first) - ONE_DAY)
    return unit_around(of.unit, window.last)


def fee_due(fee: FixedFee, days: Days, versions: Sequence[Agreement]) -> Most:
    """A fee for each of its units that meets both a stretch and the term."""
    term = Term(start=versions[0].term.start, through=versions[-1].ends)
    count = units_met(fee.unit, days.within(term))
    if count is None:
        return Most(amount=None, said="its base is the fee of a term without end", unbounded=True)
    total = count * Fraction(fee.amount.amount)
    return Most(amount=total, said=f"base {count} × {_money(fee.amount)} = {amount_text(total)}")


def _money(money: Money) -> str:
    return f"{money.currency} {amount_text(Fraction(money.amount))}"


def _percent(share: Fraction) -> str:
    return f"{exact_text(share / PERCENT.size)}%"
