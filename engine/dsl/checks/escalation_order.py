"""Escalation levels that are reached out of order (S8.2)."""

from collections.abc import Iterator
from itertools import pairwise

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each escalation in which a higher level is reached before, or with, a lower one."""
    for name in sorted(snapshot.agreements):
        for escalation in snapshot.agreements[name].escalations:
            levels = sorted(escalation.levels, key=lambda level: level.number)
            for lower, higher in pairwise(levels):
                same_clock = lower.after.clock == higher.after.clock
                if same_clock and higher.after.length <= lower.after.length:
                    yield warning(
                        "escalation-order",
                        f"`{escalation.id}` reaches level {higher.number} no later than level {lower.number}",
                        escalation.span,
                        "levels out of order",
                        "give each level more time than the one below",
                    )
