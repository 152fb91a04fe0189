"""Random promises judged in each hour of the clock, in two days with a change of clocks and crowded facts."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from engine.definition.civil import midnight
from engine.definition.clock_hours import hour_that_holds
from engine.model.agreement import Agreement
from engine.model.exclusion import Cap
from engine.model.fact import Fact, FactValue, InstantType
from engine.model.instants import instant_of
from engine.model.measure import Uptime
from engine.model.obligation import Duty, OnWindow, Target
from engine.model.period import HourWindows, Term
from engine.model.quantity import DAY, HOUR, Instant
from tests.differential.exclusions import capped_targets
from tests.differential.kinds import KINDS
from tests.differential.promises import periodic_duties, prohibitions, record_targets, uptime_targets
from tests.differential.worlds import DAYS, FIRST, LONG_AFTER, World, agreements, snapshot_of

STARTS = (
    ("Europe/Berlin", date(2025, 3, 29)),
    ("Europe/Berlin", date(2025, 10, 25)),
    ("America/New_York", date(2025, 11, 2)),
    ("Australia/Lord_Howe", date(2025, 4, 5)),
    ("Australia/Lord_Howe", date(2025, 10, 4)),
    ("Asia/Kolkata", date(2025, 3, 17)),
)
"""The first of the term's two days: a clock goes forward or back, by an hour or by half of one, or not."""

LENGTH = 2
"""Days of the term; the facts' month is shrunk to about so many."""


@st.composite
def hourly_promises(draw: st.DrawFn, agreement: Agreement) -> Target | Duty:
    """A target or a duty whose windows are hours; caps of exclusions sometimes have hours of their own."""
    shape = draw(
        st.sampled_from((uptime_targets, capped_targets, record_targets, prohibitions, periodic_duties))
    )
    promise = draw(shape(agreement))
    match promise:
        case Duty(occasion=OnWindow() as occasion):
            return replace(promise, occasion=replace(occasion, windows=HourWindows()))
        case Target(measure=Uptime(excludes=excludes) as measure):
            is_hourly = draw(st.booleans())
            capped = tuple(
                replace(
                    each, cap=Cap(length=each.cap.length, windows=HourWindows(), elapsed=each.cap.elapsed)
                )
                if each.cap is not None and is_hourly
                else each
                for each in excludes
            )
            return replace(promise, windows=HourWindows(), measure=replace(measure, excludes=capped))
        case Target():
            return replace(promise, windows=HourWindows())
        case _:
            return promise


@st.composite
def hourly_agreements(draw: st.DrawFn) -> Agreement:
    """An agreement of two days."""
    zone, start = draw(st.sampled_from(STARTS))
    term = Term(start=start, through=start + timedelta(days=LENGTH - 1))
    return replace(draw(agreements()), zone=zone, term=term)


def crowded(world: World) -> World:
    """The world's month shrunk into the days of the term, `as of` too, and its reports named by hours."""
    agreement = world.snapshot.agreements["a"]
    (obligation,) = agreement.obligations
    since = midnight(agreement.term.start, agreement.zone) - 3 * HOUR

    def shrunk(at: Instant) -> Instant:
        return since + (at - instant_of(FIRST)) * LENGTH // DAYS

    def value_of(fact: Fact, name: str, value: FactValue) -> FactValue:
        field = KINDS[fact.kind].field_named(name)
        assert field is not None
        if isinstance(field.type, InstantType) and isinstance(value, int):
            return shrunk(value)
        if (fact.kind, name) == ("report", "month") and isinstance(fact.values["at"], int):
            return hour_that_holds(shrunk(fact.values["at"]) - HOUR, agreement.zone).label
        return value

    facts = {
        kind: tuple(
            replace(fact, values={name: value_of(fact, name, value) for name, value in fact.values.items()})
            for fact in found
        )
        for kind, found in world.facts.items()
    }
    as_of = since + (LENGTH + 1) * DAY if world.as_of == LONG_AFTER else shrunk(world.as_of)
    return World(snapshot=snapshot_of(obligation, agreement), facts=facts, as_of=as_of)
