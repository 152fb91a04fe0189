"""What the worked examples of a policy set try, and what no example would notice the loss of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from engine.examples.boundaries import Boundary, Promise, boundaries, stands_on
from engine.examples.judge import judge, verdicts_beside
from engine.examples.obligation_to_mutants import mutants
from engine.examples.propose import propose
from engine.model.derived import has_strata
from engine.model.example import Example
from engine.model.obligation import Obligation
from engine.model.outcome import Aspect, Outcome, Proposal, Trial
from engine.model.snapshot import Snapshot
from engine.model.verdict import State, Verdict

Progress = Callable[[str, int, int], None]


def cover(
    snapshot: Snapshot, outcomes: Sequence[Outcome], progress: Progress
) -> tuple[tuple[Trial, ...], tuple[Proposal, ...]]:
    """Every trial of every promise, and an example for each boundary that could be proposed.

    A branch is tried by an example that fails without it; a boundary by one whose expected verdict stands on
    it. Only examples that pass count.
    """
    passed: dict[str, list[Outcome]] = {}
    for each in outcomes:
        if each.passed:
            passed.setdefault(each.example.obligation, []).append(each)
    trials: list[Trial] = []
    proposals: list[Proposal] = []
    obligations = snapshot.obligations()
    for done, obligation in enumerate(obligations):
        progress("looking for what is untried", done, len(obligations))
        promise = Promise(snapshot=snapshot, obligation=obligation)
        mine = passed.get(obligation.terms.id, [])
        trials += _trials(promise, mine)
        for boundary in boundaries(promise):
            by = next((each.example.name for each in mine if _stands(boundary, promise, each)), None)
            trials.append(_trial(obligation, Aspect.BOUNDARY, boundary.value, by))
            if by is None and (proposal := propose(boundary, promise, mine)) is not None:
                proposals.append(proposal)
    progress("looking for what is untried", len(obligations), len(obligations))
    return tuple(trials), tuple(proposals)


def _trials(promise: Promise, passed: Sequence[Outcome]) -> Iterator[Trial]:
    """The clause, both its ends, and its branches."""
    obligation = promise.obligation
    name = obligation.terms.title or obligation.terms.id
    yield _trial(obligation, Aspect.CLAUSE, name, passed[0].example.name if passed else None)
    for state in (State.MET, State.BREACHED):
        by = (each.example.name for each in passed if any(one.state is state for one in each.example.expects))
        yield _trial(obligation, Aspect.BRANCH, f"it is {state.value}", next(by, None))
    # The branch is of this promise alone: those beside it are judged once, unless they hang on verdicts.
    others: list[tuple[Verdict, ...] | None] = [None] * len(passed)
    if not has_strata(promise.snapshot):
        others = [verdicts_beside(promise.snapshot, each.example) for each in passed]
    for mutant in mutants(obligation, promise.zone):
        without = _replaced(promise, mutant.obligation)
        by = (
            each.example.name
            for each, beside in zip(passed, others, strict=True)
            if _notices(without, each.example, beside)
        )
        yield _trial(obligation, Aspect.BRANCH, mutant.branch, next(by, None))


def _trial(obligation: Obligation, aspect: Aspect, text: str, by: str | None) -> Trial:
    return Trial(
        obligation=obligation.terms.id, aspect=aspect, text=text, tried_by=by, span=obligation.terms.span
    )


def _notices(without: Snapshot, example: Example, others: Sequence[Verdict] | None) -> bool:
    """Whether the example fails where the branch is gone, or looks for it in vain."""
    try:
        return not judge(without, example, others).passed
    except LookupError:
        return True


def _replaced(promise: Promise, mutated: Obligation) -> Snapshot:
    agreement = promise.agreement
    obligations = tuple(
        mutated if each.terms.id == mutated.terms.id else each for each in agreement.obligations
    )
    agreements = promise.snapshot.agreements.set(agreement.name, replace(agreement, obligations=obligations))
    return replace(promise.snapshot, agreements=agreements)


def _stands(boundary: Boundary, promise: Promise, outcome: Outcome) -> bool:
    """Whether a verdict that the example expects stands on the boundary."""
    return any(
        stands_on(boundary, promise, outcome.example, verdict)
        for verdict in outcome.verdicts
        if _is_expected(verdict, outcome.example)
    )


def _is_expected(verdict: Verdict, example: Example) -> bool:
    return any(each.is_of(verdict) for each in example.expects)
