"""Ladders, rights and improvements: what repeated breaches lead to (S8.3, S8.5)."""

from collections.abc import Iterable, Mapping

from engine.dsl import followups as syntax
from engine.dsl.expressions import Money, Name, Node
from engine.dsl.fed_facts import are_fed
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_bound import resolve_bound
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_duration import counts_something, resolve_duration
from engine.dsl.syntax_to_expression import resolve_expression, resolve_instant
from engine.dsl.syntax_to_service import title_of
from engine.dsl.syntax_to_terms import resolve_citations
from engine.model import quantity
from engine.model.expression import CalendarDays, Duration, Months
from engine.model.followup import (
    BreachedIn,
    Figure,
    FigureIn,
    FigureOver,
    Improvement,
    Pattern,
    Right,
)
from engine.model.measure import Uptime
from engine.model.obligation import Obligation, Target
from engine.model.period import CalendarWindows, CycleWindows, Windows
from engine.model.quantity import Bound, Dimension, Unit

Promises = Mapping[str, Obligation]
"""The promises of the agreement, by id."""

MOST_WINDOWS = 1200
"""How many windows one right or improvement may look back over: a hundred years of months."""

CYCLES = {1: "month", 3: "quarter", 12: "year"}


def resolve_right(block: syntax.Right, promises: Promises, frame: Frame) -> Right | None:
    """A right, and when it arises."""
    findings, items, names = frame.findings, block.items, frame.scope.names
    cites = resolve_citations(items, names, findings)
    patterns = resolve_patterns(block, items, promises, frame)
    is_party = names.parties.knows(block.holder, findings)
    said = findings.at_most_one(items, syntax.ExercisableFor, "how long it is exercisable")
    exercised = findings.at_most_one(items, syntax.ExercisedBy, "what exercises it")
    length = _days(said, frame) if said is not None else None
    by = resolve_match(exercised.match, frame.scope) if exercised is not None else None
    if patterns is None or not is_party or (said and length is None) or (exercised and by is None):
        return None
    help = "let a fact exercise it that is fed: a notice"
    if exercised and by and not are_fed(by[0], "a right", help, exercised.span, frame):
        return None
    return Right(
        id=f"{frame.agreement}.{block.name.text}",
        title=title_of(block.title, block.name),
        agreement=frame.agreement,
        cites=cites,
        holder=block.holder.text,
        power=block.power.text,
        patterns=patterns,
        exercisable=length,
        exercised_by=by[0] if by is not None else None,
        span=block.name.span,
    )


def resolve_improvement(block: syntax.Improvement, promises: Promises, frame: Frame) -> Improvement | None:
    """An improvement that has to be recorded, and when."""
    findings, items, name = frame.findings, block.items, block.name
    cites = resolve_citations(items, frame.scope.names, findings)
    patterns = resolve_patterns(block, items, promises, frame)
    owner = findings.exactly_one(
        items, syntax.OwnedByRole, f"who owns `{name.text}`", name.span, "owner service_owner"
    )
    due = findings.exactly_one(
        items, syntax.DueWithin, f"by when `{name.text}` is due", name.span, "due within 30 calendar days"
    )
    recorded = findings.exactly_one(
        items,
        syntax.RecordedBy,
        f"what records `{name.text}`",
        name.span,
        "recorded by improvement i where i.obligation is availability",
    )
    done = findings.exactly_one(
        items, syntax.DoneAt, f"when `{name.text}` is done", name.span, "done at i.done_at"
    )
    needs = findings.at_most_one(items, syntax.ImprovementNeeds, "what it needs")
    length = _days(due, frame) if due is not None else None
    matched = resolve_match(recorded.match, frame.scope) if recorded is not None else None
    if owner is None or not frame.scope.names.roles.knows(owner.role, findings):
        return None
    if recorded is None or matched is None or patterns is None or length is None or done is None:
        return None
    help = "let a fact record it that is fed: an improvement"
    if not are_fed(matched[0], "an improvement", help, recorded.span, frame):
        return None
    done_at = resolve_instant(done.instant, matched[1])
    found = [resolve_expression(each, matched[1]) for each in (needs.fields if needs else ())]
    fields = tuple(each.expression for each in found if each is not None)
    if done_at is None or len(fields) < len(found):
        return None
    return Improvement(
        id=f"{frame.agreement}.{name.text}",
        title=title_of(block.title, name),
        agreement=frame.agreement,
        cites=cites,
        owner=owner.role.text,
        patterns=patterns,
        due=length,
        recorded_by=matched[0],
        needs=fields,
        done=done_at,
        span=name.span,
    )


