"""Duties judged by hand: states, excuses, changes of class, steps and what is unknown (S4.7–S4.10, S7)."""

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.model.exclusion import Exclusion, Permission
from engine.model.expression import CalendarDays, Notice, NoticeCounting, Selection
from engine.model.fact import Fact
from engine.model.obligation import OnChange, OnTrigger, Reclassification, Recovered, RecoveryPoint
from engine.model.quantity import HOUR, HOURS, Bound, Comparison
from engine.model.verdict import Flag, Part, State, Verdict
from tests.definition.policies import (
    ANNOUNCED,
    DISASTER,
    KINDS,
    OFFICE,
    WAITING,
    Policy,
    at,
    by_level,
    duty,
    fact,
    field,
    has,
    hours,
    judged,
    of_ticket,
    terms,
    verdicts,
    within,
)

TICKET = fact("ticket", "t1", opened_at=at("2025-03-03 10:00"))
FOUR_HOURS = within(hours(4))


def reply(key: str, when: str, **values: bool | None) -> Fact:
    return fact("reply", key, ticket="t1", at=at(when), **values)


# Occasions


def test_a_trigger_that_is_not_seen_has_no_verdict() -> None:
    assert verdicts(duty(FOUR_HOURS), [TICKET], "2025-03-03 09:59") == ()
    assert len(verdicts(duty(FOUR_HOURS), [TICKET], "2025-03-03 10:00")) == 1


def test_a_promise_reads_only_facts_about_its_subject() -> None:
    other = fact("ticket", "t2", opened_at=at("2025-03-03 10:00"), service="elsewhere")
    assert [each.identity[2] for each in verdicts(duty(FOUR_HOURS), [TICKET, other], "2025-03-04 00:00")] == [
        "t1"
    ]
    of_all = duty(FOUR_HOURS, terms=terms(subjects=()))
    assert len(verdicts(of_all, [TICKET, other], "2025-03-04 00:00")) == 2


def test_a_trigger_outside_the_term_binds_nobody_and_one_inside_outlives_it() -> None:
    before = fact("ticket", "t0", opened_at=at("2024-12-31 23:59"))
    last = fact("ticket", "t9", opened_at=at("2026-12-31 23:59"))
    after = fact("ticket", "t10", opened_at=at("2027-01-01 00:00"))
    found = verdicts(duty(FOUR_HOURS), [before, last, after], "2027-01-02 00:00")
    states = {each.identity[2]: each.state for each in found}
    assert states == {"t0": State.NOT_APPLICABLE, "t9": State.BREACHED, "t10": State.NOT_APPLICABLE}


def test_a_trigger_whose_condition_is_unknown_is_unmeasured() -> None:
    trigger = Selection(kind="ticket", variable="t", where=has("t", "ticket", "urgent", True))
    promise = duty(FOUR_HOURS, occasion=OnTrigger(trigger=trigger))
    verdict = judged(promise, [TICKET], "2025-03-04 00:00")
    assert (verdict.state, verdict.missing) == (State.UNMEASURED, ("ticket:t1.urgent",))
    calm = replace(TICKET, values={**TICKET.values, "urgent": False})
    assert verdicts(promise, [calm], "2025-03-04 00:00") == ()


def test_a_later_instant_reads_as_absent_unless_planned() -> None:
    from_close = duty(within(hours(1), start=field("t", "ticket", "closed_at")))
    from_plan = duty(within(hours(1), start=field("t", "ticket", "due_at")))
    ticket = fact("ticket", "t1", opened_at=at("2025-03-03 10:00"), closed_at=at("2025-03-05 10:00"),
                  due_at=at("2025-03-05 10:00"))  # fmt: skip
    unknown = judged(from_close, [ticket], "2025-03-04 00:00")
    assert (unknown.state, unknown.missing) == (State.UNMEASURED, ("ticket:t1.closed_at",))
    planned = judged(from_plan, [ticket], "2025-03-04 00:00")
    assert (planned.state, planned.due and planned.due.at) == (State.PENDING, at("2025-03-05 11:00"))
    assert planned.counts["counted"] == 0


