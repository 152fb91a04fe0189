"""An agreement in which a breach has no consequence."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.agreement import Agreement
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Credits and severities are what follows."""
    yield from lacking(
        snapshot,
        "remedies-missing",
        "what follows from a breach",
        "give its promises credits, or a severity: `breach is`",
        _has,
    )


def _has(agreement: Agreement) -> bool:
    return any(
        each.terms.severity is not None or getattr(each, "credits", None) is not None
        for each in agreement.obligations
    )
