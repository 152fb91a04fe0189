"""An agreement that was accepted when its term was over: nobody was bound while it was in force (S7.1)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each version that was accepted after its last day; one that renews has none yet."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        on = None if agreement.accepted is None else agreement.accepted.on
        through = agreement.term.through
        if on is None or through is None or agreement.renewal is not None or on <= through:
            continue
        yield warning(
            "accepted-too-late",
            f"`{name}` was accepted on {on}, after its term",
            agreement.span,
            f"in force until {through}",
            "mend the day of the acceptance, or the term",
        )
