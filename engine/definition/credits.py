"""Credits by definition: worked out one by one, then beside one another, then capped, then rounded (S8.4)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from engine.definition.book import Book
from engine.definition.credit_amounts import item_of
from engine.definition.credit_caps import capped, never_together
from engine.definition.credit_items import Item
from engine.definition.credit_states import standing
from engine.definition.runs import Judged, are_consecutive
from engine.model.credit import Credits, MoneyRounding
from engine.model.quantity import Money
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Verdict


def credits(snapshot: Snapshot, verdicts: Sequence[Verdict], book: Book) -> tuple[Credit, ...]:
    """Every credit that follows from the verdicts, in their order."""
    judged = {verdict.identity: verdict for verdict in verdicts}
    before = windows_before(verdicts, snapshot)
    found = (item_of(snapshot, each, before.get(each.identity, ()), book) for each in verdicts)
    items = [standing(item, judged, snapshot, book) for item in found if item is not None]
    return tuple(credit(item) for item in capped(never_together(items), snapshot, book))


def windows_before(
    verdicts: Sequence[Verdict], snapshot: Snapshot
) -> Mapping[tuple[str, str, str], tuple[Verdict, ...]]:
    """For each verdict on a window or part of one, those on the parts of the window right before (S2.6)."""
    windows: dict[tuple[str, str], list[Judged]] = {}
    for verdict in verdicts:
        if isinstance(verdict.occasion, InWindow):
            mine = windows.setdefault((verdict.obligation, verdict.subject), [])
            mine.append((verdict.occasion, verdict))
    before: dict[tuple[str, str, str], tuple[Verdict, ...]] = {}
    for mine in windows.values():
        mine.sort(key=lambda each: (each[0].start, each[0].end))
        wholes: dict[str, list[Judged]] = {}
        for part in mine:
            wholes.setdefault(part[1].whole_window, []).append(part)
        for earlier, later in pairwise(wholes.values()):
            if are_consecutive(earlier[-1], later[0], snapshot):
                for _, verdict in later:
                    before[verdict.identity] = tuple(each for _, each in earlier)
    return before


def credit(item: Item) -> Credit:
    """The credit that an item became: its amount is rounded here, once (S1.3)."""
    terms, steps = item.terms, item.steps
    amount = None
    if item.amount is not None and terms.currency is not None:
        paid = rounded(item.amount, terms)
        if Fraction(paid) != item.amount:
            steps = (*steps, f"rounded {terms.rounding.value}: {terms.currency} {paid}")
        amount = Money(amount=paid, currency=terms.currency)
    return Credit(
        obligation=item.verdict.obligation,
        subject=item.verdict.subject,
        occasion=item.verdict.occasion,
        amount=amount,
        arithmetic=steps,
        points=item.points,
        state=item.state,
        due=item.due,
        remedy=item.remedy,
    )


def rounded(amount: Fraction, terms: Credits) -> Decimal:
    """Rounded once, at the end, to the currency's minor unit (S1.3)."""
    digits = amount * 10**terms.decimals
    below = digits.numerator // digits.denominator
    rest = digits - below
    goes_up = rest > Fraction(1, 2) or (
        rest == Fraction(1, 2) and (terms.rounding is MoneyRounding.HALF_UP or below % 2 == 1)
    )
    return Decimal(f"{below + goes_up}E-{terms.decimals}")
