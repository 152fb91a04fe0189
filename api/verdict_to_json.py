"""Verdicts and reactions as JSON: the public contract that `api/README.md` documents."""

from fractions import Fraction
from typing import TypeAlias

from engine.model.decimals import decimal_text, exact_text
from engine.model.instants import end_shown, iso_text
from engine.model.obligation import Citation
from engine.model.quantity import MINUTE, Bound, Comparison, Instant, Microseconds, Unit
from engine.model.reaction import (
    BreachSeverity,
    Credit,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    NoticeCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
)
from engine.model.verdict import (
    LENGTHS,
    Due,
    Exact,
    InWindow,
    Measured,
    Occasion,
    OnTriggerFact,
    Verdict,
    WindowPart,
)

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

PLACES = 9


def verdict_json(verdict: Verdict) -> dict[str, Json]:
    """One verdict; every key is always there, null where it says nothing."""
    return {
        "obligation": verdict.obligation,
        "subject": verdict.subject,
        "for_each": dict(verdict.combination),
        **occasion_json(verdict.occasion),
        "state": verdict.state.value,
        "flags": [flag.value for flag in verdict.flags],
        "measured": measured_json(verdict.measured, verdict.bound),
        "rounded": None
        if verdict.rounded is None or verdict.bound is None
        else number_json(verdict.rounded, verdict.bound.unit),
        "bound": bound_json(verdict.bound),
        "margin": margin_json(verdict),
        "due": due_json(verdict.due),
        "fulfilled_at": _instant(verdict.fulfilled_at),
        "fulfilled_by": verdict.fulfilled_by,
        "late_by": None
        if verdict.late_by is None or verdict.late_unit is None
        else number_json(verdict.late_by, verdict.late_unit),
        "excused_by": verdict.excused_by,
        "judged_by": verdict.judged_by,
        "parts": [{"name": part.name, "text": part.text, "at": _instant(part.at)} for part in verdict.parts],
        "window_parts": [window_part_json(part) for part in verdict.window_parts],
        "counts": {name: count_text(name, count) for name, count in verdict.counts.items()},
        "missing": list(verdict.missing),
        "evidence": {
            "facts": verdict.evidence.facts,
            "ids": list(verdict.evidence.ids),
            "digest": verdict.evidence.digest,
            "query": verdict.evidence.query,
        },
        "clause": [clause_json(clause) for clause in verdict.clause],
        "version": verdict.version,
    }


def reaction_json(reaction: Reaction) -> dict[str, Json]:
    """One reaction; `kind` is `severity`, `escalation`, `credit`, `ladder`, `right`,
    `improvement`, `notice`, `renewal` or `update`."""
    match reaction:
        case LadderCase() | RightArisen() | ImprovementCase():
            return followup_json(reaction)
        case NoticeCase():
            return {
                "kind": "notice",
                "to": reaction.to,
                "cause": reaction.cause.value,
                "obligation": reaction.obligation,
                "subject": reaction.subject,
                **occasion_json(reaction.occasion),
                "state": reaction.state.value,
                "at": _instant(reaction.at),
                "due": due_json(reaction.due),
                "sent_at": _instant(reaction.sent_at),
                "sent_by": reaction.sent_by,
            }
        case RenewalCase():
            return {
                "kind": "renewal",
                "agreement": reaction.agreement,
                "state": reaction.state.value,
                "through": reaction.through.isoformat(),
                "ends": iso_text(reaction.ends),
                "renewed": reaction.renewed,
                "due": due_json(reaction.due),
                "notice": reaction.notice,
            }
        case BreachSeverity():
            return {
                "kind": "severity",
                "obligation": reaction.obligation,
                "subject": reaction.subject,
                **occasion_json(reaction.occasion),
                "severity": reaction.severity,
                "at": _instant(end_shown(reaction.at)),
            }
        case EscalationStep():
            return {
                "kind": "escalation",
                "escalation": reaction.escalation,
                **occasion_json(reaction.occasion),
                "level": reaction.level,
                "role": reaction.role,
                "at": iso_text(reaction.at),
                "state": reaction.state.value,
            }
        case UpdateCase():
            return {
                "kind": "update",
                "escalation": reaction.escalation,
                **occasion_json(reaction.occasion),
                "number": reaction.number,
                "due": iso_text(reaction.due),
                "in_a_row": reaction.in_a_row,
                "last_due": iso_text(reaction.last_due),
                "state": reaction.state.value,
                "given_at": _instant(reaction.given_at),
                "given_by": reaction.given_by,
            }
        case Credit():
            return {
                "kind": "credit",
                "obligation": reaction.obligation,
                "subject": reaction.subject,
                **occasion_json(reaction.occasion),
                "amount": None
                if reaction.amount is None
                else {"amount": str(reaction.amount.amount), "currency": reaction.amount.currency},
                "points": reaction.points,
                "state": reaction.state.value,
                "due": [
                    {
                        "step": each.step.value,
                        "at": iso_text(each.at),
                        "inclusive": each.inclusive,
                        "date": None if each.date is None else each.date.isoformat(),
                    }
                    for each in reaction.due
                ],
                "remedy": reaction.remedy,
                "arithmetic": list(reaction.arithmetic),
            }


