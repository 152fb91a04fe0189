"""A reading that is only reported, and does not measure what the contractual one is bound to (S6.4)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each reported target with another bound than a contractual one of the same measure."""
    contractual = [
        (agreement.name, each) for agreement, each in targets(snapshot) if not each.terms.reported_only
    ]
    for agreement, reported in targets(snapshot):
        if not reported.terms.reported_only:
            continue
        for name, other in contractual:
            same = (name, other.measure, other.windows, other.terms.subject) == (
                agreement.name,
                reported.measure,
                reported.windows,
                reported.terms.subject,
            )
            if same and other.bound != reported.bound:
                yield warning(
                    "readings-diverge",
                    f"`{reported.terms.id}` has another bound than `{other.terms.id}`",
                    reported.terms.span,
                    "reported only",
                    "give both readings one bound, or say in its title what the other is",
                    (other.terms.span, "contractual"),
                )
