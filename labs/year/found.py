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

from labs.year.counting import SHOPS, Counted, Tally, counted
from labs.year.lived import Compared, Morning, ordinary, three_ways
from labs.year.simulator import FIRST, LAST, NOISES
from labs.year.troubles import LIVED

PATH = Path(__file__).with_name("found.json")
PROCESSES = 2
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """Many shops by noise, the first of them alone; and every morning of the small shop."""

    shops: Mapping[float, Counted]
    first_shop: Mapping[float, Counted]
    ordinary: Sequence[Morning]
    memory: Sequence[Compared]


def find(tell: Tell) -> Found:
    """Live through all of it: on two cores some twenty minutes."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        mornings = pool.submit(ordinary_year)
        compared = pool.submit(troubled_weeks)
        asked = {n: [pool.submit(counted, k, n) for k in range(SHOPS)] for n in NOISES}
        shops = {noise: told(noise, waiting, tell) for noise, waiting in asked.items()}
        return Found(
            {noise: reduce(add, each) for noise, each in shops.items()},
            {noise: each[0] for noise, each in shops.items()},
            mornings.result(),
            compared.result(),
        )


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
        "ordinary": [as_data(morning) for morning in found.ordinary],
        "memory": [as_data(day) for day in found.memory],
    }
    PATH.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_data(one: Morning | Compared) -> dict[str, Any]:
    """A morning as plain data."""
    return asdict(one) | {"day": str(one.day)}


def read() -> Found:
    """What was kept."""
    data = json.loads(PATH.read_text(encoding="utf-8"))
    return Found(
        {float(noise): counted_from(one) for noise, one in data["shops"].items()},
        {float(noise): counted_from(one) for noise, one in data["first shop"].items()},
        [Morning(**one | {"day": date.fromisoformat(one["day"])}) for one in data["ordinary"]],
        [Compared(**one | {"day": date.fromisoformat(one["day"])}) for one in data["memory"]],
    )


def counted_from(data: Mapping[str, Any]) -> Counted:
    """The counts of some shops."""
    return Counted({n: Tally(**one) for n, one in data["series"].items()}, data["episodes"])