def followup_json(reaction: LadderCase | RightArisen | ImprovementCase) -> dict[str, Json]:
    """What repeated breaches lead to."""
    whose: dict[str, Json] = {
        "obligation": reaction.obligation,
        "subject": reaction.subject,
        **occasion_json(reaction.occasion),
        "state": reaction.state.value,
    }
    match reaction:
        case LadderCase():
            steps: list[Json] = [
                {
                    "at": iso_text(step.at),
                    "level": step.level,
                    "event": step.event.value,
                    "reason": step.reason,
                    "facts": list(step.facts),
                }
                for step in reaction.steps
            ]
            return {
                "kind": "ladder",
                "ladder": reaction.ladder,
                **whose,
                "level": reaction.level,
                "role": reaction.role,
                "steps": steps,
                "joined": list(reaction.joined),
                "due": list(reaction.due),
                "gives": reaction.gives,
            }
        case RightArisen():
            return {
                "kind": "right",
                "right": reaction.right,
                **whose,
                "holder": reaction.holder,
                "power": reaction.power,
                "at": iso_text(reaction.at),
                "until": _instant(reaction.until),
                "exercised_by": reaction.exercised_by,
                "because": list(reaction.because),
            }
        case ImprovementCase():
            return {
                "kind": "improvement",
                "improvement": reaction.improvement,
                **whose,
                "owner": reaction.owner,
                "at": iso_text(reaction.at),
                "due": iso_text(reaction.due),
                "recorded_by": reaction.recorded_by,
                "done_at": _instant(reaction.done_at),
                "lacking": list(reaction.lacking),
                "because": list(reaction.because),
                "joined": list(reaction.joined),
            }


def occasion_json(occasion: Occasion) -> dict[str, Json]:
    """`window` and `trigger`, one of them null."""
    match occasion:
        case InWindow():
            window: Json = {
                "start": iso_text(occasion.start),
                "end": _instant(end_shown(occasion.end)),
                "label": occasion.label,
            }
            return {"window": window, "trigger": None}
        case OnTriggerFact():
            trigger: Json = {"kind": occasion.kind, "key": occasion.key, "at": iso_text(occasion.at)}
            return {"window": None, "trigger": trigger}


def number_json(value: Fraction, unit: Unit, bound: Bound | None = None) -> dict[str, Json]:
    """An exact number in its unit: nine decimals, never rounded across `bound`, and the fraction itself."""
    shown = value / unit.size
    return {
        "value": decimal_text(value, places=PLACES, bound=bound, size=unit.size),
        "exact": f"{shown.numerator}/{shown.denominator}",
        "unit": unit.name,
    }


def measured_json(measured: Measured | None, bound: Bound | None) -> Json:
    """What was measured; a range has no single value, so its `value` is null and `exact` has both ends."""
    if measured is None:
        return None
    if isinstance(measured, Exact):
        return number_json(measured.value, measured.unit, bound)
    ends = {
        name: number_json(end, measured.unit, bound)["exact"]
        for name, end in (("low", measured.low), ("high", measured.high))
    }
    return {"value": None, "exact": {**ends}, "unit": measured.unit.name}


def window_part_json(part: WindowPart) -> dict[str, Json]:
    """A part of a window under its own bound; `state` and `measured` only where modes split the window."""
    return {
        "mode": part.mode,
        "length": None if part.length is None else exact_text(Fraction(part.length, MINUTE)),
        "bound": bound_json(part.bound),
        "measured": measured_json(part.measured, part.bound),
        "state": None if part.state is None else part.state.value,
    }


def bound_json(bound: Bound | None) -> Json:
    """The bound with its comparison."""
    if bound is None:
        return None
    written = {"comparison": bound.comparison.value, **number_json(bound.value, bound.unit)}
    return written if bound.upper is None else {**written, "upper": number_json(bound.upper, bound.unit)}


def margin_json(verdict: Verdict) -> Json:
    """How far the value lies on the good side of the bound, in the bound's unit."""
    if verdict.margin is None or verdict.bound is None:
        return None
    return number_json(verdict.margin, verdict.bound.unit, no_margin(verdict.bound))


def no_margin(bound: Bound) -> Bound:
    """The bound on a margin that holds exactly when its own bound does: no rounding crosses it (S1.2)."""
    strict = bound.comparison in (Comparison.ABOVE, Comparison.BELOW)
    comparison = Comparison.ABOVE if strict else Comparison.AT_LEAST
    return Bound(comparison=comparison, value=Fraction(0), unit=bound.unit)


def due_json(due: Due | None) -> Json:
    """When the deadline ends."""
    if due is None:
        return None
    return {
        "at": iso_text(due.at),
        "inclusive": due.inclusive,
        "date": None if due.date is None else due.date.isoformat(),
        "last_moment": _instant(due.last_moment),
    }


def clause_json(clause: Citation) -> dict[str, Json]:
    """The words that the obligation encodes."""
    return {"document": clause.document, "section": clause.section, "words": clause.words}


def count_text(name: str, count: Microseconds) -> str:
    """A length in minutes as an exact decimal (`n/d` where there is none), or a plain number."""
    return exact_text(Fraction(count, MINUTE)) if name in LENGTHS else str(count)


def _instant(instant: Instant | None) -> str | None:
    return None if instant is None else iso_text(instant)
