"""Notices: who is told of what is at risk, and of a breach, by when and by which facts (S8.1)."""

from collections.abc import Iterable

from engine.dsl import followups as syntax
from engine.dsl.expressions import Name, Node
from engine.dsl.fed_facts import are_fed
from engine.dsl.frame import Frame
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_deadline import resolve_within
from engine.dsl.syntax_to_followup import Promises
from engine.model.derived import BREACH
from engine.model.expression import FieldOf, Literal, OneOf, Selection
from engine.model.fact import FactKind
from engine.model.followup import NoticeAtRisk, NoticeOfBreach, Notification


def resolve_notices(items: Iterable[Node], promises: Promises, frame: Frame) -> tuple[Notification, ...]:
    """The notices of an agreement, in order of declaration."""
    found: list[Notification | None] = []
    for item in items:
        match item:
            case syntax.NotifyBreach():
                found.append(_of_breach(item, promises, frame))
            case syntax.NotifyAtRisk():
                told = _is_known(item.to, frame)
                about = _about(item.promises, promises, frame)
                found.append(NoticeAtRisk(to=item.to.text, obligations=about) if told and about else None)
            case _:
                pass
    return tuple(each for each in found if each is not None)


def _of_breach(node: syntax.NotifyBreach, promises: Promises, frame: Frame) -> NoticeOfBreach | None:
    told, about = _is_known(node.to, frame), _about(node.promises, promises, frame)
    breach = frame.scope.names.kinds.find(Name(text=BREACH, span=node.span), frame.findings)
    if breach is None:
        return None
    scope = frame.scope.with_fact(node.alias.text, breach)
    limit = resolve_within(node.limit, _field(node.alias.text, breach, "at"), scope)
    by = resolve_match(node.match, scope)
    if limit is None or by is None or not told or not about:
        return None
    help = "let a fact tell of it that is fed: a notice"
    if not are_fed(by[0], "a notice", help, node.match.span, frame):
        return None
    obligation = _field(node.alias.text, breach, "obligation")
    among = tuple(Literal(value=each, type=obligation.type) for each in about)
    where = OneOf(value=obligation, among=among)
    trigger = Selection(kind=BREACH, variable=node.alias.text, where=where)
    return NoticeOfBreach(to=node.to.text, trigger=trigger, limit=limit, by=by[0])


def _field(variable: str, kind: FactKind, name: str) -> FieldOf:
    found = kind.field_named(name)
    assert found is not None, "the standard library declares it"
    return FieldOf(variable=variable, kind=kind.name, field=name, type=found.type)


def _is_known(to: Name, frame: Frame) -> bool:
    """Whether it is a party or a role; if not, that is on record."""
    parties, roles = frame.scope.names.parties, frame.scope.names.roles
    if to.text in parties.declared or to.text in roles.declared:
        return True
    if to.text in parties.lost | roles.lost:
        return False
    frame.findings.error(
        "unknown-name",
        f"no party and no role is named `{to.text}`",
        to.span,
        "not known",
        help=did_you_mean(to.text, [*parties.declared, *roles.declared]),
    )
    return False


def _about(said: tuple[Name, ...], promises: Promises, frame: Frame) -> tuple[str, ...]:
    """The ids of the promises that are meant, all where none is named; empty where one is mistaken."""
    if not said:
        return tuple(promises)
    found: list[str] = []
    for name in said:
        id = frame.promise_id(name)
        if id is None:
            frame.refuse(name, "promise", promises)
        elif id in promises:
            found.append(id)
    return tuple(found) if len(found) == len(said) else ()
