"""The rows of a duty statement become verdicts: state, figures, flags, and what is missing (S4, S7)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypedDict, assert_never

from engine.model.deadline import AtLeastBefore, ByBusinessDay, ByInstant, DayEnd, Judged, SingleLimit, Within
from engine.model.expression import BusinessDays, ClockDuration
from engine.model.obligation import Duty, OnTrigger, Recovered, Workload
from engine.model.partition import Combination
from engine.model.period import Window
from engine.model.quantity import BUSINESS_DAYS, CALENDAR_DAYS, SECONDS, Bound, Comparison, Instant, Unit
from engine.model.reading import JUDGEMENT_KIND
from engine.model.verdict import (
    Due,
    Evidence,
    Exact,
    Flag,
    InWindow,
    OnTriggerFact,
    Part,
    State,
    Verdict,
)
from engine.rules.plans.duty_shape import AskedDuty
from engine.rules.plans.moment_to_sql import is_inclusive
from engine.rules.plans.waivers import Waiver

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class Superseded(TypedDict):
    """A deadline that a change of class, or a mode, superseded (S4.9, S6.5)."""

    named: str | None
    due_at: Instant


class Step(TypedDict):
    """When a step was first taken."""

    step: str
    first_at: Instant


class DutyRow(NamedTuple):
    """One row of a duty statement; missing fields are texts `kind:key.field`, each after a line feed."""

    target: int
    named: str
    began_at: Instant
    is_outside: bool
    holds: bool | None
    doubt: str
    permitted: int | None
    permit_doubt: str
    start: Instant | None
    lacking: str | None
    limit_no: int | None
    answered_at: Instant | None
    branch: int | None
    answer_key: str | None
    due_at: Instant | None
    last_at: Instant | None
    due_day: int | None
    counted: int | None
    paused: int | None
    late: int | None
    is_late: bool | None
    length: int | None
    days_late: int | None
    excuse: int | None
    excuse_doubt: str | None
    mode_doubt: str | None
    pause_doubt: str | None
    superseded: list[Superseded] | None
    steps: list[Step] | None
    is_warned: bool | None
    is_undecided: bool | None
    joined_keys: list[str] | None
    binds: bool | None
    waits_until: Instant | None
    judgement: str | None
    is_judged_met: bool | None
    judged_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFacts:
    """What the verdicts under one limit share: what its clock allows, and how lateness is told (S4.7)."""

    limit: SingleLimit | Judged
    is_inclusive: bool
    allowed: ClockDuration | None
    bound: Bound | None
    late_unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFacts:
    """What the verdicts of one duty share; `windows` are those of a periodic duty, by label, and `modes` the
    names of those that give it another length, by their class in the statement."""

    duty: Duty
    flags: tuple[Flag, ...]
    limits: tuple[LimitFacts, ...]
    triggers: tuple[str, ...]
    windows: Mapping[str, Window]
    branches: tuple[str, ...]
    permissions: tuple[str, ...]
    excuses: tuple[str, ...]
    version: str | None
    workload: str | None
    waivers: tuple[Waiver, ...]
    modes: Mapping[str, str]
    combination: Combination


def facts_of(asked: AskedDuty, windows: Iterable[Window], waivers: Iterable[Waiver]) -> DutyFacts:
    """What the verdicts of a duty share."""
    duty, on = asked.duty, asked.duty.occasion
    flags = {Flag.REPORTED_ONLY: duty.terms.reported_only, Flag.UNACCEPTED: asked.agreement.accepted is None}
    triggers = tuple(each.kind for each in on.selections) if isinstance(on, OnTrigger) else ()
    made = duty.fulfilments
    return DutyFacts(
        duty=duty,
        flags=tuple(flag for flag, is_raised in flags.items() if is_raised),
        limits=tuple(_limit_facts(limit) for _, limit in asked.limits),
        triggers=triggers,
        windows={window.label: window for window in windows},
        branches=triggers if isinstance(made, Recovered) else tuple(each.kind for each in made),
        permissions=tuple(each.name for each in duty.permissions),
        excuses=tuple(each.name for each in (*duty.exclusions, *duty.modes)),
        version=asked.agreement.version,
        workload=None if duty.workload is None else _workload_text(duty.workload),
        waivers=tuple(waivers),
        modes=asked.modes,
        combination=asked.combination,
    )


def _workload_text(workload: Workload) -> str:
    """`10 in each calendar day for each qvi`, `3 at once`."""
    room = "at once" if workload.unit is None else f"in each {workload.unit.value}"
    each = f" for each {', '.join(workload.each)}" if workload.each else ""
    return f"{workload.at_most} {room}{each}"


def duty_verdict(row: DutyRow, facts: DutyFacts) -> Verdict:
    """The verdict of a row (S4.7–S4.10, S7.1–S7.3)."""
    if row.is_outside:
        return _unjudged(row, facts, State.NOT_APPLICABLE)
    if row.holds is None:
        return _unjudged(row, facts, State.UNMEASURED, missing=row.doubt)
    if row.permitted is not None:
        permission = facts.permissions[row.permitted]
        return _unjudged(row, facts, State.NOT_APPLICABLE, excused_by=permission)
    if row.binds is False and facts.workload is not None:
        part = Part(name="workload", text=f"beyond {facts.workload}")
        return _unjudged(row, facts, State.NOT_APPLICABLE, parts=(part,))
    limit = None if row.limit_no is None else _told(facts.limits[row.limit_no], row)
    has_none = row.due_at is None and limit is not None and isinstance(limit.limit, ByBusinessDay)
    if limit is None or row.start is None or has_none:
        flag = Flag.EXCUSE_UNPROVEN if row.permit_doubt else None
        return _unjudged(
            row, facts, State.UNMEASURED, missing=row.permit_doubt + (row.lacking or ""), flag=flag
        )
    if isinstance(limit.limit, Judged):
        return _judged_by_role(row, facts, limit.limit)
    return _judged(row, facts, limit)


def _judged_by_role(row: DutyRow, facts: DutyFacts, limit: Judged) -> Verdict:
    """A verdict on words that nothing can measure: somebody decides (S7.1)."""
    verdict = _unjudged(
        row,
        facts,
        State.UNMEASURED,
        missing=row.permit_doubt + ("" if row.judgement else f"\njudgement by {limit.role}"),
        flag=Flag.EXCUSE_UNPROVEN if row.permit_doubt else None,
    )
    ids = [*verdict.evidence.ids]
    if row.answered_at is not None:
        fulfilled_by = f"{facts.branches[row.branch or 0]}:{row.answer_key}"
        verdict = replace(verdict, fulfilled_at=row.answered_at, fulfilled_by=fulfilled_by)
        ids.append(fulfilled_by)
    if row.judgement is not None:
        state, judged_by = State.MET if row.is_judged_met else State.BREACHED, row.judged_by or limit.role
        flags = _flags(verdict.flags, Flag.JUDGED)
        verdict = replace(verdict, state=state, judged_by=judged_by, flags=flags)
        ids.append(f"{JUDGEMENT_KIND}:{row.judgement}")
    ids = list(dict.fromkeys(ids))
    return replace(verdict, evidence=Evidence(facts=len(ids), ids=tuple(ids)))


def _unjudged(
    row: DutyRow,
    facts: DutyFacts,
    state: State,
    *,
    missing: str = "",
    excused_by: str | None = None,
    flag: Flag | None = None,
    parts: tuple[Part, ...] = (),
) -> Verdict:
    """A verdict without a deadline."""
    occasion, flags, ids = _occasion(row, facts)
    return Verdict(
        obligation=facts.duty.terms.id,
        subject=facts.duty.terms.subject,
        version=facts.version,
        occasion=occasion,
        state=state,
        flags=_flags(flags, flag),
        excused_by=excused_by,
        parts=parts,
        missing=_names(missing),
        evidence=Evidence(facts=len(ids), ids=ids),
        clause=facts.duty.terms.cites,
        combination=facts.combination,
    )


def _judged(row: DutyRow, facts: DutyFacts, limit: LimitFacts) -> Verdict:
    """A verdict against its deadline; a proven excuse turns a breach (S4.8)."""
    occasion, flags, ids = _occasion(row, facts)
    faults: tuple[Part, ...] = ()
    fulfilled_by = late = measured = None
    if row.answered_at is None:
        state = State.BREACHED if row.is_late else State.PENDING
    else:
        faults = tuple(_faulty_steps(facts.duty.steps, row.steps or ())) if facts.duty.steps else ()
        state = State.BREACHED if row.is_late or faults else State.MET
        fulfilled_by = f"{facts.branches[row.branch or 0]}:{row.answer_key}"
        ids = ids if fulfilled_by in ids else (*ids, fulfilled_by)
        if limit.allowed is not None:
            measured = Exact(value=Fraction(row.counted or 0), unit=limit.allowed.unit)
    missing, excused_by = row.permit_doubt + (row.pause_doubt or ""), None
    if state is State.BREACHED:
        if row.is_late:
            late = _late(row, limit)
        if row.excuse is not None:
            state, excused_by = State.EXCUSED, facts.excuses[row.excuse]
        else:
            excused_by, doubt = _waived(facts.waivers, row.last_at)
            state = State.EXCUSED if excused_by else state
            doubts = (row.excuse_doubt or "") + (row.mode_doubt or "") + doubt
            missing += "" if excused_by else doubts
    return Verdict(
        obligation=facts.duty.terms.id,
        subject=facts.duty.terms.subject,
        version=facts.version,
        occasion=occasion,
        state=state,
        flags=_flags(
            flags,
            Flag.AT_RISK if row.is_warned and state is State.PENDING else None,
            Flag.EXCUSE_UNPROVEN if missing else None,
        ),
        measured=measured,
        bound=None if measured is None else limit.bound,
        due=None if row.due_at is None else _due(row.due_at, row, limit),
        fulfilled_at=row.answered_at,
        fulfilled_by=fulfilled_by,
        late_by=None if late is None else Fraction(late),
        late_unit=None if late is None else limit.late_unit,
        excused_by=excused_by,
        parts=(*_waiting(row, facts), *_superseded(row.superseded, facts), *faults)
        if row.superseded or faults or row.waits_until
        else (),
        counts=_counts(row, limit),
        missing=_names(missing),
        evidence=Evidence(facts=len(ids), ids=ids),
        clause=facts.duty.terms.cites,
        combination=facts.combination,
    )


def _waived(waivers: Sequence[Waiver], last: Instant | None) -> tuple[str | None, str]:
    """The waiver whose dates contain the last moment, or what is missing to prove one (S4.8)."""
    if last is None:
        return None, ""
    holding = [each for each in waivers if each.holds(last)]
    proven = next((each.name for each in holding if each.is_proven), None)
    return proven, "".join(f"\n{name}" for each in holding for name in each.missing)


def _occasion(
    row: DutyRow, facts: DutyFacts
) -> tuple[OnTriggerFact | InWindow, tuple[Flag, ...], tuple[str, ...]]:
    """The occasion, the flags that do not hang on other facts, and the evidence that it is itself."""
    if not facts.triggers:
        window = facts.windows[row.named]
        flags = (Flag.CLIPPED, *facts.flags) if window.is_clipped else facts.flags
        return InWindow(start=window.start, end=window.end, label=window.label), flags, ()
    keys = row.joined_keys or (row.named,)
    # One fact may stand in a pair twice.
    ids = tuple(dict.fromkeys(f"{kind}:{key}" for kind, key in zip(facts.triggers, keys, strict=True)))
    on = OnTriggerFact(kind=" + ".join(facts.triggers), key=row.named, at=row.began_at)
    return on, facts.flags, ids


def _flags(flags: tuple[Flag, ...], *more: Flag | None) -> tuple[Flag, ...]:
    added = [flag for flag in more if flag is not None]
    return tuple(flag for flag in Flag if flag in flags or flag in added) if added else flags


def _names(missing: str) -> tuple[str, ...]:
    return tuple(sorted({*missing.split("\n")} - {""})) if missing else ()


def _due(due_at: Instant, row: DutyRow, limit: LimitFacts) -> Due:
    is_clock = limit.allowed is not None and limit.is_inclusive
    is_later = is_clock and row.last_at is not None and row.last_at > due_at
    return Due(
        at=due_at,
        inclusive=limit.is_inclusive,
        date=None if row.due_day is None else date.fromordinal(EPOCH_ORDINAL + row.due_day),
        last_moment=row.last_at if is_later else None,
    )


def _counts(row: DutyRow, limit: LimitFacts) -> dict[str, int]:
    """What a clock counted until the fulfilment or `as of`, held against what was allowed (S3.3)."""
    if limit.allowed is None:
        return {}
    return {"counted": row.counted or 0, "paused": row.paused or 0, "allowed": limit.allowed.length}


def _late(row: DutyRow, limit: LimitFacts) -> int | None:
    """How late, on the limit's own clock, or in its own days (S4.7)."""
    if limit.allowed is not None:
        return (row.counted or 0) - limit.allowed.length
    return row.late if row.days_late is None else row.days_late


