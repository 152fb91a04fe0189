"""Workload bounds: how many triggers of a duty bind in a window, and what becomes of the excess (S4.8)."""

from engine.dsl import promises
from engine.dsl.expressions import FieldOf as WrittenField
from engine.dsl.expressions import Name
from engine.dsl.frame import Frame
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_expression import resolve_expression
from engine.dsl.syntax_to_period import UNITS
from engine.model.deadline import ByClass, Judged, Limit, WindowEnd, Within
from engine.model.expression import FieldOf
from engine.model.obligation import ClockUnit, Excess, OnTrigger, OnWindow, Workload
from engine.model.period import WindowUnit


def resolve_workload(
    node: promises.Workload, happens: OnTrigger | OnWindow, limit: Limit, frame: Frame
) -> Workload | None:
    """The bound; the excess can wait only where a deadline is counted from a start."""
    findings = frame.findings
    if node.at_most < 1:
        findings.error(
            "no-room",
            "at most 0 has room for nothing: whatever comes would wait for ever, or never bind",
            node.span,
            "at most 0",
            help="say how many bind; where nothing does, leave the duty out",
        )
        return None
    matched = resolve_match(node.match, frame.scope)
    if matched is None:
        return None
    counted, scope = matched
    if isinstance(happens, OnWindow) or happens.joined:
        findings.unsupported("a workload bound of anything but one fact", node.span)
        return None
    if counted.kind != happens.trigger.kind:
        findings.error(
            "workload-of-another",
            f"the workload counts each `{counted.kind}`, which does not trigger this duty",
            node.match.kind.span,
            "another kind of fact",
            help=f"count what triggers the duty: `{happens.trigger.kind}`",
        )
        return None
    excess = Excess(node.beyond.removeprefix("beyond it "))
    unit = _unit(node)
    if unit is None and not _knows_open(node, excess, limit, frame):
        return None
    if excess is Excess.WAITS and not _can_wait(node, limit, frame):
        return None
    each = [_field(name, counted.variable, scope) for name in node.each]
    return Workload(
        at_most=node.at_most,
        counted=counted,
        unit=unit,
        each=tuple(field for field in each if field is not None),
        excess=excess,
    )


def _unit(node: promises.Workload) -> WindowUnit | ClockUnit | None:
    """The windows that are bounded; none for what is open at once."""
    if not isinstance(node.room, str):
        return UNITS[node.room.unit.value]
    return None if node.room == "at once" else ClockUnit(node.room.removeprefix("in each "))


def _knows_open(node: promises.Workload, excess: Excess, limit: Limit, frame: Frame) -> bool:
    """Whether a case is open from its trigger on, and the excess does not bind: all that is said so far."""
    if excess is not Excess.DOES_NOT_BIND:
        frame.findings.unsupported(
            f"`{excess.value}` beyond a bound at once",
            node.span,
            help="say `beyond it the excess does not bind`",
        )
        return False
    limits = tuple(limit.limits.values()) if isinstance(limit, ByClass) else (limit,)
    if all(isinstance(each, Within | Judged) for each in limits):
        return True
    frame.findings.unsupported(
        "a bound at once beside a deadline that facts before the trigger may keep",
        node.span,
        help="give the duty a deadline `within` a time",
    )
    return False


def _can_wait(node: promises.Workload, limit: Limit, frame: Frame) -> bool:
    """Whether there is a start that can be put off."""
    limits = tuple(limit.limits.values()) if isinstance(limit, ByClass) else (limit,)
    if all(isinstance(each, Within) and not isinstance(each.start, WindowEnd) for each in limits):
        return True
    frame.findings.error(
        "nothing-to-put-off",
        "the excess waits, and this deadline has no start that could be put off",
        node.span,
        "what would wait?",
        help="give the duty a deadline `within` a time, or say `beyond it the excess does not bind`",
    )
    return False


def _field(name: Name, variable: str, scope: Scope) -> str | None:
    """A field of the facts that are counted."""
    owner = Name(text=variable, span=name.span)
    typed = resolve_expression(WrittenField(owner=owner, field_name=name, span=name.span), scope)
    return typed.expression.field if typed is not None and isinstance(typed.expression, FieldOf) else None
