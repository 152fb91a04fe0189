"""A duty that its own trigger fulfils: its clock stops as it starts."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import conjuncts, duties
from engine.dsl.checks.renamed import renamed
from engine.model.expression import Compare, Condition
from engine.model.obligation import OnTrigger
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each fulfilment that every trigger is, too."""
    for _, duty in duties(snapshot):
        if not isinstance(duty.occasion, OnTrigger) or not isinstance(duty.fulfilments, tuple):
            continue
        trigger = duty.occasion.trigger
        given = set(conjuncts(trigger.where))
        for each in duty.fulfilments:
            needed = {renamed(part, each.variable, trigger.variable) for part in conjuncts(each.where)}
            if each.kind == trigger.kind and needed - _same(needed) <= given:
                yield warning(
                    "fulfilled-at-once",
                    f"`{duty.terms.id}` is fulfilled by the very `{trigger.kind}` that brings it about",
                    duty.terms.span,
                    "its start implies its end",
                    "let the fulfilment ask for something that the trigger does not have",
                )


def _same(conditions: set[Condition]) -> set[Condition]:
    """Comparisons of a field with itself, which hold wherever the field is there."""
    return {each for each in conditions if isinstance(each, Compare) and each.left == each.right}
