"""Duties explained: the occasion, the clock or the days step by step, and what would do (S7.5)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import assert_never

from engine.definition.book import Reading, id_of
from engine.definition.calendars import open_time
from engine.definition.civil import date_at, last_date_before, midnight_after
from engine.definition.conditions import Match, names_of
from engine.definition.deadlines import Deadline
from engine.definition.duties import DutyCase
from engine.definition.duty_modes import Given
from engine.definition.explain_acting import person_lines
from engine.definition.explain_condition import condition_lines, duration_text, expression_text
from engine.definition.explain_days import day_lines, days_zone
from engine.definition.explain_excuse import excuse_line
from engine.definition.explain_runs import folded
from engine.definition.explain_uptime import spell_text
from engine.definition.following import Followed, Occasion, Regime, own_limit
from engine.definition.intervals import Stretch, common, length, without
from engine.definition.recovery import RecoveryCase
from engine.definition.wording import (
    bound_text,
    clock_text,
    date_text,
    due_text,
    length_text,
    moment_text,
    time_text,
    value_text,
)
from engine.model.calendar import Clock, Elapsed
from engine.model.deadline import (
    AtLeastBefore,
    ByBusinessDay,
    ByInstant,
    DayEnd,
    Judged,
    SingleLimit,
    WindowEnd,
    Within,
)
from engine.model.explanation import Line
from engine.model.expression import ClockDuration
from engine.model.fact import Fact
from engine.model.obligation import OnChange, OnTrigger, Recovered
from engine.model.quantity import Dimension, Instant, Unit
from engine.model.verdict import State


def duty_lines(case: DutyCase) -> Iterator[Line]:
    """From the occasion to the state."""
    yield occasion_line(case.occasion)
    verdict, zone = case.verdict, case.occasion.agreement.zone
    if verdict.state is State.NOT_APPLICABLE:
        yield not_applicable_line(case)
        return
    limit = case.occasion.duty.limit
    if isinstance(limit, Judged):
        yield from judged_lines(case, limit)
        return
    yield from waiting_lines(case)
    if case.followed is None:
        names = ", ".join(verdict.missing) or "the period has no such day"
        yield Line(text=f"not measured: {names} {'says no length' if says_no_length(case) else 'not known'}")
        return
    regimes = case.followed.regimes
    for number, regime in enumerate(regimes):
        is_last = number == len(regimes) - 1
        yield from regime_lines(case, case.followed, regime, is_last)
    yield fulfilment_line(case.occasion, case.followed)
    for part in case.followed.steps:
        yield Line(
            text=f"step {part.name}: {part.text}" + (f" ({moment_text(part.at, zone)})" if part.at else "")
        )
    if verdict.late_by is not None and verdict.late_unit is not None:
        yield Line(text=late_text(verdict.late_by, verdict.late_unit))
    if case.excuse is not None:
        why = f"{spell_text(case.excuse, zone)}: it contains the last moment"
        yield excuse_line(case.excuse, why, case.occasion.reading, zone)


def late_text(late: Fraction, unit: Unit) -> str:
    """How late on the limit's own clock or in its days; what came on the limit itself is late by nothing."""
    if late == 0:
        return (
            "at the limit itself, which is too late"
            if unit.dimension is Dimension.TIME
            else "late by less than a day"
        )
    return f"late by {length_text(int(late)) if unit.dimension is Dimension.TIME else value_text(late, unit)}"


def occasion_line(occasion: Occasion) -> Line:
    """The trigger with the conditions that made it one, or the window."""
    zone = occasion.agreement.zone
    if occasion.window is not None:
        last = last_date_before(occasion.window.end, zone)
        return Line(text=f"for {occasion.window.label}, which ends with {date_text(last)}")
    lines: tuple[Line, ...] = ()
    if isinstance(occasion.duty.occasion, OnTrigger):
        lines = tuple(
            line
            for each in occasion.duty.occasion.selections
            for line in condition_lines(each.where, occasion.bound, zone, occasion.reading)
        )
    triggers = " + ".join(f"{each.kind} {each.key}" for each in occasion.joined)
    facts = tuple(id_of(each) for each in occasion.joined)
    return Line(text=f"{triggers} at {moment_text(occasion.at, zone)}", lines=lines, facts=facts)


def waiting_lines(case: DutyCase) -> Iterator[Line]:
    """How long an occasion waits for room (S4.8)."""
    zone = case.occasion.agreement.zone
    for part in case.verdict.parts:
        if part.name == "workload" and part.at is not None:
            yield Line(text=f"{part.text}: until {moment_text(part.at, zone)}")


