"""Recovery objectives under a mode (RTO, RPO), and the escalation of incidents (S8.2)."""

from collections.abc import Sequence

from engine.dsl import consequences as syntax
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.limits import Bound as WrittenBound
from engine.dsl.limits import BoundRelation
from engine.dsl.scope import Scope
from engine.dsl.statement import When
from engine.dsl.syntax_to_bound import resolve_bound
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_deadline import Occasion, resolve_deadline
from engine.dsl.syntax_to_duration import resolve_duration
from engine.dsl.syntax_to_expression import resolve_instant
from engine.dsl.syntax_to_period import runs_forward
from engine.dsl.syntax_to_service import title_of
from engine.dsl.syntax_to_terms import resolve_citations, resolve_terms
from engine.dsl.syntax_to_updates import resolve_updates
from engine.model import quantity
from engine.model.exclusion import Mode, UntilNext
from engine.model.expression import ClockDuration
from engine.model.obligation import Duty, Obligation, ObligationKind, OnTrigger, Recovered, RecoveryPoint
from engine.model.severity import Escalation, EscalationLevel
from engine.source import Span


def resolve_recoveries(block: syntax.Mode, mode: Mode, scope: Scope, frame: Frame) -> tuple[Obligation, ...]:
    """The promises that a mode makes; `scope` is the one in which its fact has its short name."""
    promises: list[Obligation | None] = []
    for item in block.items:
        match item:
            case syntax.Recover():
                promises.append(_recovery_time(block, item, mode, scope, frame))
            case syntax.Lose():
                promises.append(_recovery_point(block, item, mode, scope, frame))
            case _:
                pass
    return tuple(promise for promise in promises if promise is not None)


def recovery_names(block: syntax.Mode) -> tuple[tuple[str, Name], ...]:
    """The names of the promises that a mode makes, without the agreement's, with their places."""
    return tuple(
        (f"{block.name.text}.{_part(item)}", _place(item, block))
        for item in block.items
        if isinstance(item, syntax.Recover | syntax.Lose)
    )


def resolve_escalation(block: syntax.Escalation, frame: Frame) -> Escalation | None:
    """Who is to be told when an incident lasts."""
    findings, items, name = frame.findings, block.items, block.name
    cites = resolve_citations(items, frame.scope.names, findings)
    when = findings.exactly_one(
        items, When, f"what `{name.text}` escalates", name.span, "when incident i where i.major is yes"
    )
    begins = findings.exactly_one(
        items,
        syntax.StartsFrom,
        f"from when `{name.text}` counts",
        name.span,
        "from i.reported_at",
    )
    stops = findings.at_most_one(items, syntax.StopsAt, "when it stops")
    stops_when = findings.at_most_one(items, syntax.StopsWhen, "what stops it")
    if stops is not None and stops_when is not None:
        findings.said_twice("when it stops", stops.span, stops_when.span)
    stops = stops or stops_when
    levels = _levels(block, frame)
    matched = resolve_match(when.match, frame.scope) if when is not None else None
    if matched is None or begins is None or levels is None:
        return None
    start = resolve_instant(begins.instant, matched[1])
    stops_at = resolve_instant(stops.instant, matched[1]) if isinstance(stops, syntax.StopsAt) else None
    stopped = resolve_match(stops.match, matched[1]) if isinstance(stops, syntax.StopsWhen) else None
    said = findings.at_most_one(items, syntax.Updates, "how often there are updates")
    updates = resolve_updates(said, name, stops is not None, matched[1])
    if start is None or (stops is not None and stops_at is None and stopped is None):
        return None
    if said is not None and updates is None:
        return None
    return Escalation(
        id=f"{frame.agreement}.{name.text}",
        title=title_of(block.title, name),
        agreement=frame.key,
        subjects=frame.covers,
        trigger=matched[0],
        start=start,
        levels=levels,
        stops_at=stops_at,
        stops_by=stopped[0] if stopped is not None else None,
        updates=updates,
        cites=cites,
        span=name.span,
    )


