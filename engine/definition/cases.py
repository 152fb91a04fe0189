"""One promise judged on each of its occasions (S7)."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from engine.definition.book import Book
from engine.definition.duties import DutyCase, judge_duty
from engine.definition.recovery import RecoveryCase, judge_recovery_point
from engine.definition.targets import ModedCase, RecordCase, UptimeCase, judge_target
from engine.model.obligation import Duty, Obligation, RecoveryPoint, Target
from engine.model.snapshot import Snapshot

Case: TypeAlias = DutyCase | UptimeCase | RecordCase | ModedCase | RecoveryCase
"""A verdict and what an explanation of it needs."""


def cases(snapshot: Snapshot, book: Book, obligation: Obligation, only: str | None = None) -> Iterator[Case]:
    """One case for each occasion of an obligation, or for the one with that key or label."""
    agreement = snapshot.agreements[obligation.terms.agreement]
    reading = book.reading(obligation.terms.subjects)
    match obligation:
        case Target():
            yield from judge_target(obligation, agreement, reading, only)
        case Duty():
            yield from judge_duty(obligation, agreement, reading, only)
        case RecoveryPoint():
            yield from judge_recovery_point(obligation, agreement, reading, only)
        case _:
            assert_never(obligation)
