"""The findings that a resolved policy set can earn, one module each."""

from collections.abc import Callable, Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks import (
    bound_out_of_reach,
    credit_gap,
    credit_overlap,
    endless_window,
    needs_itself,
    not_covered,
    obliges_stranger,
    unaccepted,
    underpins_cycle,
    verdict_cycle,
)
from engine.model.snapshot import Snapshot

CHECKS: tuple[Callable[[Snapshot], Iterator[Diagnostic]], ...] = (
    bound_out_of_reach.check,
    credit_gap.check,
    credit_overlap.check,
    endless_window.check,
    needs_itself.check,
    not_covered.check,
    obliges_stranger.check,
    underpins_cycle.check,
    verdict_cycle.check,
    unaccepted.check,
)
"""Every check, in the order in which its findings are shown."""
