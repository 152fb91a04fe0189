"""Credits beside one another: those that are never paid together, and the caps on their sums (S1.3, S8.4)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from engine.definition.book import Book
from engine.definition.credit_bases import cap_of
from engine.definition.credit_items import Item, day_of_breach
from engine.definition.windows import first_day, label_of
from engine.model.credit import CreditCap
from engine.model.decimals import amount_text
from engine.model.period import WindowUnit
from engine.model.reaction import CreditState
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Verdict


def never_together(items: Sequence[Item]) -> list[Item]:
    """Of credits that are never paid together the largest is paid, of equal ones the first (S8.4)."""
    result = list(items)
    rivals = [place for place, item in enumerate(items) if item.is_paid]
    paid: list[Item] = []
    for place in sorted(rivals, key=lambda place: (-(items[place].amount or 0), place)):
        item = items[place]
        larger = next((each for each in paid if excludes(each, item)), None)
        if larger is None:
            paid.append(item)
        else:
            said = f"never with {larger.verdict.obligation}, whose credit is as large or larger"
            result[place] = unpaid(item, Fraction(0)).then(said)
    return result


def excludes(one: Item, other: Item) -> bool:
    """Whether two credits are for the same occasion and never paid together, whichever of them says so."""
    names = one.promise.terms.id, other.promise.terms.id
    says_so = names[1] in one.terms.never_with or names[0] in other.terms.never_with
    of_one_subject = one.promise.terms.subject == other.promise.terms.subject
    same_occasion = is_same_time(one.verdict, other.verdict)
    same_subject = one.verdict.subject == other.verdict.subject or not of_one_subject
    return says_so and same_occasion and same_subject and one.terms.currency == other.terms.currency


def is_same_time(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts are on one trigger, or on one window or parts of it that meet."""
    here, there = one.occasion, other.occasion
    if isinstance(here, InWindow) and isinstance(there, InWindow):
        meets = here.start < there.end and there.start < here.end
        return meets and one.whole_window == other.whole_window
    return one.identity[2] == other.identity[2]


def unpaid(item: Item, amount: Fraction) -> Item:
    """The item with what is left of it; nothing more is due for nothing."""
    if amount or item.points:
        return replace(item, amount=amount)
    return replace(item, amount=amount, state=CreditState.FINAL, due=())


def capped(items: Sequence[Item], snapshot: Snapshot, book: Book) -> list[Item]:
    """The caps of each agreement, the shorter units first: each civil unit's credits are paid in order of
    their day until the cap is reached (S1.3), whichever versions govern them (S2.6)."""
    result = list(items)
    for name in dict.fromkeys(item.agreement.identity for item in items):
        for unit in WindowUnit:
            places = [
                place for place, item in enumerate(result) if item.agreement.identity == name and item.is_paid
            ]
            days = {
                place: day_of_breach(result[place].verdict, items[place].agreement.zone) for place in places
            }
            for first in sorted({first_day(unit, day) for day in days.values()}):
                mine = [place for place in places if first_day(unit, days[place]) == first]
                mine.sort(key=lambda place: (days[place], place))
                left = spent(unit, first, [result[p] for p in mine], snapshot, book)
                for place, item in zip(mine, left, strict=True):
                    result[place] = item
    return result


def spent(
    unit: WindowUnit, first: dt.date, items: Sequence[Item], snapshot: Snapshot, book: Book
) -> list[Item]:
    """What the caps leave of the credits of one civil unit: each is held against the cap of the version that
    governs it, and what was paid before it spends that. None is known where the cap is not."""
    result = list[Item]()
    for item in items:
        found = item
        before = [each.amount or Fraction(0) for each in result if each.terms.currency == item.terms.currency]
        paid_before = sum(before, Fraction(0))
        for cap in (each for each in item.agreement.credit_caps if each.unit is unit):
            found = held(found, cap, first, paid_before, snapshot, book)
        result.append(found)
    return result


def held(
    item: Item, cap: CreditCap, first: dt.date, paid_before: Fraction, snapshot: Snapshot, book: Book
) -> Item:
    """One credit, and what its cap leaves of it."""
    found = cap_of(cap.limit, cap.unit, first, item.agreement, snapshot, book)
    label = label_of(cap.unit, first)
    if found.amount is None:
        said = f"the cap of {label} is not known: {found.how}"
        return replace(item, amount=None, known=False, state=CreditState.PROVISIONAL).then(said)
    owed = item.amount or Fraction(0)
    paid = min(owed, max(found.amount - paid_before, Fraction(0)))
    said = f"the cap of {label}, {amount_text(found.amount)} ({found.how}), leaves {amount_text(paid)}"
    return item if paid == owed else unpaid(item, paid).then(said)
