"""A promise whose windows and whose clock are in different time zones."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import obligations, zones_in
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each agreement and each calendar in another zone than the agreement's."""
    seen: set[tuple[str, str]] = set()
    for agreement, obligation in obligations(snapshot):
        for calendar, zone in zones_in(obligation):
            if zone != agreement.zone and (agreement.name, calendar) not in seen:
                seen.add((agreement.name, calendar))
                yield warning(
                    "conflicting-zones",
                    f"`{agreement.name}` has its months in {agreement.zone}, `{calendar}` its days in {zone}",
                    obligation.terms.span,
                    f"counts on `{calendar}`",
                    "let both be in one zone, unless the contract says two",
                )
