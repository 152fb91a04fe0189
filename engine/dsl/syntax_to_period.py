"""Periods and permissions: sets of time that facts make (S3.3)."""

from engine.dsl import agreement as syntax
from engine.dsl.expressions import Expression as Written
from engine.dsl.expressions import Match, NextOf
from engine.dsl.frame import Frame
from engine.dsl.scope import Scope
from engine.dsl.statement import When
from engine.dsl.syntax_to_condition import resolve_match, until_next
from engine.dsl.syntax_to_expression import resolve_instant
from engine.dsl.syntax_to_terms import resolve_citations
from engine.model.exclusion import Intervals, NamedPeriod, Permission, UntilNext
from engine.model.expression import Expression, FieldOf, Selection
from engine.model.fact import Lasts
from engine.model.period import WindowUnit
from engine.source import Span

UNITS = {unit.value.removeprefix("calendar "): unit for unit in WindowUnit}
"""The civil units by the word that the language uses."""


def resolve_period(block: syntax.Period, frame: Frame) -> NamedPeriod | None:
    """A named set of time."""
    scope, of = frame.scope, None
    if block.of is not None:
        matched = resolve_match(block.of, scope)
        if matched is None:
            return None
        of, scope = matched
    lasting = frame.findings.exactly_one(
        block.items,
        syntax.WhenLasting,
        f"when `{block.name.text}` is",
        block.name.span,
        "when status s from s.at until the next status of s.incident",
    )
    intervals = resolve_lasting(lasting, scope) if lasting is not None else None
    if intervals is None:
        return None
    return NamedPeriod(
        name=block.name.text,
        of=of,
        intervals=intervals,
        span=block.name.span,
        cites=resolve_citations(block.items, scope.names, scope.findings),
    )


def resolve_permission(block: syntax.Permission, frame: Frame) -> Permission | None:
    """An exception to duties."""
    when = frame.findings.exactly_one(
        block.items,
        When,
        f"when `{block.name.text}` holds",
        block.name.span,
        'when change c where c.kind is "contact details"',
    )
    matched = resolve_match(when.match, frame.scope) if when is not None else None
    if matched is None:
        return None
    return Permission(
        name=block.name.text,
        agreement=frame.agreement,
        when=matched[0],
        span=block.name.span,
        cites=resolve_citations(block.items, frame.scope.names, frame.findings),
    )


def resolve_lasting(node: syntax.WhenLasting, scope: Scope) -> Intervals | None:
    """The intervals that facts make."""
    match = Match(kind=node.kind, alias=node.alias, where=node.where, span=node.kind.span)
    matched = resolve_match(match, scope)
    return made_intervals(matched, node.start, node.end, node.span) if matched is not None else None


def made_intervals(
    matched: tuple[Selection, Scope], start: Written, end: Written | NextOf | None, place: Span
) -> Intervals | None:
    """From one instant of the matched fact until another, or until the next fact of its kind."""
    selection, scope = matched
    begin = resolve_instant(start, scope)
    if end is None:
        scope.findings.unsupported(
            "a period that never ends",
            place,
            help="say when it ends: `until m.end`; while that is not known the period is open",
        )
        return None
    until = until_next(end, selection, scope) if isinstance(end, NextOf) else resolve_instant(end, scope)
    if begin is None or until is None:
        return None
    if not isinstance(until, UntilNext) and not runs_forward(begin, until, place, scope):
        return None
    return Intervals(facts=selection, start=begin, until=until)


def runs_forward(start: Expression, end: Expression, place: Span, scope: Scope) -> bool:
    """Whether time can lie between two instants; the other way round it never does, and is recorded."""
    is_backwards = False
    if isinstance(start, FieldOf) and isinstance(end, FieldOf) and start.variable == end.variable:
        timing = scope.names.kinds.nouns[start.kind].timing
        is_backwards = isinstance(timing, Lasts) and (start.field, end.field) == (timing.end, timing.start)
    if start != end and not is_backwards:
        return True
    scope.findings.error(
        "no-time-between",
        "no time ever lies between these two instants",
        place,
        "from its end to its start" if is_backwards else "from an instant to itself",
        help="swap the two" if is_backwards else "say another instant at one of the ends",
    )
    return False
