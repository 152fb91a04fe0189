"""`for each`: the combinations of values that a window or a trigger has (S6.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from engine.definition.book import Reading
from engine.definition.conditions import matching
from engine.model.expression import Selection
from engine.model.obligation import Duty, Target
from engine.model.partition import Combination, Partition, subject_text
from engine.model.period import Window
from engine.model.quantity import Instant


def apart(target: Target, combination: Combination) -> Target:
    """The target for one combination: its own subject, and the bound that its value chooses."""
    bound = target.bound if target.bounds is None else target.bounds.bound_of(combination)
    subject = subject_text(target.terms.subject, combination)
    return replace(target, terms=replace(target.terms, subject=subject), bound=bound)


def combinations(
    partition: Partition, windows: list[Window], reading: Reading, zone: str
) -> Iterator[tuple[Combination, list[Window]]]:
    """Each combination with its windows: all declared ones, or those in use by the register, in order.

    A fact of the register is in use from its instant on, or while its period lasts; one whose condition is
    unknown may be, and is not left out.
    """
    if partition.register is None:
        yield from ((each, windows) for each in partition.declared)
        return
    used = uses(partition, partition.register, reading, zone)
    for combination in sorted(used):
        yield combination, [window for window in windows if meets(window, used[combination])]


Use: TypeAlias = tuple[Instant, Instant | None]
"""From when until when a combination is in use; without an end it still is."""


def uses(
    partition: Partition, register: Selection, reading: Reading, zone: str
) -> dict[Combination, list[Use]]:
    """When each combination of a register is in use."""
    found: dict[Combination, list[Use]] = {}
    for match in matching(register, reading, {}, zone):
        values = [str(match.fact.values[field]) for field in partition.fields]
        combination = tuple(zip(partition.fields, values, strict=True))
        found.setdefault(combination, []).append((match.at, reading.book.ended_at(match.fact)))
    return found


def meets(window: Window, used: Sequence[Use]) -> bool:
    """Whether a combination is in use in some of a window."""
    return any(start < window.end and (end is None or window.start < end) for start, end in used)


def occasions_apart(
    duty: Duty, reading: Reading, zone: str
) -> Iterator[tuple[Combination, list[Use] | None]]:
    """Each combination of a duty, in order, and when it is in use; None for at all times."""
    partition = duty.partition
    assert partition is not None, "a duty for each value"
    if partition.register is None:
        yield from ((each, None) for each in partition.declared)
        return
    used = uses(partition, partition.register, reading, zone)
    for combination in sorted(used):
        yield combination, None if partition.of_triggers else used[combination]


def has_occasion(at: Instant | Window, used: list[Use] | None) -> bool:
    """Whether a combination is in use in a window, or at the instant of a trigger."""
    if used is None:
        return True
    if isinstance(at, Window):
        return meets(at, used)
    return any(start <= at and (end is None or at < end) for start, end in used)
