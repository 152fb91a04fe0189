"""A target that is higher than what the services beneath it are promised to reach together (S10.2)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import percent_text, uptime_targets
from engine.model.obligation import Target
from engine.model.quantity import PERCENT, Bound, Comparison
from engine.model.service import NeedsOne
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """In series, what each may be down adds up: the ceiling is 1 − Σ(1 − a) over the needs with a target."""
    best: dict[str, Target] = {}
    for _, target, _ in uptime_targets(snapshot):
        for service in target.terms.subjects if not target.terms.reported_only else ():
            if service not in best or target.bound.value > best[service].bound.value:
                best[service] = target
    for name, target in best.items():
        beneath = [best[need] for need in _series(snapshot, name) if need in best]
        ceiling = max(Fraction(0), 1 - sum((1 - each.bound.value for each in beneath), Fraction(0)))
        if target.terms.subject == name and beneath and target.bound.value > ceiling:
            shown = percent_text(Bound(comparison=Comparison.AT_LEAST, value=ceiling, unit=PERCENT))
            parts = ", ".join(f"{each.terms.subject} {percent_text(each.bound)}" for each in beneath)
            yield warning(
                "above-ceiling",
                f"`{target.terms.id}` promises {percent_text(target.bound)}, what it needs reaches {shown}",
                target.terms.span,
                f"needs {parts}",
                "raise what lies beneath, lower the promise, or need less: `1 of (…)`",
            )


def _series(snapshot: Snapshot, name: str) -> Iterator[str]:
    """The services that all must stand, however deep; each once."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        service = snapshot.services.get(waiting.pop())
        for need in service.needs if service is not None else ():
            if isinstance(need, NeedsOne) and need.name not in seen and need.name != name:
                seen.add(need.name)
                waiting.append(need.name)
                yield need.name
