"""What news touches: of which promises, and there in which windows or on which triggers (S2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.model.quantity import Instant, Microseconds
from engine.model.verdict import InWindow, OnTriggerFact, Verdict

Stretch: TypeAlias = tuple[Instant, Instant | None]
"""From an instant until another, both included; without the other, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What of one promise is touched: all of it, the occasions of these triggers, by their keys, and the
    windows that meet one of these stretches of time.

    `weight` is how many microseconds of bad time the news may have made or unmade at most in all of these
    windows together, 0 where it brings none but only records; absent where nobody can tell.
    """

    everything: bool = False
    triggers: frozenset[str] = frozenset()
    stretches: frozenset[Stretch] = frozenset()
    weight: Microseconds | None = None

    def __or__(self, other: "Touch") -> "Touch":
        """What either touches."""
        if self.everything or other.everything:
            return EVERYTHING
        is_told = self.weight is not None and other.weight is not None
        return Touch(
            triggers=self.triggers | other.triggers,
            stretches=self.stretches | other.stretches,
            weight=(self.weight or 0) + (other.weight or 0) if is_told else None,
        )

    def __bool__(self) -> bool:
        """Whether anything is touched."""
        return self.everything or bool(self.triggers) or bool(self.stretches)

    def meets(self, start: Instant, end: Instant) -> bool:
        """Whether a window is touched; its edges belong to it here."""
        return self.everything or any(a <= end and (b is None or b >= start) for a, b in self.stretches)

    def is_of(self, verdict: Verdict) -> bool:
        """Whether the occasion of a verdict of the promise is touched."""
        match verdict.occasion:
            case OnTriggerFact(key=key):
                return self.everything or key in self.triggers
            case InWindow(start=start, end=end):
                return self.meets(start, end)

    @classmethod
    def on(cls, verdict: Verdict) -> "Touch":
        """The occasion of a verdict."""
        match verdict.occasion:
            case OnTriggerFact(key=key):
                return cls(triggers=frozenset({key}))
            case InWindow(start=start, end=end):
                return cls(stretches=frozenset({(start, end)}))


EVERYTHING = Touch(everything=True)
NOTHING = Touch(weight=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What is touched of each promise, by its id; what is not named is not touched."""

    promises: Mapping[str, Touch]

    def of(self, obligation: str) -> Touch:
        """What is touched of one promise."""
        return self.promises.get(obligation, NOTHING)

    def is_of(self, verdict: Verdict) -> bool:
        """Whether a verdict may be another one now, or none."""
        return self.of(verdict.obligation).is_of(verdict)

    def __or__(self, other: "Touched") -> "Touched":
        """What either touches."""
        ids = {**self.promises, **other.promises}
        return Touched(promises={each: self.of(each) | other.of(each) for each in ids})
