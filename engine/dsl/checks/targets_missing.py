"""An agreement without a single target."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.agreement import Agreement
from engine.model.obligation import Target
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Duties alone say when, and never how well."""
    yield from lacking(
        snapshot,
        "targets-missing",
        "service level targets",
        "add a `target`: a measure, a bound and a window",
        _has,
    )


def _has(agreement: Agreement) -> bool:
    return any(isinstance(each, Target) for each in agreement.obligations)
