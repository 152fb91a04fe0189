"""A verdict as the JSON that an archive keeps of it, and back: every number exact, nothing lost (S1.1).

What says nothing is left out, and a member that is not known is passed over: what a later version of Troth
adds changes no content that it does not concern. Two things are not kept, since they are never compared: the
text of the query that read the facts, and where in the policies' files a clause is cited.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from engine.model.canonical_json import LARGEST, Json
from engine.model.citation import Citation
from engine.model.quantity import (
    Bound,
    Comparison,
    Dimension,
    Rounding,
    RoundingMode,
    Unit,
)
from engine.model.verdict import (
    Due,
    Evidence,
    Exact,
    Flag,
    InWindow,
    Measured,
    Occasion,
    OnTriggerFact,
    Part,
    Range,
    State,
    Verdict,
    WindowPart,
)
from engine.source import Span

NOWHERE = Span(source="", start=0, end=0, line=0, column=0, end_line=0, end_column=0)
"""The place of a clause that was read back: no file of policies."""


def content_of(verdict: Verdict) -> dict[str, Json]:
    """What is kept of a verdict."""
    return _said(
        {
            "obligation": verdict.obligation,
            "subject": verdict.subject,
            "occasion": _occasion(verdict.occasion),
            "state": verdict.state.value,
            "flags": [each.value for each in verdict.flags],
            "measured": _measured(verdict.measured),
            "bound": _bound(verdict.bound),
            "due": _due(verdict.due),
            "fulfilled_at": _instant(verdict.fulfilled_at),
            "fulfilled_by": verdict.fulfilled_by,
            "late_by": _fraction(verdict.late_by),
            "late_unit": _unit(verdict.late_unit),
            "excused_by": verdict.excused_by,
            "judged_by": verdict.judged_by,
            "parts": [
                _said({"name": each.name, "text": each.text, "at": _instant(each.at)})
                for each in verdict.parts
            ],
            # In an order of their own, the same counts are the same content.
            "counts": {name: _whole(count) for name, count in sorted(verdict.counts.items())},
            "missing": list(verdict.missing),
            "evidence": _said(
                {
                    "facts": verdict.evidence.facts or None,
                    "ids": list(verdict.evidence.ids),
                    "digest": verdict.evidence.digest,
                }
            ),
            "clause": [_citation(each) for each in verdict.clause],
            "window_parts": [_window_part(each) for each in verdict.window_parts],
            "version": verdict.version,
            "combination": [list(each) for each in verdict.combination],
        }
    )


def verdict_of(content: Mapping[str, Any]) -> Verdict:
    """The verdict that `content_of` gave this for; of what a later version of Troth wrote, what is known
    here. A state, a flag or a unit that is not known is a ValueError."""
    evidence = content.get("evidence", {})
    return Verdict(
        obligation=content["obligation"],
        subject=content["subject"],
        occasion=_occasion_of(content["occasion"]),
        state=State(content["state"]),
        flags=tuple(Flag(each) for each in content.get("flags", ())),
        measured=_measured_of(content.get("measured")),
        bound=_bound_of(content.get("bound")),
        due=_due_of(content.get("due")),
        fulfilled_at=_instant_of(content.get("fulfilled_at")),
        fulfilled_by=content.get("fulfilled_by"),
        late_by=_fraction_of(content.get("late_by")),
        late_unit=_unit_of(content.get("late_unit")),
        excused_by=content.get("excused_by"),
        judged_by=content.get("judged_by"),
        parts=tuple(
            Part(name=each["name"], text=each["text"], at=_instant_of(each.get("at")))
            for each in content.get("parts", ())
        ),
        counts={name: int(count) for name, count in content.get("counts", {}).items()},
        missing=tuple(content.get("missing", ())),
        evidence=Evidence(
            facts=evidence.get("facts", 0),
            ids=tuple(evidence.get("ids", ())),
            digest=evidence.get("digest"),
        ),
        clause=tuple(_citation_of(each) for each in content.get("clause", ())),
        window_parts=tuple(_window_part_of(each) for each in content.get("window_parts", ())),
        version=content.get("version"),
        combination=tuple((name, value) for name, value in content.get("combination", ())),
    )


def _said(members: dict[str, Json]) -> dict[str, Json]:
    """Without what says nothing."""
    return {name: value for name, value in members.items() if value not in (None, [], {})}


def _whole(value: int) -> Json:
    return value if abs(value) <= LARGEST else str(value)


def _instant(value: int | None) -> Json:
    return None if value is None else _whole(value)


def _instant_of(value: int | str | None) -> int | None:
    return None if value is None else int(value)


def _fraction(value: Fraction | None) -> Json:
    return None if value is None else str(value)


def _fraction_of(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _unit(unit: Unit | None) -> Json:
    return None if unit is None else [unit.name, unit.dimension.value, str(unit.size)]


def _unit_of(content: Sequence[str] | None) -> Unit | None:
    if content is None:
        return None
    name, dimension, size = content
    return Unit(name=name, dimension=Dimension(dimension), size=Fraction(size))


def _occasion(occasion: Occasion) -> Json:
    match occasion:
        case OnTriggerFact(kind=kind, key=key, at=at):
            return {"kind": kind, "key": key, "at": _whole(at)}
        case InWindow(start=start, end=end, label=label):
            return {"start": _whole(start), "end": _whole(end), "label": label}


def _occasion_of(content: Mapping[str, Any]) -> Occasion:
    if "label" in content:
        return InWindow(start=int(content["start"]), end=int(content["end"]), label=content["label"])
    return OnTriggerFact(kind=content["kind"], key=content["key"], at=int(content["at"]))


def _measured(measured: Measured | None) -> Json:
    match measured:
        case None:
            return None
        case Exact(value=value, unit=unit):
            return {"value": str(value), "unit": _unit(unit)}
        case Range(low=low, high=high, unit=unit):
            return {"low": str(low), "high": str(high), "unit": _unit(unit)}


def _measured_of(content: Mapping[str, Any] | None) -> Measured | None:
    if content is None:
        return None
    unit = _unit_of(content["unit"])
    assert unit is not None
    if "value" in content:
        return Exact(value=Fraction(content["value"]), unit=unit)
    return Range(low=Fraction(content["low"]), high=Fraction(content["high"]), unit=unit)


def _bound(bound: Bound | None) -> Json:
    if bound is None:
        return None
    rounding = bound.rounding
    return _said(
        {
            "comparison": bound.comparison.value,
            "value": str(bound.value),
            "upper": _fraction(bound.upper),
            "unit": _unit(bound.unit),
            "rounding": None
            if rounding is None
            else [rounding.mode.value, rounding.decimals, rounding.before_comparing],
        }
    )


def _bound_of(content: Mapping[str, Any] | None) -> Bound | None:
    if content is None:
        return None
    unit, rounding = _unit_of(content["unit"]), content.get("rounding")
    assert unit is not None
    return Bound(
        comparison=Comparison(content["comparison"]),
        value=Fraction(content["value"]),
        unit=unit,
        rounding=None
        if rounding is None
        else Rounding(mode=RoundingMode(rounding[0]), decimals=rounding[1], before_comparing=rounding[2]),
        upper=_fraction_of(content.get("upper")),
    )


def _due(due: Due | None) -> Json:
    if due is None:
        return None
    members: dict[str, Json] = {
        "at": _whole(due.at),
        "inclusive": due.inclusive,
        "date": None if due.date is None else due.date.isoformat(),
        "last_moment": _instant(due.last_moment),
    }
    return _said(members)


def _due_of(content: Mapping[str, Any] | None) -> Due | None:
    if content is None:
        return None
    date = content.get("date")
    return Due(
        at=int(content["at"]),
        inclusive=content["inclusive"],
        date=None if date is None else dt.date.fromisoformat(date),
        last_moment=_instant_of(content.get("last_moment")),
    )


def _window_part(part: WindowPart) -> Json:
    return _said(
        {
            "mode": part.mode,
            "length": _instant(part.length),
            "bound": _bound(part.bound),
            "measured": _measured(part.measured),
            "state": None if part.state is None else part.state.value,
        }
    )


def _window_part_of(content: Mapping[str, Any]) -> WindowPart:
    bound, state = _bound_of(content["bound"]), content.get("state")
    assert bound is not None
    return WindowPart(
        mode=content.get("mode"),
        length=_instant_of(content.get("length")),
        bound=bound,
        measured=_measured_of(content.get("measured")),
        state=None if state is None else State(state),
    )


def _citation(cited: Citation) -> Json:
    return _said(
        {
            "document": cited.document,
            "section": cited.section,
            "words": cited.words,
            "page": cited.page,
            "digest": cited.digest,
        }
    )


def _citation_of(content: Mapping[str, Any]) -> Citation:
    known = {name: content.get(name) for name in ("page", "digest")}
    return Citation(
        document=content.get("document", ""),
        section=content.get("section", ""),
        words=content.get("words", ""),
        span=NOWHERE,
        **cast(dict[str, Any], known),
    )
