"""Conditions and expressions: what they mean, and what is not comparable."""

from fractions import Fraction

import pytest

from engine.model.calendar import Elapsed
from engine.model.expression import (
    AllOf,
    AnyOf,
    Arithmetic,
    ClockDuration,
    Compare,
    FieldOf,
    InForce,
    Literal,
    Not,
    Notice,
    NoticeCounting,
    OneOf,
    Operator,
    Present,
    Relation,
    Selection,
    ThereIs,
    UntilNext,
)
from engine.model.fact import (
    InstantType,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    YesNoType,
)
from engine.model.obligation import Duty, OnTrigger
from engine.model.quantity import HOUR, HOURS
from engine.model.reading import kinds_read
from tests.dsl.resolving import agreement, duty, errors, promise

PRIORITIES = OneOfType(values=("p1", "p2", "p3", "p4"))
PRIORITY = FieldOf(variable="i", kind="incident", field="priority", type=PRIORITIES)
MAJOR = FieldOf(variable="i", kind="incident", field="major", type=YesNoType())
REPORTED = FieldOf(variable="i", kind="incident", field="reported_at", type=InstantType())
RESOLVED = FieldOf(variable="i", kind="incident", field="resolved_at", type=InstantType())
IS_MAJOR = Compare(relation=Relation.IS, left=MAJOR, right=Literal(value=True, type=YesNoType()))


def policy(condition: str, kind: str = "incident i") -> str:
    return agreement(duty(f"when {kind} where {condition} must response r within 1 hour of {kind[-1]}.at"))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("i.major is yes", IS_MAJOR),
        (
            "i.priority is not p1",
            Compare(relation=Relation.IS_NOT, left=PRIORITY, right=Literal(value="p1", type=PRIORITIES)),
        ),
        (
            'i.priority is one of (p1, "p2")',
            OneOf(
                value=PRIORITY,
                among=(Literal(value="p1", type=PRIORITIES), Literal(value="p2", type=PRIORITIES)),
            ),
        ),
        (
            "i.parent is absent",
            Not(
                of=Present(
                    value=FieldOf(
                        variable="i", kind="incident", field="parent", type=ReferenceType(to="incident")
                    )
                )
            ),
        ),
        (
            "i.service is shop",
            Compare(
                relation=Relation.IS,
                left=FieldOf(
                    variable="i", kind="incident", field="service", type=ReferenceType(to="service")
                ),
                right=Literal(value="shop", type=ReferenceType(to="service")),
            ),
        ),
        (
            "i.at is before 2025-03-01 10:00",
            Compare(
                relation=Relation.BELOW,
                left=REPORTED,
                right=Literal(value=1_740_819_600_000_000, type=InstantType()),
            ),
        ),
        (
            "i.at is after 2025-03-01 10:00Z",
            Compare(
                relation=Relation.ABOVE,
                left=REPORTED,
                right=Literal(value=1_740_823_200_000_000, type=InstantType()),
            ),
        ),
        (
            "i.at is at least 2 hours before i.resolved_at",
            Notice(
                value=REPORTED,
                lead=ClockDuration(length=2 * HOUR, clock=Elapsed(), unit=HOURS),
                before=RESOLVED,
                counting=NoticeCounting.SAME_TIME,
            ),
        ),
        (
            "i.resolved_at is at least 2 hours after i.at",
            Notice(
                value=REPORTED,
                lead=ClockDuration(length=2 * HOUR, clock=Elapsed(), unit=HOURS),
                before=RESOLVED,
                counting=NoticeCounting.SAME_TIME,
            ),
        ),
        ("not (i.major is yes)", Not(of=IS_MAJOR)),
        ("i.major is yes and i.major is yes", AllOf(of=(IS_MAJOR, IS_MAJOR))),
        ("i.major is yes or i.major is yes", AnyOf(of=(IS_MAJOR, IS_MAJOR))),
    ],
)
def test_a_condition_means(text: str, condition: object) -> None:
    made = promise(policy(text))
    assert isinstance(made, Duty) and isinstance(made.occasion, OnTrigger)
    assert made.occasion.trigger.where == condition


def test_arithmetic_is_exact() -> None:
    made = promise(policy("(f.share + 0.1) * 2 is above 20%", kind="fee f"))
    assert isinstance(made, Duty) and isinstance(made.occasion, OnTrigger)
    share = FieldOf(variable="f", kind="fee", field="share", type=NumberType(decimals=2))
    tenth = Literal(value=Fraction(1, 10), type=NumberType(decimals=1))
    two = Literal(value=Fraction(2), type=NumberType(decimals=0))
    total = Arithmetic(operator=Operator.PLUS, left=share, right=tenth)
    assert made.occasion.trigger.where == Compare(
        relation=Relation.ABOVE,
        left=Arithmetic(operator=Operator.TIMES, left=total, right=two),
        right=Literal(value=Fraction(1, 5), type=NumberType(decimals=1)),
    )


