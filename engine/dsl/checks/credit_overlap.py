"""Values that two credit bands hold: it is not said which one pays (S8.4)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic, Level
from engine.dsl.bands_to_intervals import interval, overlaps
from engine.model.credit import Worth
from engine.model.decimals import exact_text
from engine.model.obligation import Target
from engine.model.quantity import Money
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """The finding names the first value that falls into both bands."""
    for obligation in snapshot.obligations():
        if not isinstance(obligation, Target) or obligation.credits is None:
            continue
        unit = obligation.bound.unit
        bands = obligation.credits.bands
        for one, other, (value, side) in overlaps([interval(band) for band in bands]):
            where = {-1: "just below", 0: "of", 1: "just above"}[side]
            shown = f"{exact_text(value / unit.size)} {unit.name}"
            shares = " and ".join(_shown(bands[each].worth) for each in (one, other))
            yield Diagnostic(
                code="credit-overlap",
                level=Level.WARNING,
                message=f"a value {where} {shown} falls into two bands, which pay {shares}",
                labels=((obligation.credits.span, "two bands hold it"),),
                help="say both ends of each band: `pays 10% below 99.9% and at or above 99%`",
            )


def _shown(worth: Worth) -> str:
    match worth:
        case Money(amount=amount, currency=currency):
            return f"{currency} {amount}"
        case _:
            return f"{exact_text(worth * 100)}%"
