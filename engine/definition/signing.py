"""Sign-off: which time of a source's data somebody entitled has called final (S7.1)."""

from collections.abc import Sequence

from engine.definition.book import Reading
from engine.definition.intervals import Stretch, merged, without
from engine.model.obligation import Target
from engine.model.period import Window
from engine.model.reading import SIGN_OFF_KIND


def signed_off(target: Target, reading: Reading) -> list[Stretch]:
    """The time that the role has signed off for the target's source; nobody can do so before it is over."""
    if target.sign_off is None:
        return []
    signed: list[Stretch] = []
    for fact in reading.kind(SIGN_OFF_KIND):
        start, end, at = reading.book.at(fact), reading.book.ended_at(fact), fact.values["signed_at"]
        is_its_own = (fact.values["source"], fact.values["by"]) == (
            target.sign_off.source,
            target.sign_off.by,
        )
        if is_its_own and end is not None and isinstance(at, int) and at >= end:
            signed.append((start, end))
    return merged(signed)


def is_unsigned(window: Window, signed: Sequence[Stretch]) -> bool:
    """Whether any time of a window is not signed off."""
    return bool(without([(window.start, window.end)], signed))
