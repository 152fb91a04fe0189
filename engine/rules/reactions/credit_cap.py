"""Credits that are never paid together, and the caps on the credits of a month or year (S1.3, S8.4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations

from engine.model.credit import CreditCap
from engine.model.decimals import amount_text
from engine.model.period import WindowUnit, first_day
from engine.model.reaction import CreditState
from engine.model.verdict import InWindow
from engine.rules.plans.windows import label_of
from engine.rules.reactions.credit_base import Bases
from engine.rules.reactions.credit_stretch import breached_on
from engine.rules.reactions.credit_worth import Draft


def pay_the_larger(drafts: Sequence[Draft]) -> None:
    """Of two that are never paid together the larger stays, of equal ones the first; the largest comes first.

    One that is not paid keeps nobody else from being paid.
    """
    of_occasion: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.spends:
            of_occasion[draft.verdict.whole_window].append(draft)
    for rivals in of_occasion.values():
        # Sorting keeps the order of equals.
        rivals.sort(key=lambda each: -(each.owed or Fraction(0)))
        out: set[int] = set()
        for (place, larger), (other, smaller) in combinations(enumerate(rivals), 2):
            if place not in out and other not in out and _exclude_one_another(larger, smaller):
                out.add(other)
                smaller.take_away(f"never with {larger.promise.terms.id}, which pays {larger.owed}")


def apply_caps(drafts: Sequence[Draft], bases: Bases) -> None:
    """Each agreement's caps, the shorter unit first: what comes first is paid first, until the cap is spent.

    What is spent belongs to the agreement, how much may be to the version that governs a credit (S2.6).
    """
    agreements: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        agreements[draft.agreement.identity].append(draft)
    for mine in agreements.values():
        said = {cap.unit for draft in mine for cap in draft.agreement.credit_caps}
        for unit in (each for each in WindowUnit if each in said):
            _apply(unit, mine, bases)


def _apply(unit: WindowUnit, drafts: Iterable[Draft], bases: Bases) -> None:
    spending: dict[date, list[tuple[date, Draft]]] = defaultdict(list)
    for draft in drafts:
        if draft.spends:
            day = breached_on(draft.verdict, draft.agreement.zone)
            spending[first_day(unit, day)].append((day, draft))
            for cap in _caps(draft, unit):
                bases.want_cap(cap, first_day(unit, day), draft.agreement)
    for first, found in spending.items():
        spent: dict[str | None, Fraction] = defaultdict(Fraction)
        for _, draft in sorted(found, key=lambda each: each[0]):
            for cap in _caps(draft, unit):
                most, how = bases.cap(cap, first, draft.agreement)
                left = None if most is None else max(most - spent[draft.terms.currency], Fraction(0))
                _hold(draft, left, label_of(unit, first), how)
            spent[draft.terms.currency] += draft.owed or Fraction(0)


def _caps(draft: Draft, unit: WindowUnit) -> Iterator[CreditCap]:
    return (each for each in draft.agreement.credit_caps if each.unit is unit)


def _hold(draft: Draft, left: Fraction | None, label: str, how: str) -> None:
    """Pay no more of a credit than its cap leaves; none is known where that is not."""
    if left is None:
        draft.owed, draft.is_known, draft.state = None, False, CreditState.PROVISIONAL
        draft.lines.append(f"the cap on {label} is not known: {how}")
    elif (draft.owed or Fraction(0)) > left:
        draft.take_away(f"capped in {label} ({how}): {amount_text(left)} is left", left)


def _exclude_one_another(one: Draft, other: Draft) -> bool:
    here, there = one.verdict.occasion, other.verdict.occasion
    if isinstance(here, InWindow) and isinstance(there, InWindow) and not _meet(here, there):
        return False
    ours, theirs = one.promise.terms, other.promise.terms
    if theirs.id not in one.terms.never_with and ours.id not in other.terms.never_with:
        return False
    if ours.subject == theirs.subject and one.verdict.subject != other.verdict.subject:
        return False
    return one.terms.currency == other.terms.currency


def _meet(one: InWindow, other: InWindow) -> bool:
    return one.start < other.end and other.start < one.end
