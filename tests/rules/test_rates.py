"""Throughput and time between incidents by hand, in both evaluators (S6)."""

from fractions import Fraction

from engine.model.quantity import HOUR
from engine.model.verdict import Exact, State, Verdict
from tests.rules.told import told

KINDS = """
fact order {
  key id
  about service
  at placed_at
  is_paid yes/no
}
fact breakdown {
  key id
  about service
  lasts began_at until ended_at
}
"""

ORDERS = "id,service,placed_at,is_paid\n" + "".join(
    f"o{number},shop,2025-01-10T{number:02}:00:00Z,{'no' if number == 9 else 'yes'}\n"
    for number in range(4, 22)
)

# Starts on 2, 10 and 30 January: 192 and 480 hours apart.
BREAKDOWNS = """id,service,began_at,ended_at
b1,shop,2025-01-02T08:00:00Z,2025-01-02T10:00:00Z
b2,shop,2025-01-10T08:00:00Z,2025-01-10T20:00:00Z
b3,shop,2025-01-30T08:00:00Z,2025-02-02T08:00:00Z
b4,shop,2025-02-03T08:00:00Z,2025-02-03T09:00:00Z
"""

TARGET = """
target it of shop {
  cites msa "2" "it"
  obliges acme
  MEASURES
  requires BOUND
  convention empty windows are unmeasured
  convention part windows are measured
}
"""


def window(measures: str, bound: str, label: str, as_of: str = "2025-03-01T00:00:00Z") -> Verdict:
    found = told(
        TARGET.replace("MEASURES", measures).replace("BOUND", bound),
        KINDS,
        {"order": ORDERS, "breakdown": BREAKDOWNS},
        as_of=as_of,
    )
    (verdict,) = (each for each in found if each.identity[2] == label)
    return verdict


def test_throughput_is_a_count_per_time_of_the_window() -> None:
    # 18 orders, one of them unpaid, in a day of 24 hours.
    throughput = "measures throughput of order o where o.is_paid is yes per hour"
    verdict = window(throughput, "at least 0.7 in each calendar day", "2025-01-10")
    assert verdict.state is State.MET
    assert isinstance(verdict.measured, Exact)
    assert verdict.measured.value == Fraction(17, 24)
    assert verdict.measured.unit.name == "per hour"
    assert verdict.counts["records"] == 17
    at_most = window(throughput.replace("hour", "24 hours"), "at most 0.5 in each calendar month", "2025-01")
    assert at_most.state is State.BREACHED
    assert isinstance(at_most.measured, Exact)
    assert at_most.measured.value == Fraction(17, 31)


def test_an_open_window_is_reached_early_and_an_empty_one_is_nothing_per_hour() -> None:
    throughput, bound = "measures throughput of order o per hour", "at least 0.25 in each calendar day"
    assert window(throughput, bound, "2025-01-10", "2025-01-10T09:30:00Z").state is State.MET
    assert window(throughput, bound, "2025-01-10", "2025-01-10T08:30:00Z").state is State.PENDING
    assert window(throughput, bound, "2025-01-11").state is State.BREACHED


def test_the_mean_time_between_incidents_is_between_starts_in_one_window() -> None:
    between = "measures average of time between breakdown b"
    verdict = window(between, "at least 336 hours in each calendar month", "2025-01")
    assert verdict.state is State.MET
    assert isinstance(verdict.measured, Exact)
    assert verdict.measured.value == Fraction(192 + 480, 2) * HOUR
    assert verdict.counts["records"] == 3


def test_one_incident_alone_is_no_time_apart() -> None:
    verdict = window(
        "measures average of time between breakdown b", "at least 1 hour in each calendar month", "2025-02"
    )
    assert (verdict.state, verdict.measured) == (State.UNMEASURED, None)
    assert verdict.counts["records"] == 1


def test_the_shortest_time_between_falls_and_is_breached_early() -> None:
    verdict = window(
        "measures lowest of time between breakdown b",
        "above 192 hours in each calendar month",
        "2025-01",
        "2025-01-11T00:00:00Z",
    )
    assert verdict.state is State.BREACHED
    assert isinstance(verdict.measured, Exact)
    assert verdict.measured.value == 192 * HOUR