def test_a_derived_field_chooses_the_class() -> None:
    by_priority = replace(
        by_level(p1=within(hours(1)), p2=within(hours(8))),
        by=replace(field("t", "ticket", "level"), field="priority"),
    )
    ticket = fact("ticket", "t1", opened_at=at("2025-03-03 10:00"), impact="high", urgency="low")
    verdict = judged(duty(by_priority), [ticket], "2025-03-03 11:00")
    assert verdict.due is not None
    assert verdict.due.at == at("2025-03-03 18:00")
    unknown = judged(duty(by_priority), [TICKET], "2025-03-03 11:00")
    assert (unknown.state, unknown.missing) == (State.UNMEASURED, ("ticket:t1.priority",))


# Fulfilment


def test_the_earliest_of_all_alternatives_fulfils() -> None:
    promise = duty(FOUR_HOURS, fulfilments=(of_ticket("reply", "r"), of_ticket("workaround", "w")))
    workaround = fact("workaround", "w1", ticket="t1", at=at("2025-03-03 12:00"))
    found = judged(promise, [TICKET, reply("r1", "2025-03-03 13:00"), workaround], "2025-03-04 00:00")
    assert (found.fulfilled_by, found.evidence.ids) == ("workaround:w1", ("ticket:t1", "workaround:w1"))
    tie = judged(promise, [TICKET, reply("r1", "2025-03-03 12:00"), workaround], "2025-03-04 00:00")
    assert tie.fulfilled_by == "reply:r1"


def good(when: str, first: bool | None, second: str | None) -> Verdict:
    """The verdict when only a good reply will do: one good, bad or unknown, and perhaps a good one."""
    promise = duty(FOUR_HOURS, fulfilments=(of_ticket("reply", "r", has("r", "reply", "good", True)),))
    facts = [TICKET, reply("r1", when, good=first)]
    if second is not None:
        facts.append(reply("r2", second, good=True))
    return judged(promise, facts, "2025-03-04 00:00")


def test_an_unproven_answer_is_tried_both_ways() -> None:
    differs = good("2025-03-03 12:00", None, None)
    assert (differs.state, differs.missing, differs.due) == (State.UNMEASURED, ("reply:r1.good",), None)
    assert good("2025-03-03 12:00", None, "2025-03-03 15:00").state is State.UNMEASURED
    same = good("2025-03-03 12:00", None, "2025-03-03 13:00")
    assert (same.state, same.fulfilled_by, same.missing) == (State.MET, "reply:r2", ())
    assert good("2025-03-03 20:00", None, None).state is State.BREACHED
    assert good("2025-03-03 12:00", False, None).state is State.BREACHED


def test_pending_until_it_is_too_late_and_at_risk_before() -> None:
    promise = duty(FOUR_HOURS, warns=hours(1))
    for when, state, flags in (
        ("2025-03-03 12:59", State.PENDING, ()),
        ("2025-03-03 13:00", State.PENDING, (Flag.AT_RISK,)),
        ("2025-03-03 14:00", State.PENDING, (Flag.AT_RISK,)),
        ("2025-03-03 14:01", State.BREACHED, ()),
    ):
        verdict = judged(promise, [TICKET], when)
        assert (verdict.state, verdict.flags) == (state, flags), when


def test_flags_that_hang_on_the_promise() -> None:
    promise = duty(FOUR_HOURS, terms=terms(reported_only=True))
    policy = Policy(KINDS, promise, accepted=None)
    flags = judged(policy, [TICKET], "2025-03-04 00:00").flags
    assert flags == (Flag.REPORTED_ONLY, Flag.UNACCEPTED)


# Excuses


def permitted(level: str | None) -> Verdict:
    permission = Permission(
        name="minor",
        agreement="a",
        when=Selection(kind="ticket", variable="x", where=has("x", "ticket", "level", "minor")),
        span=ANNOUNCED.span,
    )
    ticket = replace(TICKET, values={**TICKET.values, "level": level})
    return judged(duty(FOUR_HOURS, permissions=(permission,)), [ticket], "2025-03-04 00:00")


