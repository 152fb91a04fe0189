"""Earning back: a credit is provisional until the windows that follow say whether it stands (S8.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias, assert_never

from engine.model.obligation import Target
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    TermWindow,
    Window,
    Windows,
)
from engine.model.quantity import DAY, Bound, Instant, Microseconds
from engine.model.reaction import CreditDue, CreditState, CreditStep
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, InWindow, Range, Verdict
from engine.rules.plans.windows import labelled, windows
from engine.rules.reactions.credit_worth import Draft

Row: TypeAlias = tuple[tuple[Window, ...], ...]
"""The windows of one promise in whichever version, in order, each in the parts that versions cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """The windows of a promise, and the place of each label among them."""

    row: Row
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningBack:
    """Tells of each draft whether it is earned back. Windows are cut once for each promise, and asked once
    for each subject and band: many credits that wait for many windows cost no more than the windows."""

    snapshot: Snapshot
    drafts: Sequence[Draft]
    verdicts: Mapping[tuple[str, str, str], Verdict]
    as_of: Instant
    _lines: dict[tuple[str, str], _Line] = field(default_factory=dict[tuple[str, str], _Line])
    _bad: dict[tuple[str, str, tuple[Bound, ...]], list[int]] = field(
        default_factory=dict[tuple[str, str, tuple[Bound, ...]], list[int]]
    )

    def stage(self, draft: Draft) -> tuple[CreditState, tuple[CreditDue, ...]]:
        """EARNED_BACK, PROVISIONAL with the instant at which it will be known, or FINAL."""
        terms = draft.terms.earned_back
        if terms is None:
            return CreditState.FINAL, ()
        line = self._line(draft)
        first = line.places.get(draft.verdict.whole_window, len(line.row)) + 1
        after = line.row[first : first + terms.windows]
        if after and (bad := self._next_bad(draft, terms.ends, line.row)[first]) < first + len(after):
            label = next(each.label for each in line.row[bad] if self._is_bad(draft, terms.ends, each))
            draft.lines.append(f"{label} was not good enough: not earned back")
            return CreditState.FINAL, ()
        if len(after) < terms.windows:
            draft.lines.append("the term has no further windows: not earned back")
            return CreditState.FINAL, ()
        known_at = after[-1][-1].end
        if known_at <= self.as_of:
            draft.lines.append(f"earned back in the {terms.windows} windows to {after[-1][-1].label}")
            return CreditState.EARNED_BACK, ()
        due = CreditDue(step=CreditStep.EARN_BACK, at=known_at, inclusive=True)
        return CreditState.PROVISIONAL, (due,)

    def _next_bad(self, draft: Draft, ends: tuple[Bound, ...], row: Row) -> list[int]:
        """For each place that of the first window from it on that is over and not good; none is the end."""
        key = (draft.verdict.obligation, draft.verdict.subject, ends)
        if key not in self._bad:
            found = [len(row)] * (len(row) + 1)
            for place in range(len(row) - 1, -1, -1):
                is_bad = any(self._is_bad(draft, ends, each) for each in row[place])
                found[place] = place if is_bad else found[place + 1]
            self._bad[key] = found
        return self._bad[key]

    def _is_bad(self, draft: Draft, ends: tuple[Bound, ...], window: Window) -> bool:
        """Whether a window is over and was not measured inside the ends."""
        if window.end > self.as_of:
            return False
        values = _values(self.verdicts.get((draft.verdict.obligation, draft.verdict.subject, window.label)))
        return not values or not all(end.holds(value) for value in values for end in ends)

    def _line(self, draft: Draft) -> _Line:
        key = (draft.agreement.identity, draft.verdict.obligation)
        if key not in self._lines:
            row = self._row(*key)
            self._lines[key] = _Line(
                row=tuple(row.values()), places={label: place for place, label in enumerate(row)}
            )
        return self._lines[key]

    def _row(self, agreement: str, obligation: str) -> dict[str, tuple[Window, ...]]:
        """By the label of the whole window, as far as any of the credits of the promise asks."""
        asking = [
            (each.verdict.occasion.end, each.terms.earned_back.windows)
            for each in self.drafts
            if each.verdict.obligation == obligation
            and each.terms.earned_back is not None
            and isinstance(each.verdict.occasion, InWindow)
        ]
        last, most = (max(each) for each in zip(*asking, strict=True))
        versions = [
            (version, promise)
            for version in self.snapshot.versions(agreement)
            for promise in version.obligations
            if isinstance(promise, Target) and promise.terms.id == obligation
        ]
        until = last + (most + 1) * max(_longest(promise.windows) for _, promise in versions)
        cut: dict[str, tuple[Window, ...]] = {}
        for version, promise in versions:
            whole = windows(version, promise.windows, until)
            parts = labelled(whole, promise.windows, promise.terms, version.version)
            for each, part in zip(whole, parts, strict=True):
                cut[each.label] = (*cut.get(each.label, ()), part)
        return cut


def _values(verdict: Verdict | None) -> tuple[Fraction, ...]:
    """The measured value, or both ends of what is told as a range: bands hold what lies between them, too."""
    match None if verdict is None else verdict.measured:
        case Exact(value=value):
            return (value,)
        case Range(low=low, high=high):
            return low, high
        case None:
            return ()


def _longest(kind: Windows) -> Microseconds:
    """No window of a kind, and no way from one to the next, is longer."""
    match kind:
        case HourWindows():
            return DAY
        case RollingWindows():
            return 2 * DAY
        case CycleWindows(months=months):
            return (months + 1) * 31 * DAY
        case CalendarWindows() | TermWindow():
            return 367 * DAY
        case _:
            assert_never(kind)
