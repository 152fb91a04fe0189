"""Exact quantities: microseconds, units, bounds and money; nothing here is binary floating point (S1)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

Instant: TypeAlias = int
"""Microseconds since 1970-01-01T00:00:00Z on the UTC line (S2.1)."""

Microseconds: TypeAlias = int
"""A length of time, never negative in a valid duration."""

SECOND: Microseconds = 1_000_000
MINUTE: Microseconds = 60 * SECOND
HOUR: Microseconds = 60 * MINUTE
DAY: Microseconds = 24 * HOUR


class Dimension(StrEnum):
    """What a number counts; two numbers compare only within one dimension."""

    RATIO = "ratio"
    TIME = "time"
    CALENDAR_DAYS = "calendar days"
    BUSINESS_DAYS = "business days"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit as the author wrote it; `size` is its length in the dimension's base (microseconds, 1, …).

    A money unit is named by its currency and its base is one whole unit of the currency.
    """

    name: str
    dimension: Dimension
    size: Fraction = Fraction(1)


PERCENT = Unit(name="%", dimension=Dimension.RATIO, size=Fraction(1, 100))
SECONDS = Unit(name="seconds", dimension=Dimension.TIME, size=Fraction(SECOND))
MINUTES = Unit(name="minutes", dimension=Dimension.TIME, size=Fraction(MINUTE))
HOURS = Unit(name="hours", dimension=Dimension.TIME, size=Fraction(HOUR))
CALENDAR_DAYS = Unit(name="calendar days", dimension=Dimension.CALENDAR_DAYS)
BUSINESS_DAYS = Unit(name="business days", dimension=Dimension.BUSINESS_DAYS)
COUNT = Unit(name="count", dimension=Dimension.COUNT)
NUMBER = Unit(name="number", dimension=Dimension.NUMBER)


class Comparison(StrEnum):
    """How a measured value is held against a bound."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    ABOVE = "above"
    BELOW = "below"
    EXACTLY = "exactly"
    BETWEEN = "between"


class RoundingMode(StrEnum):
    """What happens to a value halfway between two: it goes up, or to the even one."""

    HALF_UP = "half up"
    HALF_EVEN = "half even"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How a value is rounded where the policy asks (S1.2): to `decimals` of its unit, before it is compared
    or only to be shown."""

    mode: RoundingMode
    decimals: int
    before_comparing: bool

    def rounded(self, value: Fraction, unit: Unit) -> Fraction:
        """The value (in the dimension's base) as it is rounded."""
        step = unit.size / 10**self.decimals
        whole, rest = divmod(value / step, 1)
        is_up = rest > Fraction(1, 2) or (
            rest == Fraction(1, 2) and (self.mode is RoundingMode.HALF_UP or whole % 2 == 1)
        )
        return (whole + is_up) * step


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A bound on a measure; `value` is exact and in the base of the unit's dimension. `rounding` says what
    happens to a value that is held against it.

    `upper` is the other end of `between`, both ends included; no other comparison has one.
    """

    comparison: Comparison
    value: Fraction
    unit: Unit
    rounding: Rounding | None = None
    upper: Fraction | None = None

    def compared(self, value: Fraction) -> Fraction:
        """What is held against the bound: the value itself, or as it is rounded before comparing (S1.2)."""
        if self.rounding is None or not self.rounding.before_comparing:
            return value
        return self.rounding.rounded(value, self.unit)

    def holds(self, value: Fraction) -> bool:
        """Whether `value` (in the dimension's base) keeps this bound, exactly (S1.1)."""
        return self.side(value) == 0

    def side(self, value: Fraction) -> int:
        """0 for a value that keeps this bound, -1 for one that is too low, 1 for one too high (S1.1)."""
        value = self.compared(value)
        match self.comparison:
            case Comparison.AT_LEAST:
                return -1 if value < self.value else 0
            case Comparison.ABOVE:
                return -1 if value <= self.value else 0
            case Comparison.AT_MOST:
                return 1 if value > self.value else 0
            case Comparison.BELOW:
                return 1 if value >= self.value else 0
            case Comparison.EXACTLY | Comparison.BETWEEN:
                upper = self.value if self.upper is None else self.upper
                return -1 if value < self.value else 1 if value > upper else 0

    @property
    def wants_high(self) -> bool:
        """Whether a higher value is the better one; of a bound with two sides it is not."""
        return self.comparison in (Comparison.AT_LEAST, Comparison.ABOVE)

    def margin(self, value: Fraction) -> Fraction:
        """How far a value lies on the good side of the nearer end (negative: beyond it), in the base."""
        upper = self.value if self.upper is None else self.upper
        match self.comparison:
            case Comparison.AT_LEAST | Comparison.ABOVE:
                return value - self.value
            case Comparison.AT_MOST | Comparison.BELOW:
                return self.value - value
            case Comparison.EXACTLY | Comparison.BETWEEN:
                return min(value - self.value, upper - value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in whole units of a currency (ISO 4217 code)."""

    amount: Decimal
    currency: str
