"""A promise that reads facts which nobody feeds, in a policy set that says who feeds what."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import obligations
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each promise with such a kind, where at least one feed is declared."""
    fed = {feed.kind for feed in snapshot.feeds.values()}
    for _, obligation in obligations(snapshot) if fed else ():
        missing = [
            kind for kind in kinds_read(obligation) if kind not in fed and not snapshot.kinds[kind].derived
        ]
        if missing:
            names = ", ".join(f"`{kind}`" for kind in missing)
            yield warning(
                "unfed-kind",
                f"nobody feeds the {names} that `{obligation.terms.id}` reads",
                obligation.terms.span,
                "has no feed",
                "declare the feed that will bring the facts: silence must not read as good news",
            )