def test_a_permission_wins_and_an_unproven_one_does_not() -> None:
    allowed = permitted("minor")
    assert (allowed.state, allowed.excused_by) == (State.NOT_APPLICABLE, "minor")
    assert permitted("major").state is State.BREACHED
    unproven = permitted(None)
    assert (unproven.state, unproven.flags) == (State.BREACHED, (Flag.EXCUSE_UNPROVEN,))
    assert unproven.missing == ("ticket:t1.level",)


NOTICED = Notice(
    value=field("m", "maintenance", "notified_at"),
    lead=hours(48),
    before=field("m", "maintenance", "start"),
    counting=NoticeCounting.CLEAR_DAYS,
)
WITH_NOTICE: Exclusion = replace(
    ANNOUNCED,
    intervals=replace(ANNOUNCED.intervals, facts=Selection(kind="maintenance", variable="m", where=NOTICED)),
)


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [
        ("2025-03-03 13:59", "2025-03-03 14:01", State.EXCUSED),
        ("2025-03-03 14:00", "2025-03-03 14:01", State.EXCUSED),
        ("2025-03-03 13:00", "2025-03-03 14:00", State.BREACHED),
        ("2025-03-03 14:01", "2025-03-03 15:00", State.BREACHED),
    ],
)
def test_an_exclusion_excuses_if_it_contains_the_last_moment(start: str, end: str, state: State) -> None:
    promise = duty(FOUR_HOURS, exclusions=(ANNOUNCED,))
    verdict = judged(
        promise, [TICKET, fact("maintenance", "m1", start=at(start), end=at(end))], "2025-03-04 00:00"
    )
    assert (verdict.state, verdict.excused_by) == (state, "announced" if state is State.EXCUSED else None)
    assert verdict.late_by == 10 * HOUR


def test_an_excuse_must_be_proven() -> None:
    promise = duty(FOUR_HOURS, exclusions=(WITH_NOTICE,))
    span = {"start": at("2025-03-03 13:00"), "end": at("2025-03-03 15:00")}
    for notified, state, missing in (
        (at("2025-03-01 13:00"), State.EXCUSED, ()),
        (at("2025-03-01 13:01"), State.BREACHED, ()),
        (None, State.BREACHED, ("maintenance:m1.notified_at",)),
    ):
        facts = [TICKET, fact("maintenance", "m1", notified_at=notified, **span)]
        verdict = judged(promise, facts, "2025-03-04 00:00")
        assert (verdict.state, verdict.missing) == (state, missing)
        assert (Flag.EXCUSE_UNPROVEN in verdict.flags) is bool(missing)


def test_met_stays_met_and_a_mode_excuses() -> None:
    promise = duty(within(CalendarDays(days=1)), modes=(DISASTER,))
    disaster = fact("disaster", "d1", start=at("2025-03-04 23:00"))
    assert judged(promise, [TICKET, disaster], "2025-03-06 00:00").excused_by == "disaster"
    answered = [TICKET, disaster, reply("r1", "2025-03-03 12:00")]
    assert judged(promise, answered, "2025-03-06 00:00").state is State.MET


def test_a_mode_that_is_still_open_excuses_no_moment_ahead() -> None:
    """The step was missed at the fulfilment, hours before the last moment: the mode may end in between."""
    promise = duty(FOUR_HOURS, steps=("look",), modes=(DISASTER,))
    facts = [TICKET, reply("r1", "2025-03-03 11:00")]
    still = fact("disaster", "d1", start=at("2025-03-03 10:30"))
    assert judged(promise, [*facts, still], "2025-03-03 12:00").state is State.BREACHED
    assert judged(promise, [*facts, still], "2025-03-03 14:00").state is State.EXCUSED


