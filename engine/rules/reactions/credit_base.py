"""The bases of credits and the fees that cap them: gathered first, then summed where the facts are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import assert_never

from engine.model.agreement import Agreement
from engine.model.credit import CreditCap, ShareOfFee
from engine.model.credit_base import (
    Base,
    CountedBase,
    FeeBase,
    FixedBase,
    FixedFee,
    SummedBase,
    SummedFee,
)
from engine.model.decimals import amount_text, exact_text
from engine.model.instants import iso_text
from engine.model.obligation import Duty, Target
from engine.model.quantity import PERCENT, Money
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.rules.plans.sums import Stretch, Sum, Summed
from engine.rules.reactions.credit_stretch import fees_due, stretch, unit_around

Known = tuple[Fraction | None, str]
"""An amount, absent where it is not known, and the line that says how it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bases:
    """Bases by verdict. Stretches are `wanted` first, so that one statement sums all that are alike."""

    snapshot: Snapshot
    run: Callable[[Summed, set[Stretch]], dict[Stretch, Sum]]
    wanted: dict[Summed, set[Stretch]] = field(default_factory=dict[Summed, set[Stretch]])
    summed: dict[tuple[Summed, Stretch], Sum] = field(default_factory=dict[tuple[Summed, Stretch], Sum])

    def want(self, promise: Target | Duty, base: Base, verdict: Verdict, agreement: Agreement) -> None:
        """Note what the base of a verdict will ask for."""
        if isinstance(base, SummedBase | CountedBase):
            self._want(
                _summed(base, promise, agreement, verdict), stretch(base.stretch, verdict, agreement.zone)
            )

    def want_cap(self, cap: CreditCap, day: date, agreement: Agreement) -> None:
        """Note what a cap will ask for."""
        if isinstance(cap.limit, ShareOfFee) and isinstance(cap.limit.fee, SummedFee):
            self._want(_fees(cap.limit.fee, agreement), unit_around(cap.unit, day, agreement.zone))

    def base(self, promise: Target | Duty, base: Base, verdict: Verdict, agreement: Agreement) -> Known:
        """The base of a verdict's credit."""
        match base:
            case FixedBase(amount=amount):
                return Fraction(amount.amount), f"base: {money_words(amount)}"
            case FeeBase(fee=fee, stretch=of):
                return self._fixed_fee(fee, stretch(of, verdict, agreement.zone), agreement)
            case SummedBase(stretch=of, currency=currency):
                during = stretch(of, verdict, agreement.zone)
                found = self._sum(_summed(base, promise, agreement, verdict), during)
                return _sum_of_charges(found, base.charges.kind, currency, during)
            case CountedBase(stretch=of, each=each, facts=facts):
                during = stretch(of, verdict, agreement.zone)
                found = self._sum(_summed(base, promise, agreement, verdict), during)
                if found.doubtful:
                    return None, f"not every {facts.kind} {_during(during)} is known to count: no base"
                total = found.facts * Fraction(each.amount)
                said = f"base: {money_words(each)} for each of {found.facts} {facts.kind} {_during(during)}"
                return total, f"{said} = {each.currency} {amount_text(total)}"
            case _:
                assert_never(base)

    def cap(self, cap: CreditCap, day: date, agreement: Agreement) -> Known:
        """The most that the credits of the civil unit of a day are worth together."""
        match cap.limit:
            case Money():
                return Fraction(cap.limit.amount), money_words(cap.limit)
            case ShareOfFee(share=share, fee=fee):
                during = unit_around(cap.unit, day, agreement.zone)
                if isinstance(fee, FixedFee):
                    amount, line = self._fixed_fee(fee, during, agreement)
                else:
                    found = self._sum(_fees(fee, agreement), during)
                    amount, line = _sum_of_charges(found, fee.charges.kind, fee.currency, during)
                return None if amount is None else share * amount, f"{percent_words(share)} of {line}"

    def _fixed_fee(self, fee: FixedFee, during: Stretch, agreement: Agreement) -> Known:
        count = fees_due(fee, during, self.snapshot.versions(agreement.identity))
        total = count * Fraction(fee.amount.amount)
        return total, f"the fee {_during(during)}: {count} × {money_words(fee.amount)} = {amount_text(total)}"

    def _want(self, summed: Summed, during: Stretch) -> None:
        self.wanted.setdefault(summed, set()).add(during)

    def _sum(self, summed: Summed, during: Stretch) -> Sum:
        if (summed, during) not in self.summed:
            self._want(summed, during)
            found = self.run(summed, self.wanted.pop(summed))
            self.summed.update({(summed, each): sum for each, sum in found.items()})
        return self.summed[summed, during]


def money_words(money: Money) -> str:
    """`USD 1,200.00`."""
    return f"{money.currency} {amount_text(Fraction(money.amount))}"


def percent_words(share: Fraction) -> str:
    """`10%`."""
    return f"{exact_text(share / PERCENT.size)}%"


def _summed(
    base: SummedBase | CountedBase, promise: Target | Duty, agreement: Agreement, verdict: Verdict
) -> Summed:
    match base:
        case SummedBase(charges=facts, amount=amount):
            pass
        case CountedBase(facts=facts):
            amount = None
    return Summed(
        facts=facts,
        amount=amount,
        subjects=promise.terms.subjects,
        zone=agreement.zone,
        combination=verdict.combination,
    )


def _fees(fee: SummedFee, agreement: Agreement) -> Summed:
    return Summed(facts=fee.charges, amount=fee.amount, subjects=(), zone=agreement.zone)


def _sum_of_charges(found: Sum, kind: str, currency: str, during: Stretch) -> Known:
    if not found.facts:
        return None, f"no {kind} is known {_during(during)}: the amount cannot be computed"
    if found.doubtful:
        return None, f"{found.doubtful} {kind} {_during(during)} may or may not count: no amount"
    return found.total, f"base: the {kind}s {_during(during)} = {currency} {amount_text(found.total)}"


def _during(of: Stretch) -> str:
    return f"from {iso_text(of[0])} until {iso_text(of[1])}"
