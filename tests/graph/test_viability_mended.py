"""On the shipped example each kind of finding appears once, and mending what it names makes it go."""

import re
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from engine import pipeline
from engine.model.decimals import decimal_text
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


def remedies(kind: FindingKind) -> tuple[Remedy, ...]:
    return next(each.remedies for each in findings_of(POLICY) if each.kind is kind)


def remedy(kind: FindingKind, at: str, place: int = 0) -> Remedy:
    return [each for each in remedies(kind) if each.at == at][place]


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


def nearly(kind: FindingKind) -> list[str]:
    """The policy mended by each number that a finding names, but for one unit of it."""
    nano = Fraction(1, 10**9)

    def percentage(at: str, less: Fraction, place: int = 0) -> str:
        return f"{decimal_text(Fraction(percent(remedy(kind, at, place))[:-1]) - less, places=9)}%"

    def day(at: str) -> str:
        found = next(each.day for each in remedies(kind) if each.at == at and each.day is not None)
        return str(found - timedelta(days=1))

    match kind:
        case FindingKind.ABOVE_CEILING:
            raised = percentage("tern_uc.payments_availability", nano)
            lowered = percentage("crest_sla.shop_availability", -nano)
            return [
                POLICY.replace("at least 99.8%", f"at least {raised}"),
                POLICY.replace("at least 99.9% in", f"at least {lowered} in"),
            ]
        case FindingKind.UNDERPINNING_WEAKER:
            raised = percentage("operations_ola.till_care", nano)
            lowered = percentage("crest_sla.till_availability", -nano)
            return [
                POLICY.replace("at least 99% in", f"at least {raised} in"),
                POLICY.replace("at least 99.5% in", f"at least {lowered} in"),
            ]
        case FindingKind.WINDOW_WEAKER:
            raised = percentage("northwind_uc.hosting_availability", nano, 1)
            return [POLICY.replace("at least 99.99% in", f"at least {raised} in")]
        case FindingKind.HOURS_UNCOVERED:
            gap = "open monday to saturday from 00:00 to 24:00  open sunday from 00:00 to 23:00"
            return [POLICY.replace("open monday to saturday from 06:00 to 22:00", gap)]
        case FindingKind.TIME_OVER_BUDGET:
            return [
                POLICY.replace(
                    "within 4 hours of i.reported_at\n    carries",
                    "within 211 minutes of i.reported_at\n    carries",
                ),
                POLICY.replace(
                    "within 4 hours of i.reported_at\n  }", "within 269 minutes of i.reported_at\n  }"
                ),
            ]
        case FindingKind.UC_ENDS_EARLY:
            return [POLICY.replace("through 2026-06-30", f"through {day('tern_uc')}")]
        case FindingKind.NOTICE_TOO_SHORT:
            return [POLICY.replace("through 2025-12-31", f"through {day('northwind_uc')}")]
        case FindingKind.EXCUSED_BENEATH:
            return [POLICY.replace("at least 24 hours", "at least 47 hours")]
        case FindingKind.NEED_WITHOUT_CONTRACT:
            # A contract with somebody else than who needs it.
            return [
                mended_contract().replace(
                    "and acme as customer\n  covers seat_maps\n  underpins crest_sla",
                    "and crest as customer\n  covers seat_maps",
                )
            ]


@pytest.mark.parametrize("kind", FindingKind)
def test_one_unit_less_does_not_mend_it(kind: FindingKind) -> None:
    for text in nearly(kind):
        assert text != POLICY
        assert kind in kinds(text)
