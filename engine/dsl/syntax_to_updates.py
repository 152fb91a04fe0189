"""Updates of an escalation: how often, and by which facts (S8.2)."""

from typing import Final

from engine.dsl import consequences as syntax
from engine.dsl.expressions import Name
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_duration import counts_something, resolve_duration
from engine.model.calendar import Elapsed
from engine.model.expression import ClockDuration
from engine.model.quantity import MINUTE
from engine.model.severity import Updates

SHORTEST: Final = MINUTE
"""An incident open for a year has half a million such intervals."""


def resolve_updates(node: syntax.Updates | None, name: Name, stops: bool, scope: Scope) -> Updates | None:
    """The updates of the escalation `name`; `scope` knows its trigger, `stops` says whether it ever ends."""
    if node is None:
        return None
    findings = scope.findings
    if node.match is None:
        findings.error(
            "not-said",
            f"`{name.text}` asks for updates, and which facts they are is not said",
            node.span,
            "no `by`",
            help="say it: `updates every 1 hour by status s where s.incident is i.id`",
        )
    if not stops:
        findings.error(
            "not-said",
            f"`{name.text}` asks for updates for ever",
            node.span,
            "until when",
            help="say when it stops: `stops at i.resolved_at`, `stops when restoration r where …`",
        )
    if not counts_something(node.every.amount, node.every.span, findings, "say how often: `every 1 hour`"):
        return None
    every = resolve_duration(node.every, scope.names.calendars, findings)
    matched = None if node.match is None else resolve_match(node.match, scope)
    if every is None or matched is None:
        return None
    if not isinstance(every, ClockDuration) or not isinstance(every.clock, Elapsed):
        findings.unsupported(
            "an update in days or on a calendar", node.every.span, help="say minutes or hours: `every 1 hour`"
        )
        return None
    if every.length < SHORTEST:
        findings.unsupported("an update more often than every minute", node.every.span)
        return None
    return Updates(every=every.length, by=matched[0])
