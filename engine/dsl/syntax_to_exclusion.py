"""Exclusions: time that does not count, perhaps only within a cap or with an approval (S5.4, S7.3)."""

from fractions import Fraction

from engine.dsl import agreement as syntax
from engine.dsl.expressions import Unit
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_approval import resolve_approval
from engine.dsl.syntax_to_duration import counts_something, elapsed_microseconds
from engine.dsl.syntax_to_period import resolve_lasting
from engine.dsl.syntax_to_service import title_of
from engine.dsl.syntax_to_terms import resolve_citations
from engine.dsl.syntax_to_window import resolve_window
from engine.model.decimals import exact_text
from engine.model.exclusion import AnyStretch, Cap, Exclusion


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
        cites=resolve_citations(block.items, frame.scope.names, findings),
    )


def _cap(node: syntax.CappedAt, frame: Frame) -> Cap | None:
    """The cap over its own windows, or over every stretch of a length."""
    findings = frame.findings
    length = elapsed_microseconds(node.length, findings, what="a cap")
    windows = (
        _any_stretch(node.window, findings)
        if isinstance(node.window, syntax.AnyStretch)
        else resolve_window(node.window, findings)
    )
    return (
        None
        if length is None or windows is None
        else Cap(length=length, windows=windows, elapsed=node.elapsed)
    )


def _any_stretch(node: syntax.AnyStretch, findings: Findings) -> AnyStretch | None:
    """A stretch of elapsed time: days are civil, and some last 23 or 25 hours."""
    length = node.length
    if not counts_something(length.amount, length.span, findings):
        return None
    days = {Unit.CALENDAR_DAYS: "days", Unit.MONTHS: "months"}.get(length.unit)
    if days is not None:
        amount = Fraction(length.amount)
        elapsed = f"say the hours: `in any {exact_text(amount * 24) if days == 'days' else '720'} hours`"
        rolling = f"say `in each rolling {exact_text(amount)} {days}` for those that end with each civil day"
        findings.error(
            "type-mismatch",
            f"a stretch that begins at any instant is no number of civil {days}",
            length.span,
            "civil time",
            help=f"{rolling}, or {elapsed}" if amount.denominator == 1 else elapsed,
        )
        return None
    stretch = elapsed_microseconds(length, findings, what="a stretch of time")
    return None if stretch is None else AnyStretch(length=stretch)