def test_an_unproven_pause_does_not_pause() -> None:
    promise = duty(FOUR_HOURS, pauses=(WAITING,))
    facts = [
        TICKET,
        fact("status", "s1", ticket="t1", at=at("2025-03-03 11:00"), value=None),
        fact("status", "s2", ticket="t1", at=at("2025-03-03 13:00"), value="working"),
        reply("r1", "2025-03-03 15:00"),
    ]
    verdict = judged(promise, facts, "2025-03-04 00:00")
    assert (verdict.state, verdict.flags) == (State.BREACHED, (Flag.EXCUSE_UNPROVEN,))
    assert (verdict.missing, verdict.counts["paused"]) == (("status:s1.value",), 0)


def test_a_pause_of_another_ticket_is_not_ours() -> None:
    promise = duty(FOUR_HOURS, pauses=(WAITING,))
    other = fact("status", "s1", ticket="t2", at=at("2025-03-03 11:00"), value="waiting")
    assert judged(promise, [TICKET, other], "2025-03-04 00:00").counts["paused"] == 0


# Changes of class


def changed(effect: OnChange, *changes: tuple[str, str | None], answer: str | None = None) -> Verdict:
    """A p2 ticket (8 hours) opened at 10:00 that becomes p1 (2 hours), p2 or p3 (24 hours)."""
    limit = by_level(p1=within(hours(2)), p2=within(hours(8)), p3=within(hours(24)))
    change = Reclassification(
        effect=effect, changes=of_ticket("change", "k"), new_class=field("k", "change", "level")
    )
    facts = [replace(TICKET, values={**TICKET.values, "level": "p2"})]
    facts += [
        fact("change", f"k{n}", ticket="t1", at=at(when), level=level)
        for n, (when, level) in enumerate(changes)
    ]
    facts += [] if answer is None else [reply("r1", answer)]
    return judged(duty(limit, reclassification=change), facts, "2025-03-10 00:00")


def due_at(verdict: Verdict) -> int | None:
    return None if verdict.due is None else verdict.due.at


def test_a_changed_class_keeps_its_start_or_restarts() -> None:
    keeps = changed(OnChange.KEEPS_START, ("2025-03-03 13:00", "p1"))
    assert due_at(keeps) == at("2025-03-03 12:00")
    assert keeps.parts == (Part(name="superseded deadline", text="p2", at=at("2025-03-03 18:00")),)
    restarts = changed(OnChange.RESTARTS, ("2025-03-03 13:00", "p1"), answer="2025-03-03 14:30")
    assert (due_at(restarts), restarts.state) == (at("2025-03-03 15:00"), State.MET)
    assert restarts.counts == {"counted": 90 * 60 * 1_000_000, "paused": 0, "allowed": 2 * HOUR}


def test_a_change_after_the_last_moment_or_the_answer_changes_nothing() -> None:
    late = changed(OnChange.RESTARTS, ("2025-03-03 18:01", "p3"))
    assert (due_at(late), late.parts, late.state) == (at("2025-03-03 18:00"), (), State.BREACHED)
    in_time = changed(OnChange.RESTARTS, ("2025-03-03 18:00", "p3"))
    assert due_at(in_time) == at("2025-03-04 18:00")
    answered = changed(OnChange.KEEPS_START, ("2025-03-03 17:00", "p1"), answer="2025-03-03 16:00")
    assert (due_at(answered), answered.state) == (at("2025-03-03 18:00"), State.MET)


def test_an_unknown_new_class_is_unmeasured() -> None:
    for level in (None, "p9"):
        verdict = changed(OnChange.RESTARTS, ("2025-03-03 13:00", level))
        assert (verdict.state, verdict.missing) == (State.UNMEASURED, ("change:k0.level",))


