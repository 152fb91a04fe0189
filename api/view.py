"""What the doors are given: a snapshot, the verdicts at one instant, and the engine's verbs as callables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.diagnostic import Diagnostic
from engine.model.dependency import Impact, TraceStep
from engine.model.explanation import Explanation
from engine.model.quantity import Instant
from engine.model.reaction import Reaction
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Every verdict at one instant, as known at another, with what followed (S7.4)."""

    as_of: Instant
    known_at: Instant | None
    verdicts: tuple[Verdict, ...]
    reactions: tuple[Reaction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceView:
    """One policy set and its facts, as the doors see them; one caller at a time.

    `revision` is what is served unless another instant is asked for; `evaluate(as_of, known_at)` makes that
    one, or says why it cannot be made. `explain(verdict, revision)` raises where the two evaluators disagree
    (S7.5). `impact(names, at)` says which name it does not know.
    """

    snapshot: Snapshot
    revision: Revision
    evaluate: Callable[[Instant, Instant | None], Revision | Diagnostic]
    explain: Callable[[Verdict, Revision], Explanation]
    impact: Callable[[Sequence[str], Instant], Impact | Diagnostic]
    trace: Callable[[Explanation, Sequence[Reaction], bool], TraceStep]
    diagnose: Callable[[str], tuple[Diagnostic, ...]]
