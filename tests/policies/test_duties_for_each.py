"""Duties `for each` value, from policy text and fact files to both evaluators (S6.6)."""

from pathlib import Path

import pytest

from engine.examples.judge import judge
from engine.model.verdict import State
from engine.pipeline import check
from engine.source import Source
from tests.policies.test_meaning import AROUND, Judge

KINDS = """
fact alarm { key id  at at }
fact call { key id  at at  alarm text  region one of (eu, us) }
fact order { key id  at at  region one of (eu, us) }
fact delivery { key id  at at  order text  region one of (eu, us) }
fact site { key id  lasts opened until closed  region one of (eu, us) }
fact account { key id  at at  month text  region text }
"""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


def regional(each: str, body: str) -> str:
    return f'duty it for each region{each} {{ cites d "1" "promise"  obliges a  {body} }}'


CALL = "when alarm x  must call c where c.alarm is x.id within 1 hour of x.at"
CALLED = "id,at,alarm,region\nc1,2025-01-06T10:30:00Z,x1,eu\nc2,2025-01-06T11:30:00Z,x1,us"
ALARM = "id,at\nx1,2025-01-06T10:00:00Z"


@pytest.mark.parametrize(("region", "state"), [("eu", State.MET), ("us", State.BREACHED)])
def test_one_occasion_for_each_declared_value(verdict: Judge, region: str, state: State) -> None:
    """The same alarm, and the call to each region held against the same hour."""
    found = verdict(regional("", CALL), "2025-01-07T00:00:00Z", "x1", of=region, alarm=ALARM, call=CALLED)
    assert (found.state, found.subject, found.combination) == (
        state,
        f"g (region {region})",
        (("region", region),),
    )


@pytest.mark.parametrize(
    ("closed", "is_there"),
    [("", True), ("2025-01-06T10:00:00.000001Z", True), ("2025-01-06T10:00:00Z", False)],
)
def test_a_register_is_asked_at_the_instant_of_the_trigger(
    verdict: Judge, closed: str, is_there: bool
) -> None:
    """The American site opens a moment too late; whether the European one is there is told by its end."""
    sites = (
        f"id,opened,closed,region\ns1,2025-01-01T00:00:00Z,{closed},eu\ns2,2025-01-06T10:00:00.000001Z,,us"
    )
    found = verdict.every(
        regional(" in site", CALL), "2025-01-07T00:00:00Z", alarm=ALARM, call=CALLED, site=sites
    )
    assert [each.combination for each in found] == ([(("region", "eu"),)] if is_there else [])


@pytest.mark.parametrize(("key", "state", "region"), [("o1", State.MET, "eu"), ("o2", State.BREACHED, "us")])
def test_a_trigger_says_for_which_value_it_is(verdict: Judge, key: str, state: State, region: str) -> None:
    """What was delivered to the other region does not count."""
    found = verdict(
        regional("", "when order o  must delivery v where v.order is o.id within 1 calendar day of o.at"),
        "2025-01-10T00:00:00Z",
        key,
        order="id,at,region\no1,2025-01-06T10:00:00Z,eu\no2,2025-01-06T10:00:00Z,us",
        delivery="id,at,order,region\nd1,2025-01-07T10:00:00Z,o1,eu\nd2,2025-01-07T10:00:00Z,o2,eu",
    )
    assert (found.state, found.combination) == (state, (("region", region),))


@pytest.mark.parametrize(
    ("region", "month", "state"),
    [
        ("eu", "2025-01", State.MET),
        ("us", "2025-01", State.BREACHED),
        ("us", "2025-02", State.PENDING),
    ],
)
def test_a_window_has_an_occasion_for_each_value_in_use(
    verdict: Judge, region: str, month: str, state: State
) -> None:
    found = verdict(
        regional(
            " in site",
            "every calendar month m"
            "  must account t where t.month is m within 10 calendar days of the end of m",
        ),
        "2025-03-01T00:00:00Z",
        month,
        of=region,
        site="id,opened,closed,region\ns1,2025-01-31T23:59:00Z,,eu\ns2,2025-01-01T00:00:00Z,,us",
        account="id,at,month,region\nt1,2025-02-10T10:00:00Z,2025-01,eu",
    )
    assert found.state is state


def test_a_standing_duty_stands_for_each_value(verdict: Judge) -> None:
    sites = "id,opened,closed,region\ns1,2025-01-01T00:00:00Z,,eu\ns2,2025-01-02T00:00:00Z,,us"
    text = regional("", "must site s at all times in each calendar month")
    found = [
        verdict(text, "2025-02-10T00:00:00Z", "2025-01", of=region, site=sites).state
        for region in ("eu", "us")
    ]
    assert found == [State.MET, State.BREACHED]


def test_an_example_with_several_values_names_them() -> None:
    """An expectation names an occasion, and here the occasion has two verdicts."""
    example = """example "an alarm" of it {
      given alarm { id "x1"  at 2025-01-06 10:00 }
      as of 2025-01-07
      expect breached for "x1"
    }"""
    text = AROUND.format(promise=regional("", CALL)) + KINDS + example
    snapshot = check([Source(name="policy.sla", text=text)]).snapshot
    assert snapshot is not None
    (mismatch,) = judge(snapshot, snapshot.examples[0]).mismatches
    assert mismatch.found.startswith('2: `where region is "eu"`, `where region is "us"`; ')


def test_a_field_that_is_named_twice_is_shown_where_it_stands_again() -> None:
    text = AROUND.format(promise=regional(", region, id", CALL)) + KINDS
    found = [each for each in check([Source(name="policy.sla", text=text)]).diagnostics if each.labels]
    (twice,) = (each for each in found if each.code == "said-twice")
    assert [text[place.start : place.end] for place, _ in twice.labels] == ["region", "region"]
    assert twice.labels[0][0].start == text.index("region, id")
