"""Frozen holidays: known regions, known dates, unknown regions."""

from datetime import date

import pytest

from engine.dsl.holidays_to_dates import freeze, regions


@pytest.mark.parametrize(
    ("region", "day"),
    [
        ("DE-HE", date(2025, 6, 19)),  # Corpus Christi, in Hesse and not in all of Germany
        ("DE", date(2025, 10, 3)),
        ("US-CA", date(2025, 3, 31)),
        ("XECB", date(2025, 5, 1)),
        ("US", date(1990, 7, 4)),
        ("DE-HE", date(2060, 12, 26)),
    ],
)
def test_a_known_day_is_closed(region: str, day: date) -> None:
    frozen = freeze(region)
    assert frozen is not None
    assert day in frozen.dates
    assert frozen.source.region == region
    assert frozen.source.version.startswith("holidays 0.")


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    hesse, germany = freeze("DE-HE"), freeze("DE")
    assert hesse is not None and germany is not None
    assert date(2025, 6, 19) in hesse.dates - germany.dates


@pytest.mark.parametrize("region", ["DE-XX", "XX", "", "DE-", "-HE", "de-he", "Germany"])
def test_an_unknown_region_has_none(region: str) -> None:
    assert freeze(region) is None


def test_every_named_region_is_known() -> None:
    assert {"DE", "DE-HE", "XNYS"} <= set(regions())
    assert list(regions()) == sorted(regions())
