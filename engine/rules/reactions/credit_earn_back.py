"""Earning back: a credit is provisional until the windows that follow say whether it stands (S8.4)."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import chain

from engine.model.obligation import Target
from engine.model.period import Window
from engine.model.quantity import DAY, Instant
from engine.model.reaction import CreditDue, CreditState, CreditStep
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, InWindow, Range, Verdict
from engine.rules.plans.windows import labelled, windows
from engine.rules.reactions.credit_worth import Draft

_LONGEST = 367 * DAY
"""No window, and no way from one to the next, is longer."""


def earn_back(
    draft: Draft, snapshot: Snapshot, verdicts: Mapping[tuple[str, str, str], Verdict], as_of: Instant
) -> tuple[CreditState, tuple[CreditDue, ...]]:
    """EARNED_BACK, PROVISIONAL with the instant at which it will be known, or FINAL."""
    terms = draft.terms.earned_back
    if terms is None:
        return CreditState.FINAL, ()
    after = _windows_after(draft, terms.windows, snapshot)
    is_open = len(after) == terms.windows
    for window in chain.from_iterable(after):
        if window.end > as_of:
            break
        verdict = verdicts.get((draft.verdict.obligation, draft.verdict.subject, window.label))
        values = _values(verdict)
        if not values or not all(end.holds(value) for value in values for end in terms.ends):
            draft.lines.append(f"{window.label} was not good enough: not earned back")
            return CreditState.FINAL, ()
    if not is_open:
        draft.lines.append("the term has no further windows: not earned back")
        return CreditState.FINAL, ()
    known_at = after[-1][-1].end
    if known_at <= as_of:
        draft.lines.append(f"earned back in the {terms.windows} windows to {after[-1][-1].label}")
        return CreditState.EARNED_BACK, ()
    return CreditState.PROVISIONAL, (CreditDue(step=CreditStep.EARN_BACK, at=known_at, inclusive=True),)


def _values(verdict: Verdict | None) -> tuple[Fraction, ...]:
    """The measured value, or both ends of what is told as a range: bands hold what lies between them, too."""
    match None if verdict is None else verdict.measured:
        case Exact(value=value):
            return (value,)
        case Range(low=low, high=high):
            return low, high
        case None:
            return ()


def _windows_after(draft: Draft, count: int, snapshot: Snapshot) -> tuple[tuple[Window, ...], ...]:
    """The windows after the one of a credit, in whichever version; each in the parts that versions cut."""
    occasion = draft.verdict.occasion
    assert isinstance(occasion, InWindow)
    until = occasion.end + (count + 1) * _LONGEST
    cut: dict[str, tuple[Window, ...]] = {}
    for version in snapshot.versions(draft.agreement.identity):
        for promise in version.obligations:
            if isinstance(promise, Target) and promise.terms.id == draft.verdict.obligation:
                whole = windows(version, promise.windows, until)
                parts = labelled(whole, promise.windows, promise.terms, version.version)
                for each, part in zip(whole, parts, strict=True):
                    cut[each.label] = (*cut.get(each.label, ()), part)
    labels = [*cut]
    place = labels.index(draft.verdict.whole_window) if draft.verdict.whole_window in cut else len(labels)
    return tuple(cut[label] for label in labels[place + 1 : place + 1 + count])
