"""Renewal counted by hand, by both evaluators: what the term is, and by when notice must be given."""

import datetime as dt
from dataclasses import replace

import pytest

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.reaction import RenewalCase
from engine.model.snapshot import Snapshot
from engine.source import Source
from tests.dsl.resolving import agreement, errors, resolved, target

UNLESS = "renews for 12 months unless notice n where n.agreement is deal"
WHEN = "renews for 12 months when review r where r.agreement is deal"
NOTICE = "notice 90 calendar days before the end\n"
UPTIME = target(
    "measures uptime from outage\nduring always\nrequires at least 99.5% in each calendar quarter"
)


def sound(renews: str) -> Snapshot:
    """The policy set of the deal of 2025 that renews so."""
    checked = pipeline.check([Source(name="a.sla", text=agreement(renews + UPTIME))])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


def stands(snapshot: Snapshot, as_of: str, **given: str) -> tuple[RenewalCase, int]:
    """Where the term stands with one fact of each kind given, and how many windows are judged."""
    at = parse_instant(as_of)
    assert at is not None
    facts = {
        kind: (Fact(kind=kind, key="f", values=_values(snapshot, kind, when)),)
        for kind, when in given.items()
    }
    with pipeline.open_store() as store:
        hold(snapshot.kinds, facts, store)
        found = pipeline.evaluate(snapshot, store, as_of=at)
    assert found.reactions == definition.react(snapshot, facts, found.verdicts, at)
    (case,) = (each for each in found.reactions if isinstance(each, RenewalCase))
    return case, len(found.verdicts)


def _values(snapshot: Snapshot, kind: str, when: str) -> dict[str, str | int | None]:
    declared = snapshot.kinds[kind]
    values: dict[str, str | int | None] = {each.name: None for each in declared.fields}
    return {**values, "id": "f", declared.start_field: parse_instant(when), "agreement": "deal"}


@pytest.mark.parametrize(
    ("as_of", "through", "due", "windows"),
    (
        # 90 clear days before Wednesday 31 December are through Wednesday 1 October.
        ("2025-10-01T21:59:59Z", 2025, "2025-10-01", 4),
        ("2025-10-01T22:00:00Z", 2026, "2026-10-01", 4),
        ("2026-02-01T00:00:00Z", 2026, "2026-10-01", 5),
        ("2027-06-01T00:00:00Z", 2027, "2027-10-01", 10),
    ),
)
def test_a_term_renews_unless_notice_is_given(as_of: str, through: int, due: str, windows: int) -> None:
    case, judged = stands(sound(NOTICE + UNLESS), as_of)
    assert (case.state, case.through, judged) == ("open", dt.date(through, 12, 31), windows)
    assert case.due is not None and case.due.date == dt.date.fromisoformat(due)


@pytest.mark.parametrize(
    ("given", "as_of", "state", "through"),
    (
        ("2025-10-01T20:00:00Z", "2025-10-10T00:00:00Z", "ending", 2025),
        ("2025-10-01T20:00:00Z", "2026-03-01T00:00:00Z", "ended", 2025),
        # too late for 2025, in time for 2026
        ("2025-10-02T08:00:00Z", "2025-10-10T00:00:00Z", "ending", 2026),
        ("2025-10-02T08:00:00Z", "2025-10-01T00:00:00Z", "open", 2025),
    ),
)
def test_a_notice_ends_the_first_term_for_which_it_is_in_time(
    given: str, as_of: str, state: str, through: int
) -> None:
    case, _ = stands(sound(NOTICE + UNLESS), as_of, notice=given)
    assert (case.state, case.through) == (state, dt.date(through, 12, 31))
    assert case.notice == (None if state == "open" else "notice:f")


@pytest.mark.parametrize(
    ("held", "as_of", "state", "through"),
    (
        ("2025-06-01T00:00:00Z", "2025-05-01T00:00:00Z", "open", 2025),
        ("2025-06-01T00:00:00Z", "2025-06-02T00:00:00Z", "open", 2026),
        ("2025-06-01T00:00:00Z", "2027-01-02T00:00:00Z", "ended", 2026),
        ("2024-12-01T00:00:00Z", "2026-01-02T00:00:00Z", "ended", 2025),
    ),
)
def test_a_review_in_a_term_renews_it_once(held: str, as_of: str, state: str, through: int) -> None:
    case, _ = stands(sound(WHEN), as_of, review=held)
    assert (case.state, case.through) == (state, dt.date(through, 12, 31))


