"""Notices of a breach and of what is at risk, counted by hand, by both evaluators."""

import pytest

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact
from engine.model.instants import iso_text, parse_instant
from engine.model.reaction import NoticeCase
from engine.source import Source
from tests.reactions.facts_given import facts_by_kind

POLICY = """
use standard
document msa "Master agreement"
party acme
party bolt
role service_owner of acme
service web { provider acme  hours always }
calendar office { zone Europe/Berlin  open monday to friday from 09:00 to 17:00 }

agreement web_sla is sla {
  between acme as provider and bolt as customer
  covers web
  in force from 2025-01-01
  terms accepted on 2024-12-20
  zone Europe/Berlin
  conventions standard { sources are assumed watched  days end at midnight }
  target availability of web {
    cites msa "2" "99 %"
    obliges acme
    measures uptime from outage
    during always
    requires at least 99% in each calendar month
    warns below 99.5%
  }
  NOTIFY
}
"""
TELL = """notify bolt on breach b of availability within 1 business day on office
    by notice n where n.obligation is b.obligation
  notify service_owner on at risk"""


def instant(text: str) -> int:
    found = parse_instant(text)
    assert found is not None
    return found


def told(hours: int, notice: str | None, as_of: str) -> list[tuple[str, str, str | None]]:
    """One outage in January of so many hours: to whom, where the notice stands, and by when."""
    checked = pipeline.check([Source(name="a.sla", text=POLICY.replace("NOTIFY", TELL))])
    snapshot = checked.snapshot
    assert snapshot is not None, checked.diagnostics
    start = instant("2025-01-10T00:00:00Z")
    outage = {"id": "o1", "service": "web", "start": start, "end": start + hours * 3_600_000_000}
    given = [Fact(kind="outage", key="o1", values=outage)]
    if notice is not None:
        sent = {"id": "n1", "given_at": instant(notice), "obligation": "web_sla.availability"}
        given.append(Fact(kind="notice", key="n1", values=sent))
    facts = facts_by_kind(snapshot, given)
    at = instant(as_of)
    with pipeline.open_store() as store:
        hold(snapshot.kinds, facts, store)
        found = pipeline.evaluate(snapshot, store, as_of=at)
    assert found.reactions == definition.react(snapshot, facts, found.verdicts, at)
    return [
        (each.to, f"{each.cause.value}, {each.state.value}", each.due and iso_text(each.due.at))
        for each in found.reactions
        if isinstance(each, NoticeCase)
    ]


@pytest.mark.parametrize(
    ("notice", "as_of", "state"),
    (
        (None, "2025-02-03T10:00:00Z", "due"),
        (None, "2025-02-05T00:00:00Z", "overdue"),
        ("2025-02-03T10:00:00Z", "2025-02-10T00:00:00Z", "sent"),
        ("2025-02-05T10:00:00Z", "2025-02-10T00:00:00Z", "sent late"),
        ("2025-01-31T10:00:00Z", "2025-02-03T10:00:00Z", "due"),
    ),
)
def test_a_breach_is_told_within_a_business_day_of_its_window(
    notice: str | None, as_of: str, state: str
) -> None:
    """24 of January's 744 hours are 3.2%. It dates from Saturday 1 February, so the next business day
    is Monday the 3rd, which ends at midnight there; a notice given before tells of nothing."""
    assert told(24, notice, as_of) == [("bolt", f"breach, {state}", "2025-02-03T23:00:00Z")]


def test_what_is_at_risk_is_told_while_it_lasts() -> None:
    """6 of 744 hours are 0.8%: less than 99.5%, not less than 99%."""
    assert told(6, None, "2025-01-20T00:00:00Z") == [("service_owner", "at risk, due", None)]


@pytest.mark.parametrize(
    ("said", "message"),
    (
        ("notify blot on at risk", "no party and no role is named `blot`"),
        ("notify bolt on at risk of availabilty", "no promise of this agreement is named `availabilty`"),
        ("notify bolt on breach b within 1 hour by notice n where n.at is x.at", "`x`"),
    ),
)
def test_what_is_not_known_is_refused(said: str, message: str) -> None:
    checked = pipeline.check([Source(name="a.sla", text=POLICY.replace("NOTIFY", said))])
    assert any(message in each.message for each in checked.diagnostics), checked.diagnostics
