"""What is seen of faults in the same shops: a day on which rows are missing or there twice, and
outages of two weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from labs.counts import Counts
from labs.year.at_once import known_of
from labs.year.series import days_between
from labs.year.simulator import FIRST, HOLIDAYS, LAST, SALE, Sold, simulated

FOLLOWED = ("sessions", "orders", "revenue", "conversion")
"""The numbers that follow the rows of a table."""
TIMES = (0.0, 0.2, 0.5, 2.0)
"""How many times as many rows a day has."""
EVERY = 11
"""One day in so many is tried: every weekday in turn."""
OUTAGE, AFTER = 14, 14
"""Days that an outage lasts, and mornings after its repair that are looked at."""
BEGINS = date(2025, 2, 3)
"""The earliest beginning of one; each shop has its own, later by a day of its number."""


@dataclass(frozen=True)
class Seen(Counts):
    """Mornings on which rows were missing, or there twice, and those with a finding of it.

    For outages also those after the repair on which a rise, or another fall, was found.
    """

    mornings: int = 0
    found: int = 0
    after: int = 0
    rises: int = 0
    falls: int = 0


Faults = Mapping[str, Seen]
"""By `metric times`."""


def changed(metric: str, sold: Sold, times: float) -> Sold:
    """A day of which that many rows came: of sessions, or of orders alone."""
    if metric == "sessions":
        return replace(sold, sessions=round(sold.sessions * times))
    orders = round(sold.orders * times)
    return replace(sold, orders=orders, revenue=round(sold.revenue * times, 2))


def ordinary_days() -> Iterator[date]:
    """The days that are tried."""
    for day in days_between(FIRST, LAST)[::EVERY]:
        if day not in HOLIDAYS and day not in SALE:
            yield day


def single_days(number: int, noise: float) -> Faults:
    """What is found of days that alone are wrong, in a shop's year."""
    year, found, tried = simulated(number, noise), dict[str, Seen](), {*ordinary_days()}
    for metric in FOLLOWED:
        for known in known_of(metric, year):
            if known.day not in tried:
                continue
            for times in TIMES:
                said = known.judged(changed(metric, year[known.day], times))
                if said is None or (metric == "conversion" and times > 1):
                    continue
                seen, name = said.severity and said.rises is (times > 1), f"{metric} {times:g}"
                found[name] = found.get(name, Seen()) + Seen(mornings=1, found=bool(seen))
    return found


def outages(number: int, noise: float) -> Faults:
    """What is found of two weeks with fewer rows, and of the two weeks after them."""
    year, found = simulated(number, noise), dict[str, Seen]()
    begin = BEGINS + timedelta(days=number % 40)
    repaired, end = begin + timedelta(days=OUTAGE), begin + timedelta(days=OUTAGE + AFTER)
    for metric in FOLLOWED:
        for times in (0.2, 0.5):
            wrong = {
                day: changed(metric, sold, times) if begin <= day < repaired else sold
                for day, sold in year.items()
                if day < end
            }
            said = [
                (one.day, judged)
                for one in known_of(metric, wrong)
                if one.day >= begin and (judged := one.judged(wrong[one.day]))
            ]
            during = [one for day, one in said if day < repaired]
            after = [one for day, one in said if day >= repaired]
            found[f"{metric} {times:g}"] = Seen(
                len(during),
                sum(bool(one.severity) and not one.rises for one in during),
                len(after),
                sum(bool(one.severity) and one.rises for one in after),
                sum(bool(one.severity) and not one.rises for one in after),
            )
    return found
