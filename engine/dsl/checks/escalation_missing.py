"""An agreement without escalation."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.agreement import Agreement
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Whom a breach or an incident goes to, level by level."""
    yield from lacking(
        snapshot,
        "escalation-missing",
        "escalation and disputes",
        "add an `escalation`: who is told, and when",
        _has,
    )


def _has(agreement: Agreement) -> bool:
    return bool(agreement.escalations)
