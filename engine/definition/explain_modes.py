"""Windows under the bounds of modes explained: which bound held for how long, and what came of it (S6.5)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.definition.book import Reading
from engine.definition.explain_excuse import window_excuse_line
from engine.definition.explain_records import record_lines, record_why_not
from engine.definition.explain_uptime import uptime_lines, uptime_why_not
from engine.definition.targets import ModedCase, RecordCase, UptimeCase
from engine.definition.wording import bound_text, minutes_text, value_text
from engine.model.decimals import number_text
from engine.model.explanation import Line
from engine.model.quantity import MINUTE
from engine.model.verdict import State, WindowPart


def moded_lines(case: ModedCase, zone: str, reading: Reading) -> Iterator[Line]:
    """The parts, each with its own lines where modes split the window; else the bound, then the whole."""
    parts = case.verdict.window_parts
    if is_split(case):
        for part, each in zip(parts, case.cases, strict=True):
            assert part.state is not None
            text = f"{part_text(part)}: {part.state.value}"
            yield Line(text=text, lines=tuple(lines_of(each, zone, reading)))
    else:
        yield from whole_lines(case, zone, reading)
    if case.waiver is not None:
        yield window_excuse_line(case.waiver, reading, zone)


def whole_lines(case: ModedCase, zone: str, reading: Reading) -> Iterator[Line]:
    """The bounds that held, and the judgement of the whole window."""
    parts = case.verdict.window_parts
    yield from (Line(text=part_text(part)) for part in parts)
    if len(parts) > 1:
        yield Line(text=prorated_text(case))
    for each in case.cases:
        yield from lines_of(each, zone, reading)


def moded_why_not(case: ModedCase) -> Iterator[Line]:
    """What would have met the parts that are not met, or the window."""
    for part, each in zip(case.verdict.window_parts, case.cases, strict=False):
        why_not = tuple(record_why_not(each) if isinstance(each, RecordCase) else uptime_why_not(each))
        if not is_split(case):
            yield from why_not
        elif why_not and part.state is not State.MET:
            yield Line(text=part_text(part), lines=why_not)


def is_split(case: ModedCase) -> bool:
    """Whether each part was judged by itself."""
    return any(part.state is not None for part in case.verdict.window_parts)


def lines_of(case: UptimeCase | RecordCase, zone: str, reading: Reading) -> Iterator[Line]:
    """The lines of one judgement."""
    return record_lines(case, zone, reading) if isinstance(case, RecordCase) else uptime_lines(case, reading)


def part_text(part: WindowPart) -> str:
    """`in disaster, 14,400 min, at least 95%`."""
    where = "under no mode" if part.mode is None else f"in {part.mode}"
    time = "" if part.length is None else f", {minutes_text(part.length)}"
    return f"{where}{time}, {bound_text(part.bound)}"


def prorated_text(case: ModedCase) -> str:
    """`prorated: (30,240 × 97.7% + 14,400 × 95%) / 44,640 = 96.829032258…%`."""
    parts, bound = case.verdict.window_parts, case.verdict.bound
    assert bound is not None
    shares = " + ".join(
        f"{number_text(Fraction(part.length or 0, MINUTE))} × {value_text(part.bound.value, part.bound.unit)}"
        for part in parts
    )
    whole = number_text(Fraction(sum(part.length or 0 for part in parts), MINUTE))
    return f"prorated: ({shares}) / {whole} = {value_text(bound.value, bound.unit)}"
