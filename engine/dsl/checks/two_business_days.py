"""One agreement in which a business day means two things."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import day_calendars
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each agreement that counts business days on more than one calendar."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        calendars = [each.name for each in day_calendars(agreement)]
        if len(calendars) > 1:
            yield warning(
                "two-business-days",
                f"a business day of `{name}` means {len(calendars)} things",
                agreement.span,
                f"counted on {', '.join(f'`{each}`' for each in calendars)}",
                "count all of them on the calendar that the contract defines, or cite where it says two",
            )
