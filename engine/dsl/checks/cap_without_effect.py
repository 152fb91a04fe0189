"""A cap on an exclusion that can never be reached (S5.4)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.least_above_allowance import longest
from engine.model.exclusion import AnyStretch, Cap
from engine.model.quantity import Microseconds
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each cap that is at least as long as its whole window."""
    for name in sorted(snapshot.agreements):
        for exclusion in snapshot.agreements[name].exclusions:
            cap = exclusion.cap
            length = None if cap is None else _longest(cap)
            if cap is not None and length is not None and cap.length >= length:
                yield warning(
                    "cap-without-effect",
                    f"the cap of `{exclusion.name}` is as long as its window",
                    exclusion.span,
                    "never reached",
                    "say a shorter cap, or leave it out",
                )


def _longest(cap: Cap) -> Microseconds | None:
    return cap.windows.length if isinstance(cap.windows, AnyStretch) else longest(cap.windows)
