"""One example judged by the evaluator by definition, and held against what its author expects."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine import definition
from engine.definition.civil import local
from engine.definition.wording import length_text, minutes_text, value_text
from engine.examples.example_to_text import combination_text
from engine.model.decimals import exact_text, grouped
from engine.model.example import Example, Expectation
from engine.model.fact import Fact
from engine.model.instants import iso_text
from engine.model.outcome import Mismatch, Outcome
from engine.model.quantity import Dimension
from engine.model.reaction import Credit, Reaction
from engine.model.reading import credits_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import LENGTHS, Due, Exact, Range, Verdict

POINTS = "points"
"""The name by which an example counts the service points of a verdict."""


def facts_of(snapshot: Snapshot, example: Example) -> dict[str, tuple[Fact, ...]]:
    """The facts that the example gives, with every kind of the set."""
    return {kind: tuple(fact for fact in example.given if fact.kind == kind) for kind in snapshot.kinds}


def judged_for(snapshot: Snapshot, example: Example) -> frozenset[str]:
    """The promises that an example judges: its own, and where it expects a credit all that the agreement pays
    for, because their credits may share a cap or keep one another from being paid (S8.4)."""
    if not _expects_credit(example):
        return frozenset({example.obligation})
    agreement = example.obligation.partition(".")[0]
    paid = (
        each.terms.id
        for version in snapshot.versions(agreement)
        for each in version.obligations
        if credits_of(each) is not None
    )
    return frozenset({example.obligation, *paid})


def verdicts_beside(snapshot: Snapshot, example: Example) -> tuple[Verdict, ...]:
    """The verdicts on the promises that an example judges beside its own."""
    beside = judged_for(snapshot, example) - {example.obligation}
    if not beside:
        return ()
    return definition.evaluate(snapshot, facts_of(snapshot, example), example.as_of, obligations=beside)


def _expects_credit(example: Example) -> bool:
    return any(each.credit is not None or POINTS in dict(each.counts) for each in example.expects)


def judge(snapshot: Snapshot, example: Example, others: Sequence[Verdict] | None = None) -> Outcome:
    """The example's outcome by definition; `others` are the verdicts on what it judges beside its own
    promise, where they are known."""
    facts = facts_of(snapshot, example)
    judged = judged_for(snapshot, example) if others is None else {example.obligation}
    verdicts = definition.evaluate(snapshot, facts, example.as_of, obligations=judged)
    verdicts = tuple(sorted((*verdicts, *(others or ())), key=lambda each: each.identity))
    reactions: Sequence[Reaction] = ()
    if _expects_credit(example):
        reactions = definition.react(snapshot, facts, verdicts, example.as_of)
    return outcome(snapshot, example, verdicts, reactions)


def outcome(
    snapshot: Snapshot, example: Example, verdicts: Sequence[Verdict], reactions: Sequence[Reaction]
) -> Outcome:
    """What the example expects, held against verdicts and reactions of either evaluator."""
    zone = snapshot.agreements[example.obligation.partition(".")[0]].zone
    own = tuple(each for each in verdicts if each.obligation == example.obligation)
    return Outcome(
        example=example,
        verdicts=own,
        mismatches=tuple(
            mismatch
            for expected in example.expects
            for mismatch in _mismatches(expected, own, reactions, zone)
        ),
    )


def _mismatches(
    expected: Expectation, verdicts: Sequence[Verdict], reactions: Sequence[Reaction], zone: str
) -> Iterator[Mismatch]:
    fitting = [each for each in verdicts if expected.is_of(each)]
    if len(fitting) != 1:
        asked = "one verdict" if expected.occasion is None else f"a verdict of `{expected.occasion}`"
        asked += combination_text(expected.combination)
        found = _several(expected, fitting or verdicts)
        yield Mismatch(expected=asked, found=found, span=expected.span)
        return
    (verdict,) = fitting
    for wanted, found in _compared(expected, verdict, reactions, zone):
        if found is not None:
            yield Mismatch(expected=wanted, found=found, span=expected.span)


def _several(expected: Expectation, verdicts: Sequence[Verdict]) -> str:
    """The verdicts among which an expectation picks not one, by what would pick one: their occasions, or on
    one occasion their combinations of values."""
    here = [each for each in verdicts if expected.occasion == each.identity[2]] or verdicts
    keys, help = sorted({each.identity[2] for each in here}), "say which with `for` or `in`"
    if len(keys) == 1 and any(each.combination for each in here):
        keys = sorted(combination_text(each.combination).strip() for each in here)
        help = "say which"
    some = ", ".join(f"`{key}`" for key in keys[:5]) + (", …" if len(keys) > 5 else "")
    return f"{len(here)}: {some}; {help}" if keys else "none"


def _compared(
    expected: Expectation, verdict: Verdict, reactions: Sequence[Reaction], zone: str
) -> Iterator[tuple[str, str | None]]:
    """What is expected in words, and what was found where it differs."""
    state, found = expected.state.value, verdict.state.value
    yield state, None if state == found else found
    if expected.due is not None:
        text = iso_text(expected.due) if isinstance(expected.due, int) else expected.due.isoformat()
        yield f"due {text}", _due_found(expected, verdict.due, zone)
    if expected.measured is not None:
        unit = expected.measured.unit if verdict.bound is None else verdict.bound.unit
        is_held = isinstance(verdict.measured, Exact) and verdict.measured.value == expected.measured.value
        text = value_text(expected.measured.value, expected.measured.unit)
        yield f"measured {text}", None if is_held else _measured_text(verdict, unit.dimension)
    if expected.late_by is not None:
        is_days = verdict.late_unit is not None and verdict.late_unit.dimension is not Dimension.TIME
        text = _late_text(expected.late_by, is_days=is_days)
        late = "not late" if verdict.late_by is None else _late_text(verdict.late_by, is_days=is_days)
        yield f"late by {text}", None if verdict.late_by == expected.late_by else late
    for name, value in expected.counts:
        if name == POINTS:
            points = _points(verdict, reactions)
            yield f"points {value}", None if points == value else f"points {points}"
        else:
            yield f"{name} {_count_text(name, value)}", _count_found(name, value, verdict)
    if expected.credit is not None:
        wanted = expected.credit
        credits = _credits(verdict, reactions)
        amounts = [each.amount for each in credits if each.is_owed]
        total = sum((Fraction(each.amount) for each in amounts if each is not None), Fraction(0))
        is_held = None not in amounts and total == Fraction(wanted.amount)
        arithmetic = "; ".join(line for each in credits for line in each.arithmetic)
        shown = f"{wanted.currency} {grouped(exact_text(total))}" + (f" ({arithmetic})" if arithmetic else "")
        yield f"credit {wanted.currency} {wanted.amount}", None if is_held else shown


def _due_found(expected: Expectation, due: Due | None, zone: str) -> str | None:
    if due is None:
        return "no due instant"
    if isinstance(expected.due, int):
        return None if due.at == expected.due else iso_text(due.at)
    date = due.date or local(due.at, zone).date()
    return None if date == expected.due else date.isoformat()


def _measured_text(verdict: Verdict, dimension: Dimension) -> str:
    match verdict.measured:
        case Exact(value=value, unit=unit):
            # Minutes beside minutes: the value in the author's own unit is what they look for.
            return value_text(value, unit) + ("" if dimension is unit.dimension else f" ({unit.dimension})")
        case Range(low=low, high=high, unit=unit):
            return f"{value_text(low, unit)} to {value_text(high, unit)}"
        case None:
            return "nothing measured"


def _late_text(value: Fraction, *, is_days: bool) -> str:
    if is_days:
        return f"{exact_text(value)} day{'' if value == 1 else 's'}"
    return length_text(int(value))


def _count_text(name: str, value: Fraction) -> str:
    if name not in LENGTHS:
        return grouped(exact_text(value))
    return f"{length_text(int(value))} ({minutes_text(int(value))})"


def _points(verdict: Verdict, reactions: Sequence[Reaction]) -> int:
    """The service points that follow from the verdict."""
    return sum(each.points or 0 for each in _credits(verdict, reactions))


def _credits(verdict: Verdict, reactions: Sequence[Reaction]) -> list[Credit]:
    of = (verdict.obligation, verdict.subject, verdict.occasion)
    return [
        each
        for each in reactions
        if isinstance(each, Credit) and (each.obligation, each.subject, each.occasion) == of
    ]


def _count_found(name: str, value: Fraction, verdict: Verdict) -> str | None:
    if name not in verdict.counts:
        return (
            f"no such count; there {'are' if verdict.counts else 'is'} {', '.join(verdict.counts) or 'none'}"
        )
    found = verdict.counts[name]
    return None if found == value else _count_text(name, Fraction(found))
