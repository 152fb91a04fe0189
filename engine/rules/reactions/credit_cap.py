"""Credits that are never paid together, and the caps on the credits of a month or year (S1.3, S8.4)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations

from engine.model.agreement import Agreement
from engine.model.credit import CreditCap
from engine.model.decimals import amount_text
from engine.model.reaction import CreditState
from engine.rules.plans.windows import first_day, label_of
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
            of_occasion[draft.verdict.identity[2]].append(draft)
    for rivals in of_occasion.values():
        # Sorting keeps the order of equals.
        rivals.sort(key=lambda each: -(each.owed or Fraction(0)))
        out: set[int] = set()
        for (place, larger), (other, smaller) in combinations(enumerate(rivals), 2):
            if place not in out and other not in out and _exclude_one_another(larger, smaller):
                out.add(other)
                smaller.take_away(f"never with {larger.promise.terms.id}, which pays {larger.owed}")


def apply_caps(drafts: Sequence[Draft], bases: Bases) -> None:
    """Each agreement's caps in their order: what comes first is paid first, until the cap is spent."""
    agreements = {draft.agreement.name: draft.agreement for draft in drafts}
    for agreement in agreements.values():
        mine = [draft for draft in drafts if draft.agreement.name == agreement.name]
        for cap in agreement.credit_caps:
            _apply(cap, agreement, mine, bases)


def _apply(cap: CreditCap, agreement: Agreement, drafts: Iterable[Draft], bases: Bases) -> None:
    units: dict[date, list[tuple[date, Draft]]] = defaultdict(list)
    for draft in drafts:
        if draft.spends:
            day = breached_on(draft.verdict, agreement.zone)
            units[first_day(cap.unit, day)].append((day, draft))
    for first in units:
        bases.want_cap(cap, first, agreement)
    for first, spending in units.items():
        most, how = bases.cap(cap, first, agreement)
        left = most
        for _, draft in sorted(spending, key=lambda each: each[0]):
            if left is None:
                draft.owed, draft.is_known, draft.state = None, False, CreditState.PROVISIONAL
                draft.lines.append(f"the cap on {label_of(cap.unit, first)} is not known: {how}")
                continue
            owed = draft.owed or Fraction(0)
            if owed > left:
                label = label_of(cap.unit, first)
                draft.take_away(f"capped in {label} ({how}): {amount_text(left)} is left", left)
            left = max(left - owed, Fraction(0))


def _exclude_one_another(one: Draft, other: Draft) -> bool:
    ours, theirs = one.promise.terms, other.promise.terms
    if theirs.id not in one.terms.never_with and ours.id not in other.terms.never_with:
        return False
    if ours.subject == theirs.subject and one.verdict.subject != other.verdict.subject:
        return False
    return one.terms.currency == other.terms.currency
