"""Worked examples: the facts given and the verdicts expected, in the agreement's zone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from fractions import Fraction
from typing import Final

from engine.dsl import fact_kinds as syntax
from engine.dsl.conventions import conventions_said
from engine.dsl.expressions import Date, DateTime, Duration, Literal, Money, Name, Number, Percent, Text
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_bound import money_unit
from engine.dsl.syntax_to_combination import resolve_combination
from engine.dsl.syntax_to_duration import CLOCK_UNITS
from engine.dsl.syntax_to_expression import resolve_expression, wanted
from engine.dsl.syntax_to_figures import figures_are_there, unit_is_measured
from engine.dsl.syntax_to_kind import currency_decimals, refuse_derived, unknown_field
from engine.dsl.syntax_to_names import Names, duplicate
from engine.dsl.zones import instant_in_zone
from engine.model import expression, quantity
from engine.model.agreement import Agreement
from engine.model.example import Example, Expectation
from engine.model.fact import Fact, FactKind, FactValue, InstantType, Lasts, ReferenceType, Referent
from engine.model.obligation import Obligation
from engine.model.quantity import Bound, Comparison, Instant, Unit
from engine.model.verdict import State
from engine.source import Span

STATES: Final = {
    "met": State.MET,
    "breached": State.BREACHED,
    "pending": State.PENDING,
    "excused": State.EXCUSED,
    "not applicable": State.NOT_APPLICABLE,
    "unmeasured": State.UNMEASURED,
}


def resolve_example(
    block: syntax.Example, names: Names, ids: Mapping[str, str], findings: Findings
) -> Example | None:
    """One example; `ids` are those of the promises of the whole policy set."""
    id = _promise(block, names, ids, findings)
    agreement = names.agreements.nouns.get(id.partition(".")[0]) if id is not None else None
    if id is None or agreement is None:
        return None
    promised = _versions(id, agreement, names)
    if not promised:
        return None
    scope = _scope(agreement, names, ids, findings)
    found = [_fact(item, promised[0], scope) for item in block.items if isinstance(item, syntax.Given)]
    given = tuple(fact for fact in found if fact is not None)
    _once(block, scope)
    said = findings.at_most_one(block.items, syntax.AsOf, "the instant of the example")
    as_of = _instant(said.instant, scope) if said is not None else _latest(given, names)
    expects = [_expectation(item, promised, scope) for item in block.items if isinstance(item, syntax.Expect)]
    if not expects:
        findings.error(
            "not-said",
            "what the example expects is not said",
            block.title.span,
            "no `expect` line",
            help="say it: `expect met, due 2025-03-16`",
        )
    if as_of is None and (said is None and len(given) == len(found)):
        findings.error(
            "not-said",
            "at which instant the example is judged is not said",
            block.title.span,
            "no `as of` line and no fact",
            help="say it: `as of 2025-04-01`",
        )
    if as_of is None or len(given) < len(found):
        return None
    return Example(
        name=block.title.value,
        obligation=id,
        given=given,
        as_of=as_of,
        expects=tuple(each for each in expects if each is not None),
        span=block.title.span,
    )


def _versions(id: str, agreement: Agreement | None, names: Names) -> tuple[Obligation, ...]:
    """The promise as each version of the agreement has it, the latest first."""
    found: list[Obligation] = []
    while agreement is not None:
        found += [each for each in agreement.obligations if each.terms.id == id]
        agreement = names.agreements.nouns.get(agreement.supersedes or "")
    return tuple(found)


def _once(block: syntax.Example, scope: Scope) -> None:
    """Record each fact whose key another one of its kind has: a file of facts would refuse it, too."""
    first: dict[tuple[str, str], Span] = {}
    for item in (item for item in block.items if isinstance(item, syntax.Given)):
        kind = scope.names.kinds.nouns.get(item.kind.text)
        for each in item.fields if kind is not None else ():
            if kind is not None and each.name.text == kind.key and isinstance(each.value, Text):
                key = (kind.name, each.value.value)
                if key in first:
                    what = f"the {kind.name} `{each.value.value}`"
                    scope.findings.said_twice(what, first[key], each.value.span)
                first.setdefault(key, each.value.span)


def _promise(block: syntax.Example, names: Names, ids: Mapping[str, str], findings: Findings) -> str | None:
    """The id of the promise that the example is of; its agreement may be left out where no other has it."""
    said = ".".join(part.text for part in block.of.parts)
    if said in ids:
        return ids[said]
    found = [called for called in ids if called.partition(".")[2] == said]
    if len(found) == 1:
        return ids[found[0]]
    if len(found) > 1:
        findings.error(
            "unknown-name",
            f"several agreements have a promise `{said}`",
            block.of.span,
            "which of them?",
            help=f"say which: {', '.join(f'`{id}`' for id in sorted(found)[:3])}",
        )
    elif not any(part.text in names.agreements.lost for part in block.of.parts):
        findings.error(
            "unknown-name",
            f"no promise is named `{said}`",
            block.of.span,
            "not a promise",
            help=did_you_mean(said, [*ids, *(called.partition(".")[2] for called in ids)]),
        )
    return None


def _scope(agreement: Agreement, names: Names, ids: Mapping[str, str], findings: Findings) -> Scope:
    return Scope(
        names=names,
        findings=findings,
        zone=agreement.zone,
        conventions=conventions_said(agreement.name, (), (), findings),
        agreement=agreement.name,
        promises=ids,
    )


def _fact(node: syntax.Given, obligation: Obligation, scope: Scope) -> Fact | None:
    """A fact given. What is not said is absent, but the service it is about is the promise's own."""
    kind = scope.names.kinds.find(node.kind, scope.findings)
    if kind is None:
        return None
    if refuse_derived(kind, node.kind.span, scope.findings):
        return None
    values: dict[str, FactValue] = {field.name: None for field in kind.fields}
    if kind.about is not None and obligation.terms.subjects:
        values[kind.about] = obligation.terms.subjects[0]
    said: dict[str, Span] = {}
    sound = True
    for each in node.fields:
        name = each.name.text
        if name in said:
            duplicate(scope.findings, f"the field `{name}`", said[name], each.name.span)
            continue
        said[name] = each.name.span
        value = _value(each, kind, scope)
        sound = sound and value is not None
        values[name] = value
    if kind.key not in said:
        scope.findings.error(
            "not-said",
            f"the key of the `{kind.name}` is not said",
            node.kind.span,
            f"no `{kind.key}`",
            help=f'say it: `{kind.key} "1"`',
        )
        return None
    if sound and not _ends_after_start(node, kind, values, scope):
        return None
    key = values.get(kind.key)
    return Fact(kind=kind.name, key=key, values=values) if sound and isinstance(key, str) else None