def judged_lines(case: DutyCase, limit: Judged) -> Iterator[Line]:
    """What followed, and who judged it."""
    zone, verdict = case.occasion.agreement.zone, case.verdict
    yield Line(text=f'in "{limit.words}", judged by {limit.role}')
    if verdict.fulfilled_at is not None and verdict.fulfilled_by is not None:
        text = f"followed by {verdict.fulfilled_by} at {moment_text(verdict.fulfilled_at, zone)}"
        yield Line(text=text, facts=(verdict.fulfilled_by,))
    else:
        yield Line(text=f"nothing followed by {moment_text(case.occasion.as_of, zone)}")
    if case.judgement is None:
        yield Line(text=f"{limit.role} has not judged it: nothing is known")
        return
    reading, by = case.occasion.reading, case.judgement.values["by"]
    at = reading.book.at(case.judgement)
    how = "as kept" if verdict.state is State.MET else "as not kept"
    yield Line(
        text=f"judged {how} by {verdict.judged_by} at {moment_text(at, zone)}",
        lines=person_lines(limit.role, by, at, reading, zone) if limit.persons else (),
        facts=(id_of(case.judgement),),
    )


def not_applicable_line(case: DutyCase) -> Line:
    """Outside the term, permitted, or beyond a workload bound (S4.8)."""
    occasion, name = case.occasion, case.verdict.excused_by
    permission = next((each for each in occasion.duty.permissions if each.name == name), None)
    if case.verdict.parts:
        return Line(text=f"{case.verdict.parts[0].text}: it does not bind")
    trigger = None if permission is None else occasion.trigger_of(permission.when.kind)
    if permission is None or trigger is None:
        return Line(text="outside the term of the agreement: it binds nobody")
    bound = {permission.when.variable: trigger}
    lines = tuple(condition_lines(permission.when.where, bound, occasion.agreement.zone, occasion.reading))
    return Line(text=f"permitted by {permission.name}", lines=lines)


def regime_lines(case: DutyCase, followed: Followed, regime: Regime, is_last: bool) -> Iterator[Line]:
    """The deadline of one class: where it starts, how it is counted, when it ends (S4.9)."""
    zone, deadline = case.occasion.agreement.zone, regime.deadline
    if regime.change is not None:
        change = case.occasion.duty.reclassification
        keeps = change is not None and change.effect is OnChange.KEEPS_START
        how = "keeps its start" if keeps else "restarts"
        text = f"changed to {regime.named} at {moment_text(regime.change.at, zone)}: the clock {how}"
        yield Line(text=text, facts=(id_of(regime.change.fact),))
    if regime.given is not None:
        yield given_line(regime.given, zone)
    prefix = f"{named_text(case.occasion, regime)}: " if regime.named else ""
    yield Line(text=prefix + limit_text(deadline.limit, zone), lines=tuple(read_lines(case.occasion, zone)))
    if deadline.start is not None:
        yield Line(text=f"counted from {moment_text(deadline.start, zone)}")
    if deadline.rolled_to is not None:
        yield Line(text=f"moved to the next opening, {moment_text(deadline.rolled_to, zone)}")
    if is_last:
        until = case.occasion.as_of if followed.by is None else followed.by.at
        yield from counting_lines(case, deadline, until)
    if deadline.due is None:
        yield Line(text="the clock never counts so much: it is never too late")
        return
    last = deadline.due.last_moment
    late = (
        "" if last is None else f"; the clock stands still until the last moment, {moment_text(last, zone)}"
    )
    due = due_text(deadline.due, zone, days_zone(deadline.limit, zone))
    yield Line(text=f"{'due' if is_last else 'superseded: due'} {due}{late}")
    if is_last and followed.by is None:
        yield from open_pause_lines(case)


def named_text(occasion: Occasion, regime: Regime) -> str:
    """The class that chooses the limit; under a mode the mode, and the class where the duty has classes."""
    named = None if regime.given is None else own_limit(occasion)[0]
    return f"{regime.named}, {named}" if named else f"{regime.named}"


def read_lines(occasion: Occasion, zone: str) -> Iterator[Line]:
    """Which field says how long, where a fact does."""
    limit = occasion.duty.limit
    if isinstance(limit, Within) and limit.read is not None:
        (name,) = names_of(limit.read, occasion.bound)
        yield Line(text=f"as {expression_text(limit.read, zone)} says", facts=(name.rpartition(".")[0],))


def given_line(given: Given, zone: str) -> Line:
    """Which mode gives the deadline its length, and since when (S6.5)."""
    spell, name = given.spell, given.limit.mode.name
    since = f"from {moment_text(given.at, zone)} on"
    text = f"{name} holds {spell_text(spell, zone)}: it gives the deadline its length {since}"
    return Line(text=text, facts=(id_of(spell.fact),))


