"""Samples as bad time: which are read, how long a bucket is, and when the sum of one is bad (S5.2)."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.dsl import downtime
from engine.dsl.expressions import Node
from engine.dsl.frame import Frame
from engine.dsl.promises import MeasuredBy
from engine.dsl.syntax_to_duration import counts_something, elapsed_microseconds
from engine.dsl.syntax_to_kind import unknown_field
from engine.model.expression import (
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    Condition,
    Earliest,
    Expression,
    FieldOf,
    Latest,
    Literal,
    Not,
    Notice,
    OneOf,
    Present,
    Relation,
    Selection,
    ThereIs,
    WindowLabel,
)
from engine.model.fact import FactKind, InstantType, NumberType
from engine.model.measure import Samples
from engine.model.quantity import HOUR, Microseconds
from engine.source import Span


def bucket_length(node: downtime.MeasuresUptime, items: Sequence[Node], frame: Frame) -> Microseconds | None:
    """How long a bucket is, said by `in each minute` or by the source; it must divide an hour."""
    findings = frame.findings
    said = [each.bucket for each in node.clauses if isinstance(each, downtime.WithInEach)]
    said += [
        each.sampled_every
        for each in items
        if isinstance(each, MeasuredBy) and each.sampled_every is not None
    ]
    if not said:
        findings.error(
            "not-said",
            f"how long one `{node.match.kind.text}` counts is not said",
            node.match.kind.span,
            "it happens at one instant",
            help='say `with at least 60 requests in each minute`, or `source "…", sampled every 1 minute`',
        )
        return None
    lengths = [elapsed_microseconds(each, findings, what="a bucket of samples") for each in said]
    for place, length in zip(said, lengths, strict=True):
        if length is None:
            return None
        if length != lengths[0]:
            findings.said_twice("the length of a bucket", said[0].span, place.span)
            return None
        if length == 0 or HOUR % length:
            findings.error(
                "bucket-length",
                "a bucket of samples must divide an hour",
                place.span,
                "does not divide an hour",
                help="buckets begin with the hour: say `1 minute`, `5 minutes`, `15 minutes` or `1 hour`",
            )
            return None
    return lengths[0]


def resolve_samples(
    node: downtime.MeasuresUptime, selection: Selection, kind: FactKind, length: Microseconds, frame: Frame
) -> tuple[Selection, Samples] | None:
    """Conditions on names and texts choose samples; those on numbers are asked of the sums of a bucket."""
    chooses: list[Condition] = []
    asks: list[Condition] = []
    place = node.match.where.span if node.match.where is not None else node.match.span
    if looks_up(selection.where):
        frame.findings.unsupported("`there is` in a condition on samples", place)
        return None
    for condition in conjuncts(selection.where):
        fields = tuple(fields_in(condition))
        if not all(_is_always_there(each, kind, place, frame) for each in fields):
            return None
        numbers = [isinstance(each.type, NumberType) for each in fields]
        if any(numbers) and not all(numbers):
            frame.findings.error(
                "mixed-condition",
                "one condition both chooses samples and asks for the sums of a bucket",
                place,
                "reads a number and something else",
                help="join by `and`: what reads no number chooses samples, what reads numbers asks for sums",
            )
            return None
        (asks if any(numbers) else chooses).append(condition)
    is_said = bool(asks)
    asks += [each for each in _minimums(node, selection, kind, frame) if each is not None]
    if not is_said:
        frame.findings.error(
            "not-said",
            "which samples are bad is not said",
            node.match.span,
            "no condition on a number",
            help=f"say it: `{node.match.kind.text} s where s.errors / s.requests is above 5%`",
        )
        return None
    is_bad = asks[0] if len(asks) == 1 else AllOf(of=tuple(asks))
    where = chooses[0] if len(chooses) == 1 else AllOf(of=tuple(chooses))
    chosen = Selection(kind=selection.kind, variable=selection.variable, where=where)
    return chosen, Samples(length=length, is_bad=is_bad, missing=None)


def _minimums(
    node: downtime.MeasuresUptime, selection: Selection, kind: FactKind, frame: Frame
) -> Iterator[Condition | None]:
    """`with at least 60 requests in each minute`: a bucket with fewer is not bad."""
    for clause in node.clauses:
        if not isinstance(clause, downtime.WithInEach):
            continue
        field = kind.field_named(clause.field.text)
        if field is None:
            unknown_field(clause.field, kind, frame.findings)
        elif not isinstance(field.type, NumberType) or field.optional:
            frame.findings.error(
                "type-mismatch",
                f"`{clause.field.text}` is not a number of every sample",
                clause.field.span,
                "cannot be added up",
                help="name a field that is a number and not optional",
            )
        elif counts_something(clause.least.value, clause.least.span, frame.findings):
            read = FieldOf(variable=selection.variable, kind=kind.name, field=field.name, type=field.type)
            least = Literal(value=Fraction(clause.least.value), type=field.type)
            yield Compare(relation=Relation.AT_LEAST, left=read, right=least)


def _is_always_there(field: FieldOf, kind: FactKind, place: Span, frame: Frame) -> bool:
    """Whether every sample has the field: a sum of what may be absent would hide what is not known."""
    if not may_be_absent(field, kind):
        return True
    frame.findings.unsupported(
        f"a sample whose `{field.field}` may be absent", place, help="declare the field without `optional`"
    )
    return False


def may_be_absent(field: FieldOf, kind: FactKind) -> bool:
    """Whether a field of a fact that is seen can be absent (S2.5)."""
    declared = kind.field_named(field.field)
    if declared is None:
        return True
    is_hidden_when_later = isinstance(declared.type, InstantType) and not declared.planned
    return field.field != kind.start_field and (declared.optional or is_hidden_when_later)


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold."""
    if isinstance(condition, AllOf):
        return tuple(each for one in condition.of for each in conjuncts(one))
    return (condition,)


def looks_up(condition: Condition) -> bool:
    """Whether a condition looks for other facts."""
    match condition:
        case ThereIs():
            return True
        case AllOf(of=parts) | AnyOf(of=parts):
            return any(looks_up(each) for each in parts)
        case Not(of=one):
            return looks_up(one)
        case Compare() | OneOf() | Present() | Notice():
            return False


def fields_in(of: Expression | Condition) -> Iterator[FieldOf]:
    """Every field that an expression or a condition reads."""
    match of:
        case FieldOf():
            yield of
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            yield from fields_in(left)
            yield from fields_in(right)
        case Notice(value=left, before=right):
            yield from fields_in(left)
            yield from fields_in(right)
        case OneOf(value=one) | Present(value=one) | Not(of=one):
            yield from fields_in(one)
        case ThereIs(facts=facts):
            yield from fields_in(facts.where)
        case Latest(of=parts) | Earliest(of=parts) | AllOf(of=parts) | AnyOf(of=parts):
            for each in parts:
                yield from fields_in(each)
        case Literal() | WindowLabel():
            pass
