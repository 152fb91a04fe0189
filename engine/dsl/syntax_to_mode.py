"""Modes: declared states of affairs, and which promises they excuse or hold to another bound (S6.5)."""

from collections.abc import Iterator

from engine.dsl import agreement as syntax
from engine.dsl import consequences, limits, promises
from engine.dsl.conventions import phrase
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.names import did_you_mean
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_bound import resolve_bound
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_deadline import resolve_by_class, resolve_within
from engine.dsl.syntax_to_kind import unknown_field, unknown_value
from engine.dsl.syntax_to_names import Names
from engine.dsl.syntax_to_period import made_intervals
from engine.dsl.syntax_to_terms import resolve_citations
from engine.dsl.syntax_to_window import resolve_window
from engine.dsl.wording import described, words
from engine.model.calendar import Clock, DatedCalendar
from engine.model.deadline import ByClass, Limit, Start, Within
from engine.model.exclusion import Mode
from engine.model.expression import ALWAYS_TRUE, AllOf, Compare, FieldOf, Literal, Relation, Selection
from engine.model.fact import OneOfType, TextType
from engine.model.measure import Measure, Uptime
from engine.model.obligation import ModeBound, ModeEffect, ModeLimit, RunningDeadlines
from engine.model.period import TermWindow, Windows
from engine.model.quantity import Bound, Unit

Replacement = consequences.ModeTarget | consequences.ModeDuty
"""What a mode puts in the place of a promise's own bound or length."""

DECLARED_BY = "declared_by"
"""The field of a mode's fact that names the role which declared it."""


def resolve_mode(block: consequences.Mode, frame: Frame) -> tuple[Mode, Scope] | None:
    """A declared state of affairs, and the scope in which the fact that declares it has its short name."""
    findings = frame.findings
    during = findings.exactly_one(
        block.items,
        consequences.DuringFacts,
        f"when `{block.name.text}` is",
        block.name.span,
        "during disaster d from d.invoked_at until d.recovered_at",
    )
    declared = findings.at_most_one(block.items, consequences.DeclaredBy, "who declares it")
    is_role = declared is not None and frame.scope.names.roles.knows(declared.role, findings)
    if during is None:
        return None
    matched = resolve_match(during.match, frame.scope)
    if matched is None:
        return None
    if declared is not None and is_role:
        matched = _declared(matched, declared.role)
    intervals = made_intervals(matched, during.start, during.end, during.span)
    if intervals is None:
        return None
    mode = Mode(
        name=block.name.text,
        agreement=frame.agreement,
        intervals=intervals,
        declared_by=declared.role.text if declared is not None else None,
        span=block.name.span,
        cites=resolve_citations(block.items, frame.scope.names, findings),
    )
    return mode, matched[1]


def excusing(block: syntax.Agreement, findings: Findings, names: Names) -> dict[str, tuple[Name, ...]]:
    """The modes that apply to each promise, by the promise's name."""
    promised = {
        item.name.text
        for item in block.items
        if isinstance(item, promises.Target | promises.Duty | promises.Prohibition)
    }
    excusing: dict[str, tuple[Name, ...]] = {}
    for mode in _modes(block):
        applies = [item for item in mode.items if isinstance(item, consequences.AppliesTo)]
        has_another = any(
            isinstance(item, consequences.Recover | consequences.Lose | Replacement) for item in mode.items
        )
        if not applies and not has_another:
            findings.error(
                "not-said",
                f"to which promises `{mode.name.text}` applies is not said",
                mode.name.span,
                "no `applies to` line",
                help="say it: `applies to portal_availability, restore_incident`",
            )
        for name in (name for item in applies for name in item.names):
            if mode.name in excusing.get(name.text, ()):
                continue
            if name.text in promised:
                excusing[name.text] = (*excusing.get(name.text, ()), mode.name)
            elif name.text not in names.agreements.lost:
                findings.error(
                    "unknown-name",
                    f"no promise of this agreement is named `{name.text}`",
                    name.span,
                    "not a promise",
                    help=did_you_mean(name.text, promised),
                )
    return excusing