def _ends_after_start(
    node: syntax.Given, kind: FactKind, values: Mapping[str, FactValue], scope: Scope
) -> bool:
    """Whether a fact that lasts ends no earlier than it begins (S2.2)."""
    if not isinstance(kind.timing, Lasts):
        return True
    start, end = values[kind.timing.start], values[kind.timing.end]
    if not isinstance(start, int) or not isinstance(end, int) or end >= start:
        return True
    places = {each.name.text: each.value.span for each in node.fields}
    scope.findings.error(
        "ends-before-start",
        f"the {kind.name} ends before it begins",
        places[kind.timing.end],
        "the end",
        also=((places[kind.timing.start], "the start"),),
        help="swap the two or mend one of them",
    )
    return False


def _value(node: syntax.GivenField, kind: FactKind, scope: Scope) -> FactValue:
    field = kind.field_named(node.name.text)
    if field is None:
        unknown_field(node.name, kind, scope.findings)
        return None
    typed = resolve_expression(node.value, scope, field.type)
    if typed is None:
        return None
    if isinstance(field.type, ReferenceType) and field.type.to not in set(Referent):
        is_right = isinstance(typed.expression, expression.Literal) and isinstance(
            typed.expression.value, str
        )
        is_right = is_right or wanted(node.value, typed, field.type, scope)
    else:
        is_right = wanted(node.value, typed, field.type, scope)
    if not is_right or not isinstance(typed.expression, expression.Literal):
        return None
    return typed.expression.value


