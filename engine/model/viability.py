"""Viability's nouns: the best that could be promised, and what is too weak beneath a promise (S10.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from engine.model.period import Period
from engine.model.quantity import Instant, Unit
from engine.source import Span


class FindingKind(StrEnum):
    """What is wrong between a promise and what is beneath it; the value is the code of its warning."""

    ABOVE_CEILING = "above-ceiling"
    UNDERPINNING_WEAKER = "underpinning-weaker"
    WINDOW_WEAKER = "window-weaker"
    HOURS_UNCOVERED = "hours-uncovered"
    TIME_OVER_BUDGET = "time-over-budget"
    UC_ENDS_EARLY = "uc-ends-early"
    EXCUSED_BENEATH = "excused-beneath"
    NOTICE_TOO_SHORT = "notice-too-short"
    NEED_WITHOUT_CONTRACT = "need-without-contract"


class Gravity(StrEnum):
    """How bad a finding is, the worst first.

    BROKEN: with every word kept beneath, the promise above can still be broken. EXPOSED: it can, if somebody
    uses a right that they have. UNKNOWN: what is beneath says nothing that could be held against it.
    """

    BROKEN = "broken"
    EXPOSED = "exposed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a finding: the promise, agreement or service of that name, what it says there, the clause
    `document "section"` where it cites one, and its place."""

    name: str
    says: str
    clause: str | None = None
    span: Span | None = field(compare=False, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number of a finding, exact, in the base of its unit's dimension."""

    name: str
    value: Fraction
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One change that by itself makes the finding go: the name that it is made at, in words, and the number
    or the day that has to stand there (both absent where it is neither)."""

    at: str
    words: str
    figure: Figure | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A promise above that what is beneath does not carry (S10.2).

    `message` is one line as a diagnostic's. `since` is the first day on which it is so, in the zone of the
    agreement above; `last_day` the last on which something can still be done. `gaps` are the instants that
    nothing beneath covers: the first few of them, `gap_count` in all.
    """

    kind: FindingKind
    gravity: Gravity
    agreement: str
    message: str
    above: Side
    beneath: tuple[Side, ...]
    figures: tuple[Figure, ...]
    remedies: tuple[Remedy, ...]
    since: date | None = None
    last_day: date | None = None
    gaps: tuple[Period, ...] = ()
    gap_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneath:
    """A part that a service stands on, and the share of time promised for it; none where nobody promises."""

    name: str
    promise: str | None
    availability: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """The best availability that an agreement could promise of a service or for a promise of its own.

    `bound` holds whatever is down when: max(0, 1 − Σ(1 − aᵢ)) in series. `expected` is the share of time if
    the parts fail independently, each shared one counted once. Both take a part that nobody promises for
    one that never fails; they are absent where no part at all is promised. `target` is what is promised, if
    anything is. `unsettled` says why there is no expected value.
    """

    agreement: str
    service: str
    promise: str | None
    target: Fraction | None
    bound: Fraction | None
    expected: Fraction | None
    beneath: tuple[Beneath, ...]
    unsettled: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viability:
    """What one agreement or all of them could promise, and every finding, the worst first. `as_of` absent
    means: over the whole terms."""

    as_of: Instant | None
    prospects: Sequence[Prospect]
    findings: Sequence[Finding]
