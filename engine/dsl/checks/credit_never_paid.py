"""Credits of a promise that is only reported: it has no consequence (S6.4)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each such target."""
    for _, target in targets(snapshot):
        if target.terms.reported_only and target.credits is not None:
            yield warning(
                "credit-never-paid",
                f"`{target.terms.id}` is only reported, so its credits are never paid",
                target.credits.span,
                "never paid",
                "leave out the credits, or `reported only`",
            )
