"""Countering: the other party's figures for windows, which dispute their verdicts until settled (S7.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.definition.book import Reading, id_of
from engine.definition.conditions import instant_of, matching, number_of
from engine.definition.duties import flagged
from engine.definition.wording import bound_text, value_text
from engine.model.explanation import Line
from engine.model.fact import Fact
from engine.model.obligation import Target, Tolerance
from engine.model.period import Window
from engine.model.quantity import Instant
from engine.model.verdict import Exact, Flag, Measured, Part, Range, State, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a fact says for its time; `is_settled` by now or not, and `is_near` what was measured or not."""

    fact: Fact
    start: Instant
    end: Instant
    value: Fraction
    is_settled: bool
    is_near: bool = False


def figures_of(target: Target, reading: Reading, zone: str) -> list[Figure]:
    """The figures that are proven to be meant, have a value and are for a time that is over, by start and
    key."""
    if target.countered is None:
        return []
    found: list[Figure] = []
    for match in matching(target.countered.facts, reading, {}, zone):
        bound = {target.countered.facts.variable: match.fact}
        value, end = number_of(target.countered.value, bound), reading.book.ended_at(match.fact)
        if not match.proven or value is None or end is None or end > reading.as_of:
            continue
        settled_at = instant_of(target.countered.settled_at, bound)
        is_settled = settled_at is not None and settled_at <= reading.as_of
        found.append(Figure(fact=match.fact, start=match.at, end=end, value=value, is_settled=is_settled))
    return found


def countering(
    verdict: Verdict, window: Window, figures: Sequence[Figure], tolerance: Tolerance | None
) -> tuple[Figure, ...]:
    """The figures for exactly this window that lie on the other side of the bound than its verdict."""
    if verdict.bound is None or verdict.state not in (State.MET, State.BREACHED):
        return ()
    is_met, time = verdict.state is State.MET, (window.start, window.end)
    own = (each for each in figures if (each.start, each.end) == time)
    return tuple(
        replace(each, is_near=agrees(each.value, verdict.measured, tolerance))
        for each in own
        if verdict.bound.holds(each.value) is not is_met
    )


def agrees(figure: Fraction, measured: Measured | None, tolerance: Tolerance | None) -> bool:
    """Whether a figure differs by no more than the tolerance from something that may have been measured."""
    match measured:
        case _ if tolerance is None:
            return False
        case None:
            return False
        case Exact(value=value):
            lowest = highest = value
        case Range(low=lowest, high=highest):
            pass
    # Of what may have been measured, the nearest: the tolerance is less than the whole of any of it.
    nearest = min(max(figure, lowest), highest)
    allowed = tolerance.limit * abs(nearest) if tolerance.relative else tolerance.limit
    return abs(figure - nearest) <= allowed


def disputed(verdict: Verdict, counters: Sequence[Figure]) -> Verdict:
    """The verdict, flagged and with the figures that counter it, unless they are settled."""
    parts = [Part(name="countered by", text=id_of(each.fact)) for each in counters if disputes(each)]
    if not parts:
        return verdict
    return flagged(replace(verdict, parts=(*verdict.parts, *parts)), Flag.DISPUTED)


def disputes(counter: Figure) -> bool:
    """Whether the figure is still open and far enough away."""
    return not counter.is_settled and not counter.is_near


def counter_line(verdict: Verdict, counter: Figure) -> Line:
    """`countered by own_figure:1: 98.5%, which does not keep at least 99%; not settled`."""
    assert verdict.bound is not None
    said = value_text(counter.value, verdict.bound.unit)
    keeps = "keeps" if verdict.bound.holds(counter.value) else "does not keep"
    settled = "settled" if counter.is_settled else "near enough" if counter.is_near else "not settled"
    text = f"countered by {id_of(counter.fact)}: {said}, which {keeps} {bound_text(verdict.bound)}; {settled}"
    return Line(text=text, facts=(id_of(counter.fact),))