def open_pause_lines(case: DutyCase) -> Iterator[Line]:
    """A pause that nothing has ended yet will move the deadline on (S4.7)."""
    for each in case.pauses:
        if each.proven and each.end is None and case.verdict.state is State.PENDING:
            text = f"{each.source} is still open: due as if it had just ended"
            yield Line(text=text, facts=(id_of(each.fact),))


def limit_text(limit: SingleLimit, zone: str) -> str:
    """The limit as the policy says it."""
    match limit:
        case Within(duration=duration, strict=strict, start=start, day_end=day_end):
            how = "in less than" if strict else "within"
            of = "the end of the window" if isinstance(start, WindowEnd) else expression_text(start, zone)
            ends = "" if isinstance(duration, ClockDuration) else f"; days end {day_end.value}"
            return f"{how} {duration_text(duration)} of {of}{ends}"
        case ByInstant(at=at, strict=strict):
            return f"{'before' if strict else 'by'} {expression_text(at, zone)}"
        case AtLeastBefore(lead=lead, at=at, counting=counting):
            ends = "" if isinstance(lead, ClockDuration) else f"; notice counts {counting.value}"
            return f"at least {duration_text(lead)} before {expression_text(at, zone)}{ends}"
        case ByBusinessDay(number=number, calendar=calendar, unit=unit, shift=shift, day_end=day_end):
            period = f"the {unit.value.removeprefix('calendar ')}"
            after = "" if shift == 0 else f", {shift} after it" if shift > 1 else " after it"
            ends = "" if day_end is DayEnd.MIDNIGHT else f"; days end {day_end.value}"
            return f"by business day {number} on {calendar.name} of {period}{after}{ends}"
        case _:
            assert_never(limit)


def counting_lines(case: DutyCase, deadline: Deadline, until: Instant) -> Iterator[Line]:
    """The clock's stretches, or the days that were walked."""
    zone, allowed = case.occasion.agreement.zone, deadline.clock_duration
    if allowed is None or deadline.start is None:
        yield from day_lines(deadline, zone)
        return
    lines = list(clock_lines(case, allowed.clock, (deadline.start, until), deadline.paused))
    opened = open_time(allowed.clock, deadline.start, until)
    run = length(without(opened, deadline.paused))
    paused = length(common(opened, deadline.paused))
    text = f"counted {length_text(run)}{clock_text(allowed.clock)} until {moment_text(until, zone)}"
    yield Line(text=text, lines=tuple(folded(lines)))
    if paused:
        yield Line(text=f"paused {length_text(paused)}, which does not count")
    yield Line(text=f"allowed {length_text(allowed.length)}")


def clock_lines(case: DutyCase, clock: Clock, span: Stretch, paused: Sequence[Stretch]) -> Iterator[Line]:
    """One line for each day on which the clock is open, with the running total and what paused it (S3.3)."""
    zone, total = case.occasion.agreement.zone, 0
    pieces = by_day(open_time(clock, *span), zone)
    if isinstance(clock, Elapsed) and not paused and len(pieces) > 2:
        yield Line(
            text=f"from {moment_text(span[0], zone)} to {moment_text(span[1], zone)}, around the clock"
        )
        return
    for day, group in groupby(pieces, key=lambda piece: date_at(piece[0], zone)):
        opened = list(group)
        runs, stops = without(opened, paused), common(opened, paused)
        total += length(runs)
        times = ", ".join(f"{time_text(a, zone)}–{end_text(b, day, zone)}" for a, b in runs) or "paused"
        yield Line(
            text=f"{date_text(day)}: {times}, {length_text(length(runs))}; {length_text(total)} in all",
            lines=tuple(pause_lines(case, stops, day, zone)),
        )


def by_day(stretches: Sequence[Stretch], zone: str) -> list[Stretch]:
    """The stretches cut at the midnights of the zone."""
    pieces: list[Stretch] = []
    for start, end in stretches:
        while (cut := midnight_after(date_at(start, zone), zone)) < end:
            pieces.append((start, cut))
            start = cut
        pieces.append((start, end))
    return pieces


def end_text(at: Instant, day: dt.date, zone: str) -> str:
    """The end of a stretch in its day: midnight is 24:00."""
    return "24:00" if at == midnight_after(day, zone) else time_text(at, zone)


def pause_lines(case: DutyCase, stops: Sequence[Stretch], day: dt.date, zone: str) -> Iterator[Line]:
    """What paused the open clock on one day, and by which facts."""
    for start, end in stops:
        by = [
            each
            for each in case.pauses
            if each.proven and common([each.stretch(case.occasion.as_of)], [(start, end)])
        ]
        names = ", ".join(dict.fromkeys(each.source for each in by))
        text = (
            f"paused {time_text(start, zone)}–{end_text(end, day, zone)}, {length_text(end - start)}: {names}"
        )
        yield Line(text=text, facts=tuple(dict.fromkeys(id_of(each.fact) for each in by)))


