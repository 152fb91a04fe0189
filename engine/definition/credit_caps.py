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
from engine.model.reaction import CreditState


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
    same_occasion = one.verdict.identity[2] == other.verdict.identity[2]
    same_subject = one.verdict.subject == other.verdict.subject or not of_one_subject
    return says_so and same_occasion and same_subject and one.terms.currency == other.terms.currency


def unpaid(item: Item, amount: Fraction) -> Item:
    """The item with what is left of it; nothing more is due for nothing."""
    if amount or item.points:
        return replace(item, amount=amount)
    return replace(item, amount=amount, state=CreditState.FINAL, due=())


def capped(items: Sequence[Item], book: Book) -> list[Item]:
    """The caps of each agreement, in their order: each civil unit's credits are paid in order of their day
    until the cap is reached (S1.3)."""
    result = list(items)
    agreements = {item.agreement.name: item.agreement for item in items}
    for name, agreement in agreements.items():
        for cap in agreement.credit_caps:
            places = [
                place for place, item in enumerate(result) if item.agreement.name == name and item.is_paid
            ]
            days = {place: day_of_breach(result[place].verdict, agreement.zone) for place in places}
            for first in sorted({first_day(cap.unit, day) for day in days.values()}):
                mine = [place for place in places if first_day(cap.unit, days[place]) == first]
                mine.sort(key=lambda place: (days[place], place))
                for place, item in zip(mine, spent(cap, first, [result[p] for p in mine], book), strict=True):
                    result[place] = item
    return result


def spent(cap: CreditCap, first: dt.date, items: list[Item], book: Book) -> list[Item]:
    """What one cap leaves of the credits of one civil unit; none is known where the cap is not."""
    found = cap_of(cap.limit, cap.unit, first, items[0].agreement, book)
    label = label_of(cap.unit, first)
    if found.amount is None:
        said = f"the cap of {label} is not known: {found.how}"
        return [
            replace(each, amount=None, known=False, state=CreditState.PROVISIONAL).then(said)
            for each in items
        ]
    left, result = found.amount, list[Item]()
    for item in items:
        owed = item.amount or Fraction(0)
        paid = min(owed, left)
        left -= paid
        said = (f"the cap of {label}, {amount_text(found.amount)} ({found.how}), leaves {amount_text(paid)}",)
        result.append(item if paid == owed else unpaid(item, paid).then(*said))
    return result
