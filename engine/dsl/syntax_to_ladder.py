"""Ladders over windows: levels, remedy windows, re-entry, extensions (S8.3)."""

from engine.dsl import followups as syntax
from engine.dsl.conventions import Approvals
from engine.dsl.declared_names import walk
from engine.dsl.expressions import FieldOf, Name, Node
from engine.dsl.fed_facts import are_fed
from engine.dsl.frame import Frame
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_duration import counts_something
from engine.dsl.syntax_to_expression import resolve_instant
from engine.dsl.syntax_to_followup import MOST_WINDOWS, Promises, target_named
from engine.dsl.syntax_to_recovery import levels_follow
from engine.dsl.syntax_to_service import title_of
from engine.dsl.syntax_to_terms import resolve_citations
from engine.dsl.wording import words
from engine.model.derived import BREACH
from engine.model.expression import Expression, Selection
from engine.model.followup import Extension, Ladder, LadderLevel, Power, Reopening
from engine.model.period import CalendarWindows, WindowUnit
from engine.source import Span


def resolve_ladder(block: syntax.Ladder, promises: Promises, frame: Frame) -> Ladder | None:
    """A ladder, and every level of it."""
    findings, items, name = frame.findings, block.items, block.name
    cites = resolve_citations(items, frame.scope.names, findings)
    closes = findings.exactly_one(
        items,
        syntax.ClosesWhen,
        f"when `{name.text}` closes",
        name.span,
        "closes when the remedy month and the next are clean",
    )
    breach = frame.scope.names.kinds.find(Name(text=BREACH, span=block.span), findings)
    said = [item for item in items if isinstance(item, syntax.LadderLevel)]
    if not said:
        findings.error(
            "not-said",
            f"`{name.text}` has no levels",
            name.span,
            "no `level` line",
            help="say one: `level 1 duty_manager { remedied in month 1 after n.at }`",
        )
    levels_follow([(each.number, each.role.span) for each in said], findings)
    if closes is None or breach is None or not said:
        return None
    targets = [target_named(each, closes.unit, promises, frame) for each in block.targets]
    for place, each in zip(block.targets, targets, strict=True):
        if each is not None and not isinstance(each.windows, CalendarWindows):
            findings.unsupported("a ladder over windows that are no calendar windows", place.span)
    scope = frame.scope.with_fact(block.alias.text, breach)
    levels = [_level(each, said, closes, scope, frame) for each in said]
    known = tuple(each for each in levels if each is not None)
    if len(known) < len(said) or any(each is None for each in targets):
        return None
    late = False
    if any(each.extension for each in known):
        late = (
            frame.scope.conventions.choice(Approvals, name.span, "a ladder that approvals extend")
            is Approvals.LATE
        )
    return Ladder(
        id=f"{frame.agreement}.{name.text}",
        title=title_of(block.title, name),
        agreement=frame.agreement,
        cites=cites,
        targets=tuple(each.terms.id for each in targets if each is not None),
        variable=block.alias.text,
        unit=WindowUnit(f"calendar {closes.unit.name}"),
        levels=tuple(sorted(known, key=lambda level: level.number)),
        clean=2 if closes.and_next else 1,
        late_approvals=late,
        span=name.span,
    )


def _level(
    node: syntax.LadderLevel,
    levels: list[syntax.LadderLevel],
    closes: syntax.ClosesWhen,
    scope: Scope,
    frame: Frame,
) -> LadderLevel | None:
    findings, items = frame.findings, node.items
    what = f"level {node.number}"
    same = next(each for each in levels if each.number == node.number)
    if same is not node:
        findings.said_twice(what, same.span, node.span)
        return None
    is_role = scope.names.roles.knows(node.role, findings)
    failure = findings.at_most_one(items, syntax.OpensOnFailure, f"after which failure {what} opens")
    again = findings.at_most_one(items, syntax.OpensAgain, f"when {what} opens again")
    notified = findings.at_most_one(items, syntax.NotifiedBy, f"what notifies {what}")
    remedied = findings.exactly_one(
        items,
        syntax.Remedied,
        f"by when {what} is to be remedied",
        node.role.span,
        f"remedied in {closes.unit.name} 2 after n.at",
    )
    extended = findings.at_most_one(items, syntax.ExtendedBy, f"what extends {what}")
    gives = findings.at_most_one(items, syntax.FailsGives, f"what the failure of {what} gives")
    _units(items, levels, closes, frame)
    _lower(failure, node, levels, frame)
    matches = [*([notified.match] if notified is not None else [])]
    matches += [each for item in items if isinstance(item, syntax.LevelNeeds) for each in item.matches]
    inner, selections = scope, list[Selection]()
    for match in matches:
        found = resolve_match(match, inner)
        if found is None or not _is_fed(found[0], match.span, frame):
            return None
        selections.append(found[0])
        inner = found[1]
    extension = _extension(extended, scope, frame) if extended is not None else None
    remedy = _remedy(remedied, inner, selections, frame) if remedied is not None else None
    is_party = gives is None or scope.names.parties.knows(gives.party, findings)
    if remedied is None or remedy is None or not is_role or not is_party:
        return None
    if extended is not None and extension is None:
        return None
    return LadderLevel(
        number=node.number,
        role=node.role.text,
        notice=selections[0] if notified is not None else None,
        needs=tuple(selections[1:] if notified is not None else selections),
        remedied=remedy[0],
        waits_for=remedy[1],
        after=remedied.after or 0,
        extension=extension,
        after_failure_of=failure.level if failure is not None else None,
        reopening=Reopening(within=again.within, at_or_above=again.level) if again is not None else None,
        gives=Power(party=gives.party.text, power=gives.power.text) if gives is not None else None,
    )