def _levels(block: syntax.Escalation, frame: Frame) -> tuple[EscalationLevel, ...] | None:
    findings, names = frame.findings, frame.scope.names
    said = [item for item in block.items if isinstance(item, syntax.EscalationLevel)]
    if not said:
        findings.error(
            "not-said",
            f"`{block.name.text}` has no levels",
            block.name.span,
            "no `level` line",
            help="say one: `level 1 duty_manager within 15 minutes`",
        )
    levels: list[EscalationLevel] = []
    levels_follow([(item.number, item.span) for item in said], findings)
    for item in said:
        is_known = names.roles.knows(item.role, findings)
        after = resolve_duration(item.within, names.calendars, findings)
        if any(level.number == item.number for level in levels):
            first = next(each for each in said if each.number == item.number)
            findings.said_twice(f"level {item.number}", first.span, item.span)
        elif after is not None and not isinstance(after, ClockDuration):
            findings.unsupported(
                "an escalation level in days", item.within.span, help="say hours, `on` a calendar if need be"
            )
        elif after is not None and is_known:
            levels.append(EscalationLevel(number=item.number, role=item.role.text, after=after))
    return tuple(sorted(levels, key=lambda level: level.number)) if len(levels) == len(said) > 0 else None


def levels_follow(said: Sequence[tuple[int, Span]], findings: Findings) -> None:
    """Record each level that has none right below it: levels are counted 1, 2, 3."""
    numbers = {number for number, _ in said}
    for number, place in said:
        if number < 1 or (number > 1 and number - 1 not in numbers):
            findings.error(
                "level-missing",
                f"level {number} is no level"
                if number < 1
                else f"there is a level {number} and no level {number - 1}",
                place,
                "levels begin at 1" if number < 1 else f"nothing is level {number - 1}",
                help="count the levels 1, 2, 3, none left out",
            )


def _part(item: syntax.Recover | syntax.Lose) -> str:
    verb = "recover" if isinstance(item, syntax.Recover) else "lose"
    return f"{verb}_{item.service.text}" if item.service is not None else verb


def _place(item: syntax.Recover | syntax.Lose, block: syntax.Mode) -> Name:
    return item.service if item.service is not None else block.name


def _recovery_time(
    block: syntax.Mode, item: syntax.Recover, mode: Mode, scope: Scope, frame: Frame
) -> Duty | None:
    frame = frame.overridden(item.conventions)
    scope = scope.with_conventions(frame.scope.conventions)
    kind = ObligationKind.RECOVERY_TIME
    terms = resolve_terms(
        block.name, kind, block.items, frame, title=block.title, of=item.service, part=_part(item)
    )
    limit = resolve_deadline(item.deadline, scope, Occasion())
    until = mode.intervals.until
    if limit is None or isinstance(until, UntilNext):
        return None
    return Duty(
        terms=terms,
        occasion=OnTrigger(trigger=mode.intervals.facts),
        fulfilments=Recovered(at=until),
        limit=limit,
    )


def _recovery_point(
    block: syntax.Mode, item: syntax.Lose, mode: Mode, scope: Scope, frame: Frame
) -> RecoveryPoint | None:
    kind = ObligationKind.RECOVERY_POINT
    terms = resolve_terms(
        block.name, kind, block.items, frame, title=block.title, of=item.service, part=_part(item)
    )
    start, end = resolve_instant(item.start, scope), resolve_instant(item.end, scope)
    said = WrittenBound(
        relation=BoundRelation.AT_MOST, value=item.at_most, upper=None, span=item.at_most.span
    )
    bound = resolve_bound(said, quantity.MINUTES, frame)
    until = mode.intervals.until
    if start is None or end is None or bound is None or isinstance(until, UntilNext):
        return None
    if not runs_forward(start, end, item.span, scope):
        return None
    return RecoveryPoint(
        terms=terms,
        trigger=mode.intervals.facts,
        start=start,
        end=end,
        bound=bound,
        closed_at=until,
    )
