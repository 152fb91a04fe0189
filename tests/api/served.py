"""The hosting policy with verdicts of its own, as a view that the doors can be opened on."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from starlette.testclient import TestClient

from api.app import app
from api.view import ComplianceView, Revision
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.graph.impact import impact
from engine.graph.model_to_graph import build
from engine.graph.rests_on import rests_on
from engine.graph.trace.name_to_trace import Enquiry, Outcomes, trace_from, trace_of
from engine.model.agreement import Change
from engine.model.change import (
    CreditTotal,
    Differences,
    FindingChange,
    PolicyChange,
    ProspectChange,
    ReactionChange,
    RiskChange,
    Sides,
    VerdictChange,
    WordsChange,
)
from engine.model.dependency import NodeKind
from engine.model.explanation import Explanation, Line
from engine.model.quantity import HOUR, HOURS, MINUTE, PERCENT, Bound, Comparison, Instant, Money
from engine.model.reaction import BreachSeverity, Credit, EscalationState, EscalationStep, Reaction
from engine.model.situation import Situation
from engine.model.verdict import (
    Due,
    Evidence,
    Exact,
    Flag,
    InWindow,
    OnTriggerFact,
    Part,
    Range,
    State,
    Verdict,
)
from engine.model.viability import Prospect
from engine.source import Source
from tests.api.draft_stub import away
from tests.hosting import hosting, instant

AS_OF = instant("2025-03-15T00:00:00Z")
SNAPSHOT = hosting()
MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04")
BOUND = Bound(comparison=Comparison.AT_LEAST, value=Fraction(999, 1000), unit=PERCENT)
CITES = SNAPSHOT.agreements["acme_sla"].obligations[0].terms.cites


def month(number: int) -> InWindow:
    """A month of 2025; its edges are given in UTC, which no reader of a verdict can tell."""
    start, end = (instant(f"{label}-01T00:00:00Z") for label in MONTHS[number : number + 2])
    return InWindow(start=start, end=end, label=MONTHS[number])


def uptime(number: int, state: State, measured: Exact | Range, *flags: Flag) -> Verdict:
    """A verdict on the uptime of a month."""
    return Verdict(
        obligation="acme_sla.uptime",
        subject="shop",
        occasion=month(number),
        state=state,
        flags=flags,
        measured=measured,
        bound=BOUND,
        counts={"agreed": 200 * HOUR, "bad": 90 * MINUTE, "records": 3},
        evidence=Evidence(facts=3, digest="d" * 64, query="SELECT 1"),
        clause=CITES,
    )


def restore(number: int) -> Verdict:
    """A verdict on one of many incidents, all of the same instant but every third late."""
    late = number % 3 == 0
    at = instant("2025-02-03T09:00:00Z")
    return Verdict(
        obligation="acme_sla.restore",
        subject="shop",
        occasion=OnTriggerFact(kind="incident", key=f"i{number:03}", at=at),
        state=State.BREACHED if late else State.MET,
        due=Due(at=at + 4 * HOUR, inclusive=True, last_moment=at + 5 * HOUR),
        fulfilled_at=at + (6 if late else 2) * HOUR,
        fulfilled_by=f"restoration:r{number}",
        late_by=Fraction(2 * HOUR) if late else None,
        late_unit=HOURS if late else None,
        parts=(Part(name="superseded deadline", text="p3, 8 hours", at=at + 8 * HOUR),),
        missing=("incident:i000.priority",) if late else (),
        evidence=Evidence(facts=2, ids=(f"incident:i{number:03}", f"restoration:r{number}")),
        clause=CITES,
    )


INCIDENTS = 30
VERDICTS = tuple(
    sorted(
        (
            uptime(0, State.MET, Exact(value=Fraction(1), unit=PERCENT)),
            uptime(1, State.BREACHED, Exact(value=Fraction(998_999_999_999, 10**12), unit=PERCENT)),
            uptime(
                2,
                State.PENDING,
                Range(low=Fraction(9, 10), high=Fraction(2999, 3000), unit=PERCENT),
                Flag.AT_RISK,
            ),
            *(restore(number) for number in range(INCIDENTS)),
        ),
        key=lambda each: each.identity,
    )
)
BREACH = VERDICTS[-2]
REACTIONS: tuple[Reaction, ...] = (
    BreachSeverity(
        obligation="acme_sla.uptime", subject="shop", occasion=month(1), severity="severity_1", at=AS_OF
    ),
    Credit(
        obligation="acme_sla.uptime",
        subject="shop",
        occasion=month(1),
        amount=Money(amount=Decimal("120.00"), currency="USD"),
        arithmetic=("10% of USD 1,200.00 = USD 120.00",),
    ),
    EscalationStep(
        escalation="acme_sla.major",
        occasion=restore(0).occasion,
        level=1,
        role="duty_manager",
        at=AS_OF,
        state=EscalationState.REACHED,
    ),
)


def explanation(verdict: Verdict, _revision: Revision) -> Explanation:
    """An explanation with the arithmetic of one line."""
    line = Line(
        text="agreed 12,000 min, bad 90 min",
        lines=(Line(text="outage o1: 90 min", facts=("outage:o1",)),),
    )
    return Explanation(
        verdict=verdict,
        clause=verdict.clause,
        lines=(line,),
        why_not=(Line(text="78 min too much"),),
        recomputed=True,
    )


def evaluate(as_of: Instant, known_at: Instant | None) -> Revision | Diagnostic:
    """Only January was known in February; the files do not say when they were recorded."""
    if known_at is not None:
        return Diagnostic(code="not-recorded", message="a fact of kind `outage` was never recorded")
    return Revision(as_of=as_of, known_at=None, verdicts=VERDICTS[-3:-2], reactions=())


def diagnose(text: str) -> tuple[Diagnostic, ...]:
    """A finding for every word that is no policy."""
    source = Source(name="draft.sla", text=text)
    where = source.span(0, min(1, len(text)))
    return tuple(
        Diagnostic(code="unknown-word", message=f"`{word}` is no statement", labels=((where, "here"),))
        for word in text.split()
        if word != "party"
    )


def what_if(changes: Sequence[str], of: Revision) -> Differences | tuple[Diagnostic, ...]:
    """Every verdict and consequence vanishes with the promises; what is no sentence is a mistake."""
    sources = [Source(name=f"change {number}", text=text) for number, text in enumerate(changes, start=1)]
    mistakes = tuple(
        Diagnostic(code="syntax", message="no sentence", labels=((each.span(0, 0), "here"),), help="say one")
        for each in sources
        if not each.text.startswith("drop ")
    )
    words = WordsChange(
        change=Change.REMOVED, place="agreement acme_sla", clause="msa 1", before="agreement …", after=None
    )
    share = Prospect(
        agreement="acme_sla",
        service="shop",
        promise=None,
        target=None,
        bound=Fraction(997, 1000),
        expected=None,
        beneath=(),
    )
    warning = Diagnostic(code="unused-name", message="the document `msa` is not used")
    return mistakes or Differences(
        as_of=of.as_of,
        known_at=of.known_at,
        policies=PolicyChange(
            version_before=SNAPSHOT.version,
            version_after="0" * 64,
            words=(words,),
            vanished=("acme_sla.restore", "acme_sla.uptime"),
            appeared=(),
            prospects=(ProspectChange(before=share, after=None),),
            gaps=(),
            findings=(FindingChange(change=Change.ADDED, finding=warning),),
        ),
        verdicts=tuple(VerdictChange(before=each, after=None, differs=("state",)) for each in VERDICTS),
        verdicts_before=len(VERDICTS),
        verdicts_after=0,
        reactions=tuple(ReactionChange(before=each, after=None) for each in REACTIONS),
        risks=RiskChange(
            at=of.as_of,
            suppliers=tuple(
                Sides(before=each, after=None)
                for each in pipeline.risk(SNAPSHOT, GRAPH, at=of.as_of).suppliers
            ),
        ),
        credits=(
            CreditTotal(
                agreement="acme_sla", currency="USD", before=Decimal("120.00"), after=Decimal("0.00")
            ),
        ),
    )


GRAPH = build(SNAPSHOT)


def situation(
    of: Revision, failed: Sequence[str], most_degree: int | None, kinds: Collection[NodeKind] | None
) -> Situation | Diagnostic:
    """Nothing is out but what is said to have failed."""
    with pipeline.open_store() as store:
        for kind in SNAPSHOT.kinds.values():
            store.create(kind)
        return pipeline.situation(
            SNAPSHOT,
            GRAPH,
            store,
            as_of=of.as_of,
            known_at=of.known_at,
            failed=failed,
            most_degree=most_degree,
            kinds=kinds,
            followed=(of.verdicts, of.reactions),
        )


def outcomes(of: Revision) -> Outcomes:
    """What a trace is given of a revision."""
    return Outcomes(verdicts=of.verdicts, reactions=of.reactions)


def view() -> ComplianceView:
    """A view with real graph answers over verdicts made by hand."""
    return ComplianceView(
        viability=lambda agreement, at: pipeline.viability(SNAPSHOT, agreement=agreement, as_of=at),
        snapshot=SNAPSHOT,
        revision=Revision(as_of=AS_OF, known_at=None, verdicts=VERDICTS, reactions=REACTIONS),
        evaluate=evaluate,
        explain=explanation,
        impact=lambda names, at: impact(GRAPH, names, at, snapshot=SNAPSHOT),
        situation=situation,
        rests_on=lambda name, at: rests_on(GRAPH, name, at),
        trace=lambda found, of, back: trace_of(SNAPSHOT, GRAPH, found, outcomes(of), back=back),
        trace_from=lambda name, of, explain, back: trace_from(
            SNAPSHOT,
            GRAPH,
            name,
            outcomes(of),
            Enquiry(explain=explain, keys=lambda _kind: ("o1",), without=lambda *_: outcomes(of)),
            back=back,
        ),
        diagnose=diagnose,
        what_if=what_if,
        risk=lambda at: pipeline.risk(SNAPSHOT, GRAPH, at=at),
        export=lambda drawing: pipeline.export(
            SNAPSHOT,
            GRAPH,
            **{field.name: getattr(drawing, field.name) for field in fields(drawing)},
        ),
    )


def client(served: ComplianceView | None = None) -> TestClient:
    """A client of the whole application, as a browser on this machine would be."""
    return TestClient(app(served or view(), drafts=away()), base_url="http://localhost")


def ask(door: TestClient, query: str, **variables: object) -> Any:
    """The data of an answer without errors."""
    answer = door.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, json.dumps(answer["errors"], indent=1)
    return answer["data"]


def refused(door: TestClient, query: str, variables: Mapping[str, object] | None = None) -> list[str]:
    """The codes of an answer's errors."""
    answer = door.post("/graphql", json={"query": query, "variables": variables}).json()
    return [error["extensions"]["code"] for error in answer["errors"]]
