"""Promises that were renamed: they keep the identity of their first name, wherever it is spoken of (S7.4)."""

import pytest

from engine import definition, pipeline
from engine.diagnostic import Level
from engine.dsl.syntax_to_text import format
from engine.dsl.text_to_syntax import parse
from engine.model.agreement import Change
from engine.model.fact import Fact
from engine.model.followup import NoticeAtRisk, NoticeOfBreach
from engine.model.instants import parse_instant
from engine.model.obligation import Reach
from engine.model.quantity import Instant
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.source import Source
from tests.differential.stores import stored
from tests.dsl.resolving import FRAME, agreement, errors, promise, resolved

PORTAL = """
  target CALLED of shop {
    cites msa "2" "99.9 %"
    FORMERLY
    obliges acme
    measures uptime from outage
    during always
    requires at least 99.9% in each calendar month
    credits { base EUR 100  pays 10% on breach  claimed within 60 calendar days of window end }
  }
"""


def portal(name: str, renamed: str = "") -> str:
    """A target of that name."""
    return PORTAL.replace("CALLED", name).replace("FORMERLY", renamed)


def instant(text: str) -> Instant:
    """An instant."""
    found = parse_instant(text)
    assert found is not None
    return found


def sound(*texts: str) -> Snapshot:
    """The snapshot of policies without mistakes."""
    snapshot, found = resolved(*texts)
    assert snapshot is not None, [each.message for each in found]
    return snapshot


def test_the_id_is_that_of_the_former_name() -> None:
    text = agreement(portal("portal", "renamed from availability"))
    found = promise(text, "deal.portal")
    assert found.terms.id == "deal.availability"
    assert found.terms.other_names == ("deal.portal",)
    assert promise(text, "deal.availability") == found


def test_a_promise_that_was_never_renamed_has_one_name() -> None:
    assert promise(agreement(portal("portal")), "deal.portal").terms.other_names == ()


def test_what_speaks_of_the_new_name_means_the_same_promise() -> None:
    text = agreement(
        portal("portal", "renamed from availability")
        + """
  right leave of bolt to terminate {
    cites msa "9"
    when portal breached in 2 of 3 consecutive months
    exercisable for 30 calendar days
    exercised by notice n
  }
  duty tell {
    cites msa "8" "one day"
    obliges acme
    when breach b where b.obligation is portal
    must report r within 1 calendar day of b.at
    carries portal
  }
"""
    )
    snapshot = sound(text)
    deal = snapshot.agreements["deal"]
    assert deal.rights[0].patterns[0].obligation == "deal.availability"
    tell = promise(text, "deal.tell")
    assert tell.terms.carries == ("deal.availability",)
    assert "deal.availability" in repr(tell) and "deal.portal" not in repr(tell)


NOTICES = """
  notify duty_manager on at risk of NAME
  notify bolt on breach b of NAME within 1 hour by notice n where n.recipient is "bolt"
"""


@pytest.mark.parametrize("name", ["portal", "availability"])
def test_a_notice_of_the_renamed_promise_is_given(name: str) -> None:
    text = agreement(portal("portal", "renamed from availability") + NOTICES.replace("NAME", name))
    at_risk, breached = sound(text).agreements["deal"].notifications
    assert isinstance(at_risk, NoticeAtRisk) and at_risk.obligations == ("deal.availability",)
    assert isinstance(breached, NoticeOfBreach) and "deal.availability" in repr(breached.trigger)


def test_a_misspelled_name_is_answered_with_the_one_in_use() -> None:
    text = agreement(
        portal("portal", "renamed from availability") + "notify duty_manager on at risk of portol\n"
    )
    (found,) = [each for each in resolved(text)[1] if each.level is Level.ERROR]
    assert (found.code, found.help) == ("unknown-name", "did you mean `portal`?")


CLAIMED_LATE, AS_OF = instant("2025-03-20T00:00:00Z"), instant("2025-06-01T00:00:00Z")


