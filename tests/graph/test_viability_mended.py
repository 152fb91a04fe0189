"""On the shipped example each kind of finding appears once, and mending what it names makes it go."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from engine import pipeline
from engine.model.quantity import HOUR, MINUTE
from engine.model.viability import Finding, FindingKind, Remedy, Viability
from engine.source import Source

POLICY = (Path(__file__).parents[2] / "policies" / "examples" / "hosting_gaps" / "tickets.sla").read_text(
    "utf-8"
)


@cache
def findings_of(text: str) -> tuple[Finding, ...]:
    checked = pipeline.check([Source(name="tickets.sla", text=text)])
    assert checked.snapshot is not None, checked.diagnostics
    found = pipeline.viability(checked.snapshot, agreement="crest_sla")
    assert isinstance(found, Viability)
    return tuple(found.findings)


def kinds(text: str) -> list[FindingKind]:
    return [each.kind for each in findings_of(text)]


def remedy(kind: FindingKind, at: str, place: int = 0) -> Remedy:
    finding = next(each for each in findings_of(POLICY) if each.kind is kind)
    return [each for each in finding.remedies if each.at == at][place]


def percent(remedy: Remedy) -> str:
    found = re.search(r"[\d.]+%", remedy.words)
    assert found is not None
    return found[0]


def test_each_kind_is_found_once() -> None:
    assert sorted(kinds(POLICY)) == sorted(FindingKind)


def test_each_finding_names_both_sides_and_what_would_close_it() -> None:
    for each in findings_of(POLICY):
        assert each.remedies
        assert each.above.span is not None and each.above.clause is not None
        assert each.beneath and all(side.span is not None for side in each.beneath)


def mended_contract() -> str:
    return (
        POLICY
        + """
agreement carto_uc is uc "Seat maps by Carto" {
  between carto as provider and acme as customer
  covers seat_maps
  underpins crest_sla
  in force from 2025-01-01 through 2026-12-31
  accepted by "Signed contract CM-4" on 2024-12-02
  zone Europe/Berlin
  conventions standard { sources are assumed watched }
}
"""
    )


def raised_ceiling() -> str:
    needed = percent(remedy(FindingKind.ABOVE_CEILING, "tern_uc.payments_availability"))
    return POLICY.replace("at least 99.8%", f"at least {needed}")


def lowered_ceiling() -> str:
    left = percent(remedy(FindingKind.ABOVE_CEILING, "crest_sla.shop_availability"))
    return POLICY.replace("at least 99.9% in", f"at least {left} in")


def stronger_carrier() -> str:
    needed = percent(remedy(FindingKind.UNDERPINNING_WEAKER, "operations_ola.till_care"))
    return POLICY.replace("at least 99% in", f"at least {needed} in")


def shorter_window() -> str:
    assert remedy(FindingKind.WINDOW_WEAKER, "northwind_uc.hosting_availability").figure is None
    return POLICY.replace(
        "99.99% in each calendar year\n    carries", "99.99% in each calendar month\n    carries"
    )


def stronger_year() -> str:
    needed = percent(remedy(FindingKind.WINDOW_WEAKER, "northwind_uc.hosting_availability", 1))
    return POLICY.replace("at least 99.99% in", f"at least {needed} in")


def longer_hours() -> str:
    figure = remedy(FindingKind.HOURS_UNCOVERED, "operations_ola").figure
    # A year of 8,760 hours less 313 long days of 16 hours.
    assert figure is not None and figure.value == (8_760 - 313 * 16) * HOUR
    return POLICY.replace("provider operations\n  hours long_days", "provider operations\n  hours always")


def faster_repair() -> str:
    figure = remedy(FindingKind.TIME_OVER_BUDGET, "northwind_uc.repair").figure
    assert figure is not None
    minutes = figure.value / MINUTE
    return POLICY.replace(
        "within 4 hours of i.reported_at\n    carries",
        f"within {minutes} minutes of i.reported_at\n    carries",
    )


def prolonged() -> str:
    day = remedy(FindingKind.UC_ENDS_EARLY, "tern_uc").day
    return POLICY.replace("through 2026-06-30", f"through {day}")


def longer_first_term() -> str:
    day = remedy(FindingKind.NOTICE_TOO_SHORT, "northwind_uc").day
    return POLICY.replace("through 2025-12-31", f"through {day}")


def earlier_announcement() -> str:
    figure = remedy(FindingKind.EXCUSED_BENEATH, "northwind_uc.hosting_availability").figure
    assert figure is not None
    return POLICY.replace("at least 24 hours", f"at least {figure.value / HOUR} hours")


@pytest.mark.parametrize(
    ("kind", "mend"),
    [
        (FindingKind.ABOVE_CEILING, raised_ceiling),
        (FindingKind.ABOVE_CEILING, lowered_ceiling),
        (FindingKind.UNDERPINNING_WEAKER, stronger_carrier),
        (FindingKind.WINDOW_WEAKER, shorter_window),
        (FindingKind.WINDOW_WEAKER, stronger_year),
        (FindingKind.HOURS_UNCOVERED, longer_hours),
        (FindingKind.TIME_OVER_BUDGET, faster_repair),
        (FindingKind.UC_ENDS_EARLY, prolonged),
        (FindingKind.EXCUSED_BENEATH, earlier_announcement),
        (FindingKind.NOTICE_TOO_SHORT, longer_first_term),
        (FindingKind.NEED_WITHOUT_CONTRACT, mended_contract),
    ],
)
def test_what_a_finding_names_makes_it_go(kind: FindingKind, mend: Callable[[], str]) -> None:
    mended = mend()
    assert mended != POLICY
    left = kinds(mended)
    assert kind not in left
    # Lowering the promise to the ceiling also makes the weaker window do.
    also = {FindingKind.WINDOW_WEAKER} if mend is lowered_ceiling else set[FindingKind]()
    assert set(left) | also == set(FindingKind) - {kind}
