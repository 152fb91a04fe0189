"""An agreement that nobody reports on or reviews."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.agreement import Agreement
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Reports and reviews are facts that some promise must ask for."""
    yield from lacking(
        snapshot,
        "reporting-missing",
        "reports and reviews",
        "add a duty for each month's report, or a review",
        _has,
    )


def _has(agreement: Agreement) -> bool:
    kinds = {kind for each in agreement.obligations for kind in kinds_read(each)}
    return bool(kinds & {"report", "review"})
