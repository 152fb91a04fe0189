"""One verdict as a flat row: the names of the JSON contract, joined by `_` where it nests."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from api.verdict_to_json import clause_json, count_text, number_json
from engine.model.decimals import exact_text
from engine.model.instants import end_shown, moment_of
from engine.model.quantity import MINUTE, Instant, Unit
from engine.model.verdict import Exact, InWindow, OnTriggerFact, Range, Verdict, WindowPart


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """Instants are UTC moments, values decimals of nine places, exact numbers texts; what is null in JSON is
    absent, and what `header` says stands in no row."""
    row: dict[str, Any] = {
        "obligation": verdict.obligation,
        "subject": verdict.subject,
        "for_each": list(verdict.combination),
        "state": verdict.state.value,
        "flags": [flag.value for flag in verdict.flags],
        "fulfilled_at": _moment(verdict.fulfilled_at),
        "fulfilled_by": verdict.fulfilled_by,
        "excused_by": verdict.excused_by,
        "judged_by": verdict.judged_by,
        "parts": [{"name": each.name, "text": each.text, "at": _moment(each.at)} for each in verdict.parts],
        "window_parts": [_window_part(each) for each in verdict.window_parts],
        "counts": [(name, count_text(name, count)) for name, count in verdict.counts.items()],
        "missing": list(verdict.missing),
        "evidence_facts": verdict.evidence.facts,
        "evidence_ids": list(verdict.evidence.ids),
        "evidence_digest": verdict.evidence.digest,
        "evidence_query": verdict.evidence.query,
        "clause": [clause_json(each) for each in verdict.clause],
        "version": verdict.version,
    }
    match verdict.occasion:
        case InWindow(start=start, end=end, label=label):
            ends = None if end_shown(end) is None else moment_of(end)
            row |= {"window_start": moment_of(start), "window_end": ends, "window_label": label}
        case OnTriggerFact(kind=kind, key=key, at=at):
            row |= {"trigger_kind": kind, "trigger_key": key, "trigger_at": moment_of(at)}
    bound = verdict.bound
    match verdict.measured:
        case Exact(value=value, unit=unit):
            row |= _number("measured", number_json(value, unit, bound))
        case Range(low=low, high=high, unit=unit):
            row |= {
                "measured_low": _exact(low, unit),
                "measured_high": _exact(high, unit),
                "measured_unit": unit.name,
            }
        case None:
            pass
    if bound is not None:
        row |= _number("bound", number_json(bound.value, bound.unit))
        row["bound_comparison"] = bound.comparison.value
        if bound.upper is not None:
            row |= _number("bound_upper", number_json(bound.upper, bound.unit))
        if verdict.rounded is not None:
            row |= _number("rounded", number_json(verdict.rounded, bound.unit))
        if verdict.margin is not None:
            row |= _number("margin", number_json(verdict.margin, bound.unit))
    if verdict.late_by is not None and verdict.late_unit is not None:
        row |= _number("late_by", number_json(verdict.late_by, verdict.late_unit))
    if (due := verdict.due) is not None:
        row |= {
            "due_at": moment_of(due.at),
            "due_inclusive": due.inclusive,
            "due_date": due.date,
            "due_last_moment": _moment(due.last_moment),
        }
    return row


def _window_part(part: WindowPart) -> dict[str, str | None]:
    """A part of a window under its own bound; an exact value is both ends."""
    match part.measured:
        case Exact(value=value, unit=unit):
            low = high = _exact(value, unit)
        case Range(low=least, high=most, unit=unit):
            low, high = _exact(least, unit), _exact(most, unit)
        case None:
            low = high = None
    return {
        "mode": part.mode,
        "length": None if part.length is None else exact_text(Fraction(part.length, MINUTE)),
        "bound_comparison": part.bound.comparison.value,
        "bound_exact": _exact(part.bound.value, part.bound.unit),
        "bound_unit": part.bound.unit.name,
        "measured_low": low,
        "measured_high": high,
        "state": None if part.state is None else part.state.value,
    }


def _number(name: str, number: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{name}_value": Decimal(number["value"]),
        f"{name}_exact": number["exact"],
        f"{name}_unit": number["unit"],
    }


def _exact(value: Fraction, unit: Unit) -> Any:
    return number_json(value, unit)["exact"]


def _moment(instant: Instant | None) -> object:
    return None if instant is None else moment_of(instant)