def _extension(node: syntax.ExtendedBy, scope: Scope, frame: Frame) -> Extension | None:
    matched = resolve_match(node.match, scope)
    to = resolve_instant(node.to, matched[1]) if matched is not None else None
    if matched is None or to is None or not _is_fed(matched[0], node.match.span, frame):
        return None
    return Extension(by=matched[0], to=to)


def _is_fed(selection: Selection, place: Span, frame: Frame) -> bool:
    """Whether a level goes on with what is fed: of verdicts it reads only the breach that opened it."""
    return are_fed(selection, "a ladder", "let facts tell it that are fed: a notice, a plan", place, frame)


def _remedy(
    node: syntax.Remedied, scope: Scope, selections: list[Selection], frame: Frame
) -> tuple[Expression, str] | None:
    """The instant whose window counts, and the fact that it waits for: the notice or a need (S8.1)."""
    instant = resolve_instant(node.instant, scope)
    if instant is None:
        return None
    known = {each.variable for each in selections}
    read = {each.owner.text for each in walk(node.instant) if isinstance(each, FieldOf)} & known
    if len(read) == 1:
        return instant, read.pop()
    frame.findings.error(
        "not-said",
        "from which fact the remedy window counts is not said",
        node.span,
        "reads no notice and nothing needed" if not read else "reads more than one of them",
        help="say it: `notified by notice n where n.obligation is b.obligation`, then `after n.at`",
    )
    return None


def _units(
    items: tuple[Node, ...], levels: list[syntax.LadderLevel], closes: syntax.ClosesWhen, frame: Frame
) -> None:
    for item in items:
        if isinstance(item, syntax.OpensAgain):
            counts_something(item.within, item.span, frame.findings)
            _reopens(item, levels, frame)
        if isinstance(item, syntax.Remedied) and item.after is not None:
            itself = f"the window itself is `remedied in the {item.unit.name} of {words(item.instant)}`"
            counts_something(item.after, item.span, frame.findings, f"say how many windows after; {itself}")
        if isinstance(item, syntax.Remedied | syntax.OpensAgain):
            _is_no_slip(item, closes, frame)
        if isinstance(item, syntax.Remedied | syntax.OpensAgain) and item.unit.name != closes.unit.name:
            frame.findings.error(
                "window-unit",
                f"the ladder counts in {closes.unit.name}s",
                item.unit.span,
                "another unit",
                also=((closes.unit.span, "said here"),),
                help=f"say it in {closes.unit.name}s",
            )


def _is_no_slip(item: syntax.Remedied | syntax.OpensAgain, closes: syntax.ClosesWhen, frame: Frame) -> None:
    count = item.after if isinstance(item, syntax.Remedied) else item.within
    if count is not None and count > MOST_WINDOWS:
        frame.findings.error(
            "length-too-long",
            f"a ladder counts up to {MOST_WINDOWS} {closes.unit.name}s",
            item.span,
            "beyond any agreement",
            help="mend the number",
        )


def _reopens(item: syntax.OpensAgain, levels: list[syntax.LadderLevel], frame: Frame) -> None:
    if item.level < 1 or all(each.number < item.level for each in levels):
        frame.findings.error(
            "unknown-name",
            f"the ladder has no level {item.level} to close at",
            item.span,
            "no such level",
            help=f"its levels are 1 to {max(each.number for each in levels)}",
        )


def _lower(
    node: syntax.OpensOnFailure | None,
    level: syntax.LadderLevel,
    levels: list[syntax.LadderLevel],
    frame: Frame,
) -> None:
    """A level opens after the failure of one below it, so that a ladder ends."""
    if node is None or (node.level < level.number and any(each.number == node.level for each in levels)):
        return
    frame.findings.error(
        "unknown-name",
        f"no level below {level.number} is level {node.level}",
        node.span,
        "not a lower level",
        help="a level opens when one below it fails",
    )
