"""A duty whose clock is paused by the very state in which it arises (S3.3)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import conjuncts, duties
from engine.dsl.checks.renamed import renamed
from engine.model.expression import Compare, Condition
from engine.model.obligation import OnTrigger
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each pause that begins with every trigger: the clock would never start."""
    for _, duty in duties(snapshot):
        if not isinstance(duty.occasion, OnTrigger):
            continue
        trigger = duty.occasion.trigger
        given = set(conjuncts(trigger.where))
        for pause in duty.pauses:
            facts = pause.intervals.facts
            if facts.kind != trigger.kind:
                continue
            needed = {renamed(each, facts.variable, trigger.variable) for each in conjuncts(facts.where)}
            if pause.of is not None:
                needed = {renamed(each, pause.of.variable, trigger.variable) for each in needed}
            if {each for each in needed if not _is_same(each)} <= given:
                yield warning(
                    "paused-from-the-start",
                    f"`{duty.terms.id}` is paused as soon as it arises",
                    pause.span,
                    "holds wherever the duty begins",
                    "let the pause ask for something that the trigger does not have",
                    (duty.terms.span, "arises"),
                )


def _is_same(condition: Condition) -> bool:
    return isinstance(condition, Compare) and condition.left == condition.right
