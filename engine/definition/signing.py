"""Sign-off: which time of a source's data somebody entitled has called final (S7.1)."""

from collections.abc import Sequence

from engine.definition.acting import may_act
from engine.definition.book import Reading
from engine.definition.intervals import Stretch, merged, without
from engine.model.fact import FactValue
from engine.model.obligation import SignOff, Target
from engine.model.period import Window
from engine.model.reading import SIGN_OFF_KIND


def signed_off(target: Target, reading: Reading) -> list[Stretch]:
    """The time that the role has signed off for the target's source; nobody can do so before it is over."""
    if target.sign_off is None:
        return []
    signed: list[Stretch] = []
    for fact in reading.kind(SIGN_OFF_KIND):
        start, end, at = reading.book.at(fact), reading.book.ended_at(fact), fact.values["signed_at"]
        if (
            end is not None
            and isinstance(at, int)
            and at >= end
            and fact.values["source"] == target.sign_off.source
            and is_signed_by(target.sign_off, fact.values["by"], at, reading)
        ):
            signed.append((start, end))
    return merged(signed)


def is_signed_by(asked: SignOff, by: FactValue, at: FactValue, reading: Reading) -> bool:
    """Whether the role signed, or where persons may, one who could act for it then."""
    return may_act(asked.by, by, at, reading) if asked.persons else by == asked.by


def is_unsigned(window: Window, signed: Sequence[Stretch]) -> bool:
    """Whether any time of a window is not signed off."""
    return bool(without([(window.start, window.end)], signed))
