"""GitHub's enterprise SLA over the public history of its status page, held against plain arithmetic."""

import csv
import json
import statistics
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine import pipeline
from engine.graph.trace.trace_graph import verdict_node_id
from engine.model.quantity import Money
from engine.model.reaction import Credit
from engine.model.snapshot import Snapshot
from engine.model.tracing import Trace
from engine.model.verdict import Exact, InWindow, Range, State, Verdict
from engine.store.database import Store
from tests.real.by_hand import Interval, common, instant, length, union
from tests.real.traced import traced
from tests.real.worlds import EVALUATORS, example, judge

AS_OF = instant("2026-09-01T00:00:00+00:00")
GRAVE = frozenset({"major", "critical"})


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "github_status"


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[tuple[Snapshot, Store]]:
    snapshot = example("github")
    with pipeline.open_store() as store:
        admission = pipeline.admit_facts(snapshot, folder, store)
        assert admission.is_whole, admission.refused
        assert admission.admitted == {"downtime": 819, "status_report": 819}
        yield snapshot, store


@pytest.fixture(scope="module", params=EVALUATORS)
def verdicts(request: pytest.FixtureRequest, world: tuple[Snapshot, Store]) -> dict[tuple[str, str], Verdict]:
    """Each verdict by the obligation's name and the window's label."""
    found = {}
    for verdict in judge(request.param, *world, AS_OF):
        assert isinstance(verdict.occasion, InWindow)
        found[verdict.obligation.partition(".")[2], verdict.occasion.label] = verdict
    return found


@pytest.fixture(scope="module")
def downtime(folder: Path) -> list[tuple[Interval, str]]:
    """Every window of downtime and its impact."""
    with (folder / "downtime_windows.csv").open(encoding="utf-8", newline="") as file:
        return [
            ((instant(row["downtime_start"]), instant(row["downtime_end"])), row["impact"])
            for row in csv.DictReader(file)
        ]


def civil(year: int, month: int) -> int:
    """The instant at which a month begins; month 13 is the next January."""
    return instant(f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}-01T00:00:00+00:00")


MONTHS = {
    f"{year}-{month:02d}": (civil(year, month), civil(year, month + 1))
    for year in range(2022, 2027)
    for month in range(1, 13)
    if (2022, 4) <= (year, month) <= (2026, 9)
}
QUARTERS = {
    f"{year}-Q{quarter}": (civil(year, 3 * quarter - 2), civil(year, 3 * quarter + 1))
    for year in range(2022, 2027)
    for quarter in range(1, 5)
    if (2022, 2) <= (year, quarter) <= (2026, 3)
}


@pytest.mark.parametrize(
    ("target", "windows", "impacts", "at_least"),
    [
        ("quarterly_uptime", QUARTERS, GRAVE, Fraction(999, 1000)),
        ("monthly_uptime", MONTHS, GRAVE, Fraction(999, 1000)),
        ("quarterly_trouble", QUARTERS, GRAVE | {"minor"}, Fraction(95, 100)),
    ],
)
def test_uptime(
    verdicts: dict[tuple[str, str], Verdict],
    downtime: list[tuple[Interval, str]],
    target: str,
    windows: dict[str, Interval],
    impacts: frozenset[str],
    at_least: Fraction,
) -> None:
    assert {label for name, label in verdicts if name == target} == set(windows)
    bad = union(interval for interval, impact in downtime if impact in impacts)
    for label, window in windows.items():
        verdict = verdicts[target, label]
        agreed, down = window[1] - window[0], length(common(bad, [window]))
        best, worst = (
            1 - Fraction(down + worse, agreed) for worse in (0, max(0, window[1] - max(AS_OF, window[0])))
        )
        assert verdict.counts["agreed"] == agreed
        assert verdict.counts["bad"] == down, label
        wanted = State.MET if worst >= at_least else State.BREACHED if best < at_least else State.PENDING
        assert verdict.state is wanted, label
        if best == worst:
            assert isinstance(verdict.measured, Exact)
            assert verdict.measured.value == best
        else:
            assert isinstance(verdict.measured, Range)
            assert (verdict.measured.low, verdict.measured.high) == (worst, best)


