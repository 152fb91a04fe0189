"""Bad time explained: each bad interval with its facts, and why not all of it counts (S5.2, S5.3)."""

from collections.abc import Iterator, Sequence

from engine.definition.book import Reading, id_of
from engine.definition.downtime import islands_of
from engine.definition.explain_condition import condition_lines
from engine.definition.explain_runs import folded
from engine.definition.intervals import Stretch, common, length, without
from engine.definition.periods import Spell
from engine.definition.samples import is_missing
from engine.definition.targets import UptimeCase
from engine.definition.uptime_series import UptimeFigures, UptimeSeries
from engine.definition.wording import length_text, minutes_text, moment_text
from engine.model.explanation import Line
from engine.model.measure import MissingData, OutageAttribution, Standing, Uptime


def outside_lines(case: UptimeCase) -> Iterator[Line]:
    """What `while` leaves out of the window, which is not agreed (S5.1)."""
    series, window = case.series, case.window
    if outside := common(series.outside, [(window.start, window.end)]):
        names = [
            f"at least {each.count} of {each.facts.kind} stand" if isinstance(each, Standing) else each.name
            for each in series.measure.only_while
        ]
        yield Line(
            text=f"only while {' and '.join(names)}: {minutes_text(length(outside))} of it lie outside",
            lines=tuple(stretch_lines(outside, series.agreement.zone)),
        )


def missing_data_of(series: UptimeSeries) -> MissingData | None:
    """What unwatched time is, or time without samples."""
    samples = series.measure.samples
    return series.target.missing_data if samples is None else samples.missing


def down_lines(case: UptimeCase, figures: UptimeFigures, reading: Reading) -> Iterator[Line]:
    """Each bad interval that touches the agreed time, with its bad time and its facts (S5.2, S5.3)."""
    as_of, zone, measure = case.series.as_of, case.series.agreement.zone, case.series.measure
    if measure.covering:
        yield from gap_lines(case, figures)
        return
    sure = [each for each in case.series.outages if each.proven]
    lines: list[Line] = []
    for island in islands_of(measure, sure, as_of):
        bad = common([island], figures.best.bad)
        agreed = common([island], figures.agreed)
        if bad or agreed:
            members = [each for each in sure if common([each.stretch(as_of)], [island])]
            lines.append(
                Line(
                    text=outage_text(case, figures, island, bad, agreed),
                    lines=tuple(folded([member_line(each, measure, zone) for each in members]))
                    if len(members) > 1
                    else (),
                    facts=tuple(id_of(each.fact) for each in members if not is_missing(each)),
                )
            )
    yield from folded(lines)
    yield from folded(list(perhaps_lines(case, figures, reading)))


def gap_lines(case: UptimeCase, figures: UptimeFigures) -> Iterator[Line]:
    """What covers the window, and each gap that nothing covers and no exclusion excuses (S4.11)."""
    zone, series = case.series.agreement.zone, case.series
    members = [each for each in series.outages if common([each.stretch(series.as_of)], figures.agreed)]
    yield Line(
        text=f"covered by {len(members)} of {series.measure.outages.kind}",
        lines=tuple(folded([member_line(each, series.measure, zone) for each in members])),
        facts=tuple(id_of(each.fact) for each in members),
    )
    for gap in folded(list(stretch_lines(figures.best.bad, zone))):
        yield Line(text=f"gap {gap.text}", lines=gap.lines, facts=gap.facts)


def member_line(spell: Spell, measure: Uptime, zone: str) -> Line:
    """One of the outages or buckets that make a bad interval."""
    if is_missing(spell):
        return Line(text=f"no sample {spell_text(spell, zone)}")
    value = "" if measure.at_once is None else f" of {spell.fact.values[measure.at_once.field]}"
    return Line(text=f"{id_of(spell.fact)}{value}: {spell_text(spell, zone)}")


def perhaps_lines(case: UptimeCase, figures: UptimeFigures, reading: Reading) -> Iterator[Line]:
    """What may have been bad: a condition that is unknown, a bucket without a sample (S7.2)."""
    as_of, zone, measure = case.series.as_of, case.series.agreement.zone, case.series.measure
    for spell in case.series.outages:
        inside = common([spell.stretch(as_of)], figures.agreed)
        if spell.proven or not inside:
            continue
        text = f"{spell_text(spell, zone)}, {minutes_text(length(inside))} agreed"
        if is_missing(spell):
            yield Line(text=f"perhaps down, for there is no sample {text}")
            continue
        where = measure.outages.where if measure.samples is None else measure.samples.is_bad
        bound = {measure.outages.variable: spell.fact}
        yield Line(
            text=f"perhaps an outage: {text}",
            lines=tuple(condition_lines(where, bound, zone, reading)),
            facts=(id_of(spell.fact),),
        )


def outage_text(
    case: UptimeCase,
    figures: UptimeFigures,
    island: Stretch,
    bad: Sequence[Stretch],
    agreed: Sequence[Stretch],
) -> str:
    """`down from … to …: 90 min, 60 min of it bad` and why not all of it is."""
    zone, measure = case.series.agreement.zone, case.series.measure
    text = f"down {stretch_text(island, zone)}, {minutes_text(island[1] - island[0])}"
    notes: list[str] = []
    outside = island[1] - island[0] - length(agreed)
    if outside and measure.attribution is OutageAttribution.SPLIT:
        notes.append(f"{minutes_text(outside)} outside the agreed time")
    if excluded := length(common(agreed, figures.best.excluded)):
        notes.append(f"{minutes_text(excluded)} excluded")
    rest = without(agreed, figures.best.excluded)
    short = without(rest, figures.best.down)
    if short and common(rest, figures.best.down):
        notes.append(f"{minutes_text(length(short))} left over")
    elif short:
        notes.append(f"{minutes_text(length(short))} lasting less than {too_short_text(measure)}")
    if forgiven := length(common(rest, figures.best.forgiven)):
        notes.append(f"{minutes_text(forgiven)} forgiven")
    if not bad and rest and not short and not forgiven:
        notes.append("belonging to the window it ends in")
    return f"{text}: {minutes_text(length(bad))} bad" + (f" ({', '.join(notes)})" if notes else "")


def too_short_text(measure: Uptime) -> str:
    """What a bad interval must last to count at all."""
    return length_text(max(measure.least, measure.whole))


def spell_text(spell: Spell, zone: str) -> str:
    """`from … to …`, or `from …, still open`."""
    if spell.end is None:
        return f"from {moment_text(spell.start, zone)}, still open"
    return stretch_text((spell.start, spell.end), zone)


def stretch_text(stretch: Stretch, zone: str) -> str:
    """`from … to …`."""
    return f"from {moment_text(stretch[0], zone)} to {moment_text(stretch[1], zone)}"


def stretch_lines(stretches: Sequence[Stretch], zone: str) -> Iterator[Line]:
    """One line for each stretch."""
    lines = [
        Line(text=f"{stretch_text(each, zone)}, {minutes_text(each[1] - each[0])}") for each in stretches
    ]
    yield from folded(lines)