def replacing(
    block: syntax.Agreement, findings: Findings, names: Names
) -> dict[str, tuple[tuple[Name, Replacement], ...]]:
    """The modes that give another bound to each target, or length to each duty, by the promise's name."""
    sorts = {consequences.ModeTarget: promises.Target, consequences.ModeDuty: promises.Duty}
    replacing: dict[str, tuple[tuple[Name, Replacement], ...]] = {}
    for mode in _modes(block):
        for item in (each for each in mode.items if isinstance(each, Replacement)):
            sort = "target" if isinstance(item, consequences.ModeTarget) else "duty"
            named = {each.name.text for each in block.items if isinstance(each, sorts[type(item)])}
            said = replacing.get(item.name.text, ())
            first = next((each for by, each in said if by == mode.name), None)
            if first is not None:
                findings.said_twice(
                    f"what `{mode.name.text}` does to `{item.name.text}`", first.span, item.span
                )
            elif item.name.text in named:
                replacing[item.name.text] = (*said, (mode.name, item))
            elif item.name.text not in names.agreements.lost:
                findings.error(
                    "unknown-name",
                    f"no {sort} of this agreement is named `{item.name.text}`",
                    item.name.span,
                    f"not a {sort}",
                    help=did_you_mean(item.name.text, named),
                )
    return replacing


def resolve_mode_bounds(
    name: Name,
    bound: Bound,
    measured: tuple[Measure, Unit, Clock | DatedCalendar | None],
    windows: Windows,
    frame: Frame,
) -> tuple[ModeEffect, tuple[ModeBound, ...]]:
    """What modes do to a target, and the bounds that they give it."""
    replaced, applying = frame.replacing.get(name.text, ()), frame.excusing.get(name.text, ())
    if not replaced and not applying:
        return ModeEffect.EXCUSE, ()
    place = replaced[0][0] if replaced else applying[0]
    effect = frame.scope.conventions.choice(ModeEffect, place.span, "what a mode does to a promise")
    if ModeEffect in frame.scope.conventions.said:
        _must_fit(name, effect, frame)
    is_endless = isinstance(windows, TermWindow) and frame.term.through is None
    if replaced and is_endless and effect in (ModeEffect.SPLIT, ModeEffect.PRORATE):
        frame.findings.unsupported("a part of a term without end", replaced[0][1].span)
    measure, unit, calendar = measured
    is_total = isinstance(measure, Uptime) and (measure.fixed is not None or measure.forgiven is not None)
    if replaced and is_total and effect is ModeEffect.SPLIT:
        frame.findings.unsupported(
            "a part of a window with a fixed denominator or forgiven outages", replaced[0][1].span
        )
    bounds: list[ModeBound] = []
    for mode_name, item in replaced:
        if not isinstance(item, consequences.ModeTarget):
            continue
        found = _bound(item, bound, unit, windows, effect, frame, calendar)
        mode = frame.modes.nouns.get(mode_name.text)
        if found is not None and mode is not None:
            bounds.append(ModeBound(mode=mode, bound=found))
    return effect, tuple(bounds)


def resolve_mode_limits(
    name: Name, limit: Limit, is_plain: bool, frame: Frame, scope: Scope
) -> tuple[tuple[ModeLimit, ...], RunningDeadlines]:
    """The lengths that modes give a duty, counted from its own start, and what they do to one that runs."""
    given: list[ModeLimit] = []
    running = RunningDeadlines.KEEP
    for mode_name, item in frame.replacing.get(name.text, ()):
        if not isinstance(item, consequences.ModeDuty):
            continue
        running = scope.conventions.choice(
            RunningDeadlines, mode_name.span, "a mode that begins while a duty runs"
        )
        own = next(iter(limit.limits.values())) if isinstance(limit, ByClass) else limit
        if not isinstance(own, Within) or own.read is not None or not is_plain:
            what = "by an instant, read from a fact, with changes or a workload"
            frame.findings.unsupported(f"another length of a duty {what}", item.span)
            continue
        found = _length(item.items[0], limit, own.start, scope)
        mode = frame.modes.nouns.get(mode_name.text)
        if found is not None and mode is not None:
            given.append(ModeLimit(mode=mode, limit=found))
    return tuple(given), running


