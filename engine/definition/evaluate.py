"""Every verdict, by definition: each obligation judged on each of its occasions (S7)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias, assert_never

from engine.definition.book import Book
from engine.definition.duties import DutyCase, judge_duty
from engine.definition.recovery import RecoveryCase, judge_recovery_point
from engine.definition.targets import RecordCase, UptimeCase, judge_target
from engine.model.fact import Fact
from engine.model.obligation import Duty, Obligation, RecoveryPoint, Target
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict

Case: TypeAlias = DutyCase | UptimeCase | RecordCase | RecoveryCase
"""A verdict and what an explanation of it needs."""


def evaluate(
    snapshot: Snapshot,
    facts: Mapping[str, Sequence[Fact]],
    as_of: Instant,
    obligations: Collection[str] | None = None,
) -> tuple[Verdict, ...]:
    """The verdicts of all obligations, or of those named, in order of identity (S7.4)."""
    book = Book(kinds=snapshot.kinds, facts=facts, as_of=as_of)
    verdicts = (
        case.verdict
        for obligation in snapshot.obligations()
        if obligations is None or obligation.terms.id in obligations
        for case in cases(snapshot, book, obligation)
    )
    return tuple(sorted(verdicts, key=lambda verdict: verdict.identity))


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
