"""Holidays: from the name of a region to frozen dates, with the version of their source (S3.4)."""

from functools import cache
from importlib.metadata import version

from engine.model.calendar import HolidaySource
from engine.model.frozen import Holidays

FIRST_YEAR = 1990
LAST_YEAR = 2060


@cache
def freeze(region: str) -> Holidays | None:
    """The public holidays of `region` from 1990 through 2060; None if no such region is known.

    A region is a country (`DE`), a part of one (`DE-HE`, `US-CA`), or a market (`XNYS`, `XECB`).

    >>> from datetime import date
    >>> frozen = freeze("DE-HE")
    >>> frozen is not None and date(2025, 6, 19) in frozen.dates
    True
    """
    # Imported here: the library costs a tenth of a second, and most policy sets name no holidays.
    import holidays

    years = range(FIRST_YEAR, LAST_YEAR + 1)
    country, dash, part = region.partition("-")
    countries = holidays.list_supported_countries()
    if country in countries and (part in countries[country] if dash else True):
        dates = holidays.country_holidays(country, subdiv=part or None, years=years)
    elif region in holidays.list_supported_financial():
        dates = holidays.financial_holidays(region, years=years)
    else:
        return None
    return Holidays(
        dates=frozenset(day for day in dates if FIRST_YEAR <= day.year <= LAST_YEAR),
        source=HolidaySource(region=region, version=f"holidays {version('holidays')}"),
    )


@cache
def regions() -> tuple[str, ...]:
    """Every region that `freeze` knows, in order."""
    import holidays

    countries = holidays.list_supported_countries()
    parts = {f"{country}-{part}" for country, parts in countries.items() for part in parts}
    return tuple(sorted({*countries, *parts, *holidays.list_supported_financial()}))
