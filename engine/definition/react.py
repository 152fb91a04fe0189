"""Everything that follows from verdicts and incidents, by definition (S8)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from engine.definition.book import Reading
from engine.definition.credits import credits
from engine.definition.ladders import cases_of as ladder_cases
from engine.definition.notices import notices_of
from engine.definition.reactions import key_of, severities, steps_of
from engine.definition.renewal import renewals_of, renewed
from engine.definition.rights import improvements_of, rights_of
from engine.definition.runs import is_breached
from engine.definition.strata import Strata, breach_fact, label_of
from engine.model.agreement import Agreement
from engine.model.derived import selections_of_escalation
from engine.model.fact import Fact
from engine.model.followup import Improvement, Ladder, Right
from engine.model.quantity import Instant
from engine.model.reaction import EscalationStep, Reaction, UpdateCase
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict

Noun = TypeVar("Noun", Ladder, Right, Improvement)


def react(
    snapshot: Snapshot, facts: Mapping[str, Sequence[Fact]], verdicts: Sequence[Verdict], as_of: Instant
) -> tuple[Reaction, ...]:
    """Severities and credits in order of the verdicts, then the escalations of incidents (S8), and at
    last where the terms stand that renew."""
    snapshot = renewed(snapshot, facts, as_of)
    strata = Strata(snapshot=snapshot, facts=facts, as_of=as_of)
    agreements = [snapshot.agreements[name] for name in sorted(snapshot.agreements)]
    steps = [
        step
        for agreement in agreements
        for escalation in agreement.escalations
        for step in steps_of(
            escalation,
            agreement,
            strata.book(selections_of_escalation(escalation)).reading(escalation.subjects),
        )
    ]
    levels = [each for each in steps if isinstance(each, EscalationStep)]
    updates = [each for each in steps if isinstance(each, UpdateCase)]
    escalations = [
        *sorted(levels, key=lambda each: (f"{each.escalation}.{each.level}", key_of(each))),
        *sorted(updates, key=lambda each: (each.escalation, key_of(each), each.number)),
    ]
    owed = tuple(credits(snapshot, verdicts, strata.plain))
    by_window = {(each.obligation, each.subject, label_of(each)): each for each in owed if each.is_owed}
    breaches = {each.identity: breach_fact(snapshot, each) for each in verdicts if is_breached(each)}

    def lead_to(agreement: Agreement) -> Iterator[Reaction]:
        if agreement.superseded_by is not None:
            # The latest version reads the windows of all of them.
            return
        versions = [(each, strata.plain.reading(each.covers)) for each in snapshot.versions(agreement.name)]
        for ladders in by_id((one, each, read) for each, read in versions for one in each.ladders):
            yield from ladder_cases(ladders, verdicts, breaches, snapshot, as_of)
        for rights in by_id((one, each, read) for each, read in versions for one in each.rights):
            for right, each, reading in rights:
                yield from rights_of(right, each, verdicts, by_window, snapshot, reading)
        for register in by_id((one, each, read) for each, read in versions for one in each.improvements):
            yield from improvements_of(register, verdicts, by_window, snapshot)
        reading = strata.plain.reading(agreement.covers)
        for notification in agreement.notifications:
            yield from notices_of(notification, agreement, verdicts, breaches, reading)

    return (
        *severities(snapshot, verdicts),
        *owed,
        *escalations,
        *(each for agreement in agreements for each in lead_to(agreement)),
        *renewals_of(snapshot, strata.plain),
    )


def by_id(declared: Iterable[tuple[Noun, Agreement, Reading]]) -> list[list[tuple[Noun, Agreement, Reading]]]:
    """What several versions declare under one id, the first version first (S2.6)."""
    found: dict[str, list[tuple[Noun, Agreement, Reading]]] = {}
    for each in declared:
        found.setdefault(each[0].id, []).append(each)
    return list(found.values())
