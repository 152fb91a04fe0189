"""Verdicts that the passing of time alone gives other figures, although nothing turns (S7.4)."""

from engine.model.quantity import Instant
from engine.model.verdict import InWindow, State, Verdict

GROWING = frozenset({"oldest_open", "counted", "paused"})
"""Counts that grow with the instant of judging alone, as long as a record is open or a duty not done; so does
how late that is."""


def grows(verdict: Verdict, as_of: Instant) -> bool:
    """Whether a verdict as of an instant may be told otherwise later, if only in its figures: its window is
    open, or holds an open record, or its duty is not done and the time of that is counted."""
    if isinstance(verdict.occasion, InWindow) and (
        verdict.occasion.end > as_of or verdict.state is State.PENDING
    ):
        return True
    if verdict.fulfilled_at is not None:
        return False
    return verdict.late_by is not None or not GROWING.isdisjoint(verdict.counts)
