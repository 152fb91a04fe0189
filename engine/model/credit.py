"""Credits: what a breach is worth, and what has to happen before it is paid (S8.4)."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from engine.model.credit_base import Base, FixedFee, SummedFee
from engine.model.deadline import Within
from engine.model.period import WindowUnit
from engine.model.quantity import Bound, Money, Unit
from engine.source import Span

CLAIM_KIND = "claim"
"""The fact kind that says which credit was claimed: of which `obligation`, on which `occasion`."""

CHOICE_KIND = "choice"
"""The fact kind that says which `remedy` was chosen, of which `obligation` on which `occasion`."""

Worth: TypeAlias = Fraction | Money
"""A share of the base, or an amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """`pays worth` for measured values inside all the ends; every end is said (S8.4)."""

    worth: Worth
    ends: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBreach:
    """`pays worth on breach`, whatever its size."""

    worth: Worth


class Excess(StrEnum):
    """What the steps of a credit are steps of.

    Downtime is the part of an uptime's denominator that the value lacks, in microseconds; lateness is the
    `late_by` of a duty; shortfall and excess are how far the value lies from its bound, below or above it.
    """

    DOWNTIME = "downtime"
    LATENESS = "lateness"
    SHORTFALL = "shortfall"
    EXCESS = "excess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """`pays worth for each 30 minutes or part of downtime`: begun steps count, or only full ones (S8.4).

    `size` is one step in the base of its unit's dimension.
    """

    worth: Worth
    size: Fraction
    unit: Unit
    of: Excess
    or_part: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportional:
    """`pays 10 times base times downtime over agreed time`."""

    times: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """`pays pool 50% weight 40% at risk 10% of base`: the product of the three shares and the base."""

    pool: Fraction
    weight: Fraction
    at_risk: Fraction


Payment: TypeAlias = Band | OnBreach | Steps | Proportional | Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class PointBand:
    """`points 2 …`: service points for values inside all the ends; without ends, on breach."""

    points: int
    ends: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnBack:
    """`earned back when … in the next 3 windows`: each of them measured inside all the ends."""

    ends: tuple[Bound, ...]
    windows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`choice of customer: credit or "…"`: the party may choose one of `instead`; until then, the credit."""

    party: str
    instead: tuple[str, ...]


class MoneyRounding(StrEnum):
    """How money rounds, once, at the end (S1.3)."""

    HALF_EVEN = "half even"
    HALF_UP = "half up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """The credits of a promise.

    Of the bands the first that holds the value pays, whatever the state; every other payment is made on a
    breach, and all add up. `currency` is absent where nothing but points follows. `at_most` is a share of the
    base, `at_least` the amount below which nothing is paid. `claimed` is by when a credit must be claimed;
    `never_with` are ids of obligations whose credit for the same occasion is never paid beside this one.
    """

    base: Base | None
    payments: tuple[Payment, ...]
    points: tuple[PointBand, ...] = ()
    points_double: bool = False
    point_worth: Money | None = None
    currency: str | None = None
    decimals: int = 2
    at_most: Fraction | None = None
    at_least: Money | None = None
    earned_back: EarnBack | None = None
    claimed: Within | None = None
    never_with: tuple[str, ...] = ()
    choice: Choice | None = None
    rounding: MoneyRounding
    span: Span = field(compare=False)

    @property
    def bands(self) -> tuple[Band, ...]:
        """The payments that hang on the measured value."""
        return tuple(each for each in self.payments if isinstance(each, Band))

    def rounded(self, amount: Fraction) -> Decimal:
        """Half even or half up, once, to the currency's minor unit; exact whatever its length (S1.3)."""
        scaled = amount * 10**self.decimals
        whole, rest = divmod(scaled.numerator, scaled.denominator)
        twice = 2 * rest - scaled.denominator
        up = twice > 0 or (twice == 0 and (self.rounding is MoneyRounding.HALF_UP or whole % 2 == 1))
        return Decimal(f"{whole + up}E-{self.decimals}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOfFee:
    """A share of the agreement's fee."""

    share: Fraction
    fee: FixedFee | SummedFee


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCap:
    """All credits of an agreement that date from one civil unit are worth no more than `limit` (S1.3)."""

    limit: Money | ShareOfFee
    unit: WindowUnit
