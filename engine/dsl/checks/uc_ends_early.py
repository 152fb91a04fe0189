"""An underpinning contract that ends before the agreement that stands on it (S10.2)."""

from collections.abc import Iterator
from datetime import date

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each agreement beneath another that is not in force on all days of the upper one."""
    for name in sorted(snapshot.agreements):
        below = snapshot.agreements[name]
        for above in (snapshot.agreements[each] for each in below.underpins if each in snapshot.agreements):
            begins_late = below.term.start > above.term.start
            ends_early = (below.ends or date.max) < (above.ends or date.max)
            if begins_late or ends_early:
                gap = f"ends on {below.ends}" if ends_early else f"begins on {below.term.start}"
                yield warning(
                    "uc-ends-early",
                    f"`{name}` does not underpin `{above.name}` to the end"
                    if ends_early
                    else f"`{name}` does not underpin `{above.name}` from the beginning",
                    below.span,
                    gap,
                    "prolong the agreement beneath, or say what carries the promise on the other days",
                    (above.span, f"in force {above.term.start} to {above.ends or 'no end'}"),
                )