def test_a_quotient_is_taken_from_left_to_right() -> None:
    made = promise(policy("f.share * 2 / f.share is above 5%", kind="fee f"))
    assert isinstance(made, Duty) and isinstance(made.occasion, OnTrigger)
    share = FieldOf(variable="f", kind="fee", field="share", type=NumberType(decimals=2))
    two = Literal(value=Fraction(2), type=NumberType(decimals=0))
    double = Arithmetic(operator=Operator.TIMES, left=share, right=two)
    assert made.occasion.trigger.where == Compare(
        relation=Relation.ABOVE,
        left=Arithmetic(operator=Operator.OVER, left=double, right=share),
        right=Literal(value=Fraction(1, 20), type=NumberType(decimals=2)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "f.amount / EUR 2 is above 5%",
        "f.amount/f.share is above EUR 2",
        "f.hours / 5 minutes is above 2",
        "f.hours / 3 is above 2 minutes",
        "f.amount is above EUR 12.50",
        "f.amount * 2 is at most EUR 12.50",
        "f.amount + EUR 1 is below f.amount * 1.1",
        "f.hours is at least 90 minutes",
        "f.hours + 5 minutes is below 2 hours",
        "f.paid_at is after f.at",
        "f.share is 0.25",
        'f.id is "x"',
        "earliest of (f.at, f.paid_at) is before latest of (f.at, 2025-01-01 00:00)",
    ],
)
def test_what_is_of_one_type_compares(text: str) -> None:
    assert errors(policy(text, kind="fee f")) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('f.share is "x"', "type-mismatch"),
        ("f.id is 5", "type-mismatch"),
        ("f.amount is above 12.50", "type-mismatch"),
        ("f.amount is above USD 12.50", "type-mismatch"),
        ("f.amount is above EUR 12.505", "amount-too-fine"),
        ("f.amount is above EUX 12.50", "unknown-currency"),
        ("f.hours is at least 90", "type-mismatch"),
        ("f.hours is at least 2 calendar days", "type-mismatch"),
        ("f.hours is at least 2 hours on office", "type-mismatch"),
        ("f.paid_at is 2025-03-01", "type-mismatch"),
        ("f.paid_at is above f.at", "type-mismatch"),
        ("f.share is before 5", "type-mismatch"),
        ("f.paid_at - f.at is above 5", "type-mismatch"),
        ("f.amount * f.amount is above EUR 5", "type-mismatch"),
        ("f.amount + f.share is above EUR 5", "type-mismatch"),
        ("latest of (f.at, f.share) is after f.at", "type-mismatch"),
        ("f.service is shap", "unknown-name"),
        ('f.service is "shap"', "unknown-name"),
        ("f.nothing is 5", "unknown-field"),
        ("g.share is 5", "unknown-word"),
        ("f is 5", "unknown-word"),
        ("f.id is x", "unknown-word"),
        ("f.id is one of (f.service)", "type-mismatch"),
        ("f.at is at most 2 hours before f.paid_at", "not-yet-supported"),
        ("f.at is at least 2 calendar days after f.paid_at", "not-yet-supported"),
        ("f.at is before 2025-03-30 02:30", "unclear-time"),
    ],
)
def test_what_is_not_of_one_type_is_refused_once(text: str, code: str) -> None:
    assert errors(policy(text, kind="fee f")) == [code]


def test_a_reference_is_held_against_the_key_of_its_own_kind() -> None:
    def text(key: str) -> str:
        return agreement(
            duty(f"when incident i must response r where r.incident is {key} within 1 hour of i.at")
        )

    assert errors(text("i.id")) == []
    assert errors(text("r.id")) == ["type-mismatch"]


def test_a_derived_field_has_the_values_of_its_matrix() -> None:
    matrix = """
priority of incident {
  columns urgency low, medium, high
  row impact low: p3, p3, p2
  row impact medium: p3, p2, p1
  row impact high: p2, p1, p1
}
"""
    assert errors(matrix + policy("i.priority is p1")) == []
    assert errors(matrix + policy("i.priority is p4")) == ["unknown-value"]


def test_money_knows_its_currency() -> None:
    made = promise(policy("f.amount is above EUR 5", kind="fee f"))
    assert isinstance(made, Duty) and isinstance(made.occasion, OnTrigger)
    where = made.occasion.trigger.where
    assert isinstance(where, Compare)
    assert where.right == Literal(value=Fraction(5), type=MoneyType(currency="EUR", decimals=2))


# --- there is -----------------------------------------------------------------------------------


def test_there_is_looks_up_a_fact_in_force() -> None:
    text = (
        "there is no status s in force at i.reported_at until the next status of s.incident"
        ' where (s.incident is i.id and s.value is "waiting")'
    )
    found = promise(policy(text))
    assert isinstance(found, Duty)
    assert isinstance(found.occasion, OnTrigger)
    where = found.occasion.trigger.where
    assert isinstance(where, Not)
    assert isinstance(where.of, ThereIs)
    assert where.of.in_force == InForce(at=REPORTED, until=UntilNext(same="incident"))
    assert (where.of.facts.kind, where.of.facts.variable) == ("status", "s")
    assert set(kinds_read(found)) == {"incident", "status", "response"}


def test_a_kind_that_lasts_is_in_force_until_its_end() -> None:
    found = promise(policy("there is an outage o in force at i.at"))
    assert isinstance(found, Duty)
    assert isinstance(found.occasion, OnTrigger)
    end = FieldOf(variable="o", kind="outage", field="end", type=InstantType())
    assert found.occasion.trigger.where == ThereIs(
        facts=Selection(kind="outage", variable="o"), in_force=InForce(at=REPORTED, until=end)
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("there is a status s in force at i.at", "not-said"),
        ("there is an outage o in force at i.at until the next outage of o.service", "said-twice"),
        ("there is an outage o in force at o.start", "unknown-word"),
        ("there is an outage o in force at i.major", "type-mismatch"),
        ("there is an outage i where (i.service is i.service)", "duplicate-name"),
        ("there is an outrage o where (o.service is i.service)", "unknown-name"),
        ("there is an outage o where (o.service is i.major)", "type-mismatch"),
    ],
)
def test_what_there_cannot_be(text: str, code: str) -> None:
    assert errors(policy(text)) == [code]
