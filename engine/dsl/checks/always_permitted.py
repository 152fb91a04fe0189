"""A duty that arises only where a permission lifts it."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import conjuncts, duties
from engine.dsl.checks.renamed import renamed
from engine.model.obligation import OnTrigger
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each permission whose condition follows from the trigger's."""
    for _, duty in duties(snapshot):
        if not isinstance(duty.occasion, OnTrigger):
            continue
        trigger = duty.occasion.trigger
        given = set(conjuncts(trigger.where))
        for permission in duty.permissions:
            when = permission.when
            needed = {renamed(each, when.variable, trigger.variable) for each in conjuncts(when.where)}
            if when.kind == trigger.kind and needed <= given:
                yield warning(
                    "always-permitted",
                    f"`{duty.terms.id}` never binds: whatever brings it about, `{permission.name}` permits",
                    permission.span,
                    "holds wherever the duty arises",
                    "narrow the permission, or the duty's `when`",
                    (duty.terms.span, "arises"),
                )
