"""What one verdict is worth under the terms of its credits, each step said (S8.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias, assert_never

from engine.definition.book import Book
from engine.definition.credit_bases import Found, base_of, money_text
from engine.definition.credit_items import Item
from engine.definition.wording import bound_text, share_text, value_text
from engine.model.credit import (
    Band,
    Credits,
    Excess,
    OnBreach,
    Payment,
    Pool,
    Proportional,
    Steps,
    Worth,
)
from engine.model.decimals import amount_text, number_text
from engine.model.obligation import Duty, Target
from engine.model.quantity import Bound, Money
from engine.model.reading import credits_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Flag, Range, State, Verdict

Owed: TypeAlias = tuple[Fraction | None, str]
"""A share of the base or an amount in exact money, absent where it is not known, and how it came about."""


def item_of(snapshot: Snapshot, verdict: Verdict, before: Sequence[Verdict], book: Book) -> Item | None:
    """What the verdict is worth; nothing if it met its bound and lies in no band. `before` are the verdicts
    on the parts of the window before."""
    promise = snapshot.obligation_of(verdict)
    terms = credits_of(promise)
    if not isinstance(promise, Target | Duty) or terms is None or promise.terms.reported_only:
        return None
    if verdict.state not in (State.MET, State.BREACHED):
        return None
    agreement = snapshot.agreements[promise.terms.agreement]
    is_breach = verdict.state is State.BREACHED
    item = Item(
        promise=promise, agreement=agreement, terms=terms, verdict=verdict, amount=None, known=False, steps=()
    )
    value = banded_value(verdict, terms) if isinstance(promise, Target) else None
    if isinstance(promise, Target) and value is None:
        return item.then("the final value of the window is not known yet") if is_breach else None
    made = list(payments_made(terms, value, is_breach))
    points = points_of(terms, value, is_breach, before)
    if not is_breach and not made and points is None:
        return None
    base = None
    if terms.base is not None and (terms.at_most is not None or any(needs_base(each) for each in made)):
        reading = book.reading(promise.terms.subjects, verdict.combination)
        base = base_of(terms.base, verdict, agreement, snapshot, reading)
    return priced(item, made, points, base, promise)


def exact_value(verdict: Verdict) -> Fraction | None:
    """The measured value."""
    return verdict.measured.value if isinstance(verdict.measured, Exact) else None


def banded_value(verdict: Verdict, terms: Credits) -> Fraction | None:
    """The value that bands hold: where a window that is over has a range, either end of one that lies on the
    same side of every end of the bands."""
    measured = verdict.measured
    if not isinstance(measured, Range) or Flag.DECIDED_EARLY in verdict.flags:
        return exact_value(verdict)
    ends = [end for each in (*terms.bands, *terms.points) for end in each.ends]
    is_one = all(end.side(measured.low) == end.side(measured.high) for end in ends)
    return measured.low if is_one else None


def payments_made(terms: Credits, value: Fraction | None, is_breach: bool) -> Iterator[Payment]:
    """The first band that holds the value, whatever the state; everything else on breach."""
    band = next((each for each in terms.bands if value is not None and inside(value, each.ends)), None)
    if band is not None:
        yield band
    if is_breach:
        yield from (each for each in terms.payments if not isinstance(each, Band))


def inside(value: Fraction, ends: Sequence[Bound]) -> bool:
    """Whether a value lies inside all the ends of a band."""
    return all(end.holds(value) for end in ends)


def needs_base(payment: Payment) -> bool:
    """Whether a payment is a share of the base."""
    match payment:
        case Band(worth=worth) | OnBreach(worth=worth) | Steps(worth=worth):
            return isinstance(worth, Fraction)
        case Proportional() | Pool():
            return True
        case _:
            assert_never(payment)


def points_of(
    terms: Credits, value: Fraction | None, is_breach: bool, before: Sequence[Verdict]
) -> tuple[int, str] | None:
    """The service points, doubled once where the window before was breached too, and how they came about."""
    if not terms.points:
        return None
    held = next(
        (
            each
            for each in terms.points
            if (value is not None and inside(value, each.ends) if each.ends else is_breach)
        ),
        None,
    )
    if held is None:
        return (0, "the value lies in no band of points: no points") if is_breach else None
    said = f"points {held.points}" + "".join(f" {bound_text(end)}" for end in held.ends)
    is_repeat = is_breach and any(each.state is State.BREACHED for each in before)
    if terms.points_double and is_repeat:
        return 2 * held.points, f"{said}, doubled: breached in the window before too"
    return held.points, said


def priced(
    item: Item,
    made: list[Payment],
    points: tuple[int, str] | None,
    base: Found | None,
    promise: Target | Duty,
) -> Item:
    """The item with its amount: all that is paid, capped at a share of the base; too little is nothing."""
    terms = item.terms
    steps: list[str] = [] if base is None else [base.how]
    known = base is None or base.amount is not None
    total = Fraction(0)
    for payment in made:
        owed, how = amount_of(payment, item.verdict, base.amount if base else None, promise)
        steps.append(how)
        known = known and owed is not None
        total += owed or 0
    if points is not None:
        steps.append(points[1])
        if terms.point_worth is not None:
            total += points[0] * Fraction(terms.point_worth.amount)
            steps.append(f"{points[0]} × {money_text(terms.point_worth)}")
    if not made and points is None:
        steps.append("the value lies in no band: nothing is paid")
    if terms.at_most is not None and base is not None and base.amount is not None:
        most = base.amount * terms.at_most
        if total > most:
            steps.append(f"at most {share_text(terms.at_most)} of the base: {amount_text(most)}")
            total = most
    if terms.at_least is not None and total < Fraction(terms.at_least.amount):
        steps.append(f"less than {money_text(terms.at_least)} is not paid")
        total = Fraction(0)
    return replace(
        item,
        amount=total if known and terms.currency is not None else None,
        known=known,
        steps=tuple(steps),
        points=None if points is None else points[0],
    )


def amount_of(payment: Payment, verdict: Verdict, base: Fraction | None, promise: Target | Duty) -> Owed:
    """What one payment comes to."""
    match payment:
        case Band(worth=worth, ends=ends):
            return worth_of(worth, base, " and ".join(bound_text(end) for end in ends))
        case OnBreach(worth=worth):
            return worth_of(worth, base, "on breach")
        case Steps():
            return stepped(payment, verdict, base, promise)
        case Proportional(times=times):
            down, agreed = downtime(verdict), verdict.counts.get("agreed")
            if down is None or not agreed or base is None:
                return None, "downtime over agreed time is not known"
            paid = times * base * down / agreed
            part = f"{number_text(down)} µs / {number_text(Fraction(agreed))} µs"
            return paid, f"{number_text(times)} × {amount_text(base)} × {part} = {amount_text(paid)}"
        case Pool(pool=pool, weight=weight, at_risk=at_risk):
            share = pool * weight * at_risk
            how = f"pool {share_text(pool)} × weight {share_text(weight)} × at risk {share_text(at_risk)}"
            return worth_of(share, base, how)
        case _:
            assert_never(payment)


def worth_of(worth: Worth, base: Fraction | None, why: str) -> Owed:
    """A share of the base, or an amount."""
    if isinstance(worth, Money):
        return Fraction(worth.amount), f"{why}: {money_text(worth)}"
    if base is None:
        return None, f"{why}: {share_text(worth)} of a base that is not known"
    return worth * base, f"{why}: {share_text(worth)} × {amount_text(base)} = {amount_text(worth * base)}"


def stepped(steps: Steps, verdict: Verdict, base: Fraction | None, promise: Target | Duty) -> Owed:
    """So much for each step: begun ones count with `or part`, else full ones alone."""
    size = measured_in_steps(steps, verdict, promise)
    if size is None:
        return None, f"the {steps.of.value} is not known in {steps.unit.name}"
    full, rest = divmod(size, steps.size)
    number = int(full) + (1 if rest and steps.or_part else 0)
    step = value_text(steps.size, steps.unit)
    how = f"{value_text(size, steps.unit)} of {steps.of.value} is {number} × {step}"
    each, _ = worth_of(steps.worth, base, "")
    return (None, how) if each is None else (each * number, f"{how}: {amount_text(each * number)}")


def measured_in_steps(steps: Steps, verdict: Verdict, promise: Target | Duty) -> Fraction | None:
    """What the steps are steps of, in the base of their dimension; absent where it is not known."""
    match steps.of:
        case Excess.DOWNTIME:
            return downtime(verdict)
        case Excess.LATENESS:
            return lateness(steps, verdict)
        case Excess.SHORTFALL | Excess.EXCESS:
            value = exact_value(verdict)
            bound = verdict.bound
            if value is None or bound is None:
                return None
            compared = bound.compared(value)
            if steps.of is Excess.SHORTFALL:
                return max(Fraction(0), bound.value - compared)
            return max(Fraction(0), compared - (bound.value if bound.upper is None else bound.upper))
        case _:
            assert_never(steps.of)


def downtime(verdict: Verdict) -> Fraction | None:
    """The part of the denominator that the value lacks, in microseconds."""
    value, whole = exact_value(verdict), verdict.counts.get("denominator")
    return None if value is None or whole is None else (1 - value) * whole


def lateness(steps: Steps, verdict: Verdict) -> Fraction | None:
    """How late the fulfilment was; not known while there is none, or where it is counted another way."""
    if verdict.fulfilled_at is None:
        return None
    if verdict.late_by is None or verdict.late_unit is None:
        return Fraction(0)
    return verdict.late_by if verdict.late_unit.dimension is steps.unit.dimension else None
