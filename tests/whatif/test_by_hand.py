"""Questions worked out by hand, over the hosting example and the service points."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine import pipeline
from engine.model.change import Differences
from engine.model.quantity import HOUR, MINUTE
from engine.model.verdict import Exact, Range, Verdict
from engine.store.database import Store
from tests.hosting import instant
from tests.whatif.asking import HOSTING, OUTAGES, POINTS, ROOT, ask, base

AS_OF = instant("2025-04-01T00:00:00Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A shipped policy over its facts, judged for a few promises."""

    policies: pipeline.Checked
    store: Store
    promises: Collection[str] | None
    before: pipeline.Evaluation

    def what_if(self, *changes: str) -> Differences:
        """What changes."""
        changed = ask(*changes, of=self.policies)
        assert self.policies.snapshot and changed.snapshot, changed.diagnostics
        there = {each.terms.id for each in changed.snapshot.obligations()}
        promises = None if self.promises is None else [each for each in self.promises if each in there]
        after = pipeline.evaluate(changed.snapshot, self.store, as_of=AS_OF, obligations=promises)
        said = pipeline.differences(self.policies, changed)
        return pipeline.compare(said, (self.policies.snapshot, self.before), (changed.snapshot, after))


def world(path: str, folder: Path, promises: Collection[str] | None) -> Iterator[World]:
    policies = base(path)
    assert policies.snapshot is not None
    with pipeline.open_store() as store:
        pipeline.admit_facts(policies.snapshot, folder, store)
        before = pipeline.evaluate(policies.snapshot, store, as_of=AS_OF, obligations=promises)
        yield World(policies=policies, store=store, promises=promises, before=before)


@pytest.fixture(scope="module")
def shop() -> Iterator[World]:
    """The shop's availability and the restoring of incidents."""
    facts = (ROOT / HOSTING).parent / "facts"
    yield from world(HOSTING, facts, ["acme_sla.restore", "acme_sla.shop_availability"])


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """96.5%, 98.5%, 96.5%: 3, 2 (1 doubled) and 6 (3 doubled) points of GBP 250."""
    folder = tmp_path_factory.mktemp("facts")
    (folder / "outage.csv").write_text(OUTAGES, "utf-8")
    yield from world(POINTS, folder, None)


def states(found: Differences) -> dict[str, tuple[str | None, str | None]]:
    """The state before and after of each window or trigger that is listed."""
    return {
        each.verdict.identity[2]: (
            each.before and each.before.state.value,
            each.after and each.after.state.value,
        )
        for each in found.verdicts
    }


def money(found: Differences) -> tuple[Decimal, Decimal, Decimal]:
    (total,) = found.credits
    return total.before, total.after, total.difference


def after(found: Differences, key: str) -> Verdict:
    (verdict,) = [each.after for each in found.verdicts if each.verdict.identity[2] == key]
    assert verdict is not None
    return verdict


def test_a_stricter_bound(shop: World) -> None:
    """45 of January's 44,640 − 120 minutes, 49 of March's 44,580 − 210 at the least: below 99.9% both."""
    found = shop.what_if("change acme_sla.shop_availability to at least 99.9%")
    assert states(found) == {
        "2025-01": ("MET", "BREACHED"),
        "2025-02": ("BREACHED", "BREACHED"),
        "2025-03": ("MET", "BREACHED"),
        "2025-04": ("PENDING", "PENDING"),
    }
    assert money(found) == (Decimal("1200.00"), Decimal("1200.00"), 0)
    measured = after(found, "2025-01").measured
    assert isinstance(measured, Exact) and measured.value == 1 - Fraction(45, 44_520)
    severities = [each.after for each in found.reactions if type(each.after).__name__ == "BreachSeverity"]
    assert len(severities) == 2
    # What is beneath: 99.9% of hosting and 99.8% of the payments are 99.7% at best.
    assert [each.finding.kind.value for each in found.policies.gaps if each.before is None][:1] == [
        "above-ceiling"
    ]


def test_shorter_hours_make_a_breach_dearer(shop: World) -> None:
    """February has 20 office days of 10 hours: 268 of 12,000 minutes are 2.23%, so 25% of EUR 12,000."""
    found = shop.what_if("change hours of shop to office_hours")
    assert money(found) == (Decimal("1200.00"), Decimal("3000.00"), Decimal("1800.00"))
    measured = after(found, "2025-02").measured
    assert isinstance(measured, Exact) and measured.value == 1 - Fraction(268, 12_000)


