"""Obligations judged over the facts in a store, by SQL plans: every verdict that there is at `as of` (S7)."""

from collections.abc import Callable, Collection

from engine.model.obligation import Duty, RecoveryPoint, Target
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.touched import Touched
from engine.rules.plans.duties import judge_duties
from engine.rules.plans.judged import Judged
from engine.rules.plans.recovery import judge_recovery_points
from engine.rules.plans.targets import judge_targets
from engine.store.database import Store

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is."""


def evaluate(
    snapshot: Snapshot,
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None,
    obligations: Collection[str] | None,
    progress: Progress,
    touched: Touched | None = None,
) -> Judged:
    """Judge the obligations, all unless some are named: verdicts in order of identity (S7.4).

    Of those that are `touched` at all, at least what is touched.
    """
    asked = [each for each in snapshot.obligations() if obligations is None or each.terms.id in obligations]
    parts = (
        judge_targets(
            snapshot,
            [each for each in asked if isinstance(each, Target)],
            store,
            as_of=as_of,
            known_at=known_at,
            progress=progress,
            touched=touched,
        ),
        judge_duties(
            snapshot,
            [each for each in asked if isinstance(each, Duty)],
            store,
            as_of=as_of,
            known_at=known_at,
            progress=progress,
            touched=touched,
        ),
        judge_recovery_points(
            snapshot,
            [each for each in asked if isinstance(each, RecoveryPoint)],
            store,
            as_of=as_of,
            known_at=known_at,
            touched=touched,
        ),
    )
    verdicts = (verdict for part in parts for verdict in part.verdicts)
    return Judged(
        verdicts=tuple(sorted(verdicts, key=lambda verdict: verdict.identity)),
        undecided=frozenset(identity for part in parts for identity in part.undecided),
    )
