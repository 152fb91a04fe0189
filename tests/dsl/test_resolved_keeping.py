"""What an agreement says of its own keeping: promises like any other, or kept and shown."""

import pytest

from engine import definition
from engine.model.agreement import Acceptance, Responsibility, Retention
from engine.model.deadline import ByBusinessDay
from engine.model.expression import CalendarDays, Months
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.obligation import Duty, ObligationKind, Target
from engine.model.period import CycleWindows
from engine.model.quantity import Comparison
from engine.model.snapshot import Snapshot
from engine.model.verdict import State
from tests.dsl.resolving import agreement, errors, promise, resolved

CITED = 'cites msa "7"\n'


def sound(body: str) -> Snapshot:
    """The snapshot of an agreement with this body."""
    snapshot, found = resolved(agreement(CITED + body))
    assert snapshot is not None, [each.message for each in found]
    return snapshot


def at(text: str) -> int:
    """An instant."""
    instant = parse_instant(text)
    assert instant is not None
    return instant


def test_a_report_is_due_in_the_month_after() -> None:
    made = promise(
        agreement(CITED + "reported every calendar month by business day 10 on office"), "deal.reported"
    )
    assert isinstance(made, Duty) and isinstance(made.limit, ByBusinessDay)
    assert (made.terms.kind, made.terms.obliges) == (ObligationKind.PERIODIC_DUTY, "acme")
    assert (made.limit.number, made.limit.shift) == (10, 1)
    assert [each.section for each in made.terms.cites] == ["7"]


def test_a_report_is_judged_by_its_period() -> None:
    snapshot = sound("reported every calendar month within 10 calendar days")
    reports = [
        Fact(
            kind="report", key=key, values={"id": key, "at": at(given), "agreement": "deal", "period": period}
        )
        for key, given, period in (
            ("r1", "2025-02-10T22:00:00Z", "2025-01"),
            ("r2", "2025-03-11T09:00:00Z", "2025-02"),
            ("r3", "2025-04-02T09:00:00Z", "2025-02"),
        )
    ]
    verdicts = definition.evaluate(
        snapshot, {"report": reports}, at("2025-04-20T00:00:00Z"), {"deal.reported"}
    )
    assert {each.identity[2]: each.state for each in verdicts if each.state is not State.PENDING} == {
        "2025-01": State.MET,
        "2025-02": State.BREACHED,
        "2025-03": State.BREACHED,
    }


def test_a_review_is_held_in_every_cycle() -> None:
    snapshot = sound("reviewed every 3 months from 2025-01-31 by duty_manager")
    made = snapshot.obligation("deal.reviewed")
    assert isinstance(made, Target)
    assert isinstance(made.windows, CycleWindows) and made.windows.months == 3
    assert (made.bound.comparison, made.bound.value) == (Comparison.AT_LEAST, 1)
    assert snapshot.agreements["deal"].reviewed_by == "duty_manager"
    reviews = [
        Fact(kind="review", key=key, values={"id": key, "held_at": at(held), "agreement": of})
        for key, held, of in (
            ("v1", "2025-04-29T21:00:00Z", "deal"),
            ("v2", "2025-05-02T09:00:00Z", "another"),
        )
    ]
    verdicts = definition.evaluate(
        snapshot, {"review": reviews}, at("2025-08-20T00:00:00Z"), {"deal.reviewed"}
    )
    states = {each.identity[2]: each.state for each in verdicts}
    # Cycles begin on the 31st, in April on the 30th, and in July on the 31st again (S2.4).
    assert states["2025-01-31..2025-04-29"] is State.MET
    assert states["2025-04-30..2025-07-30"] is State.BREACHED


