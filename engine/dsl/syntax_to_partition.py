"""`for each`: which combinations of values have a verdict of their own (S6.6)."""

from collections.abc import Sequence
from itertools import product

from engine.dsl import promises
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_condition import resolve_match
from engine.model.expression import Selection
from engine.model.fact import FactKind, OneOfType, ReferenceType, TextType
from engine.model.measure import Measure, Uptime
from engine.model.obligation import Duty, OnTrigger, OnWindow, Target
from engine.model.partition import Partition
from engine.model.reading import kinds_read


def resolve_partition(node: promises.ForEach, measure: Measure, frame: Frame) -> Partition | None:
    """The combinations of the values that the measured kind declares, or those of a register."""
    findings, kinds = frame.findings, frame.scope.names.kinds
    measured = kinds.nouns.get(
        measure.outages.kind if isinstance(measure, Uptime) else measure.records.of.kind
    )
    if measured is None:
        return None
    fields = tuple(name.text for name in node.fields)
    if not findings.each_once(node.fields, "the field"):
        return None
    return _partition(node, fields, measured, frame)


def _partition(
    node: promises.ForEach, fields: tuple[str, ...], bearing: FactKind, frame: Frame
) -> Partition | None:
    """The combinations that a kind declares, or those of a register."""
    findings, kinds = frame.findings, frame.scope.names.kinds
    if not _all_borne(node, bearing, findings):
        return None
    if node.register is None:
        values = [_declared(name, bearing, findings) for name in node.fields]
        if any(not each for each in values):
            return None
        declared = tuple(tuple(zip(fields, each, strict=True)) for each in product(*values))
        return Partition(fields=fields, declared=declared, register=None)
    matched = resolve_match(node.register, frame.scope)
    if matched is None:
        return None
    register = kinds.nouns[matched[0].kind]
    if not _all_borne(node, register, findings):
        return None
    return Partition(fields=fields, declared=(), register=matched[0])


def resolve_duty_partition(
    node: promises.ForEach,
    happens: OnTrigger | OnWindow,
    fulfilments: tuple[Selection, ...],
    frame: Frame,
) -> Partition | None:
    """The combinations that the triggers bear; where they bear none, those that are declared by what must
    follow, or those of a register."""
    findings, kinds = frame.findings, frame.scope.names.kinds
    fields = tuple(name.text for name in node.fields)
    if not findings.each_once(node.fields, "the field"):
        return None
    triggers = happens.selections if isinstance(happens, OnTrigger) else ()
    bearing = [each for each in triggers if bears_any(kinds.nouns[each.kind], fields)]
    if bearing:
        own = kinds.nouns[bearing[0].kind]
        if node.register is not None:
            findings.error(
                "for-each-register",
                f"`{own.name}` says itself for which value it is",
                node.register.span,
                "nothing is left for a register to say",
                help=f"leave it out: `for each {', '.join(fields)}`",
            )
            return None
        if not _all_borne(node, own, findings):
            return None
        register = Selection(kind=own.name, variable=bearing[0].variable)
        return Partition(fields=fields, declared=(), register=register, of_triggers=True)
    follow = [kinds.nouns[each.kind] for each in fulfilments]
    declaring = [each for each in follow if bears_any(each, fields)]
    return _partition(node, fields, (declaring or follow)[0], frame)


def bears_any(kind: FactKind, fields: Sequence[str]) -> bool:
    """Whether a kind has one of the fields."""
    return any(kind.field_named(each) is not None for each in fields)


def kind_measured(measure: Measure) -> str:
    """The kind of the facts that are measured."""
    return measure.outages.kind if isinstance(measure, Uptime) else measure.records.of.kind


def _all_borne(node: promises.ForEach, kind: FactKind, findings: Findings) -> bool:
    """Whether every fact of the kind bears a value of each field; every mistake is recorded."""
    bearing = [_is_borne(name, kind, findings) for name in node.fields]
    return all(bearing)


def _is_borne(name: Name, kind: FactKind, findings: Findings) -> bool:
    """Whether every fact of the kind bears a value that can tell it apart; if not, a mistake is recorded."""
    field = kind.field_named(name.text)
    if field is None:
        named = [each.name for each in kind.fields]
        findings.error(
            "unknown-field",
            f"`{kind.name}` has no field `{name.text}`",
            name.span,
            "not one of its fields",
            help=did_you_mean(name.text, named, otherwise=f"its fields are {', '.join(named)}"),
        )
        return False
    if field.optional or not isinstance(field.type, OneOfType | ReferenceType | TextType):
        findings.error(
            "for-each-value",
            f"`{kind.name}.{name.text}` cannot tell facts apart",
            name.span,
            "may be absent" if field.optional else "neither one of several values, nor a text or a reference",
            help="name a field that every fact has and whose values have names: `one of (…)`",
        )
        return False
    return True


def _declared(name: Name, kind: FactKind, findings: Findings) -> Sequence[str]:
    """The values that the policy declares for a field."""
    field = kind.field_named(name.text)
    if field is not None and isinstance(field.type, OneOfType):
        return field.type.values
    findings.error(
        "for-each-value",
        f"the policy does not declare the values of `{kind.name}.{name.text}`",
        name.span,
        "any value",
        help=f"declare them, `{name.text} one of (…)`, or name a register: `for each {name.text} in KIND`",
    )
    return ()


def check_all_bear(node: promises.ForEach, promise: Target | Duty, frame: Frame) -> None:
    """No kind that is read may leave out a field by which its facts are told apart: they would be lost."""
    for read in kinds_read(promise):
        kind = frame.scope.names.kinds.nouns[read]
        for name in node.fields:
            field = kind.field_named(name.text)
            if field is not None and field.optional:
                _is_borne(name, kind, frame.findings)
