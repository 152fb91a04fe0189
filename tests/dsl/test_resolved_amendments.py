"""Templates, amended agreements, versions: deltas that keep everything else, and what governs when (S2.6)."""

from datetime import date
from fractions import Fraction

import pytest

from engine import definition
from engine.diagnostic import Level
from engine.model.agreement import Agreement, Change
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.obligation import Duty, Reach, Target
from engine.model.period import Term
from engine.model.snapshot import Snapshot
from engine.model.verdict import State
from tests.dsl.resolving import FRAME, errors, resolved

GOLD = """
template gold "Gold" {
  covers shop
  cites msa "1" "gold"
  zone Europe/Berlin
  terms accepted on 2024-12-20
  conventions standard { sources are assumed watched  days end at midnight }
  measure answer_time {
    of incident i answered by response r where r.incident is i.id
    counts hours from i.reported_at to r.at
  }
  target availability of shop "Web shop" {
    cites msa "2" "99.9 %"
    obliges provider
    measures uptime from outage
    during always
    requires at least 99.9% in each calendar month
  }
  target chat_response {
    cites msa "3" "one hour"
    obliges provider
    requires average answer_time at most 1 hours in each calendar month
    reported only
  }
  duty pay {
    cites msa "4" "in time"
    obliges customer
    when fee f
    must response r within 5 calendar days of f.paid_at
  }
}
"""

BOLT = """
agreement bolt_gold is sla "Gold, as amended for Bolt" amends gold {
  between acme as provider and bolt as customer
  in force from 2025-01-01 through 2026-12-31
  target availability {
    cites msa "9" "99.95 %"
    requires at least 99.95% in each calendar month
  }
  without target chat_response
}
"""

FIRST = BOLT.replace("between acme", 'version "1"\n  between acme')

SECOND = """
agreement bolt_gold is sla amends bolt_gold {
  version "2"
  in force from 2025-06-16
  target availability { requires at least 99% in each calendar month }
  conventions { days end at the same time of day }
}
"""


def sound(*texts: str) -> Snapshot:
    """The snapshot of a policy without errors."""
    snapshot, found = resolved("".join((FRAME, *texts)))
    assert snapshot is not None, [each.message for each in found]
    return snapshot


def target(agreement: Agreement, name: str) -> Target:
    """A target of an agreement."""
    (found,) = [each for each in agreement.obligations if each.terms.id.endswith(f".{name}")]
    assert isinstance(found, Target)
    return found


def test_a_delta_keeps_everything_else() -> None:
    agreement = sound(GOLD, BOLT).agreements["bolt_gold"]
    availability = target(agreement, "availability")
    assert availability.bound.value == Fraction("0.9995")
    assert (availability.terms.title, availability.terms.subject) == ("Web shop", "shop")
    assert [each.words for each in availability.terms.cites] == ["99.95 %"]
    assert [each.terms.id for each in agreement.obligations] == ["bolt_gold.pay", "bolt_gold.availability"]
    assert agreement.zone == "Europe/Berlin"


def test_a_template_says_who_is_bound_by_the_side_it_stands_on() -> None:
    agreement = sound(GOLD, BOLT).agreements["bolt_gold"]
    assert {each.terms.id: each.terms.obliges for each in agreement.obligations} == {
        "bolt_gold.availability": "acme",
        "bolt_gold.pay": "bolt",
    }


def test_the_model_shows_the_delta() -> None:
    agreement = sound(GOLD, BOLT).agreements["bolt_gold"]
    assert agreement.amends == "gold"
    assert [(each.change, each.member, each.statements) for each in agreement.deltas] == [
        (Change.ADDED, "between", ()),
        (Change.ADDED, "in force", ()),
        (Change.CHANGED, "target availability", ("cites", "requires")),
        (Change.REMOVED, "target chat_response", ()),
    ]


def test_a_template_is_no_agreement() -> None:
    snapshot = sound(GOLD, BOLT)
    assert set(snapshot.agreements) == {"bolt_gold"}


def test_a_later_version_takes_over_on_its_first_day() -> None:
    snapshot = sound(GOLD, FIRST, SECOND)
    first, second = snapshot.versions("bolt_gold")
    assert (first.name, first.version, first.superseded_by) == ("bolt_gold@1", "1", "bolt_gold")
    assert (second.name, second.version, second.supersedes) == ("bolt_gold", "2", "bolt_gold@1")
    assert first.term == Term(start=date(2025, 1, 1), through=date(2025, 6, 15))
    assert second.term == Term(start=date(2025, 6, 16), through=None)
    latest = snapshot.obligation("bolt_gold.availability")
    assert isinstance(latest, Target) and latest.bound.value == Fraction("0.99")
    assert target(first, "availability").terms.reach == Reach(until=date(2025, 6, 16))
    assert latest.terms.reach == Reach(since=date(2025, 6, 16))


def at(text: str) -> int:
    """An instant."""
    instant = parse_instant(text)
    assert instant is not None
    return instant