def test_maintenance_as_excluded_time(
    verdicts: dict[tuple[str, str], Verdict], downtime: list[tuple[Interval, str]]
) -> None:
    """What falls into a maintenance is neither bad nor agreed time; only closed quarters have one value."""
    maintenance = union(interval for interval, impact in downtime if impact == "maintenance")
    trouble = union(interval for interval, impact in downtime if impact != "none")
    differ = 0
    for label, window in QUARTERS.items():
        if window[1] > AS_OF:
            continue
        verdict = verdicts["quarterly_trouble_excused", label]
        excluded = length(common(maintenance, [window]))
        bad = length(common(trouble, [window])) - excluded
        agreed = window[1] - window[0]
        assert (verdict.counts["excluded"], verdict.counts["bad"]) == (excluded, bad), label
        assert isinstance(verdict.measured, Exact)
        assert verdict.measured.value == 1 - Fraction(bad, agreed - excluded), label
        differ += verdict.counts["bad"] != verdicts["quarterly_trouble", label].counts["bad"]
    assert differ, "in no quarter does an incident fall into a maintenance, and this test tests nothing"


def test_overlapping_windows_count_once(downtime: list[tuple[Interval, str]]) -> None:
    """The plain sum is larger than the union, so that the tests above would see it added up."""
    grave = [interval for interval, impact in downtime if impact in GRAVE]
    assert length(grave) > length(union(grave))


def test_median_resolution(verdicts: dict[tuple[str, str], Verdict], folder: Path) -> None:
    lines = (folder / "incidents.jsonl").read_text("utf-8").splitlines()
    incidents = [each for line in lines if (each := json.loads(line))["impact"] in GRAVE]
    for label, (start, end) in QUARTERS.items():
        took = [
            instant(each["resolved_at"]) - instant(each["started_at"])
            for each in incidents
            if start <= instant(each["started_at"]) < end
        ]
        verdict = verdicts["median_resolution", label]
        assert verdict.counts["records"] == len(took), label
        if took:
            assert isinstance(verdict.measured, Exact)
            median = statistics.median(map(Fraction, took))
            assert verdict.measured.value == median
            in_time = median <= 120 * 60 * 1_000_000
            assert verdict.state is (
                State.PENDING if end > AS_OF else State.MET if in_time else State.BREACHED
            ), label


def test_credits(world: tuple[Snapshot, Store], downtime: list[tuple[Interval, str]]) -> None:
    """10% above 99.0% up to and including 99.9%, 25% below 99.0%, of USD 21,000."""
    bad = union(interval for interval, impact in downtime if impact in GRAVE)
    wanted: dict[str, Money] = {}
    for label, window in QUARTERS.items():
        up = 1 - Fraction(length(common(bad, [window])), window[1] - window[0])
        share = 10 if Fraction(99, 100) < up <= Fraction(999, 1000) else 25 if up < Fraction(99, 100) else 0
        if share and window[1] <= AS_OF:
            wanted[label] = Money(amount=Decimal(210 * share), currency="USD")
    credits = {
        reaction.occasion.label: reaction.amount
        for reaction in pipeline.evaluate(*world, as_of=AS_OF).reactions
        if isinstance(reaction, Credit) and isinstance(reaction.occasion, InWindow)
    }
    paid = {label: money for label, money in credits.items() if money is not None and money.amount}
    assert paid == wanted
    assert {money.amount for money in wanted.values()} == {2100, 5250}


def test_each_window_is_traced_from_the_words_and_from_its_facts(world: tuple[Snapshot, Store]) -> None:
    """A grave downtime finds the quarter that it falls in, and what was credited for it."""
    snapshot, store = world
    found = pipeline.evaluate(snapshot, store, as_of=AS_OF)
    traced(snapshot, found)
    credit = next(each for each in found.reactions if isinstance(each, Credit) and each.amount)
    assert isinstance(credit.occasion, InWindow)
    grave = [
        each
        for each in store.facts(snapshot.kinds["downtime"], None)
        if each.values["impact"] in GRAVE and _starts_in(each.values["start"], credit.occasion)
    ]
    answer = pipeline.trace_from(
        snapshot,
        pipeline.graph(snapshot),
        store,
        f"downtime:{grave[0].key}",
        found.verdicts,
        found.reactions,
        lambda each: pipeline.explain(snapshot, store, each, as_of=AS_OF),
        as_of=AS_OF,
    )
    assert isinstance(answer, Trace), grave[0]
    assert {each.id for each in answer.nodes} >= {
        verdict_node_id((credit.obligation, credit.subject, credit.occasion.label)),
        f"credit:{credit.obligation}/{credit.subject}/{credit.occasion.label}",
    }


def _starts_in(start: object, window: InWindow) -> bool:
    return isinstance(start, int) and window.start <= start < window.end
