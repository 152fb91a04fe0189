"""What a credit is a share of: amounts, fees, and sums and counts of facts over a stretch of time (S8.4)."""

from dataclasses import dataclass
from typing import TypeAlias

from engine.model.expression import CalendarDays, Expression, Months, Selection
from engine.model.period import WindowUnit
from engine.model.quantity import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWindow:
    """The window that the credit is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfUnit:
    """The civil unit that holds the last instant of the window, or the instant from which the breach dates.

    With `before`, the unit before the one that holds the window's first instant, or the breach.
    """

    unit: WindowUnit
    before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLast:
    """Whole civil days: the last ones of the window, or the day of the breach and those before it."""

    length: CalendarDays | Months


Stretch: TypeAlias = OfWindow | OfUnit | OfLast


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBase:
    """The credit base is a fixed amount."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedBase:
    """The credit base is the sum of a money field over the charges whose instant lies in the stretch.

    It is unknown where there is no charge, or one that may or may not count or has no amount.
    """

    charges: Selection
    amount: Expression
    currency: str
    stretch: Stretch = OfWindow()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedBase:
    """`each` times the number of facts whose instant lies in the stretch, or whose period meets it.

    It is unknown where a fact may or may not count.
    """

    facts: Selection
    each: Money
    stretch: Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFee:
    """The agreement's fee is a fixed amount for each civil unit of its term, however short in it."""

    amount: Money
    unit: WindowUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedFee:
    """The agreement's fee is the sum of the charges of a stretch."""

    charges: Selection
    amount: Expression
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeBase:
    """The credit base is a fixed fee, once for each of its units that meets both the stretch and the term."""

    fee: FixedFee
    stretch: OfWindow | OfUnit


Base: TypeAlias = FixedBase | SummedBase | CountedBase | FeeBase
