"""Uptime measured during other hours than those in which its service is offered (S5.1)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import uptime_targets
from engine.model.calendar import Clock, Elapsed
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each target whose `during` is not the hours of its service."""
    for _, target, measure in uptime_targets(snapshot):
        service = snapshot.services.get(target.terms.subject)
        if service is not None and service.hours is not None and service.hours != measure.hours:
            yield warning(
                "hours-differ",
                f"`{target.terms.id}` is measured during other hours than `{service.name}` is offered in",
                target.terms.span,
                f"measured during {_shown(measure.hours)}",
                f"write `during hours of {service.name}`, or say the right hours at the service",
                (service.span, f"offered {_shown(service.hours)}"),
            )


def _shown(clock: Clock) -> str:
    return "always" if isinstance(clock, Elapsed) else f"on `{clock.name}`"
