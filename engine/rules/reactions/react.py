"""What follows from verdicts and incidents: severities, escalations, credits (S8)."""

from collections.abc import Sequence

from engine.model.quantity import Instant
from engine.model.reaction import Reaction
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.rules.evaluate import evaluate
from engine.rules.reactions.credit import credits
from engine.rules.reactions.escalation import levels_as_duties, steps
from engine.rules.reactions.follow_up import follow_up
from engine.rules.reactions.notice import notices_as_duties
from engine.rules.reactions.severity import severities
from engine.rules.reactions.update import stops, updates
from engine.rules.renewal import renewals
from engine.store.database import Store


def react(
    snapshot: Snapshot,
    verdicts: Sequence[Verdict],
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None = None,
) -> tuple[Reaction, ...]:
    """Severities and credits of the verdicts, in their order, the escalations of incidents, then what
    repeated breaches lead to, and where the terms stand that renew."""

    def judged(policies: Snapshot) -> tuple[Verdict, ...]:
        if not policies.obligations():
            return ()
        judged = evaluate(
            policies, store, as_of=as_of, known_at=known_at, obligations=None, progress=_quietly
        )
        return judged.verdicts

    told = judged(notices_as_duties(snapshot))
    stopped = stops(snapshot, store, as_of=as_of, known_at=known_at)
    owed = tuple(credits(snapshot, verdicts, store, as_of=as_of, known_at=known_at))
    return (
        *severities(snapshot, verdicts),
        *owed,
        *steps(snapshot, judged(levels_as_duties(snapshot)), stopped),
        *updates(snapshot, stopped, store, as_of=as_of, known_at=known_at),
        *follow_up(snapshot, verdicts, owed, told, store, as_of=as_of, known_at=known_at),
        *renewals(snapshot, store, as_of=as_of, known_at=known_at),
    )


def _quietly(_what: str, _done: int, _of: int) -> None:
    """What follows is a small part of the work: its progress is not shown."""
