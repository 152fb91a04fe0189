"""A target that does not say who measures it: source, rule, sampling."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.agreement import Agreement
from engine.model.obligation import Target
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """The rule is the `measures`, the zone the agreement's; the source must be said."""
    yield from lacking(
        snapshot,
        "method-missing",
        "who measures its targets",
        'write `source "Probe" by acme, signed off by service_owner, sampled every 1 minute` in each target',
        _has,
    )


def _has(agreement: Agreement) -> bool:
    targets = [each for each in agreement.obligations if isinstance(each, Target)]
    return all(each.source is not None for each in targets)