def _latest(given: Iterable[Fact], names: Names) -> Instant | None:
    """The latest instant that the facts given hold: the example is judged then, unless it says when."""
    instants = [
        value
        for fact in given
        for field in names.kinds.nouns[fact.kind].fields
        if isinstance(field.type, InstantType) and isinstance(value := fact.values[field.name], int)
    ]
    return max(instants, default=None)


def _instant(node: DateTime | Date, scope: Scope) -> Instant | None:
    moment = node.value if isinstance(node, DateTime) else datetime.combine(node.value, time.min)
    return instant_in_zone(moment, scope.zone, node, scope.findings)


def _expectation(node: syntax.Expect, promised: Sequence[Obligation], scope: Scope) -> Expectation | None:
    findings = scope.findings
    due = findings.at_most_one(node.details, syntax.ExpectedDue, "when it is due")
    measured = findings.at_most_one(node.details, syntax.ExpectedMeasured, "the measured value")
    late = findings.at_most_one(node.details, syntax.ExpectedLate, "how late it is")
    credit = findings.at_most_one(node.details, syntax.ExpectedCredit, "the credit")
    occasion = node.trigger or node.window
    value = _measured(measured.value, findings) if measured is not None else None
    if measured is not None and (
        value is None or not unit_is_measured(value, promised, measured.value, findings)
    ):
        return None
    combination = resolve_combination(node, promised, findings)
    if not figures_are_there(node, promised, findings) or combination is None:
        return None
    if credit is not None and currency_decimals(credit.amount.currency, credit.span, findings) is None:
        return None
    return Expectation(
        state=STATES[node.state],
        occasion=occasion.value if occasion is not None else None,
        due=None
        if due is None
        else due.value.value
        if isinstance(due.value, Date)
        else _instant(due.value, scope),
        measured=value,
        late_by=_length(late.length)[0] if late is not None else None,
        credit=None
        if credit is None
        else quantity.Money(amount=credit.amount.amount, currency=credit.amount.currency),
        combination=combination,
        counts=tuple(_count(each) for each in node.details if isinstance(each, syntax.ExpectedCount)),
        span=node.span,
    )


def _count(node: syntax.ExpectedCount) -> tuple[str, Fraction]:
    value = node.value
    return node.name.text, _length(value)[0] if isinstance(value, Duration) else Fraction(value.value)


def _measured(node: Literal | Name, findings: Findings) -> Bound | None:
    """The value expected, in the base of its dimension."""
    unit: Unit
    match node:
        case Percent(value=percent):
            value, unit = Fraction(percent) / 100, quantity.PERCENT
        case Number(value=number):
            value, unit = Fraction(number), quantity.NUMBER
        case Money(currency=currency, amount=amount):
            if currency_decimals(currency, node.span, findings) is None:
                return None
            value, unit = Fraction(amount), money_unit(currency)
        case Duration():
            value, unit = _length(node)
        case _:
            findings.error(
                "type-mismatch",
                "a measured value is a number with its unit",
                node.span,
                "not a measured value",
                help="say a percentage, a number, an amount or a length of time",
            )
            return None
    return Bound(comparison=Comparison.AT_LEAST, value=value, unit=unit)


def _length(node: Duration) -> tuple[Fraction, Unit]:
    days = quantity.BUSINESS_DAYS if "business" in node.unit.value else quantity.CALENDAR_DAYS
    unit = CLOCK_UNITS.get(node.unit, days)
    return Fraction(node.amount) * unit.size, unit
