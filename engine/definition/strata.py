"""What follows from verdicts, as facts: whoever reads them has what they follow from judged first (S9)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.definition.book import Book, Reading
from engine.definition.cases import cases
from engine.definition.credit_items import breached_at
from engine.definition.credits import credits
from engine.definition.followed_facts import fact_of_improvement, fact_of_right, facts_of_ladder
from engine.definition.ladders import cases_of
from engine.definition.reactions import key_of, steps_of
from engine.definition.rights import improvements_of, rights_of
from engine.definition.runs import is_breached
from engine.model import derived
from engine.model.agreement import Agreement
from engine.model.derived import (
    Source,
    escalations_of,
    feeding,
    followups_of,
    is_derived,
    selections_of_escalation,
    verdicts_behind,
)
from engine.model.expression import Selection
from engine.model.fact import Fact, FactValue
from engine.model.followup import Improvement, Ladder, Right
from engine.model.obligation import Obligation
from engine.model.quantity import Instant
from engine.model.reaction import Credit, EscalationState, UpdateCase
from engine.model.reading import selections_of
from engine.model.severity import Escalation
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, State, Verdict


@dataclass(slots=True, kw_only=True)
class Strata:
    """Verdicts and what follows from them, each worked out once, when something asks for it.

    That ends because `check` refuses whatever would have to be judged before itself.
    """

    snapshot: Snapshot
    facts: Mapping[str, Sequence[Fact]]
    as_of: Instant
    plain: Book = field(init=False)
    judged: dict[tuple[str, str], tuple[Verdict, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Verdict, ...]]
    )
    followed: dict[Source, tuple[Fact, ...]] = field(default_factory=dict[Source, tuple[Fact, ...]])

    def __post_init__(self) -> None:
        self.plain = Book(kinds=self.snapshot.kinds, facts=self.facts, as_of=self.as_of)

    def book(self, selections: Iterable[Selection]) -> Book:
        """The facts that are fed, and those from which the selections take what follows from verdicts."""
        found: dict[str, dict[Source, tuple[Fact, ...]]] = {}
        for selection in selections:
            if is_derived(self.snapshot, selection):
                for source in feeding(self.snapshot, selection):
                    found.setdefault(selection.kind, {})[source] = self.facts_of(source)
        if not found:
            return self.plain
        following = {
            kind: [fact for facts in by_source.values() for fact in facts]
            for kind, by_source in found.items()
        }
        return Book(kinds=self.snapshot.kinds, facts={**self.facts, **following}, as_of=self.as_of)

    def verdicts(self, obligation: Obligation) -> tuple[Verdict, ...]:
        """The verdicts of a promise."""
        terms = obligation.terms
        if (terms.agreement, terms.id) not in self.judged:
            book = self.book(selections_of(obligation))
            found = tuple(case.verdict for case in cases(self.snapshot, book, obligation))
            self.judged[terms.agreement, terms.id] = found
        return self.judged[terms.agreement, terms.id]

    def facts_of(self, source: Source) -> tuple[Fact, ...]:
        """What follows from a source."""
        if source not in self.followed:
            self.followed[source] = tuple(self._facts_of(source))
        return self.followed[source]

    def _facts_of(self, source: Source) -> Iterator[Fact]:
        match source.kind:
            case derived.BREACH:
                for verdict in self._verdicts_of(source.name):
                    if verdict.state is State.BREACHED:
                        yield breach_fact(self.snapshot, verdict)
            case derived.CREDIT:
                verdicts = [
                    verdict
                    for each in verdicts_behind(self.snapshot, source)
                    for verdict in self._verdicts_of(each.name)
                ]
                for credit in credits(self.snapshot, verdicts, self.plain):
                    if not credit.is_owed:
                        continue
                    yield Fact(
                        kind=derived.CREDIT,
                        key=(key := "/".join((credit.obligation, credit.subject, label_of(credit)))),
                        values={
                            "id": key,
                            "at": credit.occasion.end
                            if isinstance(credit.occasion, InWindow)
                            else credit.occasion.at,
                            "agreement": source.name,
                            "obligation": credit.obligation,
                            "subject": credit.subject,
                            "window": label_of(credit),
                            "amount": None if credit.amount is None else Fraction(credit.amount.amount),
                            "currency": None if credit.amount is None else credit.amount.currency,
                        },
                    )
            case derived.ESCALATION:
                yield from self._levels(source)
            case _:
                yield from self._led_to(source)

    def _verdicts_of(self, id: str) -> tuple[Verdict, ...]:
        return tuple(verdict for each in self.snapshot.promises(id) for verdict in self.verdicts(each))

    def _led_to(self, source: Source) -> Iterator[Fact]:
        """What a ladder, right or improvement has come to, over the windows of all versions (S2.6)."""
        behind = verdicts_behind(self.snapshot, source)
        verdicts = [
            verdict
            for each in behind
            if each.kind == derived.BREACH
            for verdict in self._verdicts_of(each.name)
        ]
        paid = dict.fromkeys(
            promise
            for each in behind
            if each.kind == derived.CREDIT
            for promise in verdicts_behind(self.snapshot, each)
        )
        owed = credits(
            self.snapshot, [verdict for each in paid for verdict in self._verdicts_of(each.name)], self.plain
        )
        by_window = {(each.obligation, each.subject, label_of(each)): each for each in owed if each.is_owed}
        breaches = {each.identity: breach_fact(self.snapshot, each) for each in verdicts if is_breached(each)}
        ladders: list[tuple[Ladder, Agreement, Reading]] = []
        register: list[tuple[Improvement, Agreement, Reading]] = []
        for said, agreement in followups_of(self.snapshot, source):
            reading = self.plain.reading(agreement.covers)
            match said:
                case Ladder():
                    ladders.append((said, agreement, reading))
                case Improvement():
                    register.append((said, agreement, reading))
                case Right():
                    for right in rights_of(said, agreement, verdicts, by_window, self.snapshot, reading):
                        yield fact_of_right(right)
        for case in cases_of(ladders, verdicts, breaches, self.snapshot, self.as_of):
            yield from facts_of_ladder(case)
        for improvement in improvements_of(register, verdicts, by_window, self.snapshot):
            yield fact_of_improvement(improvement)

    def _levels(self, source: Source) -> Iterator[Fact]:
        """The levels that an escalation has reached in all versions of its agreement."""
        for escalation in escalations_of(self.snapshot, source.name):
            yield from self._levels_of(escalation)

    def _levels_of(self, escalation: Escalation) -> Iterator[Fact]:
        """The levels that an escalation has reached in one version."""
        agreement = self.snapshot.agreements[escalation.agreement]
        reading = self.book(selections_of_escalation(escalation)).reading(escalation.subjects)
        for step in steps_of(escalation, agreement, reading):
            if isinstance(step, UpdateCase) or step.state is not EscalationState.REACHED:
                continue
            values: dict[str, FactValue] = {
                "id": f"{step.escalation}.{step.level}/{key_of(step)}",
                "at": step.at,
                "agreement": agreement.identity,
                "escalation": step.escalation.partition(".")[2],
                "trigger": key_of(step),
                "level": Fraction(step.level),
                "role": step.role,
            }
            yield Fact(kind=derived.ESCALATION, key=str(values["id"]), values=values)


def breach_fact(snapshot: Snapshot, verdict: Verdict) -> Fact:
    """The fact that a promise is broken."""
    promise = snapshot.obligation_of(verdict)
    assert promise is not None
    in_window = isinstance(verdict.occasion, InWindow)
    occasion = verdict.identity[2]
    key = "/".join(verdict.identity)
    return Fact(
        kind=derived.BREACH,
        key=key,
        values={
            "id": key,
            "at": breached_at(verdict),
            "agreement": verdict.obligation.partition(".")[0],
            "obligation": verdict.obligation,
            "subject": verdict.subject,
            "severity": "" if promise.terms.severity is None else promise.terms.severity.name,
            "window": occasion if in_window else "",
            "trigger": "" if in_window else occasion,
        },
    )


def label_of(credit: Credit) -> str:
    """The window that a credit is for."""
    return credit.occasion.label if isinstance(credit.occasion, InWindow) else credit.occasion.key