def _waiting(row: DutyRow, facts: DutyFacts) -> Iterator[Part]:
    """Until when an occasion beyond a workload bound waits (S4.8)."""
    if row.waits_until is not None:
        yield Part(name="workload", text=f"waits beyond {facts.workload}", at=row.waits_until)


def _superseded(parts: Sequence[Superseded] | None, facts: DutyFacts) -> Iterator[Part]:
    for each in parts or ():
        text = facts.modes.get(each["named"] or "", each["named"] or "")
        yield Part(name="superseded deadline", text=text, at=each["due_at"])


def _faulty_steps(names: Sequence[str], steps: Sequence[Step]) -> Iterator[Part]:
    """The steps that are missing or out of order when the duty is fulfilled (S4.10)."""
    first = {each["step"]: each["first_at"] for each in steps}
    previous: Instant | None = None
    for name in names:
        at = first.get(name)
        if at is None:
            yield Part(name=name, text="missing when the duty was fulfilled")
            continue
        if previous is not None and at < previous:
            yield Part(name=name, text="out of order", at=at)
        previous = at


def _limit_facts(limit: SingleLimit | Judged) -> LimitFacts:
    if isinstance(limit, Judged):
        return LimitFacts(limit=limit, is_inclusive=True, allowed=None, bound=None, late_unit=SECONDS)
    if not isinstance(limit, Within):
        return LimitFacts(
            limit=limit,
            is_inclusive=is_inclusive(limit),
            allowed=None,
            bound=None,
            late_unit=_late_unit(limit),
        )
    if not isinstance(limit.duration, ClockDuration):
        inclusive = limit.day_end is not DayEnd.MIDNIGHT and not limit.strict
        return LimitFacts(
            limit=limit, is_inclusive=inclusive, allowed=None, bound=None, late_unit=_late_unit(limit)
        )
    allowed = limit.duration
    comparison = Comparison.BELOW if limit.strict else Comparison.AT_MOST
    bound = Bound(comparison=comparison, value=Fraction(allowed.length), unit=allowed.unit)
    return LimitFacts(
        limit=limit, is_inclusive=not limit.strict, allowed=allowed, bound=bound, late_unit=allowed.unit
    )


def _told(limit: LimitFacts, row: DutyRow) -> LimitFacts:
    """The limit with the length that the trigger says, where it does."""
    is_read = isinstance(limit.limit, Within) and limit.limit.read is not None
    if not is_read or limit.allowed is None or limit.bound is None or row.length is None:
        return limit
    return replace(
        limit,
        allowed=replace(limit.allowed, length=row.length),
        bound=replace(limit.bound, value=Fraction(row.length)),
    )


def _late_unit(limit: SingleLimit) -> Unit:
    match limit:
        case Within(duration=duration) | AtLeastBefore(lead=duration):
            if isinstance(duration, ClockDuration):
                return duration.unit
            return BUSINESS_DAYS if isinstance(duration, BusinessDays) else CALENDAR_DAYS
        case ByBusinessDay():
            return BUSINESS_DAYS
        case ByInstant():
            return SECONDS
        case _:
            assert_never(limit)
