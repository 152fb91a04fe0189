"""Tier credits: what a window's measured value is worth, with its arithmetic (S1.3, S8.4)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from engine.model.credit import Credits, FixedBase, MoneyRounding
from engine.model.decimals import amount_text, exact_text, number_text
from engine.model.obligation import Target
from engine.model.quantity import PERCENT, Bound, Money, Unit
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Flag, InWindow, State, Verdict

Bases = dict[tuple[str, str], Fraction | None]
"""The summed base by obligation and window label; None where no charge is known."""


def credits(snapshot: Snapshot, verdicts: Iterable[Verdict], bases: Bases) -> Iterator[Credit]:
    """A credit for each measured window in a band, and a word for each breach that falls in none."""
    for verdict in verdicts:
        target = snapshot.obligation(verdict.obligation)
        if not isinstance(target, Target) or target.credits is None or not _is_final(verdict):
            continue
        credit = _credit(target.credits, verdict, bases)
        if credit is not None:
            yield credit


def _is_final(verdict: Verdict) -> bool:
    return verdict.state in (State.MET, State.BREACHED) and Flag.REPORTED_ONLY not in verdict.flags


def _credit(terms: Credits, verdict: Verdict, bases: Bases) -> Credit | None:
    if not isinstance(verdict.measured, Exact):
        if verdict.state is not State.BREACHED:
            return None
        return _answer(verdict, None, "the window's final value is not known yet")
    value, unit = verdict.measured.value, verdict.measured.unit
    shown = _in_unit(value, unit)
    if verdict.rounded is not None:
        shown += f", rounded {_in_unit(verdict.rounded, unit)},"
    band = next((each for each in terms.bands if all(end.holds(value) for end in each.ends)), None)
    if band is None:
        if verdict.state is not State.BREACHED:
            return None
        return _answer(
            verdict,
            Money(amount=Decimal(0), currency=_currency(terms)),
            f"{shown} falls in no band: nothing is paid",
        )
    ends = " and ".join(_end_text(end) for end in band.ends)
    share = f"{exact_text(band.share / PERCENT.size)}%"
    lines = [f"{shown} is {ends}: {share} of the base"]
    base, how = _base(terms, verdict, bases)
    if base is None:
        return _answer(verdict, None, *lines, how)
    lines.append(how)
    paid = base * band.share
    lines.append(f"{share} × {amount_text(base)} = {amount_text(paid)}")
    if terms.at_most is not None and paid > base * terms.at_most:
        paid = base * terms.at_most
        lines.append(f"at most {exact_text(terms.at_most / PERCENT.size)}% of the base = {amount_text(paid)}")
    amount = _rounded(paid, terms)
    if Fraction(amount) != paid:
        lines.append(f"rounded {terms.rounding.value} to {amount}")
    return _answer(verdict, Money(amount=amount, currency=_currency(terms)), *lines)


def _answer(verdict: Verdict, amount: Money | None, *arithmetic: str) -> Credit:
    return Credit(
        obligation=verdict.obligation,
        subject=verdict.subject,
        occasion=verdict.occasion,
        amount=amount,
        arithmetic=arithmetic,
    )


def _currency(terms: Credits) -> str:
    return terms.base.amount.currency if isinstance(terms.base, FixedBase) else terms.base.currency


def _base(terms: Credits, verdict: Verdict, bases: Bases) -> tuple[Fraction | None, str]:
    if isinstance(terms.base, FixedBase):
        amount = Fraction(terms.base.amount.amount)
        return amount, f"base: {terms.base.amount.currency} {amount_text(amount)}"
    assert isinstance(verdict.occasion, InWindow)
    base = bases.get((verdict.obligation, verdict.occasion.label))
    kind = terms.base.charges.kind
    if base is None:
        return None, f"no {kind} is known for {verdict.occasion.label}: the amount cannot be computed"
    of = verdict.occasion.label
    return base, f"base: the {kind}s of {of} = {terms.base.currency} {amount_text(base)}"


def _end_text(end: Bound) -> str:
    return f"{end.comparison.value} {_in_unit(end.value, end.unit)}"


def _in_unit(value: Fraction, unit: Unit) -> str:
    shown = number_text(value, unit.size)
    return f"{shown}%" if unit == PERCENT else f"{shown} {unit.name}"


def _rounded(amount: Fraction, terms: Credits) -> Decimal:
    """Half even or half up, once, to the currency's minor unit; exact whatever its length (S1.3)."""
    scaled = amount * 10**terms.decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    up = twice > 0 or (twice == 0 and (terms.rounding is MoneyRounding.HALF_UP or whole % 2 == 1))
    return Decimal(whole + up).scaleb(-terms.decimals)
