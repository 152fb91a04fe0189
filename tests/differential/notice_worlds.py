"""Random histories of windows and duties, and the notices of what is broken or at risk (S8.1)."""

from dataclasses import replace

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.expression import Compare, Condition, Literal, OneOf, Relation, Selection
from engine.model.followup import NoticeAtRisk, NoticeOfBreach, Notification
from engine.model.verdict import Due, Flag, OnTriggerFact, Verdict
from tests.differential import promises
from tests.differential.followup_worlds import History, histories, some
from tests.differential.strata_worlds import of, text


@st.composite
def notifications(draw: st.DrawFn, agreement: Agreement, ids: tuple[str, ...]) -> Notification:
    """A notice of either cause, of some promises."""
    about = draw(st.sampled_from((ids, ids[:1])))
    to = draw(st.sampled_from(("you", "boss")))
    if draw(st.integers(0, 3)) == 0:
        return NoticeAtRisk(to=to, obligations=about)
    obligation = of("b", "breach", "obligation")
    among = tuple(Literal(value=each, type=obligation.type) for each in about)
    by = draw(some("reply", "n"))
    window, label = of("b", "breach", "window"), "2025-03"
    named: Condition = Compare(relation=Relation.IS_NOT, left=window, right=text(label, window.type))
    return NoticeOfBreach(
        to=to,
        trigger=Selection(kind="breach", variable="b", where=OneOf(value=obligation, among=among)),
        limit=draw(promises.within(agreement, of("b", "breach", "at"))),
        by=replace(by, where=draw(st.sampled_from((by.where, named)))),
    )


@st.composite
def noticed(draw: st.DrawFn) -> History:
    """A history in which verdicts may be at risk, some of them on a trigger, and are told of."""
    history = draw(histories("notice"))
    agreement = history.snapshot.agreements["a"]
    ids = tuple(each.terms.id for each in agreement.obligations)
    told = tuple(draw(st.lists(notifications(agreement, ids), min_size=1, max_size=2)))
    agreements = history.snapshot.agreements.set("a", replace(agreement, notifications=told))
    said: list[Verdict] = []
    for number, verdict in enumerate(history.verdicts):
        flags = (Flag.AT_RISK,) if draw(st.integers(0, 7)) == 0 else ()
        verdict = replace(verdict, flags=(*flags, *verdict.flags))
        if draw(st.integers(0, 3)) == 0:
            at = verdict.occasion.start if not isinstance(verdict.occasion, OnTriggerFact) else 0
            occasion = OnTriggerFact(kind="ticket", key=f"t{number}", at=at)
            later = at + draw(st.integers(0, 40)) * 3_600_000_000
            verdict = replace(verdict, occasion=occasion, due=Due(at=later, inclusive=draw(st.booleans())))
        said.append(verdict)
    snapshot = replace(history.snapshot, agreements=agreements)
    return replace(history, snapshot=snapshot, verdicts=tuple(said))
