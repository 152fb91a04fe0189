"""Of which combination of values an expectation is: `where region is eu and class is standard` (S6.6)."""

from collections.abc import Sequence
from fractions import Fraction

from engine.dsl import fact_kinds as syntax
from engine.dsl.expressions import Name, Number, Text
from engine.dsl.findings import Findings
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_kind import unknown_value
from engine.model.decimals import exact_text
from engine.model.obligation import Obligation, RecoveryPoint
from engine.model.partition import Combination, Partition


def resolve_combination(
    node: syntax.Expect, versions: Sequence[Obligation], findings: Findings
) -> Combination | None:
    """The values that the verdict must have, in whichever version of the promise; None if one is mistaken."""
    if not node.where:
        return ()
    partitions = [each for one in versions if (each := _partition(one)) is not None]
    if not partitions:
        findings.error(
            "occasion-differs",
            f"`{versions[0].terms.id}` is not judged for each of several values",
            node.where[0].span,
            "asks for one of them",
            help="leave it out, or let the promise say `for each`",
        )
        return None
    if not findings.each_once([each.field for each in node.where], "the field"):
        return None
    found = [_combined(each, partitions, findings) for each in node.where]
    combination = tuple(each for each in found if each is not None)
    return combination if len(combination) == len(found) else None


def _partition(promise: Obligation) -> Partition | None:
    return None if isinstance(promise, RecoveryPoint) else promise.partition


def _combined(
    node: syntax.Combined, partitions: Sequence[Partition], findings: Findings
) -> tuple[str, str] | None:
    field = node.field.text
    having = [each for each in partitions if field in each.fields]
    if not having:
        known = list(dict.fromkeys(name for each in partitions for name in each.fields))
        findings.error(
            "unknown-field",
            f"the promise is not judged for each `{field}`",
            node.field.span,
            "not one of its fields",
            help=did_you_mean(field, known, otherwise=f"its fields are {', '.join(known)}"),
        )
        return None
    match node.value:
        case Number(value=number):
            value = exact_text(Fraction(number))
        case Text(value=text) | Name(text=text):
            value = text
    # What a register has, or a trigger bears, is known only when there are facts.
    if all(each.declared for each in having):
        declared = [dict(one)[field] for each in having for one in each.declared]
        if value not in declared:
            unknown_value(value, node.value.span, tuple(dict.fromkeys(declared)), findings)
            return None
    return field, value