def judged(snapshot: Snapshot, claimed: str | None = None) -> tuple[set[tuple[str, ...]], set[str]]:
    """The identities of all verdicts and the states of all credits, by both evaluators."""
    start, end = instant("2025-02-03T00:00:00Z"), instant("2025-02-04T00:00:00Z")
    outage = Fact(kind="outage", key="o", values={"id": "o", "service": "shop", "start": start, "end": end})
    claims: list[Fact] = []
    if claimed is not None:
        said = {
            "id": "c",
            "made_at": CLAIMED_LATE,
            "obligation": claimed,
            "occasion": "2025-02",
            "subject": None,
        }
        claims.append(Fact(kind="claim", key="c", values=said))
    world = {"outage": [outage], "claim": claims}
    verdicts = definition.evaluate(snapshot, world, AS_OF)
    defined = [
        each for each in definition.react(snapshot, world, verdicts, AS_OF) if isinstance(each, Credit)
    ]
    with stored(world, snapshot.kinds) as store:
        found = pipeline.evaluate(snapshot, store, as_of=AS_OF, known_at=None)
    planned = [each for each in found.reactions if isinstance(each, Credit)]
    assert [each.identity for each in verdicts] == [each.identity for each in found.verdicts]
    assert [each.state for each in defined] == [each.state for each in planned] != []
    return {each.identity for each in verdicts}, {each.state.value for each in defined}


def test_verdicts_keep_their_identity() -> None:
    before = sound(agreement(portal("availability")))
    after = sound(agreement(portal("portal", "renamed from availability")))
    assert judged(before)[0] == judged(after)[0]


@pytest.mark.parametrize(
    ("claimed", "state"),
    [
        ("deal.availability", "CLAIMED"),
        ("deal.portal", "CLAIMED"),
        ("deal.other", "LAPSED"),
        (None, "LAPSED"),
    ],
)
def test_a_claim_may_say_any_name(claimed: str | None, state: str) -> None:
    snapshot = sound(agreement(portal("portal", "renamed from availability")))
    assert {each.upper() for each in judged(snapshot, claimed)[1]} == {state}


def test_versions_know_it_by_both_names() -> None:
    first = agreement('version "1"' + portal("availability"))
    second = """
agreement deal is sla amends deal {
  version "2"
  in force from 2025-06-16
  target portal {
    renamed from availability
    requires at least 99% in each calendar month
  }
}
"""
    snapshot = sound(first, second)
    old, new = snapshot.versions("deal")
    assert [each.terms.id for each in (*old.obligations, *new.obligations)] == ["deal.availability"] * 2
    assert new.obligations[0].terms.reach == Reach(since=old.obligations[0].terms.reach.until)
    assert [(each.change, each.member) for each in new.deltas][-1] == (Change.CHANGED, "target portal")


def test_a_row_of_names_ends_at_the_first() -> None:
    third = """
agreement deal is sla amends deal {
  version "VERSION"
  in force from DAY
  target CALLED { renamed from FORMER }
}
"""

    def version(number: str, day: str, name: str, former: str) -> str:
        said = {"VERSION": number, "DAY": day, "CALLED": name, "FORMER": former}
        text = third
        for word, value in said.items():
            text = text.replace(word, value)
        return text

    snapshot = sound(
        agreement('version "1"' + portal("availability")),
        version("2", "2025-04-01", "portal", "availability"),
        version("3", "2025-05-01", "front_door", "portal"),
    )
    assert {each.terms.id for each in snapshot.obligations()} == {"deal.availability"}
    assert snapshot.agreements["deal"].obligations[0].terms.other_names == ("deal.front_door", "deal.portal")


def test_two_promises_cannot_be_one() -> None:
    both = agreement(portal("availability") + portal("portal", "renamed from availability"))
    assert errors(both) == ["renamed-and-kept"]
    circle = agreement(portal("a", "renamed from b") + portal("b", "renamed from a"))
    assert errors(circle) == ["renamed-and-kept"]


def test_a_template_may_be_amended_under_a_new_name() -> None:
    template = FRAME + "template gold {" + portal("availability") + "zone UTC  conventions standard }"
    amended = """
agreement deal is sla amends gold {
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01
  terms accepted on 2024-12-20
  conventions { sources are assumed watched }
  target portal { renamed from availability }
}
"""
    assert [each.terms.id for each in sound(template, amended).obligations()] == ["deal.availability"]


def test_the_statement_is_laid_out_again_as_it_was() -> None:
    source = Source(name="a.sla", text=agreement(portal("portal", "renamed from availability")))
    policy, _ = parse(source)
    text = format(policy, source)
    assert isinstance(text, str) and "    renamed from availability\n" in text
