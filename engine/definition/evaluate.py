"""Every verdict, by definition: each obligation judged on each of its occasions (S7)."""

from collections.abc import Collection, Mapping, Sequence

from engine.definition.renewal import renewed
from engine.definition.strata import Strata
from engine.model.fact import Fact
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict


def evaluate(
    snapshot: Snapshot,
    facts: Mapping[str, Sequence[Fact]],
    as_of: Instant,
    obligations: Collection[str] | None = None,
) -> tuple[Verdict, ...]:
    """The verdicts of all obligations, or of those named, in order of identity (S7.4)."""
    snapshot = renewed(snapshot, facts, as_of)
    strata = Strata(snapshot=snapshot, facts=facts, as_of=as_of)
    verdicts = (
        verdict
        for obligation in snapshot.obligations()
        if obligations is None or obligation.terms.id in obligations
        for verdict in strata.verdicts(obligation)
    )
    return tuple(sorted(verdicts, key=lambda verdict: verdict.identity))