def fulfilment_line(occasion: Occasion, followed: Followed) -> Line:
    """What fulfilled the duty, with the conditions it met, or that nothing did."""
    zone, by = occasion.agreement.zone, followed.by
    if by is None:
        return Line(text=f"nothing fulfilled it by {moment_text(occasion.as_of, zone)}")
    return Line(
        text=f"fulfilled by {id_of(by.fact)} at {moment_text(by.at, zone)}",
        lines=tuple(fulfilment_conditions(occasion, by)),
        facts=(id_of(by.fact),),
    )


def fulfilment_conditions(occasion: Occasion, by: Match) -> Iterator[Line]:
    """The comparisons that the fulfilment met."""
    fulfilments = occasion.duty.fulfilments
    if isinstance(fulfilments, Recovered):
        return
    for selection in fulfilments:
        if selection.kind == by.fact.kind:
            bound = {**occasion.bound, selection.variable: by.fact}
            yield from condition_lines(selection.where, bound, occasion.agreement.zone, occasion.reading)
            return


def says_no_length(case: DutyCase) -> bool:
    """Whether the deadline is read from a field that is there, and is below zero or beyond any deadline."""
    limit = case.occasion.duty.limit
    if case.followed is not None or not isinstance(limit, Within) or limit.read is None:
        return False
    fact = case.occasion.bound[limit.read.variable]
    assert isinstance(fact, Fact), "a field is read from a fact"
    field = f"{id_of(fact)}.{limit.read.field}"
    return field in case.verdict.missing and fact.values[limit.read.field] is not None


def duty_why_not(case: DutyCase) -> Iterator[Line]:
    """The last moment, and the one fact that would turn the verdict (S7.5)."""
    zone, followed, verdict = case.occasion.agreement.zone, case.followed, case.verdict
    if verdict.state in (State.MET, State.NOT_APPLICABLE):
        return
    if followed is None:
        verb = "mending" if says_no_length(case) else "knowing"
        for name in verdict.missing:
            yield Line(text=f"{verb} {name} would decide it")
        return
    last, by, due = followed.deadline.last_moment, followed.by, followed.deadline.due
    is_pending = verdict.state is State.PENDING
    if last is not None and due is not None and not (by and by.at <= last):
        if due.inclusive:
            yield Line(text=f"the last moment {'is' if is_pending else 'was'} {moment_text(last, zone)}")
        when = f"by {moment_text(last, zone)}" if due.inclusive else f"before {moment_text(due.at, zone)}"
        tense = "will meet it" if is_pending else "would have met it"
        yield Line(text=f"{wanted(case.occasion)} {when} {tense}")
    for part in followed.steps:
        yield Line(text=f"step {part.name}, {part.text}, is at fault")


def wanted(occasion: Occasion) -> str:
    """What must follow, by its kinds."""
    fulfilments = occasion.duty.fulfilments
    if isinstance(fulfilments, Recovered):
        return "recovery"
    kinds = list(dict.fromkeys(each.kind for each in fulfilments))
    return " or ".join(f"{'an' if kind[0] in 'aeio' else 'a'} {kind.replace('_', ' ')}" for kind in kinds)


# Recovery points


def recovery_lines(case: RecoveryCase, zone: str, reading: Reading) -> Iterator[Line]:
    """What was lost, from which instant to which, beside the bound."""
    bound = {case.promise.trigger.variable: case.trigger.fact}
    yield Line(
        text=f"{case.trigger.fact.kind} {case.trigger.fact.key} at {moment_text(case.trigger.at, zone)}",
        lines=tuple(condition_lines(case.promise.trigger.where, bound, zone, reading)),
        facts=(id_of(case.trigger.fact),),
    )
    lost = (
        f"lost from {expression_text(case.promise.start, zone)} to {expression_text(case.promise.end, zone)}"
    )
    measured = case.verdict.measured
    if measured is None:
        yield Line(text=f"{lost}: not known")
    else:
        value = case.verdict.margin
        amount = length_text(int(case.promise.bound.value - (value or Fraction(0))))
        yield Line(text=f"{lost}: {amount}")
    yield Line(text=f"{bound_text(case.promise.bound)} was promised")


def recovery_why_not(case: RecoveryCase) -> Iterator[Line]:
    """How much too much was lost."""
    margin = case.verdict.margin
    if case.verdict.state is State.BREACHED and margin is not None:
        yield Line(text=f"{length_text(int(-margin))} less lost would have met it")
    for name in case.verdict.missing:
        yield Line(text=f"knowing {name} would decide it")
