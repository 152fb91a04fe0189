"""Everything that follows from verdicts and incidents, by definition (S8)."""

from collections.abc import Mapping, Sequence

from engine.definition.credits import credits
from engine.definition.reactions import key_of, severities, steps_of
from engine.definition.strata import Strata
from engine.model.derived import selections_of_escalation
from engine.model.fact import Fact
from engine.model.quantity import Instant
from engine.model.reaction import Reaction
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict


def react(
    snapshot: Snapshot, facts: Mapping[str, Sequence[Fact]], verdicts: Sequence[Verdict], as_of: Instant
) -> tuple[Reaction, ...]:
    """Severities and credits in order of the verdicts, then the escalations of incidents (S8)."""
    strata = Strata(snapshot=snapshot, facts=facts, as_of=as_of)
    agreements = [snapshot.agreements[name] for name in sorted(snapshot.agreements)]
    steps = (
        step
        for agreement in agreements
        for escalation in agreement.escalations
        for step in steps_of(
            escalation,
            agreement,
            strata.book(selections_of_escalation(escalation)).reading(escalation.subjects),
        )
    )
    escalations = sorted(steps, key=lambda step: (f"{step.escalation}.{step.level}", key_of(step)))
    return (
        *severities(snapshot, verdicts),
        *credits(snapshot, verdicts, strata.plain),
        *escalations,
    )
