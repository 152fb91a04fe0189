"""Long runs of lines, told by their beginning, their number and their end."""

from collections.abc import Sequence

from engine.model.explanation import Line

SHOWN = 24


def folded(lines: Sequence[Line]) -> list[Line]:
    """The lines, the middle of a long run told as one that keeps its facts."""
    if len(lines) <= SHOWN:
        return list(lines)
    middle = lines[SHOWN // 2 : -SHOWN // 2]
    facts = tuple(fact for line in middle for fact in line.facts)
    fold = Line(text=f"… and {len(middle):,} more like these", facts=facts)
    return [*lines[: SHOWN // 2], fold, *lines[-SHOWN // 2 :]]
