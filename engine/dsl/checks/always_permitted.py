"""A duty or a prohibition that arises only where a permission lifts it."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import conjuncts, duties, targets
from engine.dsl.checks.renamed import renamed
from engine.model.expression import Selection
from engine.model.measure import Uptime
from engine.model.obligation import Duty, OnTrigger, Target
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each permission whose condition follows from the trigger's."""
    for _, promise in (*duties(snapshot), *targets(snapshot)):
        trigger = _trigger(promise)
        if trigger is None:
            continue
        given = set(conjuncts(trigger.where))
        for permission in promise.permissions:
            when, lifts = permission.when, f"`{permission.name}` permits"
            needed = {renamed(each, when.variable, trigger.variable) for each in conjuncts(when.where)}
            if when.kind == trigger.kind and needed <= given:
                yield warning(
                    "always-permitted",
                    f"`{promise.terms.id}` never binds: whatever brings it about, {lifts}",
                    permission.span,
                    "holds wherever the promise arises",
                    "narrow the permission, or what the promise arises from",
                    (promise.terms.span, "arises"),
                )


def _trigger(promise: Duty | Target) -> Selection | None:
    """What brings the promise about: a duty's first trigger, or what a prohibition forbids."""
    if isinstance(promise, Duty):
        return promise.occasion.trigger if isinstance(promise.occasion, OnTrigger) else None
    return None if isinstance(promise.measure, Uptime) else promise.measure.records.of
