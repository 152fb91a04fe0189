"""A mean over answered cases, beside which nothing shows the slow and the open ones (S6.1)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.agreement import Agreement
from engine.model.measure import Aggregate, Aggregated, ShareWithin
from engine.model.obligation import Duty, OnTrigger, Target
from engine.model.snapshot import Snapshot

HIDING = (Aggregate.AVERAGE, Aggregate.MEDIAN)


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each mean or median whose kind no duty, share, percentile or highest watches."""
    for agreement, target in targets(snapshot):
        measure = target.measure
        if not isinstance(measure, Aggregated) or measure.aggregate not in HIDING:
            continue
        kind = measure.records.of.kind
        if measure.records.answered_by is not None and kind not in set(_watched(agreement)):
            yield warning(
                "mean-hides-cases",
                f"the {measure.aggregate} of `{target.terms.id}` hides slow cases, and open ones never count",
                target.terms.span,
                f"nothing else watches each `{kind}`",
                "add a duty for each case, a share within the limit or the highest, if only reported",
            )


def _watched(agreement: Agreement) -> Iterator[str]:
    """The kinds whose single cases some promise looks at."""
    for obligation in agreement.obligations:
        match obligation:
            case Duty(occasion=OnTrigger(trigger=trigger)):
                yield trigger.kind
            case Target(measure=Aggregated(aggregate=aggregate, records=records)) if aggregate not in HIDING:
                yield records.of.kind
            case Target(measure=ShareWithin(records=records)):
                yield records.of.kind
            case _:
                continue
