"""What a verdict says of itself, for when there are too many facts to compute it again (S7.5)."""

from collections.abc import Iterator

from engine.definition.wording import bound_text, minutes_text, value_text
from engine.model.decimals import grouped
from engine.model.explanation import Explanation, Line
from engine.model.instants import iso_text
from engine.model.verdict import LENGTHS, Exact, Verdict


def outline(verdict: Verdict) -> Explanation:
    """The plan's own figures, marked as not recomputed."""
    return Explanation(
        verdict=verdict,
        clause=verdict.clause,
        lines=(
            Line(
                text="not recomputed, for there are too many facts: the plan's figures",
                lines=tuple(_figures(verdict)),
            ),
        ),
        why_not=(),
        recomputed=False,
    )


def withheld(verdict: Verdict) -> Explanation:
    """Why a verdict is not judged any more: what it rests on was erased, and is named (S2.5)."""
    return Explanation(
        verdict=verdict,
        clause=verdict.clause,
        lines=tuple(Line(text=f"it rests on facts that were {each}") for each in verdict.missing),
        why_not=(),
        recomputed=False,
    )


def _figures(verdict: Verdict) -> Iterator[Line]:
    for name, count in verdict.counts.items():
        shown = minutes_text(count) if name in LENGTHS else grouped(str(count))
        yield Line(text=f"{name.replace('_', ' ')}: {shown}")
    if isinstance(verdict.measured, Exact):
        yield Line(text=f"measured: {value_text(verdict.measured.value, verdict.measured.unit)}")
    if verdict.bound is not None:
        yield Line(text=f"promised: {bound_text(verdict.bound)}")
    if verdict.due is not None:
        yield Line(text=f"due: {iso_text(verdict.due.at)}")
    if verdict.fulfilled_at is not None:
        facts = () if verdict.fulfilled_by is None else (verdict.fulfilled_by,)
        yield Line(text=f"done: {iso_text(verdict.fulfilled_at)}", facts=facts)
    yield Line(text=verdict.state.value, facts=verdict.evidence.ids)
