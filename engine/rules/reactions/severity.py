"""The severity of each breach (S8.1)."""

from collections.abc import Iterable, Iterator

from engine.model.obligation import Obligation
from engine.model.quantity import Instant
from engine.model.reaction import BreachSeverity
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, OnTriggerFact, State, Verdict


def severities(snapshot: Snapshot, verdicts: Iterable[Verdict]) -> Iterator[BreachSeverity]:
    """One for each breach of an obligation that declares a severity; a `reported only` reading has none."""
    promises: dict[tuple[str, str | None], Obligation | None] = {}
    for verdict in verdicts:
        if verdict.state is not State.BREACHED or Flag.REPORTED_ONLY in verdict.flags:
            continue
        by = verdict.obligation, verdict.version
        if by not in promises:
            promises[by] = snapshot.obligation_of(verdict)
        obligation = promises[by]
        if obligation is None or obligation.terms.severity is None:
            continue
        yield BreachSeverity(
            obligation=verdict.obligation,
            subject=verdict.subject,
            occasion=verdict.occasion,
            severity=obligation.terms.severity.name,
            at=breached_at(verdict),
        )


def breached_at(verdict: Verdict) -> Instant:
    """A breach dates from its due instant or its window's end, else from its trigger (S8.1)."""
    if verdict.due is not None:
        return verdict.due.at
    match verdict.occasion:
        case InWindow(end=end):
            return end
        case OnTriggerFact(at=at):
            return at
