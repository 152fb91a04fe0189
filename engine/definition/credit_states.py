"""Where a credit stands: chosen away, claimed or lapsed, earned back, and what is due next (S8.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.definition.book import Bindings, Book
from engine.definition.conditions import instant_of
from engine.definition.credit_amounts import inside
from engine.definition.credit_items import Item
from engine.definition.deadlines import Deadline, within, within_end
from engine.definition.naming import is_called
from engine.definition.windows import LAST_INSTANT, named_by_version, windows_of
from engine.model.credit import CHOICE_KIND, CLAIM_KIND, EarnBack
from engine.model.deadline import PausedDay, WindowEnd, Within
from engine.model.fact import Fact
from engine.model.obligation import Duty, OnTrigger, Target
from engine.model.period import Window
from engine.model.quantity import Instant
from engine.model.reaction import CreditDue, CreditState, CreditStep
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, InWindow, Range, Verdict

Judged = Mapping[tuple[str, str, str], Verdict]
"""The verdicts by identity."""


def standing(item: Item, verdicts: Judged, snapshot: Snapshot, book: Book) -> Item:
    """The item in its state: what it takes to be paid, in the order in which it can fall away."""
    if item.known and not item.is_something:
        return item
    if (chosen := chosen_instead(item, snapshot, book)) is not None:
        step = f"{item.terms.choice.party if item.terms.choice else ''} chose `{chosen}` instead"
        return replace(item, amount=zero_of(item), remedy=chosen).then(step)
    claim = claim_of(item, snapshot, book)
    earned = earning(item, verdicts, snapshot, book.as_of)
    due = (*claim.due, *earned.due)
    if claim.state is CreditState.LAPSED or earned.state is CreditState.EARNED_BACK:
        state = CreditState.LAPSED if claim.state is CreditState.LAPSED else CreditState.EARNED_BACK
        return replace(item, state=state).then(*claim.steps, *earned.steps)
    is_open = earned.state is CreditState.PROVISIONAL or not item.known
    state = CreditState.PROVISIONAL if is_open else claim.state
    return replace(item, state=state, due=due).then(*claim.steps, *earned.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How far one condition of a payment is."""

    state: CreditState = CreditState.FINAL
    due: tuple[CreditDue, ...] = ()
    steps: tuple[str, ...] = ()


def zero_of(item: Item) -> Fraction | None:
    """No money, where there was any."""
    return None if item.amount is None else item.amount * 0


# Claims and choices


def about(item: Item, kind: str, snapshot: Snapshot, book: Book) -> list[Fact]:
    """The claims or choices of one credit, in order of time; one that names no subject is of every one."""
    _, subject, occasion = item.verdict.identity
    return [
        fact
        for fact in book.kind(kind)
        if fact.values["occasion"] in (occasion, item.verdict.whole_window)
        and fact.values.get("subject") in (None, subject)
        and book.at(fact) <= book.as_of
        and is_called(fact.values["obligation"], item.promise, snapshot)
    ]


def chosen_instead(item: Item, snapshot: Snapshot, book: Book) -> str | None:
    """What was chosen instead of the credit, by the latest choice that names a remedy on offer."""
    choice = item.terms.choice
    if choice is None:
        return None
    remedies = [str(fact.values["remedy"]) for fact in about(item, CHOICE_KIND, snapshot, book)]
    offered = [each for each in remedies if each in (*choice.instead, "credit")]
    return offered[-1] if offered and offered[-1] != "credit" else None