def test_windows_are_cut_where_versions_change_and_both_parts_are_judged() -> None:
    snapshot = sound(GOLD, FIRST, SECOND)
    outages = [
        Fact(
            kind="outage",
            key=key,
            values={"id": key, "service": "shop", "start": at(start), "end": at(end)},
        )
        for key, start, end in (
            ("o1", "2025-06-03T00:00:00Z", "2025-06-03T00:30:00Z"),
            ("o2", "2025-06-20T00:00:00Z", "2025-06-20T00:30:00Z"),
        )
    ]
    verdicts = definition.evaluate(
        snapshot, {"outage": outages}, at("2025-08-01T00:00:00Z"), {"bolt_gold.availability"}
    )
    found = {each.identity[2]: each for each in verdicts if "2025-06" in each.identity[2]}
    # Half a month is 21,600 minutes: 30 minutes are more than 0.05% of it, and less than 1%.
    assert {label: (each.state, each.version) for label, each in found.items()} == {
        "2025-06 version 1": (State.BREACHED, "1"),
        "2025-06 version 2": (State.MET, "2"),
    }
    for each in found.values():
        governing = snapshot.obligation_of(each)
        assert isinstance(governing, Target) and governing.bound == each.bound


def test_the_version_in_force_at_the_trigger_governs_to_the_end() -> None:
    snapshot = sound(GOLD, FIRST, SECOND)
    fees = [
        Fact(
            kind="fee",
            key=key,
            values={"id": key, "service": "shop", "paid_at": at(paid), "amount": None},
        )
        for key, paid in (("before", "2025-06-15T10:00:00Z"), ("after", "2025-06-16T10:00:00Z"))
    ]
    verdicts = definition.evaluate(snapshot, {"fee": fees}, at("2025-08-01T00:00:00Z"), {"bolt_gold.pay"})
    assert {each.identity[2]: each.version for each in verdicts} == {"before": "1", "after": "2"}
    due = {each.identity[2]: each.due.at for each in verdicts if each.due is not None}
    # Version 1 ends days at midnight, version 2 at the same time of day.
    assert due == {"before": at("2025-06-20T22:00:00Z"), "after": at("2025-06-21T10:00:00Z")}


def test_a_duty_that_only_one_version_has_is_not_cut_by_the_other() -> None:
    snapshot = sound(
        GOLD,
        FIRST,
        SECOND.replace("conv", "without duty pay  conv"),
    )
    (pay,) = [each for each in snapshot.obligations() if each.terms.id == "bolt_gold.pay"]
    assert isinstance(pay, Duty) and pay.terms.reach == Reach()


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ((GOLD, BOLT.replace("amends gold", "amends silver")), "unknown-name"),
        ((GOLD, BOLT.replace("chat_response", "chat_answers")), "unknown-name"),
        ((GOLD, BOLT.replace("amends gold ", "").replace("without", "# ")), "not-said"),
        ((GOLD, BOLT.replace("amends gold ", "")), "nothing-amended"),
        (
            (GOLD.replace('"Gold" {', '"Gold" amends silver {'), "template silver amends gold {}", BOLT),
            "amends-itself",
        ),
        ((GOLD, BOLT, SECOND), "not-said"),
        (
            (
                GOLD,
                FIRST,
                SECOND.replace("2025-06-16", "2025-01-01"),
            ),
            "versions-overlap",
        ),
        ((GOLD, BOLT, BOLT), "duplicate-name"),
    ],
)
def test_what_does_not_fit_is_refused(texts: tuple[str, ...], code: str) -> None:
    assert code in errors("".join((FRAME, *texts)))


FOLLOWS = {
    "right": """
  right leave of bolt to terminate {
    cites msa "9"
    when availability breached in 2 of 3 consecutive months
    exercisable for 30 calendar days
    exercised by notice n
  }
""",
    "notice": "  notify duty_manager on at risk of availability\n",
    "acting": '  provider acts through bolt_it for availability { cites msa "9" }\n',
}


@pytest.mark.parametrize("follows", FOLLOWS.values(), ids=FOLLOWS)
def test_what_a_version_keeps_must_not_speak_of_a_promise_that_it_takes_away(follows: str) -> None:
    first = FIRST.rstrip()[:-1] + follows + "}\n"
    later = 'agreement bolt_gold is sla amends bolt_gold { version "2"  in force from 2025-06-16 BODY }\n'
    parties = 'party bolt_it "Bolt IT"\n'
    sound(parties, GOLD, first, later.replace("BODY", ""))
    text = "".join((FRAME, parties, GOLD, first, later.replace("BODY", "without target availability")))
    (found,) = [each for each in resolved(text)[1] if each.level is Level.ERROR]
    assert found.code == "unknown-name"
    assert "of this version of `bolt_gold` is named `availability`" in found.message
    assert found.primary is not None and "availability" in text[found.primary.start : found.primary.end]


def test_a_template_that_nothing_amends_is_not_used() -> None:
    _, found = resolved("".join((FRAME, GOLD)))
    assert [each.message for each in found if each.code == "unused-name" and "template" in each.message]
