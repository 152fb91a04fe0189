"""Duties: the verdict on each occasion on which something must follow (S4, S7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.definition.book import Bindings, Reading, id_of
from engine.definition.calendars import counted, open_time
from engine.definition.conditions import matching, truth, unknowns
from engine.definition.deadlines import lateness, warned_from
from engine.definition.following import (
    Followed,
    Occasion,
    UnmeasuredError,
    candidates,
    follow,
    needed,
    perhaps_in_mode,
)
from engine.definition.intervals import common, length
from engine.definition.judgement import judged_verdict, judgement_on
from engine.definition.partitions import has_occasion, occasions_apart
from engine.definition.periods import Spell, spells_of, unproven
from engine.definition.waivers import waivers_of
from engine.definition.windows import reach_of, term_of, windows_of
from engine.definition.workload import place_of, workload_text
from engine.model.agreement import Agreement
from engine.model.deadline import Judged, WindowEnd, Within
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.obligation import Duty, OnTrigger, Terms
from engine.model.partition import subject_text
from engine.model.quantity import Bound, Comparison, Instant, Microseconds
from engine.model.verdict import Evidence, Exact, Flag, InWindow, OnTriggerFact, Part, State, Verdict

FLAGS = tuple(Flag)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCase:
    """A verdict on one occasion, and what an explanation of it needs."""

    verdict: Verdict
    occasion: Occasion
    followed: Followed | None = None
    pauses: tuple[Spell, ...] = ()
    excuse: Spell | None = None
    judgement: Fact | None = None


def flagged(verdict: Verdict, flag: Flag, missing: Sequence[str] = ()) -> Verdict:
    """The verdict with one more flag and what is missing for it, both in order."""
    flags = tuple(sorted({*verdict.flags, flag}, key=FLAGS.index))
    return replace(verdict, flags=flags, missing=tuple(sorted({*verdict.missing, *missing})))


def blank(terms: Terms, agreement: Agreement, occasion: OnTriggerFact | InWindow, clipped: bool) -> Verdict:
    """A verdict that says nothing yet but whose it is, with the flags that do not hang on facts (S7.1)."""
    flags = {
        Flag.CLIPPED: clipped,
        Flag.REPORTED_ONLY: terms.reported_only,
        Flag.UNACCEPTED: agreement.accepted is None,
    }
    return Verdict(
        obligation=terms.id,
        subject=terms.subject,
        version=agreement.version,
        occasion=occasion,
        state=State.UNMEASURED,
        flags=tuple(flag for flag in FLAGS if flags.get(flag)),
        clause=terms.cites,
    )


def occasions(duty: Duty, agreement: Agreement, reading: Reading) -> Iterator[Occasion]:
    """Every trigger that is seen and not proven otherwise, or every window begun by `as of` (S2.5, S2.6)."""
    begins, ends = reach_of(duty.terms, agreement)
    if isinstance(duty.occasion, OnTrigger):
        for bound in combinations(duty.occasion.selections, reading, {}, agreement.zone):
            facts = tuple(fact for fact in bound.values() if isinstance(fact, Fact))
            occasion = Occasion(
                duty=duty,
                agreement=agreement,
                reading=reading,
                bound=bound,
                trigger=facts[0],
                window=None,
                joined=facts,
            )
            if begins <= occasion.at < ends:
                yield occasion
        return
    for window in windows_of(agreement, duty.occasion.windows, reading.as_of):
        if window.full_end > ends:
            continue
        bound = {duty.occasion.variable: window.label}
        yield Occasion(
            duty=duty, agreement=agreement, reading=reading, bound=bound, trigger=None, window=window
        )


def combinations(
    selections: Sequence[Selection], reading: Reading, bound: Bindings, zone: str
) -> Iterator[Bindings]:
    """Every combination of one fact of each selection that is not proven to be none."""
    if not selections:
        yield bound
        return
    for match in matching(selections[0], reading, bound, zone):
        if match.at <= reading.as_of:
            here = {**bound, selections[0].variable: match.fact}
            yield from combinations(selections[1:], reading, here, zone)


def judge_duty(duty: Duty, agreement: Agreement, reading: Reading, only: str | None) -> Iterator[DutyCase]:
    """One case for each occasion, or for those of that key or label; of a duty `for each` value, one for each
    combination that the occasion has (S6.6)."""
    if duty.partition is None:
        for occasion in occasions(duty, agreement, reading):
            if only in (None, occasion.key):
                yield judge_occasion(occasion)
        return
    for combination, used in occasions_apart(duty, reading, agreement.zone):
        terms = replace(duty.terms, subject=subject_text(duty.terms.subject, combination))
        read = reading.book.reading(reading.subjects, combination)
        for occasion in occasions(replace(duty, terms=terms), agreement, read):
            if only in (None, occasion.key) and has_occasion(occasion.window or occasion.at, used):
                case = judge_occasion(occasion)
                yield replace(case, verdict=replace(case.verdict, combination=combination))


def judge_occasion(occasion: Occasion) -> DutyCase:
    """The verdict on one occasion (S4.7, S4.8, S7.1–S7.3)."""
    verdict = blank_of(occasion)
    not_applicable = replace(verdict, state=State.NOT_APPLICABLE)
    start, end = term_of(occasion.agreement)
    if occasion.trigger is not None and not start <= occasion.at < end:
        return DutyCase(verdict=not_applicable, occasion=occasion)
    if missing := tuple(sorted(set(trigger_unknowns(occasion)))):
        return DutyCase(verdict=replace(verdict, missing=missing), occasion=occasion)
    for permission in occasion.duty.permissions:
        trigger = occasion.trigger_of(permission.when.kind)
        bound = {permission.when.variable: trigger} if trigger else {}
        permitted = truth(permission.when.where, bound, occasion.agreement.zone, occasion.reading)
        if permitted:
            return DutyCase(verdict=replace(not_applicable, excused_by=permission.name), occasion=occasion)
        if permitted is None:
            names = unknowns(permission.when.where, bound, occasion.agreement.zone, occasion.reading)
            verdict = flagged(verdict, Flag.EXCUSE_UNPROVEN, tuple(names))
    pauses = pauses_of(occasion)
    try:
        if occasion.duty.workload is not None and occasion.trigger is not None:
            place = place_of(occasion, occasion.duty.workload)
            if not place.binds:
                text = f"beyond {workload_text(occasion.duty.workload)}"
                parts = (Part(name="workload", text=text),)
                verdict = replace(not_applicable, parts=parts)
                return DutyCase(verdict=verdict, occasion=occasion)
            occasion = replace(occasion, waits_until=place.waits_until)
        if isinstance(occasion.duty.limit, Judged):
            return judged_case(occasion, verdict, occasion.duty.limit)
        ways = follow(occasion, pauses)
    except UnmeasuredError as unmeasured:
        missing = tuple(sorted({*verdict.missing, *unmeasured.missing}))
        return DutyCase(verdict=replace(verdict, missing=missing), occasion=occasion, pauses=pauses)
    if len({way.state for way in ways}) > 1:
        missing = tuple(sorted({*verdict.missing, *doubts(ways)}))
        return DutyCase(verdict=replace(verdict, missing=missing), occasion=occasion, pauses=pauses)
    return settled(occasion, verdict, ways[0], pauses)


def judged_case(occasion: Occasion, verdict: Verdict, limit: Judged) -> DutyCase:
    """The case of a duty whose words nothing can measure: somebody decides (S7.1)."""
    start = None if isinstance(limit.start, WindowEnd) else needed(limit.start, occasion.bound)
    by = next((each for each in candidates(occasion, start) if each.proven), None)
    judgement = judgement_on(occasion.duty.terms.id, occasion.key, limit, occasion.reading)
    verdict = judged_verdict(verdict, occasion, limit, by, judgement)
    if judgement is not None:
        verdict = flagged(verdict, Flag.JUDGED)
    return DutyCase(verdict=verdict, occasion=occasion, judgement=judgement)


def blank_of(occasion: Occasion) -> Verdict:
    """The verdict of an occasion before it is judged; its evidence is the trigger."""
    terms, agreement, window = occasion.duty.terms, occasion.agreement, occasion.window
    if occasion.trigger is None:
        assert window is not None
        at = InWindow(start=window.start, end=window.end, label=window.label)
        return blank(terms, agreement, at, window.is_clipped)
    kinds = " + ".join(each.kind for each in occasion.joined)
    at = OnTriggerFact(kind=kinds, key=occasion.key, at=occasion.at)
    # One fact may stand in a pair twice.
    ids = tuple(dict.fromkeys(id_of(each) for each in occasion.joined))
    evidence = Evidence(facts=len(ids), ids=ids)
    return replace(blank(terms, agreement, at, False), evidence=evidence)


def trigger_unknowns(occasion: Occasion) -> Iterator[str]:
    """The fields for want of which it is unknown whether the trigger is one."""
    if isinstance(occasion.duty.occasion, OnTrigger):
        for each in occasion.duty.occasion.selections:
            yield from unknowns(each.where, occasion.bound, occasion.agreement.zone, occasion.reading)


def pauses_of(occasion: Occasion) -> tuple[Spell, ...]:
    """The pauses of this occasion, proven or not (S3.3)."""
    zone = occasion.agreement.zone
    return tuple(
        spell
        for period in occasion.duty.pauses
        for spell in spells_of(
            period,
            occasion.reading,
            zone,
            occasion.trigger if period.of is None else occasion.trigger_of(period.of.kind),
        )
    )


def doubts(ways: Sequence[Followed]) -> Iterator[str]:
    """What would have to be known to tell one way from the other (S7.2)."""
    for way in ways:
        for match in (way.by, *(regime.change for regime in way.regimes)):
            if match is not None:
                yield from match.missing


def settled(occasion: Occasion, verdict: Verdict, followed: Followed, pauses: tuple[Spell, ...]) -> DutyCase:
    """The verdict with its figures, once the state is known; an excuse may still turn a breach (S4.8)."""
    deadline, by, state = followed.deadline, followed.by, followed.state
    until = occasion.as_of if by is None else by.at
    excuse = None
    if state is State.BREACHED:
        excuse, names = excused(occasion, deadline.last_moment)
        names = (*names, *perhaps_in_mode(occasion, deadline.last_moment, until))
        state = state if excuse is None else State.EXCUSED
        verdict = flagged(verdict, Flag.EXCUSE_UNPROVEN, names) if names and excuse is None else verdict
    if names := unproven(pauses, (deadline.start or occasion.at, until), occasion.as_of):
        verdict = flagged(verdict, Flag.EXCUSE_UNPROVEN, names)
    warns = occasion.duty.warns
    if state is State.PENDING and warns is not None:
        warned = warned_from(deadline, warns, occasion.agreement.zone)
        verdict = (
            flagged(verdict, Flag.AT_RISK) if warned is not None and occasion.as_of >= warned else verdict
        )
    verdict = replace(verdict, state=state, due=deadline.due, parts=parts_of(occasion, followed))
    if by is not None:
        ids = tuple(dict.fromkeys((*verdict.evidence.ids, id_of(by.fact))))
        evidence = Evidence(facts=len(ids), ids=ids)
        verdict = replace(verdict, fulfilled_at=by.at, fulfilled_by=id_of(by.fact), evidence=evidence)
    if state in (State.BREACHED, State.EXCUSED) and not deadline.allows(until):
        late = lateness(deadline, until)
        verdict = verdict if late is None else replace(verdict, late_by=Fraction(late[0]), late_unit=late[1])
    if excuse is not None:
        verdict = replace(verdict, excused_by=excuse.source)
    verdict = on_a_clock(verdict, followed, until)
    return DutyCase(verdict=verdict, occasion=occasion, followed=followed, pauses=pauses, excuse=excuse)


def on_a_clock(verdict: Verdict, followed: Followed, until: Instant) -> Verdict:
    """What a clock counted until the fulfilment or `as of`, held against what was allowed (S3.3)."""
    deadline = followed.deadline
    allowed, start = deadline.clock_duration, deadline.start
    if allowed is None or start is None or not isinstance(deadline.limit, Within):
        return verdict
    run = counted(allowed.clock, start, until, deadline.paused)
    paused = length(common(open_time(allowed.clock, start, until), deadline.paused))
    counts: dict[str, Microseconds] = {"counted": run, "paused": paused, "allowed": allowed.length}
    verdict = replace(verdict, counts=counts)
    if followed.by is None:
        return verdict
    comparison = Comparison.BELOW if deadline.limit.strict else Comparison.AT_MOST
    bound = Bound(comparison=comparison, value=Fraction(allowed.length), unit=allowed.unit)
    return replace(verdict, measured=Exact(value=Fraction(run), unit=allowed.unit), bound=bound)


def excused(occasion: Occasion, last: Instant | None) -> tuple[Spell | None, tuple[str, ...]]:
    """The excuse whose period contains the last moment, or what is missing to prove one (S4.8).

    One that is still open reaches to `as of`: it excuses no last moment that lies ahead (S2.2).
    """
    if last is None:
        return None, ()
    duty, zone = occasion.duty, occasion.agreement.zone
    sources = (*duty.exclusions, *duty.modes)
    excuses = [spell for source in sources for spell in spells_of(source, occasion.reading, zone)]
    names: list[str] = []
    for spell in (*excuses, *waivers_of(duty, occasion.reading)):
        if spell.holds(last) and (spell.end is not None or last <= occasion.as_of):
            if spell.proven:
                return spell, ()
            names.extend(spell.missing)
    return None, tuple(sorted(set(names)))


def parts_of(occasion: Occasion, followed: Followed) -> tuple[Part, ...]:
    """How it waited, the deadlines that a change of class superseded, the steps at fault (S4.8–S4.10)."""
    superseded = (
        Part(name="superseded deadline", text=regime.named or "", at=regime.deadline.due.at)
        for regime in followed.regimes[:-1]
        if regime.deadline.due is not None
    )
    return (*waiting(occasion), *superseded, *followed.steps)


def waiting(occasion: Occasion) -> Iterator[Part]:
    """Until when an occasion beyond a workload bound waits (S4.8)."""
    workload = occasion.duty.workload
    if workload is not None and occasion.waits_until is not None:
        text = f"waits beyond {workload_text(workload)}"
        yield Part(name="workload", text=text, at=occasion.waits_until)