def claim_of(item: Item, snapshot: Snapshot, book: Book) -> Stage:
    """Claimed in time, claimable still, or lapsed; a claim may come before the deadline begins to count."""
    if item.terms.claimed is None:
        return Stage()
    deadline = claim_deadline(item, item.terms.claimed, book)
    claims = about(item, CLAIM_KIND, snapshot, book)
    made = next((fact for fact in claims if deadline is None or deadline.allows(book.at(fact))), None)
    if made is not None:
        return Stage(state=CreditState.CLAIMED, steps=(f"claimed by {made.kind}:{made.key}",))
    if deadline is None or deadline.due is None:
        return Stage(state=CreditState.CLAIMABLE)
    if not deadline.allows(book.as_of):
        return Stage(state=CreditState.LAPSED, steps=("it was not claimed in time and has lapsed",))
    due = deadline.due
    step = CreditDue(step=CreditStep.CLAIM, at=due.at, inclusive=due.inclusive, date=due.date)
    return Stage(state=CreditState.CLAIMABLE, due=(step,))


def claim_deadline(item: Item, limit: Within, book: Book) -> Deadline | None:
    """By when the credit must be claimed; none where the instant that it counts from is absent."""
    if isinstance(limit.start, WindowEnd):
        assert isinstance(item.verdict.occasion, InWindow)
        return within_end(limit, item.verdict.occasion.end, (), PausedDay.ALL)
    bound = trigger_of(item, book)
    start = None if bound is None else instant_of(limit.start, bound)
    return None if start is None else within(limit, start, (), PausedDay.ALL)


def trigger_of(item: Item, book: Book) -> Bindings | None:
    """The trigger of the duty under its short name."""
    if not isinstance(item.promise, Duty) or not isinstance(item.promise.occasion, OnTrigger):
        return None
    trigger = item.promise.occasion.trigger
    key = item.verdict.identity[2]
    facts = (fact for fact in book.kind(trigger.kind) if fact.key == key)
    return next(({trigger.variable: fact} for fact in facts), None)


# Earning back


def earning(item: Item, verdicts: Judged, snapshot: Snapshot, as_of: Instant) -> Stage:
    """Earned back once each of the next windows was measured inside the ends; open while it may be."""
    terms = item.terms.earned_back
    if terms is None:
        return Stage()
    following = windows_after(item, terms.windows, snapshot)
    for parts in following:
        for part in parts:
            if part.end <= as_of and not is_good(item, terms, part, verdicts):
                return Stage(steps=(f"not earned back: {part.label}",))
    if len(following) < terms.windows:
        return Stage(steps=("not earned back: the term ends before",))
    last = following[-1][-1]
    if last.end <= as_of:
        return Stage(state=CreditState.EARNED_BACK, steps=(f"earned back with {last.label}",))
    step = CreditDue(step=CreditStep.EARN_BACK, at=last.end, inclusive=True)
    return Stage(state=CreditState.PROVISIONAL, due=(step,))


def is_good(item: Item, terms: EarnBack, window: Window, verdicts: Judged) -> bool:
    """Whether a window that is over was measured, and inside the ends: of a range, all of it."""
    obligation, subject, _ = item.verdict.identity
    verdict = verdicts.get((obligation, subject, window.label))
    match None if verdict is None else verdict.measured:
        case Exact(value=value):
            return inside(value, terms.ends)
        case Range(low=low, high=high):
            return inside(low, terms.ends) and inside(high, terms.ends)
        case None:
            return False


def windows_after(item: Item, number: int, snapshot: Snapshot) -> Sequence[Sequence[Window]]:
    """The windows that follow the one of a credit, as many as asked for, unless the term ends before; those
    of all versions, each with its parts (S2.6)."""
    here, wholes = item.verdict.whole_window, dict[str, list[Window]]()
    for promise in reversed(snapshot.promises(item.verdict.obligation)):
        agreement = snapshot.agreements[promise.terms.agreement]
        if not isinstance(promise, Target):
            continue
        beyond = 0
        for window in windows_of(agreement, promise.windows, LAST_INSTANT):
            named = named_by_version(window, promise.windows, promise.terms, agreement)
            wholes.setdefault(window.label, []).append(named)
            beyond += here in wholes
            if beyond > number + 1:
                break
    labels = list(wholes)
    if here not in wholes:
        return []
    after = labels.index(here) + 1
    return [wholes[label] for label in labels[after : after + number]]