def test_a_review_is_held_after_an_occasion() -> None:
    snapshot = sound(
        'reviewed on change c where c.category is "policy"'
        " within 10 business days on office of c.at by duty_manager"
    )
    made = snapshot.obligation("deal.reviewed_on_change")
    assert isinstance(made, Duty)
    assert (made.terms.title, made.terms.obliges) == ("Review after change, by duty_manager", "acme")
    changes = [
        Fact(
            kind="change",
            key=key,
            values={
                **dict.fromkeys(field.name for field in snapshot.kinds["change"].fields),
                "id": key,
                snapshot.kinds["change"].start_field: at(when),
                "category": kind,
            },
        )
        for key, when, kind in (
            ("c1", "2025-03-03T09:00:00Z", "policy"),
            ("c2", "2025-03-10T09:00:00Z", "policy"),
            ("c3", "2025-04-01T09:00:00Z", "policy"),
            ("c4", "2025-04-01T09:00:00Z", "server"),
        )
    ]
    # Ten business days after Monday 3 March are Monday the 17th: one review serves both of March's changes.
    held = Fact(
        kind="review", key="v", values={"id": "v", "held_at": at("2025-03-17T22:00:00Z"), "agreement": "deal"}
    )
    verdicts = definition.evaluate(
        snapshot,
        {"change": changes, "review": [held]},
        at("2025-04-20T00:00:00Z"),
        {"deal.reviewed_on_change"},
    )
    assert {each.identity[2]: each.state for each in verdicts} == {
        "c1": State.MET,
        "c2": State.MET,
        "c3": State.BREACHED,
    }


def test_whoever_reviews_is_known() -> None:
    assert errors(agreement(CITED + "reviewed on change c within 1 month of c.at by nobody")) == [
        "unknown-name"
    ]


def test_a_side_has_duties() -> None:
    made = promise(
        agreement(
            """customer must pay "Pay in time" {
              cites msa "4" "in time"
              when fee f
              must notice n within 5 calendar days of f.paid_at
            }"""
        ),
        "deal.pay",
    )
    assert isinstance(made, Duty)
    assert (made.terms.obliges, made.terms.title) == ("bolt", "Pay in time")


def test_a_side_has_duties_for_each_value() -> None:
    kind = "fact asked { key id  at asked_at  id text  asked_at instant  topic one of (web, mail) }"
    text = agreement(
        """customer must answer for each topic {
          cites msa "4" "in time"
          when asked q
          must notice n within 5 calendar days of q.asked_at
        }"""
    )
    made = promise(f"{text}\n{kind}", "deal.answer")
    assert isinstance(made, Duty)
    assert made.partition is not None and made.partition.fields == ("topic",)


def test_what_nothing_measures_is_kept() -> None:
    snapshot = sound(
        """owned by duty_manager, in law by duty_manager
        kept raw 2 years, summaries 10 years
        disputes within 30 calendar days of report
        customer must "give access to the premises\""""
    )
    kept = snapshot.agreements["deal"]
    assert (kept.owned_by, kept.owned_in_law) == ("duty_manager", "duty_manager")
    assert kept.kept == Retention(raw=Months(months=24), summaries=Months(months=120))
    assert kept.disputes_within == CalendarDays(days=30)
    (asked,) = kept.responsibilities
    assert asked == Responsibility(party="bolt", text="give access to the premises", span=asked.span)


@pytest.mark.parametrize(
    ("said", "how", "evidence"),
    [
        ('signed "contract 4711" on 2024-12-20', "signed", "contract 4711"),
        ("signed on 2024-12-20", "signed", None),
        ('accepted in minutes "board 7" on 2024-12-20', "minutes", "board 7"),
        ('accepted by "order form" on 2024-12-20', "by", "order form"),
    ],
)
def test_ways_to_accept(said: str, how: str, evidence: str | None) -> None:
    text = agreement("").replace("terms accepted on 2024-12-20", said)
    snapshot, _ = resolved(text)
    assert snapshot is not None
    accepted = snapshot.agreements["deal"].accepted
    assert isinstance(accepted, Acceptance)
    assert (accepted.how, accepted.evidence) == (how, evidence)


def test_two_ways_to_accept_are_one_too_many() -> None:
    assert "said-twice" in errors(agreement("signed on 2024-12-20"))
