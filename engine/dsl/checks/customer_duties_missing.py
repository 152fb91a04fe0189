"""An agreement that asks nothing of the customer: responsibilities and dependencies."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.agreement import Agreement
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """What the provider depends on is a duty of the customer."""
    yield from lacking(
        snapshot,
        "customer-duties-missing",
        "what the customer must do",
        "add a duty that `obliges` the customer: to report, to give access, to accept",
        _has,
    )


def _has(agreement: Agreement) -> bool:
    return any(agreement.owed(each.terms) == agreement.provider for each in agreement.obligations)
