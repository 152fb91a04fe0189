"""Earning back: a credit is provisional until the windows that follow say whether it stands (S8.4)."""

from collections.abc import Mapping

from engine.model.obligation import Target
from engine.model.period import Window
from engine.model.quantity import DAY, Instant
from engine.model.reaction import CreditDue, CreditState, CreditStep
from engine.model.verdict import Exact, InWindow, Verdict
from engine.rules.plans.windows import windows
from engine.rules.reactions.credit_worth import Draft

_LONGEST = 367 * DAY
"""No window, and no way from one to the next, is longer."""


def earn_back(
    draft: Draft, verdicts: Mapping[tuple[str, str, str], Verdict], as_of: Instant
) -> tuple[CreditState, tuple[CreditDue, ...]]:
    """EARNED_BACK, PROVISIONAL with the instant at which it will be known, or FINAL."""
    terms = draft.terms.earned_back
    if terms is None:
        return CreditState.FINAL, ()
    after = _windows_after(draft, terms.windows)
    is_open = len(after) == terms.windows
    for window in after:
        if window.end > as_of:
            break
        verdict = verdicts.get((draft.verdict.obligation, draft.verdict.subject, window.label))
        measured = verdict.measured if verdict is not None else None
        if not isinstance(measured, Exact) or not all(end.holds(measured.value) for end in terms.ends):
            draft.lines.append(f"{window.label} was not good enough: not earned back")
            return CreditState.FINAL, ()
    if not is_open:
        draft.lines.append("the term has no further windows: not earned back")
        return CreditState.FINAL, ()
    known_at = after[-1].end
    if known_at <= as_of:
        draft.lines.append(f"earned back in the {terms.windows} windows to {after[-1].label}")
        return CreditState.EARNED_BACK, ()
    return CreditState.PROVISIONAL, (CreditDue(step=CreditStep.EARN_BACK, at=known_at, inclusive=True),)


def _windows_after(draft: Draft, count: int) -> tuple[Window, ...]:
    promise, occasion = draft.promise, draft.verdict.occasion
    assert isinstance(promise, Target)
    assert isinstance(occasion, InWindow)
    cut = windows(draft.agreement, promise.windows, occasion.end + (count + 1) * _LONGEST)
    place = next((place for place, each in enumerate(cut) if each.label == occasion.label), len(cut))
    return cut[place + 1 : place + 1 + count]
