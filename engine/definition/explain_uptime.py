"""Uptime explained: agreed, excluded and bad time, the quotient, and what would have met it (S5, S7.5)."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from engine.definition.book import Reading, id_of
from engine.definition.downtime import deployed_length
from engine.definition.explain_acting import allowed_line
from engine.definition.explain_condition import condition_lines
from engine.definition.explain_downtime import (
    down_lines,
    missing_data_of,
    outside_lines,
    spell_text,
    stretch_lines,
)
from engine.definition.explain_excuse import window_excuse_line
from engine.definition.explain_runs import SHOWN, folded
from engine.definition.intervals import common, length, merged, without
from engine.definition.periods import Spell
from engine.definition.targets import UptimeCase
from engine.definition.uptime import measure_uptime
from engine.definition.uptime_series import Scenario, UptimeFigures
from engine.definition.wording import (
    bound_text,
    clock_text,
    difference_text,
    minutes_text,
    span_text,
    value_text,
)
from engine.model.decimals import number_text
from engine.model.explanation import Line
from engine.model.measure import ExcludedTime, MissingData
from engine.model.quantity import MINUTE, Bound, Comparison, Microseconds
from engine.model.verdict import State, Verdict


def uptime_lines(case: UptimeCase, reading: Reading) -> Iterator[Line]:
    """From the agreed time to the value and the bound."""
    figures, measure = case.figures, case.series.measure
    if figures is None:
        yield Line(text="the term cuts this window short, and parts of windows are not measured")
        return
    zone, window = case.series.agreement.zone, case.window
    yield Line(
        text=f"agreed {minutes_text(length(figures.agreed))}",
        lines=(
            Line(text=span_text(window, zone) + (clock_text(measure.hours) or ", around the clock")),
            *outside_lines(case),
        ),
    )
    yield excluded_line(case, figures, reading)
    yield from down_lines(case, figures, reading)
    if length(figures.unwatched):
        counted = missing_data_of(case.series) is MissingData.COUNTS_AS_DOWN
        means = "which counts as down" if counted else "of which nothing is known"
        yield Line(
            text=f"unwatched {minutes_text(length(figures.unwatched))}, {means}",
            lines=tuple(stretch_lines(figures.unwatched, zone)),
        )
    weighing = f", weighing {minutes_text(figures.best.weighted)}" if measure.weight is not None else ""
    yield Line(text=f"bad {minutes_text(length(figures.best.bad))}{weighing}")
    yield from value_lines(case, figures)
    if case.excuse is not None:
        yield window_excuse_line(case.excuse, reading, zone)


def excluded_line(case: UptimeCase, figures: UptimeFigures, reading: Reading) -> Line:
    """The excluded time and the facts that made it; what is unproven excludes nothing (S7.3)."""
    zone, measure, as_of = case.series.agreement.zone, case.series.measure, case.series.as_of
    titles = {each.name: each.title for each in measure.excludes}
    wheres = {each.name: each.intervals.facts for each in measure.excludes}
    lines: list[Line] = []
    for spell in case.series.exclusions:
        inside = common([spell.stretch(as_of)], figures.agreed)
        if not inside:
            continue
        granted = length(common(inside, figures.best.excluded)) if spell.proven else 0
        text = f"{titles[spell.source]}: {spell_text(spell, zone)}, {minutes_text(length(inside))} agreed"
        if spell.lacks_approval:
            text += f", but not {spell.missing[-1].partition(' ')[2]}: nothing is excluded"
        elif not spell.proven:
            text += ", but its condition is unknown: nothing is excluded"
        elif granted < length(inside):
            text += f", {minutes_text(granted)} of it excluded within the cap"
        bound = {wheres[spell.source].variable: spell.fact}
        conditions = tuple(condition_lines(wheres[spell.source].where, bound, zone, reading))
        approved = () if spell.allowed is None else (allowed_line(spell.allowed, reading, zone),)
        lines.append(Line(text=text, lines=(*conditions, *approved), facts=(id_of(spell.fact),)))
    return Line(text=f"excluded {minutes_text(length(figures.best.excluded))}", lines=tuple(folded(lines)))


def value_lines(case: UptimeCase, figures: UptimeFigures) -> Iterator[Line]:
    """(denominator − bad) / denominator, at best and at worst, beside the bound (S5.6, S5.7)."""
    bound = case.series.target.bound
    best, worst = figures.best, figures.worst
    counted = case.series.measure.excluded_time is ExcludedTime.COUNTS_AS_AVAILABLE
    if best.value is None:
        yield Line(text="nothing is left to measure: the denominator is empty")
        return
    yield from deployed_lines(case, figures)
    if best.ahead is not None:
        yield Line(text="what will be deployed is not known yet, and any value is possible")
        return
    agreed, excluded = length(figures.agreed), length(best.excluded)
    if case.series.measure.fixed is not None:
        yield Line(text=f"measured against {minutes_text(best.denominator)}, whatever was agreed")
    elif excluded and counted and case.series.measure.deployed is None:
        yield Line(
            text=f"excluded time counts as available: measured against {minutes_text(best.denominator)}"
        )
    elif excluded and case.series.measure.deployed is None:
        difference = f"{minutes_text(agreed)} − {minutes_text(excluded)} = {minutes_text(best.denominator)}"
        yield Line(text=f"excluded time is not counted: {difference}")
    if best.value == worst.value:
        yield Line(text=quotient_text(best, bound))
    else:
        yield Line(text=f"if nothing else was or goes wrong: {quotient_text(best, bound)}")
        yield Line(text=f"if everything unknown was and goes wrong: {quotient_text(worst, bound)}")
    if known := [each.value for each in figures.others if each.value is not None]:
        low, high = (value_text(value, bound.unit) for value in (min(known), max(known)))
        yield Line(text=f"what is left of a cap that rolls is not known: from {low} to {high}")
    yield from rounded_lines(case.verdict)
    keeping = {each.value is not None and bound.holds(each.value) for each in (best, worst, *figures.others)}
    verdict = "not certain" if len(keeping) > 1 else "kept" if True in keeping else "not kept"
    yield Line(text=f"{bound_text(bound)} was promised: {verdict}")


def deployed_lines(case: UptimeCase, figures: UptimeFigures) -> Iterator[Line]:
    """What is deployed, and how much of each fact counts (S5.6)."""
    series, best = case.series, figures.best
    if series.measure.deployed is None:
        return
    counts = series.measure.excluded_time is ExcludedTime.COUNTS_AS_AVAILABLE
    time = figures.agreed if counts else without(figures.agreed, best.excluded)
    lines: list[Line] = []
    for spell in series.deployed:
        if own := length(common([spell.stretch(series.as_of)], time)):
            weighs = deployed_length(series.measure.deployed, [spell], time, series.as_of)
            text = f"{id_of(spell.fact)}: {minutes_text(own)}, weighing {minutes_text(weighs)}"
            lines.append(Line(text=text, facts=(id_of(spell.fact),)))
    yield Line(text=f"deployed, weighing {minutes_text(best.denominator)}", lines=tuple(folded(lines)))


def rounded_lines(verdict: Verdict) -> Iterator[Line]:
    """What rounding makes of the exact value, and whether that is what is compared (S1.2)."""
    bound, rounded = verdict.bound, verdict.rounded
    if bound is None or bound.rounding is None or rounded is None:
        return
    rounding = bound.rounding
    compared = "compared so" if rounding.before_comparing else "shown so, compared exactly"
    yield Line(
        text=f"rounded {rounding.mode.value} to {rounding.decimals} decimals:"
        f" {value_text(rounded, bound.unit)}, {compared}"
    )


def quotient_text(scenario: Scenario, bound: Bound) -> str:
    """`(44,640 − 1,080) / 44,640 = 97.580645161…%`."""
    value, bad = scenario.value or Fraction(0), scenario.weighted
    whole = number_text(scenario.denominator / MINUTE)
    up = f"({whole} − {number_text(bad / MINUTE)})"
    floor = ", and never below 0" if bad > scenario.denominator else ""
    return f"{up} / {whole} = {value_text(value, bound.unit)}{floor}"


def uptime_why_not(case: UptimeCase) -> Iterator[Line]:
    """The bad time allowed, the excess, and what would have turned the verdict (S7.5)."""
    figures, bound = case.figures, case.series.target.bound
    if figures is None or figures.best.value is None or figures.best.ahead is not None:
        return
    allowed = allowed_bad(bound, figures.best.denominator)
    bad = figures.best.weighted
    if allowed is None or case.verdict.state is State.MET:
        return
    yield Line(
        text=f"{bound_text(bound)} of {minutes_text(figures.best.denominator)}"
        f" allows {minutes_text(allowed)} of downtime"
    )
    if bad > allowed:
        missed = bound.value - bound.compared(figures.best.value)
        yield Line(text=f"short by {difference_text(missed, bound.unit)}")
        yield Line(text=f"{minutes_text(bad - allowed)} less of downtime would have met it")
        if case.series.measure.samples is None and not case.series.measure.covering:
            yield from turning_outages(case, figures)
    elif case.verdict.state is State.PENDING:
        yield from burn_lines(case, figures, allowed)
        yield Line(text=f"{minutes_text(allowed - bad)} of downtime are left until the window ends")
    else:
        unsure = figures.worst.weighted - bad
        yield Line(
            text=f"{minutes_text(allowed - bad)} would be left, but {minutes_text(unsure)} may be bad too"
        )


def burn_lines(case: UptimeCase, figures: UptimeFigures, allowed: Microseconds) -> Iterator[Line]:
    """How fast what is allowed is spent: the share of it over the share of the time that is gone (S5.7)."""
    gone = length(common(figures.agreed, [(case.window.start, case.series.as_of)]))
    spent, whole = figures.best.weighted, length(figures.agreed)
    if spent and allowed and gone:
        rate = number_text(spent / allowed / Fraction(gone, whole))
        yield Line(
            text=f"{minutes_text(spent)} of them are spent in {minutes_text(gone)} of"
            f" {minutes_text(whole)}: burn rate {rate}"
        )


def turning_outages(case: UptimeCase, figures: UptimeFigures) -> Iterator[Line]:
    """Each single outage without which the bound would hold, measured again without it."""
    series, bound = case.series, case.series.target.bound
    by_own = ((only_by(spell, case, figures), spell) for spell in series.outages if spell.proven)
    for own, spell in sorted(by_own, key=lambda each: -each[0])[:SHOWN]:
        others = [each for each in series.outages if each is not spell]
        value = measure_uptime(replace(series, outages=others), case.window).best.value
        if value is not None and bound.holds(value):
            yield Line(
                text=f"without {id_of(spell.fact)} ({minutes_text(own)} of it alone) it would be met",
                facts=(id_of(spell.fact),),
            )


def only_by(spell: Spell, case: UptimeCase, figures: UptimeFigures) -> Microseconds:
    """The bad time that no other outage covers."""
    as_of = case.series.as_of
    others = merged(each.stretch(as_of) for each in case.series.outages if each.proven and each is not spell)
    return length(common(without([spell.stretch(as_of)], others), figures.best.bad))


def allowed_bad(bound: Bound, denominator: Fraction) -> Microseconds | None:
    """The most bad time, in whole microseconds, with which the bound still holds."""
    most = denominator * (1 - bound.value)
    if not bound.wants_high or most < 0:
        return None
    if bound.rounding is not None and bound.rounding.before_comparing:
        bads = range(denominator // 1 + 1)
        held = bisect_left(bads, True, key=lambda bad: not bound.holds((denominator - bad) / denominator))
        return held - 1 if held else None
    whole = most.numerator // most.denominator
    return whole - 1 if bound.comparison is Comparison.ABOVE and whole == most else whole
