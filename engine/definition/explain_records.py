"""Record measures explained: the records, those still open, the aggregate and the bound (S6, S7.5)."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.definition.book import Reading, id_of
from engine.definition.explain_condition import condition_lines, counted_text
from engine.definition.explain_excuse import window_excuse_line
from engine.definition.explain_runs import folded
from engine.definition.explain_uptime import rounded_lines, stretch_lines
from engine.definition.falling_due import due_of, zone_of
from engine.definition.intervals import length
from engine.definition.records import Member, Record
from engine.definition.targets import RecordCase, prorated
from engine.definition.wording import (
    beyond_text,
    bound_text,
    difference_text,
    due_text,
    length_text,
    minutes_text,
    moment_text,
    span_text,
    value_text,
)
from engine.model.decimals import number_text
from engine.model.exclusion import Permission
from engine.model.explanation import Line
from engine.model.measure import (
    Aggregate,
    Aggregated,
    Buckets,
    DaysBetween,
    FallsDue,
    Holds,
    One,
    ShareWithin,
    SincePrevious,
    TimeBetween,
    Uptime,
    is_share,
)
from engine.model.quantity import COUNT, Bound, Comparison, Unit
from engine.model.verdict import Exact, Range, State


def record_lines(case: RecordCase, zone: str, reading: Reading) -> Iterator[Line]:
    """From the records to the value and the bound."""
    measure = case.target.measure
    if case.open is None or isinstance(measure, Uptime):
        yield Line(text="the term cuts this window short, and parts of windows are not measured")
        return
    yield Line(text=span_text(case.window, zone))
    if isinstance(measure, Aggregated) and measure.buckets is not None:
        yield from bucket_lines(case, measure, measure.buckets, zone)
        return
    certain = sorted((each for each in case.members if each.is_certain), key=lambda each: each.high)
    doubtful = [each for each in case.members if not each.is_certain]
    lines = folded([member_line(each, measure, zone) for each in certain])
    yield Line(text=counted_text(len(certain), "record"), lines=tuple(lines))
    if doubtful:
        lines = folded([doubt_line(each, measure, zone, reading) for each in doubtful])
        yield Line(text=f"{counted_text(len(doubtful), 'record')} tried both ways", lines=tuple(lines))
    yield from excepted_lines(case, zone, reading)
    if case.open.records:
        yield Line(
            text=f"{len(case.open.records):,} open, the oldest for {length_text(case.open.oldest)}",
            lines=tuple(folded([record_line(each, zone) for each in case.open.records])),
        )
    if case.unwatched:
        text = f"unwatched {minutes_text(length(case.unwatched))}: records may be missing"
        yield Line(text=text, lines=tuple(stretch_lines(case.unwatched, zone)))
    yield Line(text=result_text(case, measure, certain))
    yield from rounded_lines(case.verdict)
    yield from prorated_lines(case)
    if case.target.least_records:
        yield Line(text=f"measured from {counted_text(case.target.least_records, 'record')} on")
    if case.target.allowed_misses:
        yield Line(text=f"misses allowed: {case.target.allowed_misses:,}")
    yield Line(text=f"{bound_text(case.target.bound)} was promised")
    if case.excuse is not None:
        yield window_excuse_line(case.excuse, reading, zone)


def excepted_lines(case: RecordCase, zone: str, reading: Reading) -> Iterator[Line]:
    """The records that an exception takes out, and what shows that it does (S7.3)."""
    lines: list[Line] = []
    for each in case.excepted:
        fact = each.member.record.match.fact
        if isinstance(each.by, Permission):
            when = each.by.when
            why = tuple(condition_lines(when.where, {when.variable: fact}, zone, reading))
            lines.append(
                Line(text=f"{id_of(fact)}: permitted by {each.name}", lines=why, facts=(id_of(fact),))
            )
        else:
            spell = id_of(each.by.fact)
            text = f"{id_of(fact)}: inside {each.name} ({spell})"
            lines.append(Line(text=text, facts=(id_of(fact), spell)))
    if lines:
        yield Line(text=f"{counted_text(len(lines), 'record')} excepted", lines=tuple(folded(lines)))


def prorated_lines(case: RecordCase) -> Iterator[Line]:
    """What the whole window promises, and how much of it its part does (S2.6)."""
    share, bound = case.window.share, case.target.bound
    if prorated(case.target, case.window) == case.target or bound.value == 0:
        return
    whole = value_text(bound.value / share, bound.unit)
    yield Line(
        text=f"the term leaves {share.numerator}/{share.denominator} of the window's days:"
        f" {whole} × {share.numerator}/{share.denominator} = {value_text(bound.value, bound.unit)}"
    )


def bucket_lines(case: RecordCase, measure: Aggregated, buckets: Buckets, zone: str) -> Iterator[Line]:
    """The buckets, the worst of them first, and what they come to across the window (S6.3)."""
    unit, bound = case.target.bound.unit, case.target.bound
    if buckets.kept is None:
        worst = sorted(case.cells, key=lambda each: (each.high, each.start), reverse=True)
        lines = [
            Line(text=f"from {moment_text(each.start, zone)}: {value_text(each.high, unit)}")
            for each in worst
            if not each.is_empty and not each.missing
        ]
    else:
        lines = list(broken_lines(case, buckets.kept, zone))
    empty = sum(each.is_empty for each in case.cells)
    said = f"{len(case.cells):,} buckets of {length_text(buckets.length)}, {empty:,} of them empty"
    yield Line(text=said, lines=tuple(folded(lines)))
    across = f"{'100% less ' if buckets.is_complement else ''}{measure.aggregate.value}"
    if buckets.kept is not None:
        across = f"{counted_text(len(lines), 'bucket')} {beyond_text(buckets.kept)}; share of the others"
    measured = case.verdict.measured
    if isinstance(measured, Range):
        low, high = (value_text(each, unit) for each in (measured.low, measured.high))
        yield Line(text=f"{across}: between {low} and {high}")
    elif measured is not None:
        yield Line(text=f"{across}: {value_text(measured.value, unit)}")
    yield Line(text=f"{bound_text(bound)} was promised")


def broken_lines(case: RecordCase, kept: Bound, zone: str) -> Iterator[Line]:
    """The buckets that do not keep their bound, in order of time."""
    for each in case.cells:
        if each.high == 0:
            value = "something else" if each.value is None else value_text(each.value, kept.unit)
            yield Line(text=f"from {moment_text(each.start, zone)}: {value}")


def unit_of(measure: Aggregated | ShareWithin) -> Unit:
    """The unit of one record's value."""
    value = measure.records.value
    return COUNT if isinstance(value, One) else value.unit


