"""The syntax of credits: their bases, payments and conditions, and the fee and the caps of an agreement."""

from dataclasses import dataclass
from enum import StrEnum

from engine.dsl.expressions import (
    Duration,
    Expression,
    FieldOf,
    Literal,
    Match,
    Money,
    Name,
    Node,
    Number,
    Percent,
    Relation,
    Text,
)
from engine.dsl.limits import Limit, WindowUnit
from engine.dsl.statement import Statement

Worth = Percent | Money

# --- bases --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWindow(Node):
    """`window`: the window that the credit is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfUnit(Node):
    """`month`, `month before`."""

    unit: WindowUnit
    before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLast(Node):
    """`last 12 months`."""

    length: Duration


Stretch = OfWindow | OfUnit | OfLast


@dataclass(frozen=True, slots=True, kw_only=True)
class SumOfField(Node):
    """`sum of c.amount of charge c where …`."""

    value: FieldOf
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeOf(Node):
    """`fee of the window`, `fee of the month before`."""

    stretch: Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountTimesCount(Node):
    """`USD 1.00 times count of credential c in the last 12 months`."""

    amount: Money
    match: Match
    stretch: Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBase(Statement):
    """`base USD 1200`, `base fee of the window`, `base sum of c.amount of charge c in the month before`.

    The stretch is that of a sum, where one is said; a sum without one is of the window.
    """

    value: Money | SumOfField | FeeOf | AmountTimesCount
    stretch: Stretch | None


# --- payments -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BandEnd(Node):
    """`below 99.95%`, `at or above 99.0%`; `inclusive` for `at or`."""

    relation: Relation
    inclusive: bool
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Pays(Statement):
    """`pays 10% below 99.95% and at or above 99.0%`."""

    worth: Worth
    band: tuple[BandEnd, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaysOnBreach(Statement):
    """`pays USD 500 on breach`."""

    worth: Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Node):
    """`30 minutes or part`, `full 30 minutes`."""

    size: Literal
    or_part: bool


class Excess(StrEnum):
    """What the steps of a credit are steps of."""

    DOWNTIME = "downtime"
    LATENESS = "lateness"
    SHORTFALL = "shortfall"
    EXCESS = "excess"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaysSteps(Statement):
    """`pays 5% for each 30 minutes or part of downtime`."""

    worth: Worth
    step: Step
    of: Excess


@dataclass(frozen=True, slots=True, kw_only=True)
class PaysProportional(Statement):
    """`pays 10 times base times downtime over agreed time`."""

    times: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class PaysPool(Statement):
    """`pays pool 50% weight 40% at risk 10% of base`."""

    pool: Percent
    weight: Percent
    at_risk: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(Statement):
    """`points 2 below 98.0% and at or above 97.0%`; without a band, `on breach`."""

    points: int
    band: tuple[BandEnd, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsDouble(Statement):
    """`points double when repeated`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsWorth(Statement):
    """`points are worth USD 100 each`."""

    worth: Money


# --- conditions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCap(Statement):
    """`at most 100% of base`."""

    share: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditFloor(Statement):
    """`at least USD 1.00`."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedBack(Statement):
    """`earned back when at or above 99.99% in the next 3 windows`."""

    band: tuple[BandEnd, ...]
    windows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Statement):
    """`claimed within 30 calendar days of window end`; `of` is None for the window's end."""

    limit: Limit
    of: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverWith(Statement):
    """`never with latency, errors`."""

    promises: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOf(Statement):
    """`choice of customer: credit or "one more month"`; `of_customer` or of the provider."""

    of_customer: bool
    instead: tuple[Text, ...]


CreditItem = (
    CreditBase
    | Pays
    | PaysOnBreach
    | PaysSteps
    | PaysProportional
    | PaysPool
    | Points
    | PointsDouble
    | PointsWorth
    | CreditCap
    | CreditFloor
    | EarnedBack
    | Claimed
    | NeverWith
    | ChoiceOf
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits(Statement):
    """`credits { base USD 1200  pays 10% below 99.95% and at or above 99.0%  at most 50% of base }`."""

    items: tuple[CreditItem, ...]


# --- in the agreement ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Statement):
    """`fee USD 1200 in each calendar month`, `fee sum of c.amount of charge c`; the unit is of an amount."""

    value: Money | SumOfField
    unit: WindowUnit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapLimit(Node):
    """`30% of fee in each calendar month`, `USD 5000 in each calendar year`."""

    limit: Percent | Money
    unit: WindowUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class CapsCredits(Statement):
    """`caps credits at 30% of fee in each calendar month, 100% of fee in each calendar year`."""

    limits: tuple[CapLimit, ...]
