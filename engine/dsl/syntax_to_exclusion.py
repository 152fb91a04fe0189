"""Exclusions: time that does not count, perhaps only within a cap or with an approval (S5.4, S7.3)."""

from engine.dsl import agreement as syntax
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_approval import resolve_approval
from engine.dsl.syntax_to_duration import elapsed_microseconds
from engine.dsl.syntax_to_period import resolve_lasting
from engine.dsl.syntax_to_service import title_of
from engine.dsl.syntax_to_window import resolve_window
from engine.model.exclusion import Cap, Exclusion
from engine.model.period import RollingWindows


def resolve_exclusion(block: syntax.Exclusion, order: int, frame: Frame) -> Exclusion | None:
    """Time that does not count; `order` is its place among the agreement's exclusions."""
    findings = frame.findings
    lasting = findings.exactly_one(
        block.items,
        syntax.WhenLasting,
        f"when `{block.name.text}` holds",
        block.name.span,
        "when maintenance m from m.start until m.end",
    )
    capped = findings.at_most_one(block.items, syntax.CappedAt, "the cap")
    approved = findings.at_most_one(block.items, syntax.ApprovedBy, "who approves")
    cap = _cap(capped, frame) if capped is not None else None
    intervals = resolve_lasting(lasting, frame.scope) if lasting is not None else None
    if intervals is None or (capped is not None and cap is None):
        return None
    approval = resolve_approval(approved, intervals.facts, frame) if approved is not None else None
    if approved is not None and approval is None:
        return None
    return Exclusion(
        name=block.name.text,
        title=title_of(block.title, block.name),
        agreement=frame.agreement,
        order=order,
        intervals=intervals,
        cap=cap,
        approval=approval,
        span=block.name.span,
    )


def _cap(node: syntax.CappedAt, frame: Frame) -> Cap | None:
    """The cap over its own windows, which do not overlap: each moment belongs to one of them."""
    length = elapsed_microseconds(node.length, frame.findings, what="a cap")
    windows = resolve_window(node.window, frame.findings)
    if isinstance(windows, RollingWindows):
        frame.findings.unsupported(
            "a cap over rolling windows",
            node.window.span,
            help="cap it in each calendar month, quarter or year, or over the term",
        )
        return None
    return (
        None
        if length is None or windows is None
        else Cap(length=length, windows=windows, elapsed=node.elapsed)
    )
