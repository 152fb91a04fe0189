"""A warning that comes with the breach or after it."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """`warns below 97%` warns of nothing where less than 97.7% is a breach already."""
    for _, target in targets(snapshot):
        warns, bound = target.warns, target.bound
        if warns is None or warns.wants_high == bound.wants_high:
            continue
        is_late = warns.value <= bound.value if bound.wants_high else warns.value >= bound.value
        if is_late:
            yield warning(
                "warning-too-late",
                f"`{target.terms.id}` is breached before its warning comes",
                target.terms.span,
                "warns only beyond its own bound",
                "let the warning come earlier: on the good side of the bound",
            )
