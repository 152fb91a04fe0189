"""A promise carried by one beneath it that allows more than itself (S10.2)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import percent_text, targets
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each pair of uptime targets where the lower one promises less."""
    for _, below in targets(snapshot):
        for id in below.terms.carries:
            above = snapshot.obligation(id)
            if not isinstance(above, Target) or not isinstance(above.measure, Uptime):
                continue
            if isinstance(below.measure, Uptime) and below.bound.value < above.bound.value:
                yield warning(
                    "underpinning-weaker",
                    f"`{below.terms.id}` promises {percent_text(below.bound)} and carries "
                    f"{percent_text(above.bound)}",
                    below.terms.span,
                    "promises less",
                    f"agree on at least {percent_text(above.bound)} below, or stand on more than one",
                    (above.terms.span, "promises more"),
                )
