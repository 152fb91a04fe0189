"""Recovery points: how much may be lost, from one instant of a trigger to another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.definition.book import Reading, id_of
from engine.definition.conditions import Match, absences, instant_of, matching
from engine.definition.duties import blank
from engine.definition.windows import reach_of, term_of
from engine.model.agreement import Agreement
from engine.model.obligation import RecoveryPoint
from engine.model.verdict import Evidence, Exact, OnTriggerFact, State, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCase:
    """A verdict on what one trigger lost."""

    verdict: Verdict
    promise: RecoveryPoint
    trigger: Match


def judge_recovery_point(
    promise: RecoveryPoint, agreement: Agreement, reading: Reading, only: str | None
) -> Iterator[RecoveryCase]:
    """One case for each trigger that is seen and not proven otherwise, or for the one of that key."""
    begins, ends = reach_of(promise.terms, agreement)
    for match in matching(promise.trigger, reading, {}, agreement.zone):
        if match.at <= reading.as_of and begins <= match.at < ends and only in (None, match.fact.key):
            verdict = judge_trigger(promise, agreement, match)
            yield RecoveryCase(verdict=verdict, promise=promise, trigger=match)


def judge_trigger(promise: RecoveryPoint, agreement: Agreement, match: Match) -> Verdict:
    """The elapsed time between the two instants against the bound; PENDING while the trigger is open."""
    fact, bound = match.fact, {promise.trigger.variable: match.fact}
    verdict = replace(
        blank(promise.terms, agreement, OnTriggerFact(kind=fact.kind, key=fact.key, at=match.at), False),
        evidence=Evidence(facts=1, ids=(id_of(fact),)),
    )
    start, end = term_of(agreement)
    if not start <= match.at < end:
        return replace(verdict, state=State.NOT_APPLICABLE)
    if not match.proven:
        return replace(verdict, missing=match.missing)
    lost_from, lost_to = instant_of(promise.start, bound), instant_of(promise.end, bound)
    if lost_from is None or lost_to is None:
        if instant_of(promise.closed_at, bound) is None:
            return replace(verdict, state=State.PENDING)
        absent = {*absences(promise.start, bound), *absences(promise.end, bound)}
        return replace(verdict, missing=tuple(sorted(absent)))
    lost = Fraction(lost_to - lost_from)
    return replace(
        verdict,
        state=State.MET if promise.bound.holds(lost) else State.BREACHED,
        measured=Exact(value=lost, unit=promise.bound.unit),
        bound=promise.bound,
    )
