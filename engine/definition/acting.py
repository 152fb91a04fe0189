"""Who may act for a role at an instant: those who hold it, and their deputies while they do (S4.8)."""

from dataclasses import dataclass

from engine.definition.book import Reading
from engine.model.approval import DEPUTY_FOR, HOLDER_KIND
from engine.model.fact import Fact, FactValue
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """By which facts a person could act for a role at an instant: that of who held it, and that of a deputy's
    own time where it was one."""

    role: str
    at: Instant
    holder: Fact
    deputy: Fact | None = None


def acting_for(role: str, person: FactValue, at: FactValue, reading: Reading) -> Acting | None:
    """By what a person could act for the role at that instant; None if by nothing."""
    if person is None or not isinstance(at, int):
        return None
    named = [
        each
        for each in reading.kind(HOLDER_KIND)
        if each.values["role"] == role and holds_at(each, at, reading)
    ]
    holders = [each for each in named if each.values.get(DEPUTY_FOR) is None]
    for each in holders:
        if each.values["person"] == person:
            return Acting(role=role, at=at, holder=each)
    for each in named:
        if each.values["person"] == person:
            for holder in holders:
                if holder.values["person"] == each.values[DEPUTY_FOR]:
                    return Acting(role=role, at=at, holder=holder, deputy=each)
    return None


def holds_at(holder: Fact, at: Instant, reading: Reading) -> bool:
    """Whether the time of a holder, or of a deputy, contains an instant."""
    end = reading.book.ended_at(holder)
    return reading.book.at(holder) <= at and (end is None or at < end)


def may_act(role: str, by: FactValue, at: FactValue, reading: Reading) -> bool:
    """Whether words of a fact act for the role: its own name does, or a person who could at that instant."""
    return by == role or acting_for(role, by, at, reading) is not None


def may_judge(role: str, by: FactValue, at: FactValue, reading: Reading) -> bool:
    """The same for a fact that names the role, and perhaps a person beside it.

    Of a role that nobody was ever said to hold, nobody is asked whether he held it.
    """
    is_appointed = any(each.values["role"] == role for each in reading.kind(HOLDER_KIND))
    return by is None or not is_appointed or may_act(role, by, at, reading)
