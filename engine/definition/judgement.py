"""Judged duties: words that nothing can measure, decided by whoever holds a role (S7.1)."""

from dataclasses import replace

from engine.definition.acting import may_judge
from engine.definition.book import Reading, id_of
from engine.definition.conditions import Match
from engine.definition.following import Occasion
from engine.model.deadline import Judged
from engine.model.fact import Fact
from engine.model.reading import JUDGEMENT_KIND
from engine.model.verdict import Evidence, State, Verdict


def judgement_on(promise: str, case: str, limit: Judged, reading: Reading) -> Fact | None:
    """The last word by `as of`: the latest judgement on one case by one role, ties by key.

    Where it is told who held the role, that of a person who did not counts for nothing.
    """
    asked = (promise, case, limit.role)
    found = [
        fact
        for fact in reading.kind(JUDGEMENT_KIND)
        if (fact.values["promise"], fact.values["case"], fact.values["role"]) == asked
        and (not limit.persons or may_judge(limit.role, fact.values["by"], reading.book.at(fact), reading))
    ]
    return found[-1] if found else None


def judged_verdict(
    verdict: Verdict, occasion: Occasion, limit: Judged, by: Match | None, judgement: Fact | None
) -> Verdict:
    """MET or BREACHED as was judged; without a judgement nothing is known."""
    ids = [*verdict.evidence.ids]
    if by is not None:
        verdict = replace(verdict, fulfilled_at=by.at, fulfilled_by=id_of(by.fact))
        ids.append(id_of(by.fact))
    if judgement is None:
        missing = tuple(sorted({*verdict.missing, f"judgement by {limit.role}"}))
        state, judged_by = State.UNMEASURED, None
    else:
        missing, named = verdict.missing, judgement.values["by"]
        state = State.MET if judgement.values["met"] else State.BREACHED
        judged_by = named if isinstance(named, str) else limit.role
        ids.append(id_of(judgement))
    ids = list(dict.fromkeys(ids))
    return replace(
        verdict,
        state=state,
        judged_by=judged_by,
        missing=missing,
        evidence=Evidence(facts=len(ids), ids=tuple(ids)),
    )