@pytest.mark.parametrize("answer", ["2025-03-03 11:30", "2025-03-03 16:00"])
def test_each_unproven_change_is_taken_and_left(answer: str) -> None:
    """p2 allows 8 hours, p1 two, p3 24: the first change alone makes a later answer late."""
    limit = by_level(p1=within(hours(2)), p2=within(hours(8)), p3=within(hours(24)))
    open_ticket = replace(TICKET, values={**TICKET.values, "level": "p2"})
    change = Reclassification(
        effect=OnChange.KEEPS_START, changes=of_ticket("change", "k"), new_class=field("k", "change", "level")
    )
    maybe = [
        fact("change", "k1", ticket=None, at=at("2025-03-03 10:30"), level="p1"),
        fact("change", "k2", ticket=None, at=at("2025-03-03 11:00"), level="p3"),
    ]
    promise = duty(limit, reclassification=change)
    verdict = judged(promise, [open_ticket, *maybe, reply("r1", answer)], "2025-03-10 00:00")
    in_time_of_each = answer == "2025-03-03 11:30"
    assert verdict.state is (State.MET if in_time_of_each else State.UNMEASURED)
    assert verdict.missing == (() if in_time_of_each else ("change:k1.ticket", "change:k2.ticket"))


# Steps


def stepped(*steps: tuple[str, str]) -> Verdict:
    promise = duty(FOUR_HOURS, steps=("look", "think", "say"))
    facts = [TICKET, reply("r1", "2025-03-03 13:00")]
    facts += [
        fact("step", f"s{n}", case="t1", name=name, at=at(when)) for n, (name, when) in enumerate(steps)
    ]
    return judged(promise, facts, "2025-03-04 00:00")


def test_steps_must_be_there_and_in_order_when_the_duty_is_fulfilled() -> None:
    times = [f"2025-03-03 {hour}:00" for hour in (10, 11, 11)]
    in_order = list(zip(("look", "think", "say"), times, strict=True))
    assert stepped(*in_order).state is State.MET
    missing = stepped(*in_order[:2], ("say", "2025-03-03 13:01"))
    assert (missing.state, missing.late_by) == (State.BREACHED, None)
    assert missing.parts == (Part(name="say", text="missing when the duty was fulfilled"),)
    turned = stepped(("look", times[0]), ("think", "2025-03-03 12:00"), ("say", times[1]))
    assert turned.parts == (Part(name="say", text="out of order", at=at("2025-03-03 11:00")),)
    # Only the earliest of each counts.
    assert stepped(*in_order, ("look", "2025-03-03 12:30")).state is State.MET


# Recovery


def test_recovery_is_fulfilled_by_the_modes_own_end() -> None:
    promise = duty(
        within(hours(8, OFFICE), start=field("d", "disaster", "start"), strict=True),
        occasion=OnTrigger(trigger=Selection(kind="disaster", variable="d")),
        fulfilments=Recovered(at=field("d", "disaster", "end")),
    )
    for end, state in (("2025-03-04 09:59", State.MET), ("2025-03-04 10:00", State.BREACHED)):
        disaster = fact("disaster", "d1", start=at("2025-03-03 10:00"), end=at(end))
        verdict = judged(promise, [disaster], "2025-03-05 00:00")
        assert (verdict.state, verdict.fulfilled_by) == (state, "disaster:d1")
        assert verdict.evidence.ids == ("disaster:d1",)


def lost(saved: str | None, end: str | None) -> Verdict:
    promise = RecoveryPoint(
        terms=terms(),
        trigger=Selection(kind="disaster", variable="d"),
        start=field("d", "disaster", "saved_at"),
        end=field("d", "disaster", "failed_at"),
        bound=Bound(comparison=Comparison.AT_MOST, value=Fraction(HOUR), unit=HOURS),
        closed_at=field("d", "disaster", "end"),
    )
    facts = fact(
        "disaster",
        "d1",
        start=at("2025-03-03 10:00"),
        failed_at=at("2025-03-03 10:00"),
        saved_at=None if saved is None else at(saved),
        end=None if end is None else at(end),
    )
    return judged(promise, [facts], "2025-03-05 00:00")


def test_a_recovery_point_measures_what_was_lost() -> None:
    assert lost("2025-03-03 09:00", None).state is State.MET
    assert lost("2025-03-03 08:59", None).state is State.BREACHED
    assert lost(None, None).state is State.PENDING
    closed = lost(None, "2025-03-04 10:00")
    assert (closed.state, closed.missing) == (State.UNMEASURED, ("disaster:d1.saved_at",))
