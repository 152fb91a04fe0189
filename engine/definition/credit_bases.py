"""What a credit is a share of: an amount, a fee, or facts of a stretch of time, summed or counted (S8.4)."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from engine.definition.book import Book, Reading
from engine.definition.calendars import ONE_DAY
from engine.definition.civil import date_at, last_date_before, midnight, months_later
from engine.definition.conditions import Match, matching, number_of
from engine.definition.credit_items import last_day
from engine.definition.windows import first_day, term_of, units_later
from engine.definition.wording import moment_text
from engine.model.agreement import Agreement
from engine.model.credit import ShareOfFee
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
from engine.model.decimals import amount_text
from engine.model.expression import Months
from engine.model.period import WindowUnit
from engine.model.quantity import Instant, Money
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An amount, absent where it is not known, and how it was found."""

    amount: Fraction | None
    how: str


def base_of(
    base: Base, verdict: Verdict, agreement: Agreement, snapshot: Snapshot, reading: Reading
) -> Found:
    """The base of one credit."""
    match base:
        case FixedBase(amount=money):
            return Found(amount=Fraction(money.amount), how=f"the base is {money_text(money)}")
        case FeeBase(fee=fee, stretch=stretch):
            return fixed_fee(fee, stretch_of(stretch, verdict, agreement), agreement, snapshot)
        case SummedBase(stretch=stretch):
            return summed(base, stretch_of(stretch, verdict, agreement), agreement, reading)
        case CountedBase(stretch=stretch):
            return counted(base, stretch_of(stretch, verdict, agreement), agreement, reading)
        case _:
            assert_never(base)


def cap_of(
    limit: Money | ShareOfFee,
    unit: WindowUnit,
    day: dt.date,
    agreement: Agreement,
    snapshot: Snapshot,
    book: Book,
) -> Found:
    """The most that the credits of the civil unit of a day are worth together."""
    if isinstance(limit, Money):
        return Found(amount=Fraction(limit.amount), how=money_text(limit))
    first = first_day(unit, day)
    during = (midnight(first, agreement.zone), midnight(units_later(unit, first, 1), agreement.zone))
    match limit.fee:
        case FixedFee() as fee:
            found = fixed_fee(fee, during, agreement, snapshot)
        case SummedFee() as fee:
            found = summed(fee, during, agreement, book.reading(()))
        case _:
            assert_never(limit.fee)
    amount = None if found.amount is None else found.amount * limit.share
    return Found(amount=amount, how=f"{found.how}, of which a share of {limit.share}")


def stretch_of(stretch: Stretch, verdict: Verdict, agreement: Agreement) -> tuple[Instant, Instant]:
    """From when until when facts are summed or counted; whole civil days of the agreement's zone."""
    zone, last = agreement.zone, last_day(verdict, agreement.zone)
    window = verdict.occasion if isinstance(verdict.occasion, InWindow) else None
    match stretch:
        case OfWindow():
            assert window is not None, "what has no window has no base of the window"
            return window.start, window.end
        case OfUnit(unit=unit, before=before):
            first = first_day(unit, last)
            if before:
                begins = last if window is None else date_at(window.start, zone)
                first = first_day(unit, first_day(unit, begins) - ONE_DAY)
            return midnight(first, zone), midnight(units_later(unit, first, 1), zone)
        case OfLast(length=length):
            after = last + ONE_DAY
            first = (
                months_later(after, -length.months)
                if isinstance(length, Months)
                else after - length.days * ONE_DAY
            )
            return midnight(first, zone), midnight(after, zone)
        case _:
            assert_never(stretch)


def fixed_fee(
    fee: FixedFee, during: tuple[Instant, Instant], agreement: Agreement, snapshot: Snapshot
) -> Found:
    """The fee once for each of its units that meets both the stretch and the agreement's term, whichever
    versions are in force in it."""
    terms = [term_of(each) for each in snapshot.versions(agreement.identity)]
    begins, ends = min(each[0] for each in terms), max(each[1] for each in terms)
    start, end = max(during[0], begins), min(during[1], ends)
    number = 0
    if start < end:
        first, last = date_at(start, agreement.zone), last_date_before(end, agreement.zone)
        day = first_day(fee.unit, first)
        while day <= last:
            number, day = number + 1, units_later(fee.unit, day, 1)
    amount = Fraction(fee.amount.amount) * number
    how = f"the fee: {number} × {money_text(fee.amount)} = {fee.amount.currency} {amount_text(amount)}"
    return Found(amount=amount, how=how)


def summed(
    base: SummedBase | SummedFee, during: tuple[Instant, Instant], agreement: Agreement, reading: Reading
) -> Found:
    """The sum; not known if there is no charge, or one of them may or may not count or has no amount."""
    amounts = [
        number_of(base.amount, {base.charges.variable: match.fact}) if match.proven else None
        for match in matching(base.charges, reading, {}, agreement.zone)
        if during[0] <= match.at < during[1]
    ]
    known = [each for each in amounts if each is not None]
    what = f"{base.charges.kind} {during_text(during, agreement.zone)}"
    if not known or len(known) < len(amounts):
        return Found(amount=None, how=f"the base is not known: {len(known)} of {len(amounts)} {what}")
    total = sum(known, Fraction(0))
    return Found(
        amount=total, how=f"the base: the sum of {len(known)} {what} is {base.currency} {amount_text(total)}"
    )


def counted(
    base: CountedBase, during: tuple[Instant, Instant], agreement: Agreement, reading: Reading
) -> Found:
    """So much for each fact of the stretch; not known if one of them may or may not count."""
    found = [
        match
        for match in matching(base.facts, reading, {}, agreement.zone)
        if meets(match, reading.book.ended_at(match.fact), during, reading.book, base.facts.kind)
    ]
    what = f"{base.facts.kind} {during_text(during, agreement.zone)}"
    if not all(match.proven for match in found):
        return Found(amount=None, how=f"the base is not known: not every {what} is known to count")
    total = Fraction(base.each.amount) * len(found)
    how = f"the base: {len(found)} {what} × {money_text(base.each)} = "
    return Found(amount=total, how=f"{how}{base.each.currency} {amount_text(total)}")


def meets(match: Match, end: Instant | None, during: tuple[Instant, Instant], book: Book, kind: str) -> bool:
    """Whether an instant lies in a stretch, or a period meets it; one without end lasts on."""
    if book.lasts(kind) and match.at < during[0]:
        return end is None or end > during[0]
    return during[0] <= match.at < during[1]


def during_text(during: tuple[Instant, Instant], zone: str) -> str:
    """From when until when."""
    return f"from {moment_text(during[0], zone)} until {moment_text(during[1], zone)}"


def money_text(money: Money) -> str:
    """`USD 1,200.00`."""
    return f"{money.currency} {amount_text(Fraction(money.amount))}"
