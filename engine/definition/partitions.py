"""`for each`: the combinations of values that a window has (S6.6)."""

from collections.abc import Iterator
from dataclasses import replace

from engine.definition.book import Reading
from engine.definition.conditions import matching
from engine.model.obligation import Target
from engine.model.partition import Combination, Partition, subject_text
from engine.model.period import Window


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
    used: dict[Combination, list[Window]] = {}
    for match in matching(partition.register, reading, {}, zone):
        values = [match.fact.values[field] for field in partition.fields]
        end = reading.book.ended_at(match.fact)
        found = used.setdefault(tuple(zip(partition.fields, map(str, values), strict=True)), [])
        for window in windows:
            if match.at < window.end and (end is None or window.start < end) and window not in found:
                found.append(window)
    for combination in sorted(used):
        yield combination, sorted(used[combination], key=lambda window: (window.start, window.end))
