"""Duties: what must follow what, by when, unless what, paused while what (S4)."""

from collections.abc import Iterable, Sequence

from engine.dsl import promises
from engine.dsl.credits import Credits
from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.scope import Scope
from engine.dsl.statement import When
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_credit import resolve_credits
from engine.dsl.syntax_to_deadline import Occasion, is_day_based, resolve_deadline
from engine.dsl.syntax_to_duration import counts_something, resolve_duration
from engine.dsl.syntax_to_excuse import resolve_excuses
from engine.dsl.syntax_to_expression import is_refused_quotient, resolve_expression
from engine.dsl.syntax_to_mode import resolve_mode_limits
from engine.dsl.syntax_to_partition import check_all_bear, resolve_duty_partition
from engine.dsl.syntax_to_payment import Credited
from engine.dsl.syntax_to_target import excusing_modes
from engine.dsl.syntax_to_terms import resolve_terms
from engine.dsl.syntax_to_window import resolve_window
from engine.dsl.syntax_to_workload import resolve_workload
from engine.dsl.wording import words
from engine.model.deadline import ByClass, Judged, Limit, PausedDay, Start, WindowEnd
from engine.model.exclusion import NamedPeriod
from engine.model.expression import FieldOf, Latest, Selection
from engine.model.fact import InstantType
from engine.model.obligation import Duty, ObligationKind, OnChange, OnTrigger, OnWindow, Reclassification
from engine.model.reading import STEP_KIND

STEP_FIELDS = ("case", "name")
"""What a step says besides when it was taken: of which case, and which step (S4.10)."""


def resolve_duty(block: promises.Duty, frame: Frame) -> Duty | None:
    """A promise for each trigger, or for each window."""
    frame = frame.overridden(block.items)
    findings, items, name = frame.findings, block.items, block.name
    when = findings.at_most_one(items, When, "the trigger")
    every = findings.at_most_one(items, promises.Every, "the window")
    kind = ObligationKind.PERIODIC_DUTY if every is not None else ObligationKind.DUTY
    terms = resolve_terms(name, kind, items, frame, title=block.title)
    must = findings.exactly_one(
        items,
        promises.Must,
        f"what `{name.text}` demands",
        name.span,
        "must report r within 5 business days on office_days of i.reported_at",
    )
    permissions, exclusions = resolve_excuses(items, _kinds(when), "trigger this duty", frame)
    pauses = _pauses(items, when, frame)
    steps = _steps(items, frame)
    modes = excusing_modes(name, frame)
    warns = findings.at_most_one(items, promises.WarnsBefore, "when to warn")
    lead = None
    if warns is not None and counts_something(warns.length.amount, warns.length.span, findings):
        lead = resolve_duration(warns.length, frame.scope.names.calendars, findings)
    occasion = _occasion(name, when, every, frame)
    if must is None or occasion is None:
        return None
    happens, scope = occasion
    fulfilments = _fulfilments(must, scope)
    limit = _limit(must, scope, every, happens, name)
    changes = [item for item in items if isinstance(item, promises.OnChange)]
    for extra in changes[1:]:
        findings.said_twice("what a change does", changes[0].span, extra.span)
    reclassification = _reclassification(changes[0], limit, scope) if changes and limit else None
    bounds = findings.at_most_one(items, promises.Workload, "the workload")
    workload = resolve_workload(bounds, happens, limit, frame) if bounds and limit else None
    if limit is None or fulfilments is None:
        return None
    if isinstance(limit, Judged):
        _refuse_beside_judgement(items, findings)
    if isinstance(happens, OnTrigger) and happens.joined and steps:
        findings.unsupported("steps of several facts together", name.span)
    is_plain = reclassification is None and workload is None
    mode_limits, running = resolve_mode_limits(name, limit, is_plain, frame, scope)
    paused_day = PausedDay.ALL
    if pauses and any(is_day_based(each) for each in (limit, *(given.limit for given in mode_limits))):
        paused_day = frame.scope.conventions.choice(PausedDay, name.span, "a pause of a deadline in days")
    credits = findings.at_most_one(items, Credits, "the credits")
    paid = None
    if credits is not None:
        windows = happens.windows if isinstance(happens, OnWindow) else None
        credited = Credited(name=name.text, frame=frame, scope=scope, promise=limit, windows=windows)
        paid = resolve_credits(credits, credited)
    partition = None
    if block.for_each is not None:
        partition = resolve_duty_partition(block.for_each, happens, fulfilments, frame)
        if partition is None:
            return None
    duty = Duty(
        terms=terms,
        occasion=happens,
        fulfilments=fulfilments,
        limit=limit,
        reclassification=reclassification,
        pauses=pauses,
        paused_day=paused_day,
        steps=steps,
        permissions=permissions,
        exclusions=exclusions,
        modes=modes,
        warns=lead,
        mode_limits=mode_limits,
        running_deadlines=running,
        credits=paid,
        workload=workload,
        partition=partition,
    )
    if block.for_each is not None:
        check_all_bear(block.for_each, duty, frame)
    return duty


def _refuse_beside_judgement(items: Sequence[Node], findings: Findings) -> None:
    """What counts time has nothing to count where somebody judges."""
    counting = (promises.Steps, promises.Pauses, promises.OnChange, promises.WarnsBefore)
    for item in items:
        if isinstance(item, counting):
            findings.error(
                "nothing-to-count",
                "words that somebody judges have no clock and no steps",
                item.span,
                "counts, or must be counted",
                help="leave this out, or give the duty a deadline that can be measured",
            )