@pytest.mark.parametrize(
    ("as_of", "state"), (("2026-05-31T21:59:59Z", "ending"), ("2026-05-31T22:00:00Z", "ended"))
)
def test_a_term_that_a_later_version_stops_has_ended_then(as_of: str, state: str) -> None:
    policies = sound(NOTICE + UNLESS)
    deal = policies.agreements["deal"]
    assert deal.renewal is not None
    stopped = replace(deal, renewal=replace(deal.renewal, until=dt.date(2026, 5, 31)))
    case, _ = stands(replace(policies, agreements=policies.agreements.set("deal", stopped)), as_of)
    assert (case.state, case.through) == (state, dt.date(2026, 5, 31))


@pytest.mark.parametrize(
    ("length", "ends"),
    (
        ("1 month", ["2025-01-30", "2025-02-27", "2025-03-30", "2025-04-29"]),
        ("10 calendar days", ["2025-01-30", "2025-02-09", "2025-02-19", "2025-03-01"]),
    ),
)
def test_a_short_month_moves_none_after_it(length: str, ends: list[str]) -> None:
    text = agreement(f"notice 1 calendar day before the end\n{UNLESS}{UPTIME}".replace("12 months", length))
    checked = pipeline.check(
        [Source(name="a.sla", text=text.replace("through 2025-12-31", "through 2025-01-30"))]
    )
    assert checked.snapshot is not None, checked.diagnostics
    before = [dt.date.fromisoformat(day) - dt.timedelta(days=4) for day in ends]
    found = [stands(checked.snapshot, f"{day}T12:00:00Z")[0] for day in before]
    assert [each.through.isoformat() for each in found] == ends
    assert [each.renewed for each in found] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("said", "code"),
    (
        (UNLESS, "not-said"),
        (NOTICE + UNLESS.replace("12 months", "0 months"), "length-not-whole"),
        (NOTICE + UNLESS.replace("12 months", "8 hours"), "not-yet-supported"),
        (NOTICE + UNLESS.replace("notice n where n.agreement is deal", "breach b"), "not-yet-supported"),
        (NOTICE + UNLESS + UPTIME.replace("in each calendar quarter", "over the term"), "not-yet-supported"),
    ),
)
def test_what_does_not_say_when_it_ends_is_refused(said: str, code: str) -> None:
    assert code in errors(agreement(said if UPTIME[9:20] in said else said + UPTIME))


@pytest.mark.parametrize(("length", "asked"), (("12 months", False), ("3 months", False), ("5 months", True)))
def test_a_renewed_term_may_cut_windows(length: str, asked: bool) -> None:
    """What part windows are worth is asked where a renewed term ends inside of a quarter."""
    said = agreement(
        NOTICE + UNLESS.replace("12 months", length) + UPTIME, "conventions { notice counts clear days }"
    )
    assert any("part windows" in (each.help or "") for each in resolved(said)[1]) is asked


def test_no_end_is_refused() -> None:
    assert errors(agreement(NOTICE + UNLESS).replace("through 2025-12-31", "")) == ["not-said"]


BENEATH = """
agreement beneath is uc "Servers" {
  between acme as provider and bolt as customer
  covers shop
  underpins deal
  in force from 2025-01-01 through 2025-12-31
  terms accepted on 2024-12-20
  zone Europe/Berlin
  conventions standard
  RENEWS
}
"""


@pytest.mark.parametrize(
    ("above", "below", "gap"),
    (
        ("", "", []),
        ("", NOTICE + UNLESS, []),
        (NOTICE + UNLESS, NOTICE + UNLESS, []),
        (NOTICE + UNLESS, "", ["ends on 2025-12-31"]),
        # what has yet to be done does not carry an agreement that goes on by itself
        (NOTICE + UNLESS, WHEN, ["ends on 2025-12-31"]),
        (WHEN, "", []),
    ),
)
def test_what_is_beneath_must_go_on_as_long(above: str, below: str, gap: list[str]) -> None:
    texts = (agreement(above + UPTIME), BENEATH.replace("RENEWS", below))
    checked = pipeline.check([Source(name=f"{place}.sla", text=text) for place, text in enumerate(texts)])
    assert checked.snapshot is not None
    said = [each.labels[1][1] for each in checked.diagnostics if each.code == "uc-ends-early"]
    assert said == gap