def member_line(member: Member, measure: Aggregated | ShareWithin, zone: str) -> Line:
    """One record and its value; of a share, whether it hit."""
    record = member.record
    facts = facts_of(record)
    value = record.proven.value
    if isinstance(measure, ShareWithin):
        shown = "still open" if value is None else value_text(value, unit_of(measure))
        text = f"{id_of(record.match.fact)}: {shown}, {'in time' if member.high else 'a miss'}"
        text += fell_due(record, measure, zone)
    elif isinstance(measure.records.value, Holds):
        text = f"{id_of(record.match.fact)}: {'a hit' if member.high else 'a miss'}"
    elif isinstance(measure.records.value, One | SincePrevious):
        text = f"{id_of(record.match.fact)} at {moment_text(record.match.at, zone)}"
    else:
        text = f"{id_of(record.match.fact)}: {value_text(member.high, unit_of(measure))}"
    return Line(text=text, facts=facts)


def fell_due(record: Record, measure: ShareWithin, zone: str) -> str:
    """When it fell due, where that decides its window."""
    value, start = measure.records.value, record.starts_at
    falls = isinstance(measure.records.belongs, FallsDue)
    if not falls or start is None or not isinstance(value, TimeBetween | DaysBetween):
        return ""
    due = due_of(value, measure.limit, start)
    return "" if due is None else f", due {due_text(due, zone, zone_of(value))}"


def doubt_line(member: Member, measure: Aggregated | ShareWithin, zone: str, reading: Reading) -> Line:
    """One record that can be read in more ways than one, and what would tell them apart (S7.2)."""
    record, selection = member.record, measure.records.of
    conditions = condition_lines(selection.where, {selection.variable: record.match.fact}, zone, reading)
    why = f" for want of {', '.join(record.missing)}" if record.missing else ""
    text = f"{id_of(record.match.fact)} is unknown{why}"
    return Line(text=text, lines=tuple(conditions), facts=facts_of(record))


def record_line(record: Record, zone: str) -> Line:
    """One open record."""
    since = "" if record.starts_at is None else f" since {moment_text(record.starts_at, zone)}"
    return Line(text=f"{id_of(record.match.fact)}{since}", facts=(id_of(record.match.fact),))


def facts_of(record: Record) -> tuple[str, ...]:
    """The record and its answer."""
    answer = record.proven.answer
    own = id_of(record.match.fact)
    return (own,) if answer is None else (own, id_of(answer.fact))