def _occasion(
    name: Name, when: When | None, every: promises.Every | None, frame: Frame
) -> tuple[OnTrigger | OnWindow, Scope] | None:
    """On which occasion the duty arises: at a fact, or for a window; one of the two."""
    findings = frame.findings
    if when is not None and every is not None:
        first, second = sorted((when.span, every.span), key=lambda span: span.start)
        findings.said_twice("the occasion", first, second)
        return None
    if when is not None:
        return _triggers(when, frame.scope)
    if every is not None:
        windows = resolve_window(every.window, findings)
        if windows is None:
            return None
        return (
            OnWindow(windows=windows, variable=every.alias.text),
            frame.scope.with_window(every.alias),
        )
    findings.error(
        "not-said",
        f"on which occasion `{name.text}` arises is not said",
        name.span,
        "no `when` and no `every` line",
        help="say it: `when incident i`, or `every calendar month m`",
    )
    return None


def _triggers(when: When, scope: Scope) -> tuple[OnTrigger, Scope] | None:
    """The fact, or the facts together, at which the duty arises; each may read those before it."""
    selections: list[Selection] = []
    for match in (when.match, *when.joined):
        matched = resolve_match(match, scope)
        if matched is None:
            return None
        selections.append(matched[0])
        scope = matched[1]
    return OnTrigger(trigger=selections[0], joined=tuple(selections[1:])), scope


def _start(happens: OnTrigger | OnWindow, scope: Scope) -> Start:
    """The instant of the occasion: the latest of the triggers' own, or the window's end."""
    if isinstance(happens, OnWindow):
        return WindowEnd()
    instants = tuple(
        FieldOf(
            variable=each.variable,
            kind=each.kind,
            field=scope.names.kinds.nouns[each.kind].start_field,
            type=InstantType(),
        )
        for each in happens.selections
    )
    return instants[0] if len(instants) == 1 else Latest(of=instants)


def _fulfilments(must: promises.Must, scope: Scope) -> tuple[Selection, ...] | None:
    found = [resolve_match(match, scope) for match in must.alternatives]
    matched = [each[0] for each in found if each is not None]
    return tuple(matched) if len(matched) == len(found) else None


def _limit(
    must: promises.Must,
    scope: Scope,
    every: promises.Every | None,
    happens: OnTrigger | OnWindow,
    name: Name,
) -> Limit | None:
    if must.deadline is None:
        scope.findings.error(
            "not-said",
            f"by when `{name.text}` must be done is not said",
            must.span,
            "no deadline",
            help="say it: `within 24 hours of i.reported_at`, `before c.effective_at`",
        )
        return None
    assert not isinstance(must.deadline, promises.AtAllTimes), "a standing duty is another thing"
    windows = happens.windows if isinstance(happens, OnWindow) else None
    window = every.alias if every is not None else None
    occasion = Occasion(window=window, windows=windows, start=_start(happens, scope))
    return resolve_deadline(must.deadline, scope, occasion)


def _kinds(when: When | None) -> set[str]:
    """The kinds of the facts that trigger the duty."""
    return set() if when is None else {match.kind.text for match in (when.match, *when.joined)}


def _pauses(items: Iterable[Node], when: When | None, frame: Frame) -> tuple[NamedPeriod, ...]:
    """The periods that stop the clock; one `of` a fact must be of the kind that triggers the duty."""
    findings = frame.findings
    periods: list[NamedPeriod] = []
    for name in (name for item in items if isinstance(item, promises.Pauses) for name in item.periods):
        period = frame.periods.find(name, findings)
        if period is None or period in periods:
            continue
        if period.of is not None and period.of.kind not in _kinds(when):
            findings.error(
                "period-of-another",
                f"`{name.text}` is a period of each `{period.of.kind}`, which does not trigger this duty",
                name.span,
                "a period of another kind of fact",
                also=((period.span, "declared here"),),
                help="a pause reads the fact that triggers the duty",
            )
            continue
        periods.append(period)
    return tuple(periods)


def _steps(items: Iterable[Node], frame: Frame) -> tuple[str, ...]:
    """The steps in order; each is a fact of kind `step` (S4.10)."""
    said = frame.findings.at_most_one(items, promises.Steps, "the steps")
    if said is None:
        return ()
    place = Name(text=STEP_KIND, span=said.span)
    kind = frame.scope.names.kinds.find(place, frame.findings)
    if kind is not None:
        for field in STEP_FIELDS:
            if kind.field_named(field) is None:
                frame.findings.error(
                    "unknown-field",
                    f"steps are read from facts of kind `{STEP_KIND}`, which has no field `{field}`",
                    said.span,
                    f"needs `{field}`",
                    also=((kind.span, "declared here"),),
                    help=f"declare `{field} text`, or take the kind of the standard library",
                )
    frame.findings.each_once(said.names, "the step")
    return tuple(name.text for name in said.names)


def _reclassification(node: promises.OnChange, limit: Limit, scope: Scope) -> Reclassification | None:
    """Facts that change the class by which the limit was chosen (S4.9)."""
    matched = resolve_match(node.match, scope)
    changed = resolve_expression(node.changed, scope)
    if matched is None or changed is None:
        return None
    new_class = resolve_expression(node.to, matched[1], changed.type)
    if new_class is None or is_refused_quotient(new_class, node.to, "as a class", scope):
        return None
    if not isinstance(limit, ByClass) or limit.by != changed.expression:
        scope.findings.error(
            "class-not-read",
            f"{words(node.changed)} does not choose the limit, so its change changes nothing",
            node.changed.span,
            "no limit is chosen by it",
            help=f"choose the limit by it: `within by {words(node.changed).strip('`')} {{ … }}`",
        )
        return None
    return Reclassification(
        effect=OnChange.RESTARTS if node.restarts else OnChange.KEEPS_START,
        changes=matched[0],
        new_class=new_class.expression,
    )
