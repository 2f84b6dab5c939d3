"""What the year was found to be: the file from which the document is made, and how it is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from warehouse_exporter.demo.postgres import Postgres

from labs.year.counting import (
    FOR_OTHERS,
    OTHERS,
    SHOPS,
    Counted,
    Sides,
    Tally,
    counted,
    of_seasonal,
)
from labs.year.faults import Faults, Seen, outages, single_days
from labs.year.lived import Compared, Morning, ordinary, three_ways
from labs.year.simulator import FIRST, LAST, NOISES
from labs.year.troubles import LIVED, level_of

PATH = Path(__file__).with_name("found.json")
PROCESSES = 2
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """Many shops by noise, the first of them alone; and every morning of the small shop.

    `single` and `outages` are what was seen of faults in the same shops. `memory_level` is how many
    times the ordinary year the last of the compared mornings has.
    """

    shops: Mapping[float, Counted]
    first_shop: Mapping[float, Counted]
    single: Mapping[float, Faults]
    outages: Mapping[float, Faults]
    ordinary: Sequence[Morning]
    memory: Sequence[Compared]
    memory_level: float


def find(tell: Tell) -> Found:
    """Live through all of it: on two cores some thirty minutes."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        mornings = pool.submit(ordinary_year)
        compared = pool.submit(troubled_weeks)
        asked = {n: [pool.submit(of_seasonal, k, n) for k in SHOPS] for n in NOISES}
        others = {n: [pool.submit(counted, k, n, OTHERS) for k in FOR_OTHERS] for n in NOISES}
        alone = {n: [pool.submit(single_days, k, n) for k in SHOPS] for n in NOISES}
        weeks = {n: [pool.submit(outages, k, n) for k in SHOPS] for n in NOISES}
        shops = {noise: told(noise, waiting, tell) for noise, waiting in asked.items()}
        more = {noise: told(noise, waiting, tell) for noise, waiting in others.items()}
        return Found(
            {noise: reduce(add, each) | reduce(add, more[noise]) for noise, each in shops.items()},
            {noise: each[0] | more[noise][0] for noise, each in shops.items()},
            {noise: together(waiting) for noise, waiting in alone.items()},
            {noise: together(waiting) for noise, waiting in weeks.items()},
            mornings.result(),
            compared.result(),
            level_of(LIVED[1]),
        )


def together(waiting: Sequence[Future[Faults]]) -> Faults:
    """What was seen in all of the shops."""
    each = [one.result() for one in waiting]
    return {name: reduce(add, (one[name] for one in each if name in one)) for name in each[0]}


def told(noise: float, waiting: Sequence[Future[Counted]], tell: Tell) -> list[Counted]:
    """The shops of one noise, with a line when they are done."""
    each = [one.result() for one in waiting]
    tell(f"{len(each)} shops with {noise:.0%} of noise")
    return each


def ordinary_year() -> list[Morning]:
    """The small shop's year, on a server of its own."""
    with Postgres() as server:
        return ordinary(server.create_database("ordinary"), FIRST, LAST)


def troubled_weeks() -> list[Compared]:
    """Its weeks of trouble, on a server of its own."""
    with Postgres() as server:
        return three_ways(server.create_database("troubled"), *LIVED)


def write(found: Found) -> None:
    """Keep it in the file."""
    data = {
        "shops": {str(noise): asdict(one) for noise, one in found.shops.items()},
        "first shop": {str(noise): asdict(one) for noise, one in found.first_shop.items()},
        "single": as_text(found.single),
        "outages": as_text(found.outages),
        "ordinary": [as_data(morning) for morning in found.ordinary],
        "memory": [as_data(day) for day in found.memory],
        "memory level": found.memory_level,
    }
    PATH.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_text(seen: Mapping[float, Faults]) -> dict[str, Any]:
    """Faults as plain data."""
    return {
        str(noise): {name: asdict(one) for name, one in faults.items()}
        for noise, faults in seen.items()
    }


def faults_from(data: Mapping[str, Any]) -> dict[float, Faults]:
    """Faults from plain data."""
    return {
        float(noise): {name: Seen(**one) for name, one in faults.items()}
        for noise, faults in data.items()
    }


def as_data(one: Morning | Compared) -> dict[str, Any]:
    """A morning as plain data."""
    return asdict(one) | {"day": str(one.day)}


def read() -> Found:
    """What was kept."""
    data = json.loads(PATH.read_text(encoding="utf-8"))
    return Found(
        {float(noise): counted_from(one) for noise, one in data["shops"].items()},
        {float(noise): counted_from(one) for noise, one in data["first shop"].items()},
        faults_from(data["single"]),
        faults_from(data["outages"]),
        [Morning(**one | {"day": date.fromisoformat(one["day"])}) for one in data["ordinary"]],
        [Compared(**one | {"day": date.fromisoformat(one["day"])}) for one in data["memory"]],
        data["memory level"],
    )


def counted_from(data: Mapping[str, Any]) -> Counted:
    """The counts of some shops."""
    return Counted(
        {n: Tally(**one) for n, one in data["series"].items()},
        data["episodes"],
        {n: Sides(**one) for n, one in data["sides"].items()},
    )