def test_a_band_said_anew(shop: World) -> None:
    """99.335% is below 99.5%: 25% of EUR 12,000 instead of 10%; no verdict changes."""
    found = shop.what_if(
        "amend acme_sla { target shop_availability { credits { base sum of c.amount of charge c"
        " pays 25% below 99.5% } } }"
    )
    assert found.verdicts == ()
    assert money(found) == (Decimal("1200.00"), Decimal("3000.00"), Decimal("1800.00"))


def test_half_the_time_to_restore(shop: World) -> None:
    """Reported at 10:04, restored at 14:30: 26 minutes late of 4 hours, 2 h 26 min of 2 hours."""
    found = shop.what_if("change acme_sla.restore for p1 to within 2 hours")
    assert states(found) == {"i-2": ("BREACHED", "BREACHED")}
    assert after(found, "i-2").late_by == 2 * HOUR + 26 * MINUTE
    assert found.verdicts[0].before and found.verdicts[0].before.late_by == 26 * MINUTE
    assert "late_by" in found.verdicts[0].differs and "state" not in found.verdicts[0].differs


def test_without_its_exclusion(shop: World) -> None:
    """March: 150 more bad minutes and 210 more agreed; 20 minutes nobody watched may all have been bad."""
    found = shop.what_if("drop exclusion announced_maintenance from acme_sla")
    measured = after(found, "2025-03").measured
    assert isinstance(measured, Range)
    assert measured.high == 1 - Fraction(199, 44_580) and measured.low == 1 - Fraction(219, 44_580)


@pytest.mark.parametrize(
    ("change", "owed"),
    [
        # Nothing is breached, so nothing is repeated: 3 + 1 + 3 points.
        ("change model_services.availability to at least 96%", "1750.00"),
        # January 3, February 2; March is no more.
        ("end model_services on 2025-02-28", "1250.00"),
        # 750, then what is left of 1,000, then nothing.
        ("amend model_services { caps credits at GBP 1000 in each calendar year }", "1000.00"),
        # 3 + 1 + 3 points doubled to 3 + 2 + 6, of GBP 100.
        (
            "amend model_services { target availability { credits { points 1 below 99.0% and at or above 97%"
            " points 3 below 97% points double when repeated points are worth GBP 100 each } } }",
            "1100.00",
        ),
        ("drop agreement model_services", "0"),
    ],
)
def test_service_points(points: World, change: str, owed: str) -> None:
    assert money(points.what_if(change)) == (
        Decimal("2750.00"),
        Decimal(owed),
        Decimal(owed) - Decimal("2750.00"),
    )


def test_money_at_risk_falls_with_the_worth_of_a_point(points: World) -> None:
    """4 points at the worst, doubled: 8 × GBP 250 in the month, and 8 × GBP 100."""
    (found,) = points.what_if(
        "amend model_services { target availability { credits { points 4 below 99% points double when"
        " repeated points are worth GBP 100 each } } }"
    ).exposures
    assert found.before and found.before.amount and found.after and found.after.amount
    assert (found.before.amount.amount, found.after.amount.amount) == (Decimal("2000.00"), Decimal("800.00"))


def test_what_ends_has_no_later_verdicts(points: World) -> None:
    found = points.what_if("end model_services on 2025-02-28")
    assert states(found) == {"2025-03": ("BREACHED", None), "2025-04": ("PENDING", None)}
    assert found.policies.vanished == ()


def test_what_is_dropped_vanishes(points: World) -> None:
    found = points.what_if("drop agreement model_services")
    assert found.policies.vanished == ("model_services.availability",)
    assert (found.verdicts_before, found.verdicts_after) == (len(found.verdicts), 0)
    assert all(each.after is None for each in (*found.verdicts, *found.reactions))


def test_no_change_changes_nothing(points: World) -> None:
    found = points.what_if("change model_services.availability to at least 99%")
    assert (found.verdicts, found.reactions, found.policies.words) == ((), (), ())
    assert money(found) == (Decimal("2750.00"), Decimal("2750.00"), 0)
