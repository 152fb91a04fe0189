"""Two evaluations of the same facts, held one against the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import TypeAlias, assert_never

from engine.diagnostic import Diagnostic, Level
from engine.model.agreement import Change
from engine.model.change import (
    EXACT,
    CreditTotal,
    ExposureChange,
    FindingChange,
    GapChange,
    ProspectChange,
    ReactionChange,
    VerdictChange,
)
from engine.model.dependency import Exposure
from engine.model.reaction import (
    BreachSeverity,
    Credit,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    NoticeCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
)
from engine.model.reading import credits_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Occasion, OnTriggerFact, Verdict
from engine.model.viability import Finding, FindingKind, Prospect, Viability
from engine.whatif.pairs import paired

BENEATH = frozenset({"evidence", "clause"})
"""What a verdict rests on, and the words that it is about: no state and no figure."""

FIGURES = ("state", *(each.name for each in fields(Verdict) if each.name not in {"state", *BENEATH}))
"""The fields of a verdict that say something of the promise on its occasion, its state first."""


def verdict_changes(before: Sequence[Verdict], after: Sequence[Verdict]) -> tuple[VerdictChange, ...]:
    """The verdicts whose state or figures are not the same, in the order of their identities."""
    old, new = {each.identity: each for each in before}, {each.identity: each for each in after}
    changes: list[VerdictChange] = []
    for identity in sorted(old.keys() | new.keys()):
        was, is_now = old.get(identity), new.get(identity)
        differs = tuple(name for name in FIGURES if getattr(was, name, None) != getattr(is_now, name, None))
        if was is None or is_now is None or differs:
            changes.append(VerdictChange(before=was, after=is_now, differs=differs))
    return tuple(changes)


def reaction_changes(before: Iterable[Reaction], after: Iterable[Reaction]) -> tuple[ReactionChange, ...]:
    """What followed or was due in one of the evaluations and not, or not so, in the other."""
    old, new = _by_key(before), _by_key(after)
    changes: list[ReactionChange] = []
    for key in dict.fromkeys((*old, *new)):
        # Several of one key (two patterns of one right) stand in one order in both.
        for was, is_now in zip_longest(old.get(key, ()), new.get(key, ())):
            if was != is_now:
                changes.append(ReactionChange(before=was, after=is_now))
    return tuple(changes)


def _by_key(reactions: Iterable[Reaction]) -> dict[Hashable, list[Reaction]]:
    found: dict[Hashable, list[Reaction]] = {}
    for reaction in reactions:
        found.setdefault(reaction_key(reaction), []).append(reaction)
    return found


def reaction_key(reaction: Reaction) -> tuple[Hashable, ...]:
    """What makes a reaction the same one in two evaluations, whatever it says by then."""
    sort = type(reaction).__name__
    match reaction:
        case BreachSeverity() | Credit():
            return (sort, reaction.obligation, reaction.subject, _label(reaction.occasion))
        case EscalationStep(escalation=escalation, level=level):
            return (sort, escalation, _label(reaction.occasion), level)
        case UpdateCase(escalation=escalation, number=number):
            return (sort, escalation, _label(reaction.occasion), number)
        case LadderCase(ladder=rule) | RightArisen(right=rule) | ImprovementCase(improvement=rule):
            return (sort, rule, reaction.obligation, reaction.subject, _label(reaction.occasion))
        case NoticeCase(to=to, cause=cause):
            return (sort, to, cause, reaction.obligation, reaction.subject, _label(reaction.occasion))
        case RenewalCase(agreement=agreement):
            return (sort, agreement)
        case _:
            assert_never(reaction)


def _label(occasion: Occasion) -> str:
    match occasion:
        case OnTriggerFact(key=key):
            return key
        case InWindow(label=label):
            return label


@dataclass(slots=True)
class _Sum:
    amount: Decimal = Decimal(0)
    uncomputed: int = 0


Side: TypeAlias = tuple[Snapshot, Iterable[Reaction]]
"""A policy set with what followed under it."""


def credit_totals(before: Side, after: Side) -> tuple[CreditTotal, ...]:
    """What is owed in credits, by agreement and currency; points that are worth nothing are in no total."""
    old, new, none = _sums(*before), _sums(*after), _Sum()
    return tuple(
        CreditTotal(
            agreement=key[0],
            currency=key[1],
            before=old.get(key, none).amount,
            after=new.get(key, none).amount,
            uncomputed_before=old.get(key, none).uncomputed,
            uncomputed_after=new.get(key, none).uncomputed,
        )
        for key in sorted(old.keys() | new.keys())
    )


def _sums(snapshot: Snapshot, reactions: Iterable[Reaction]) -> dict[tuple[str, str], _Sum]:
    sums: dict[tuple[str, str], _Sum] = {}
    for credit in reactions:
        if not isinstance(credit, Credit) or not credit.is_owed:
            continue
        terms = credits_of(snapshot.obligation(credit.obligation))
        currency = credit.amount.currency if credit.amount is not None else terms and terms.currency
        if not currency:
            continue
        total = sums.setdefault((credit.obligation.partition(".")[0], currency), _Sum())
        if credit.amount is None:
            total.uncomputed += 1
        else:
            total.amount = EXACT.add(total.amount, credit.amount.amount)
    return sums


def finding_changes(before: Iterable[Diagnostic], after: Iterable[Diagnostic]) -> tuple[FindingChange, ...]:
    """The warnings that come and those that go; one that only stands elsewhere is the same, and of several
    of one text it is told how many come or go. Those about what is beneath a promise are gaps."""
    old, new = (
        [each for each in found if each.level is Level.WARNING and each.code not in set(FindingKind)]
        for found in (before, after)
    )
    gone = (FindingChange(change=Change.REMOVED, finding=each) for each in _beyond(old, new))
    come = (FindingChange(change=Change.ADDED, finding=each) for each in _beyond(new, old))
    return (*gone, *come)


def _beyond(found: Iterable[Diagnostic], others: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Those of which there are more than among the others: of one text, those at places of their own."""
    left = Counter((each.code, each.message) for each in others)
    there = {each.primary for each in others}
    for each in sorted(found, key=lambda each: each.primary not in there):
        key = (each.code, each.message)
        if left[key]:
            left[key] -= 1
        else:
            yield each