def resolve_patterns(
    block: syntax.Right | syntax.Improvement, items: Iterable[Node], promises: Promises, frame: Frame
) -> tuple[Pattern, ...] | None:
    """The patterns of a block, of which any is enough; None if one of them is mistaken."""
    said = [item for item in items if isinstance(item, syntax.Pattern)]
    if not said:
        frame.findings.error(
            "not-said",
            f"when `{block.name.text}` arises is not said",
            block.name.span,
            "no `when` line",
            help="say it: `when availability breached in 3 of 6 consecutive months`",
        )
    found = [_pattern(each, promises, frame) for each in said]
    patterns = tuple(each for each in found if each is not None)
    return patterns if len(patterns) == len(found) > 0 else None


def target_named(name: Name, unit: syntax.SpanUnit, promises: Promises, frame: Frame) -> Target | None:
    """A target of this agreement that is judged in windows of a unit; anything else is a mistake."""
    id = frame.promise_id(name)
    found = promises.get(id or "")
    if id is not None and found is None:
        # Its own mistake is on record.
        return None
    if not isinstance(found, Target):
        frame.refuse(name, "target", [id for id, each in promises.items() if isinstance(each, Target)])
        return None
    if _unit(found.windows) != unit.name:
        frame.findings.error(
            "window-unit",
            f"`{name.text}` is not judged in each {unit.name}",
            unit.span,
            "another window than the target's",
            also=((found.terms.span, "the target"),),
            help=f"count in {unit_of_target}s"
            if (unit_of_target := _unit(found.windows))
            else "count the windows of a target in days, weeks, months, quarters or years",
        )
        return None
    return found


def _unit(windows: Windows) -> str | None:
    match windows:
        case CalendarWindows(unit=unit):
            return unit.value.removeprefix("calendar ")
        case CycleWindows(months=months):
            return CYCLES.get(months)
        case _:
            return None


def _pattern(node: syntax.Pattern, promises: Promises, frame: Frame) -> Pattern | None:
    target = target_named(node.promise, node.unit, promises, frame)
    if target is None or not _run_is_sound(node, frame):
        return None
    match node:
        case syntax.BreachedIn():
            return BreachedIn(obligation=target.terms.id, needed=node.needed, of=node.of)
        case syntax.FigureIn():
            bound = _bound(node, target, frame)
            if bound is None:
                return None
            return FigureIn(
                figure=Figure(node.figure),
                obligation=target.terms.id,
                bound=bound,
                needed=node.needed,
                of=node.of,
            )
        case syntax.FigureOver():
            bound = _bound(node, target, frame)
            if bound is None:
                return None
            return FigureOver(figure=Figure(node.figure), obligation=target.terms.id, bound=bound, of=node.of)


def _run_is_sound(node: syntax.Pattern, frame: Frame) -> bool:
    """Whether so many windows can lie in so many, and are said to follow one another."""
    needed = node.of if isinstance(node, syntax.FigureOver) else node.needed
    consecutive = isinstance(node, syntax.FigureOver) or node.consecutive or node.of == 1
    if 0 < needed <= node.of <= MOST_WINDOWS and consecutive:
        return True
    frame.findings.error(
        "run-of-windows",
        f"{needed} of {node.of} windows cannot be counted",
        node.span,
        "not a run of windows",
        help=f"say how many of how many, one after another, up to {MOST_WINDOWS}:"
        " `in 3 of 6 consecutive months`, `in 1 month`",
    )
    return False


def _bound(node: syntax.FigureIn | syntax.FigureOver, target: Target, frame: Frame) -> Bound | None:
    match node.figure:
        case "downtime" if not isinstance(target.measure, Uptime):
            return _mismatch(node, target, "has no downtime", "only uptime has", frame)
        case "downtime":
            unit: Unit = quantity.MINUTES
        case "credits" if target.credits is None:
            return _mismatch(node, target, "pays no credits", "it has no `credits` block", frame)
        case "credits":
            if not isinstance(node.bound.value, Money):
                return _mismatch(node, target, "pays money", "an amount is wanted: `USD 500`", frame)
            unit = Unit(name=node.bound.value.currency, dimension=Dimension.MONEY)
        case _:
            unit = target.bound.unit
    return resolve_bound(node.bound, unit, frame)


def _mismatch(node: syntax.Pattern, target: Target, what: str, why: str, frame: Frame) -> None:
    frame.findings.error(
        "type-mismatch",
        f"`{node.promise.text}` {what}",
        node.span,
        why,
        also=((target.terms.span, "the target"),),
        help="name another target, or count its breaches: `breached in 2 consecutive months`",
    )


def _days(node: syntax.ExercisableFor | syntax.DueWithin, frame: Frame) -> Duration | None:
    """A length in whole civil days or months: it begins with a window's end."""
    # It is counted from the end of a window: that day is over, so no days would be no time at all.
    if not counts_something(node.length.amount, node.length.span, frame.findings, "say how long"):
        return None
    length = resolve_duration(node.length, frame.scope.names.calendars, frame.findings)
    if length is not None and not isinstance(length, CalendarDays | Months):
        frame.findings.unsupported(
            "a length of time on a clock after a window's end",
            node.length.span,
            help="say calendar days, weeks or months",
        )
        return None
    return length
