"""Outcomes of worked examples, and what a policy's examples leave untried."""

from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.example import Example
from engine.model.verdict import Verdict
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One thing that an example expects and the facts do not give; `span` is the expectation."""

    expected: str
    found: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one example: the verdicts of its promise, and whatever it expected in vain."""

    example: Example
    verdicts: tuple[Verdict, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Whether everything expected came true."""
        return not self.mismatches


class Aspect(StrEnum):
    """What can be tried of a promise."""

    CLAUSE = "clause"
    BRANCH = "branch"
    BOUNDARY = "boundary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One thing that examples can try: a promise at all, a branch of its words, a boundary of its numbers.

    `tried_by` names an example that would fail without it; none where no example does.
    """

    obligation: str
    aspect: Aspect
    text: str
    tried_by: str | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A boundary example that nobody has written yet, in the policy's language; its expectation is what the
    policy means today, so that the author must read it before keeping it."""

    obligation: str
    boundary: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A policy set tested: each example's outcome, each trial, and the boundary examples proposed."""

    outcomes: tuple[Outcome, ...]
    trials: tuple[Trial, ...]
    proposals: tuple[Proposal, ...]
