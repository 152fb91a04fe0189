"""Caps that roll, counted by hand, in both evaluators (S5.4)."""

import pytest

from engine.model.quantity import HOUR
from engine.model.verdict import State, Verdict
from engine.rules.plans import uptime_rolling
from engine.rules.plans.windows import windows
from tests.rules.told import told

KINDS = """
fact outage { key id  about service  lasts start until end  cause text optional }
fact maintenance { key id  about service  lasts start until end planned }
"""
BODY = """
exclusion works { when maintenance m from m.start until m.end  capped at CAP }
target it of shop {
  cites msa "2" "99.5 %"
  obliges acme
  measures uptime from outage o where o.cause is "ours"
  during HOURS
  excludes works
  requires at least 99.5% in each calendar month
}
"""
CONVENTIONS = "conventions standard { sources are assumed watched  caps are spent by SPENT }"
ROW = "%s,shop,2025-%s:00+01:00,2025-%s:00+01:00"


def month(
    label: str,
    cap: str,
    works: list[tuple[str, str]],
    outages: list[tuple[str, ...]],
    *,
    spent: str = "announced time",
    hours: str = "always",
) -> Verdict:
    """The verdict on a month of 2025, of which all outages are `ours` unless they say otherwise."""
    rows = [ROW % (f"m{number}", *each) for number, each in enumerate(works, 1)]
    downs = [
        ROW % (f"o{number}", *each[:2]) + "," + (each[2] if len(each) > 2 else "ours")
        for number, each in enumerate(outages, 1)
    ]
    tables = {
        "maintenance": "\n".join(["id,service,start,end", *rows, ""]),
        "outage": "\n".join(["id,service,start,end,cause", *downs, ""]),
    }
    body = BODY.replace("CAP", cap).replace("HOURS", hours)
    said = told(
        body, KINDS, tables, as_of="2025-05-01T00:00:00Z", conventions=CONVENTIONS.replace("SPENT", spent)
    )
    (verdict,) = (each for each in said if each.identity[2] == label)
    return verdict


def hours(verdict: Verdict) -> tuple[int, int]:
    """How many hours were excluded, and how many were bad."""
    return verdict.counts["excluded"] // HOUR, verdict.counts["bad"] // HOUR


LONG = [("01-10T00:00", "01-31T00:00")]


@pytest.mark.parametrize("windows", ["any 240 hours", "each rolling 10 days"])
def test_what_was_spent_comes_back_and_is_granted_again(windows: str) -> None:
    # Eight hours on the 10th, on the 20th and on the 30th.
    downs = [("01-20T07:00", "01-20T10:00")]
    assert hours(month("2025-01", f"8 hours in {windows}", LONG, downs)) == (24, 2)


TWO_NIGHTS = [("01-10T20:00", "01-11T04:00"), ("01-20T00:00", "01-21T00:00")]


@pytest.mark.parametrize(("windows", "bad"), [("any 240 hours", 4), ("each rolling 10 days", 0)])
def test_days_come_back_at_midnight_and_elapsed_time_as_it_went(windows: str, bad: int) -> None:
    # On the 20th the ten days hold four hours of the 11th, and the 240 hours before 00:00 all eight: they
    # leave from 20:00 on.
    downs = [("01-20T00:00", "01-20T04:00")]
    assert hours(month("2025-01", f"8 hours in {windows}", TWO_NIGHTS, downs)) == (12, bad)


def test_spent_by_bad_time_it_comes_back_as_that_leaves() -> None:
    # Granted until 03:00 of the 10th, when two hours were bad, and again from 01:00 of the 12th on.
    works, downs = [("01-10T00:00", "01-13T00:00")], [("01-10T01:00", "01-10T04:00")]
    assert hours(month("2025-01", "2 hours in any 48 hours", works, downs, spent="bad time")) == (26, 1)


def test_it_is_counted_in_service_hours_unless_it_says_elapsed() -> None:
    # Monday to Wednesday, 9 to 17: four hours in each day's, or those from 00:00 to 04:00.
    works = [("01-13T00:00", "01-16T00:00")]
    assert hours(month("2025-01", "4 hours in any 24 hours", works, [], hours="hours of shop")) == (12, 0)
    assert hours(month("2025-01", "4 hours elapsed in any 24 hours", works, [], hours="hours of shop")) == (
        0,
        0,
    )


EARLIER = ("01-30T00:00", "01-30T08:00")
LATER = ("02-10T00:00", "02-10T08:00")


@pytest.mark.parametrize(
    ("cause", "state"), [("ours", State.BREACHED), ("theirs", State.MET), ("", State.UNMEASURED)]
)
def test_what_an_earlier_month_spent_must_be_known(cause: str, state: State) -> None:
    # Eight hours of 720: where January's outage was ours, February's has nothing left.
    verdict = month(
        "2025-02", "8 hours in any 720 hours", [EARLIER, LATER], [(*EARLIER, cause), LATER], spent="bad time"
    )
    assert verdict.state is state
    assert verdict.missing == (("outage:o1.cause",) if state is State.UNMEASURED else ())


def test_a_whole_day_of_a_change_of_clocks_is_one_day() -> None:
    # 30 March has 23 hours: on the 31st two days begin with the 30th, 48 hours still with what was spent.
    works = [("03-29T22:30", "03-29T23:00"), ("03-31T00:00", "03-31T22:00")]
    assert month("2025-03", "30 minutes in each rolling 2 days", works, []).counts["excluded"] == HOUR
    assert month("2025-03", "30 minutes in any 48 hours", works, []).counts["excluded"] == HOUR // 2


def test_the_days_of_a_cap_are_cut_once_for_all_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []
    monkeypatch.setattr(
        uptime_rolling, "windows", lambda version, *rest: cut.append(version.name) or windows(version, *rest)
    )
    kinds = KINDS.replace("cause text optional", "region one of (eu, us, asia)")
    body = (
        BODY.replace("it of shop", "it of shop for each region")
        .replace('outage o where o.cause is "ours"', "outage")
        .replace("CAP", "8 hours in each rolling 30 days")
        .replace("HOURS", "always")
    )
    span = ROW % ("1", *EARLIER)
    tables = {
        "maintenance": f"id,service,start,end\n{span}\n",
        "outage": f"id,service,start,end,region\n{span},eu\n",
    }
    said = told(
        body,
        kinds,
        tables,
        as_of="2025-02-01T00:00:00Z",
        conventions=CONVENTIONS.replace("SPENT", "bad time"),
    )
    assert [hours(each) for each in said if each.identity[2] == "2025-01"] == [(8, 0)] * 3
    assert cut == ["deal"]
