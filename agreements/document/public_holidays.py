"""PURE. Public holidays of a country or a part of it, from the `holidays` library."""

from datetime import date
from functools import lru_cache

import holidays

from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR

OPTIONAL = (holidays.OPTIONAL, holidays.HALF_DAY)


@lru_cache(maxsize=1)
def countries() -> dict[str, list[str]]:
    """The known subdivisions by country code."""
    return dict(holidays.list_supported_countries(include_aliases=True))


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str = "", is_optional: bool = False) -> frozenset[date]:
    """Of every year that the library knows; with `is_optional` also those that it lists as optional or half days."""
    if not country:
        return frozenset()
    years, known = known_years(country), _of(country).supported_categories
    wanted = (holidays.PUBLIC, *(OPTIONAL if is_optional else ()))
    categories = tuple(category for category in wanted if category in known)
    return frozenset(
        holidays.country_holidays(country, subdiv=subdivision or None, years=years, categories=categories or None)
    )


@lru_cache(maxsize=256)
def known_years(country: str) -> range:
    """Beyond these years no holiday is known: the agreement's page says so."""
    known = _of(country)
    return range(max(known.start_year, FIRST_YEAR), min(known.end_year, LAST_YEAR) + 1)


def _of(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)
