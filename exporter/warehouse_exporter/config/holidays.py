"""The public holidays of a country, from the package `holidays`, the only place that knows it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

INSTALL = "pip install 'warehouse-exporter[holidays]'"
LANGUAGE = "en_US"
"""The language of the names, where the package has it; of other countries it has one language."""


def package() -> Any:
    """The package. Raises ValueError where it is not installed."""
    try:
        import holidays
    except ImportError as error:
        raise ValueError(f"`country:` needs the package holidays: {INSTALL}") from error
    return holidays


@dataclass(frozen=True)
class Holidays:
    """The public holidays of a country, with those of a part of it where one is named."""

    country: str
    subdivision: str | None = None

    def on(self, day: date) -> str:
        """What the holidays of a day are called; empty where it is none."""
        return of_year(self.country, self.subdivision, day.year).get(day, "")


@cache
def of_year(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """The holidays of a year by day; none of a year that the package does not know."""
    found = package().country_holidays(
        country, subdiv=subdivision, years=year, expand=False, language=LANGUAGE
    )
    return {day: ", ".join(dict.fromkeys(found.get_list(day))) for day in found}


@cache
def holidays_of(country: str, subdivision: str | None) -> Holidays:
    """The holidays of a country. Raises ValueError where the package does not know it."""
    code = country.upper()
    if code not in package().list_supported_countries():
        raise ValueError(f"there is no country {country!r}{nearest_country(country)}")
    if subdivision is None:
        return Holidays(code)
    parts = subdivisions(code)
    for one in (subdivision, subdivision.zfill(2)):
        if one.casefold() in parts:
            return Holidays(code, parts[one.casefold()])
    if not parts:
        raise ValueError(f"the holidays of {code} are the same everywhere: leave out subdivision")
    known = f"; known: {', '.join(dict.fromkeys(parts.values()))}"
    raise ValueError(
        f"{code} has no subdivision {subdivision!r}{nearest(subdivision, parts, known)}"
    )


def subdivisions(country: str) -> Mapping[str, str]:
    """The codes of the parts of a country, by code and by name, in lower case."""
    found = package().country_holidays(country)
    codes = {code.casefold(): code for code in found.subdivisions}
    return codes | {name.casefold(): code for name, code in found.subdivisions_aliases.items()}


def nearest_country(written: str) -> str:
    """`; did you mean DE (Germany)?`, by a code or the English name of a country."""
    from holidays.registry import COUNTRIES

    names: dict[str, str] = {}
    for title, code, *_ in COUNTRIES.values():
        names[title.casefold()] = names[code.casefold()] = f"{code} ({title})"
    how = ": write an ISO code such as DE; days of your own are `days: 2026-11-27`"
    return nearest(written.replace(" ", ""), names, how)


def nearest(written: str, names: Mapping[str, str], otherwise: str) -> str:
    """`; did you mean a or b?`, what the names most like a word stand for."""
    word = written.casefold()
    close = [word] if word in names else difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    found = list(dict.fromkeys(names[name] for name in close))
    return f"; did you mean {' or '.join(found)}?" if found else otherwise
