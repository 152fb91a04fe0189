"""An agreement that does not say what it is about: scope and boundaries."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.agreement import Agreement
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """The services covered are the scope; what each needs is its boundary."""
    yield from lacking(
        snapshot,
        "scope-missing",
        "its scope",
        "say which services it `covers`, and what they need",
        _has,
    )


def _has(agreement: Agreement) -> bool:
    return bool(agreement.covers)
