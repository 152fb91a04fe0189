"""A target whose every window is cut short by the term, where parts are not measured (S2.6)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.least_above_allowance import longest
from engine.dsl.checks.parts import targets
from engine.model.obligation import PartWindow
from engine.model.quantity import DAY
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each target in force for less than one window, whose part windows do not count."""
    for agreement, target in targets(snapshot):
        term, length = agreement.term, longest(target.windows)
        if (
            term.through is None
            or agreement.renewal is not None
            or length is None
            or target.part_windows is not PartWindow.NOT_MEASURED
        ):
            continue
        days = (term.through - term.start).days + 1
        if days * DAY < length - 3 * DAY:
            yield warning(
                "never-whole",
                f"`{target.terms.id}` is never measured: no window fits into the term",
                target.terms.span,
                f"{days} days in force",
                "measure part windows, or take shorter ones",
                (agreement.span, "in force for less than a window"),
            )
