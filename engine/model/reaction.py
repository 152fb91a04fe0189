"""Reactions: what follows from verdicts and incidents (S8)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from engine.model.quantity import Instant, Money
from engine.model.renewal import RenewalState
from engine.model.verdict import Due, Occasion


class EscalationState(StrEnum):
    """Where an escalation level stands at `as of`."""

    REACHED = "reached"
    DUE_NEXT = "due next"
    STOPPED = "stopped before"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachSeverity:
    """The severity of a breach; it dates from the due instant or the window's end (S8.1)."""

    obligation: str
    subject: str
    occasion: Occasion
    severity: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """One level of an escalation of one incident: whose turn it is, and when."""

    escalation: str
    occasion: Occasion
    level: int
    role: str
    at: Instant
    state: EscalationState


class UpdateState(StrEnum):
    """Where an update stands at `as of`."""

    GIVEN = "given"
    DUE = "due"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCase:
    """Update `number` of an escalation of one incident, due at the end of its interval, which is in time; it
    was `given_by` (`kind:key`) the first fact in that interval.

    Updates that were missed one after the other are told together: so many `in_a_row`, the last of which was
    due at `last_due`. An incident that nobody closes misses one in each interval, for ever.
    """

    escalation: str
    occasion: Occasion
    number: int
    due: Instant
    state: UpdateState
    last_due: Instant
    in_a_row: int = 1
    given_at: Instant | None = None
    given_by: str | None = None


class CreditState(StrEnum):
    """Where a credit stands at `as of` (S8.4)."""

    PROVISIONAL = "provisional"
    CLAIMABLE = "claimable"
    CLAIMED = "claimed"
    LAPSED = "lapsed"
    EARNED_BACK = "earned back"
    FINAL = "final"


class CreditStep(StrEnum):
    """What happens next to a credit."""

    CLAIM = "claim"
    EARN_BACK = "earn back"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditDue:
    """The instant by which a credit must be claimed, or at which it is known whether it was earned back.

    At `at` it is too late, unless `inclusive`; `date` is the civil last day of a deadline in days.
    """

    step: CreditStep
    at: Instant
    inclusive: bool = False
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit that follows from a verdict (S8.4).

    `amount` is absent where it cannot be computed, which makes the credit provisional, and where nothing but
    `points` follows. Each line of `arithmetic` is a step that a person can check. `due` is what comes next;
    `remedy` is what was chosen instead.
    """

    obligation: str
    subject: str
    occasion: Occasion
    amount: Money | None
    arithmetic: tuple[str, ...]
    points: int | None = None
    state: CreditState = CreditState.FINAL
    due: tuple[CreditDue, ...] = ()
    remedy: str | None = None

    @property
    def is_owed(self) -> bool:
        """Whether the amount is, or may still be, paid."""
        return self.state not in (CreditState.LAPSED, CreditState.EARNED_BACK)


class LadderState(StrEnum):
    """Where a ladder stands at `as of`."""

    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"


class LadderEvent(StrEnum):
    """What happened at a level of a ladder."""

    OPENED = "opened"
    NOTIFIED = "notified"
    EXTENDED = "extended"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One transition: when, at which level, what, why, and the facts that it rests on (`kind:key`)."""

    at: Instant
    level: int
    event: LadderEvent
    reason: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderCase:
    """A ladder that a breach has opened for a target (S8.3). `occasion` is the window of that breach,
    `joined` the further windows breached while it was open, `due` what it waits for, `gives` the power that
    its last failure gives to a party."""

    ladder: str
    obligation: str
    subject: str
    occasion: Occasion
    state: LadderState
    level: int
    role: str
    steps: tuple[LadderStep, ...]
    joined: tuple[str, ...]
    due: tuple[str, ...]
    gives: str | None = None


class RightState(StrEnum):
    """Where a right stands at `as of`; the engine exercises nobody's power (S8.1)."""

    EXERCISABLE = "exercisable"
    EXERCISED = "exercised"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightArisen:
    """A right that a pattern of windows gave at the end of the last of them, `occasion` (S8.5). `until` is
    exclusive, absent where it does not lapse; `exercised_by` is the first fact in that time."""

    right: str
    holder: str
    power: str
    obligation: str
    subject: str
    occasion: Occasion
    at: Instant
    until: Instant | None
    state: RightState
    exercised_by: str | None
    because: tuple[str, ...]


class ImprovementState(StrEnum):
    """Where an improvement stands at `as of`."""

    DUE = "due"
    OVERDUE = "overdue"
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementCase:
    """An improvement that a pattern of windows calls for at the end of the last of them, `occasion`. `due` is
    exclusive; `lacking` are the needs that the record leaves empty; `joined` are windows after which the
    pattern held again before it was done."""

    improvement: str
    owner: str
    obligation: str
    subject: str
    occasion: Occasion
    at: Instant
    due: Instant
    state: ImprovementState
    recorded_by: str | None
    done_at: Instant | None
    lacking: tuple[str, ...]
    because: tuple[str, ...]
    joined: tuple[str, ...]


class NoticeState(StrEnum):
    """Where a notice stands at `as of`."""

    DUE = "due"
    OVERDUE = "overdue"
    SENT = "sent"
    SENT_LATE = "sent late"


class NoticeCause(StrEnum):
    """What somebody is told."""

    BREACH = "breach"
    AT_RISK = "at risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCase:
    """A notice that a verdict asks for (S8.1). `at` is when the breach dates from, and `due` by when it must
    be told, absent where a clock never counts so much. What is at risk is so at `as of`: it dates from
    nothing, so its notice is due while that lasts, and no fact settles it. `sent_by` is `kind:key`."""

    to: str
    cause: NoticeCause
    obligation: str
    subject: str
    occasion: Occasion
    state: NoticeState
    at: Instant | None = None
    due: Due | None = None
    sent_at: Instant | None = None
    sent_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalCase:
    """The term of an agreement that renews, as it stands at `as of`: renewed so often, `through` its last
    day, `ends` the instant after it. While it is open, `due` is the last moment for notice, or for what
    renews it; absent where a clock never counts so much. `notice` (`kind:key`) is what ends it."""

    agreement: str
    state: RenewalState
    through: dt.date
    ends: Instant
    renewed: int
    due: Due | None = None
    notice: str | None = None


Reaction: TypeAlias = (
    BreachSeverity
    | EscalationStep
    | UpdateCase
    | Credit
    | LadderCase
    | RightArisen
    | ImprovementCase
    | NoticeCase
    | RenewalCase
)