def result_text(case: RecordCase, measure: Aggregated | ShareWithin, certain: Sequence[Member]) -> str:
    """The aggregate with its arithmetic, or the range in which it lies."""
    bound, measured, n = case.target.bound, case.verdict.measured, len(certain)
    if measured is None:
        return "no value" if case.members else "no records"
    if isinstance(measured, Range):
        low, high = (value_text(each, bound.unit) for each in (measured.low, measured.high))
        return f"between {low} and {high}"
    value = value_text(measured.value, bound.unit)
    if isinstance(measure, ShareWithin):
        hits = sum(each.high == 1 for each in certain)
        limit = value_text(measure.limit, unit_of(measure))
        return f"{hits:,} of {n:,} within {limit}: {value}"
    if is_share(measure):
        return f"{sum(each.high == 1 for each in certain):,} of {n:,}: {value}"
    if isinstance(measure.records.value, SincePrevious):
        return f"{measure.aggregate.value} of the {counted_text(n - 1, 'time')} between them: {value}"
    if measure.per is not None:
        size = Fraction(length(case.window.stretches), measure.per)
        return f"throughput: {n:,} / {number_text(size)} = {value}"
    match measure.aggregate:
        case Aggregate.AVERAGE:
            size = bound.unit.size
            total = number_text(sum((each.high for each in certain), Fraction(0)), size=size)
            return f"average: {total} / {n:,} = {value}"
        case Aggregate.PERCENTILE:
            return f"percentile {number_text(measure.rank)}, {measure.method.value}: {value}"
        case _:
            return f"{measure.aggregate.value}: {value}"


def record_why_not(case: RecordCase) -> Iterator[Line]:
    """The shortfall, and the single record that would turn the verdict (S7.5)."""
    verdict, measure, bound = case.verdict, case.target.measure, case.target.bound
    for name in verdict.missing:
        yield Line(text=f"knowing {name} would decide it")
    if verdict.state not in (State.BREACHED, State.EXCUSED) or isinstance(measure, Uptime):
        return
    if not isinstance(verdict.measured, Exact) or bound.holds(verdict.measured.value):
        return
    certain = [each for each in case.members if each.is_certain]
    short = -bound.margin(bound.compared(verdict.measured.value))
    if short >= 0:
        is_short = bound.side(verdict.measured.value) < 0
        yield Line(text=f"{'short' if is_short else 'over'} by {difference_text(short, bound.unit)}")
    if bound.comparison in (Comparison.EXACTLY, Comparison.BETWEEN):
        return
    if is_share(measure) and bound.wants_high:
        yield from fewer_misses(case, certain)
    elif isinstance(measure, ShareWithin):
        return
    elif measure.aggregate is Aggregate.COUNT:
        times = 1 if measure.per is None else Fraction(length(case.window.stretches), measure.per)
        count = most(bound.value * times, bound.comparison)
        change = count - len(certain)
        yield Line(text=f"{abs(change):,} {'more' if change > 0 else 'fewer'} would have met it")
    elif isinstance(measure.records.value, SincePrevious):
        return
    elif measure.aggregate in (Aggregate.AVERAGE, Aggregate.SUM) and not is_share(measure):
        yield from another_value(case, measure, certain)


def most(value: Fraction, comparison: Comparison) -> int:
    """The whole number nearest to a bound that keeps it."""
    below, is_whole = value.numerator // value.denominator, value.denominator == 1
    match comparison:
        case Comparison.AT_MOST:
            return below
        case Comparison.BELOW:
            return below - 1 if is_whole else below
        case Comparison.AT_LEAST:
            return below if is_whole else below + 1
        case Comparison.ABOVE:
            return below + 1
        case Comparison.EXACTLY | Comparison.BETWEEN:
            return below


def fewer_misses(case: RecordCase, certain: Sequence[Member]) -> Iterator[Line]:
    """How many misses would have had to be in time."""
    n, misses = len(certain), sum(each.high == 0 for each in certain)
    for fewer in range(1, misses + 1):
        if case.target.bound.holds(Fraction(n - misses + fewer, n)):
            told = f"{fewer:,} {'miss' if fewer == 1 else 'misses'} fewer"
            if isinstance(case.target.measure, ShareWithin):
                told = "the one miss in time"
                if misses > 1:
                    told = f"{fewer:,} of the {misses:,} misses in time"
            yield Line(text=f"{told} would have met it")
            return


def another_value(case: RecordCase, measure: Aggregated, certain: Sequence[Member]) -> Iterator[Line]:
    """The record that weighs most, and the value with which it would have met the bound."""
    bound = case.target.bound
    total = sum((each.high for each in certain), Fraction(0))
    allowed = bound.value * len(certain) if measure.aggregate is Aggregate.AVERAGE else bound.value
    weighty = (min if bound.wants_high else max)(certain, key=lambda each: each.high, default=None)
    if weighty is None:
        return
    needed = allowed - total + weighty.high
    if needed < 0:
        yield Line(text="no single record would have turned it")
        return
    told = f"{bound.comparison.value} {value_text(needed, unit_of(measure))}"
    fact = id_of(weighty.record.match.fact)
    was = value_text(weighty.high, unit_of(measure))
    yield Line(text=f"{fact} with {told} instead of {was} would have met it", facts=(fact,))
