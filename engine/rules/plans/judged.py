"""What a plan's evaluation gives: verdicts, and those that the evaluator by definition must decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from engine.model.verdict import Verdict

Identity: TypeAlias = tuple[str, str, str]
"""Obligation, subject, and window label or trigger key (S7.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Verdicts in order of identity, and the identities of those that are undecided.

    A verdict is undecided when it hangs on what a plan does not try both ways (S7.2), or on a value that is
    too long for its integers (S1.1): then only its identity and its evidence are good.
    """

    verdicts: tuple[Verdict, ...] = ()
    undecided: frozenset[Identity] = frozenset()

    def kept(self, is_asked: Callable[[Verdict], bool]) -> "Judged":
        """Those that are asked for."""
        verdicts = tuple(each for each in self.verdicts if is_asked(each))
        return Judged(verdicts=verdicts, undecided=self.undecided & {each.identity for each in verdicts})
