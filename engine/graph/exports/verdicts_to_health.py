"""How the promises of each obligation, agreement and service stand, from verdicts."""

from collections.abc import Iterable, Mapping

from engine.graph.dependency_graph import node_id
from engine.model.dependency import NodeKind
from engine.model.picture import Health
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, State, Verdict

ORDER = {health: place for place, health in enumerate(Health)}

HEALTHS = {
    State.BREACHED: Health.BREACHED,
    State.UNMEASURED: Health.UNMEASURED,
    State.EXCUSED: Health.EXCUSED,
    State.MET: Health.MET,
    State.PENDING: Health.PENDING,
}
"""What does not apply says nothing."""


def health(
    snapshot: Snapshot, verdicts: Iterable[Verdict], since: Instant | None = None
) -> Mapping[str, Health]:
    """The worst of the verdicts of each obligation, agreement and service, by id of node.

    A verdict counts that reaches beyond `since`: a window by its end, a trigger by its instant. What is only
    reported promises nothing, and counts as nothing.
    """
    found = dict[str, Health]()
    for verdict in verdicts:
        each = _health(verdict)
        if each is None or (since is not None and _until(verdict) <= since):
            continue
        for id in _nodes(snapshot, verdict):
            if id not in found or ORDER[each] < ORDER[found[id]]:
                found[id] = each
    return found


def _health(verdict: Verdict) -> Health | None:
    if Flag.REPORTED_ONLY in verdict.flags:
        return None
    if verdict.state is State.PENDING and Flag.AT_RISK in verdict.flags:
        return Health.AT_RISK
    return HEALTHS.get(verdict.state)


def _until(verdict: Verdict) -> Instant:
    """The end of its window; of a trigger the first instant that it lies before."""
    occasion = verdict.occasion
    return occasion.end if isinstance(occasion, InWindow) else occasion.at + 1


def _nodes(snapshot: Snapshot, verdict: Verdict) -> tuple[str, ...]:
    """What a verdict is about: its promise, the agreement that makes it, and a service."""
    obligation = snapshot.obligation_of(verdict)
    if obligation is None:
        return ()
    about = (node_id(NodeKind.SERVICE, verdict.about),) if verdict.about in snapshot.services else ()
    return (
        node_id(NodeKind.OBLIGATION, obligation.terms.id),
        node_id(NodeKind.AGREEMENT, obligation.terms.agreement),
        *about,
    )