def _length(
    said: consequences.ModeWithin | limits.WithinBy, own: Limit, start: Start, scope: Scope
) -> Within | ByClass | None:
    """The length that a mode gives; one for each class only by what chooses the duty's own."""
    if isinstance(said, consequences.ModeWithin):
        return resolve_within(said.limit, start, scope)
    found = resolve_by_class(said, start, scope)
    if found is not None and (not isinstance(own, ByClass) or own.by != found.by):
        scope.findings.error(
            "mode-unlike",
            f"{words(said.selector)} does not choose the length of the duty itself",
            said.selector.span,
            "another class",
            help="choose by what the duty chooses by, or say one length: `within 8 hours`",
        )
        return None
    return found


def _must_fit(name: Name, effect: ModeEffect, frame: Frame) -> None:
    """Who excuses gives no bound, and who gives none excuses."""
    effects = [each for each in ModeEffect if each is not ModeEffect.EXCUSE]
    others = " or ".join(f"`convention {phrase(each)}`" for each in effects)
    if effect is ModeEffect.EXCUSE:
        for mode, item in frame.replacing.get(name.text, ()):
            frame.findings.error(
                "mode-effect",
                f"`{mode.text}` gives `{name.text}` a bound that decides nothing: {phrase(effect)}",
                item.span,
                "never decides",
                help=f"say in `{name.text}` what it does: {others}",
            )
        return
    for mode in frame.excusing.get(name.text, ()):
        frame.findings.error(
            "mode-effect",
            f"`{mode.text}` gives `{name.text}` no bound, and {phrase(effect)}",
            mode.span,
            "no bound",
            help=f"give it one: `target {name.text} {{ requires … }}`, or say in `{name.text}` "
            f"`convention {phrase(ModeEffect.EXCUSE)}`",
        )


def _bound(
    item: consequences.ModeTarget,
    own: Bound,
    unit: Unit,
    windows: Windows,
    effect: ModeEffect,
    frame: Frame,
    calendar: Clock | DatedCalendar | None,
) -> Bound | None:
    """The bound that a mode gives a target: over the same windows, and to be weighed of the same sort."""
    (requires,) = item.items
    bound = resolve_bound(requires.bound, unit, frame, calendar)
    if resolve_window(requires.window, frame.findings) != windows:
        frame.findings.error(
            "mode-unlike",
            f"a mode changes the bound of `{item.name.text}`, not its window",
            requires.window.span,
            "another window",
            help="say the window of the target itself",
        )
        return None
    if bound is not None and effect is ModeEffect.PRORATE and bound.comparison is not own.comparison:
        frame.findings.error(
            "mode-unlike",
            f"`{own.comparison.value}` and `{bound.comparison.value}` cannot be prorated",
            requires.bound.span,
            "another comparison",
            help=f"say `{own.comparison.value}`, as the target does",
        )
        return None
    return bound


def _declared(matched: tuple[Selection, Scope], role: Name) -> tuple[Selection, Scope]:
    """The facts that this role declared; a fact that does not say by whom is unproven (S7.3)."""
    selection, scope = matched
    kind = scope.variables[selection.variable]
    field = kind.field_named(DECLARED_BY)
    if field is None:
        unknown_field(Name(text=DECLARED_BY, span=role.span), kind, scope.findings)
        return matched
    if isinstance(field.type, OneOfType) and role.text not in field.type.values:
        unknown_value(role.text, role.span, field.type.values, scope.findings)
    elif not isinstance(field.type, OneOfType | TextType):
        scope.findings.error(
            "type-mismatch",
            f"`{DECLARED_BY}` is {described(field.type)} and names no role",
            role.span,
            described(field.type),
            also=((kind.span, "the kind is declared here"),),
            help=f"declare `{DECLARED_BY} text optional`",
        )
        return matched
    said = Compare(
        relation=Relation.IS,
        left=FieldOf(variable=selection.variable, kind=kind.name, field=DECLARED_BY, type=field.type),
        right=Literal(value=role.text, type=field.type),
    )
    where = said if selection.where == ALWAYS_TRUE else AllOf(of=(selection.where, said))
    return Selection(kind=selection.kind, variable=selection.variable, where=where), scope


def _modes(block: syntax.Agreement) -> Iterator[consequences.Mode]:
    return (item for item in block.items if isinstance(item, consequences.Mode))
