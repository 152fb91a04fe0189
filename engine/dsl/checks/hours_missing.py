"""A service without hours, covered by an agreement: nobody knows when it is promised."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.slas import lacking
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Hours belong to the service, maintenance to an exclusion of the agreement."""
    yield from lacking(
        snapshot,
        "hours-missing",
        "the hours of its services",
        "write `hours always` or the calendar at each service, and maintenance as an exclusion",
        lambda agreement: all(
            snapshot.services[each].hours is not None
            for each in agreement.covers
            if each in snapshot.services
        ),
    )
