"""Credits: what a breach is worth, in tiers (S8.4)."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from engine.model.expression import Expression, Selection
from engine.model.quantity import Bound, Money
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """`pays share of base` for measured values inside all the ends; every end is said (S8.4)."""

    share: Fraction
    ends: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBase:
    """The credit base is a fixed amount for each window."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedBase:
    """The credit base is the sum of a money field over the charges whose instant lies in the window."""

    charges: Selection
    amount: Expression
    currency: str


class MoneyRounding(StrEnum):
    """How money rounds, once, at the end (S1.3)."""

    HALF_EVEN = "half even"
    HALF_UP = "half up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """Tier credits of a target; `at_most` is a share of the base."""

    base: FixedBase | SummedBase
    bands: tuple[Band, ...]
    at_most: Fraction | None
    rounding: MoneyRounding
    decimals: int
    span: Span = field(compare=False)