def promise_changes(before: Snapshot, after: Snapshot) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the obligations that vanish, and of those that appear."""
    old, new = ({each.terms.id for each in snapshot.obligations()} for snapshot in (before, after))
    return tuple(sorted(old - new)), tuple(sorted(new - old))


def exposure_changes(before: Iterable[Exposure], after: Iterable[Exposure]) -> tuple[ExposureChange, ...]:
    """The money at risk under each agreement, in each currency, where the amount is not the same."""
    old, new = ({(each.agreement, each.currency): each for each in found} for found in (before, after))
    return tuple(
        ExposureChange(before=old.get(key), after=new.get(key))
        for key in sorted(old.keys() | new.keys())
        if _amount(old.get(key)) != _amount(new.get(key))
    )


def _amount(exposure: Exposure | None) -> tuple[object, ...]:
    return () if exposure is None else (exposure.amount, exposure.unbounded)


def gap_changes(before: Viability, after: Viability) -> tuple[GapChange, ...]:
    """What is too weak beneath a promise, where that is not the same in both, figures included."""
    old, new = ([(_gap_key(each), each) for each in found.findings] for found in (before, after))
    return tuple(GapChange(before=was, after=is_now) for is_now, was in paired(new, old))


def _gap_key(finding: Finding) -> tuple[Hashable, ...]:
    beneath = tuple(sorted(each.name for each in finding.beneath))
    return (finding.kind, finding.agreement, finding.above.name, beneath)


def prospect_changes(before: Viability, after: Viability) -> tuple[ProspectChange, ...]:
    """What could be promised at best, where that is not the same; without a bound is like not at all."""
    old, new = ({_prospect_key(each): each for each in found.prospects} for found in (before, after))
    return tuple(
        ProspectChange(before=old.get(key), after=new.get(key))
        for key in dict.fromkeys((*old, *new))
        if _best(old.get(key)) != _best(new.get(key))
    )


def _best(prospect: Prospect | None) -> tuple[Fraction | None, Fraction | None]:
    return (None, None) if prospect is None else (prospect.bound, prospect.expected)


def _prospect_key(prospect: Prospect) -> tuple[Hashable, ...]:
    return (prospect.agreement, prospect.service, prospect.promise)
