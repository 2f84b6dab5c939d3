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
from labs.year.people import PEOPLE, People, Recalled, year_of_people
from labs.year.simulator import FIRST, LAST, NOISES
from labs.year.troubles import LIVED, level_of

PATH = Path(__file__).with_name("found.json")
PROCESSES = 2
Tell = Callable[[str], None]
Part = dict[str, Any]
"""Some keys of the file."""


@dataclass(frozen=True)
class Found:
    """Many shops by noise, the first of them alone; and every morning of the small shop.

    `single` and `outages` are what was seen of faults in the same shops. `memory_level` is how many
    times the ordinary year the last of the compared mornings has. `people` is what was told, by
    shop.
    """

    shops: Mapping[float, Counted]
    first_shop: Mapping[float, Counted]
    single: Mapping[float, Faults]
    outages: Mapping[float, Faults]
    ordinary: Sequence[Morning]
    memory: Sequence[Compared]
    memory_level: float
    people: Mapping[str, People]


def shops(tell: Tell) -> Part:
    """Many shops as numbers: ordinary days, wrong days and outages. A quarter of an hour."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        asked = {n: [pool.submit(of_seasonal, k, n) for k in SHOPS] for n in NOISES}
        others = {n: [pool.submit(counted, k, n, OTHERS) for k in FOR_OTHERS] for n in NOISES}
        alone = {n: [pool.submit(single_days, k, n) for k in SHOPS] for n in NOISES}
        weeks = {n: [pool.submit(outages, k, n) for k in SHOPS] for n in NOISES}
        seen = {noise: told(noise, waiting, tell) for noise, waiting in asked.items()}
        more = {noise: told(noise, waiting, tell) for noise, waiting in others.items()}
        every = {n: reduce(add, each) | reduce(add, more[n]) for n, each in seen.items()}
        first = {noise: each[0] | more[noise][0] for noise, each in seen.items()}
        return {
            "shops": {str(noise): asdict(one) for noise, one in every.items()},
            "first shop": {str(noise): asdict(one) for noise, one in first.items()},
            "single": as_text({noise: together(waiting) for noise, waiting in alone.items()}),
            "outages": as_text({noise: together(waiting) for noise, waiting in weeks.items()}),
        }


def people(tell: Tell) -> Part:
    """What people are told in the year of some shops, in rows; a shop that is done is kept."""
    done = read_data().get("people", {})
    for one in PEOPLE:
        if one.name not in done:
            done[one.name] = asdict(year_of_people(one))
            keep({"people": done})
            tell(one.name)
    return {"people": done}


def small(_: Tell) -> Part:
    """Every morning of the small shop's year, by the gate. Half an hour or more."""
    return {"ordinary": [as_data(morning) for morning in ordinary_year()]}


def memory(_: Tell) -> Part:
    """The small shop's weeks of trouble, as three processes see them. Half an hour."""
    compared = [as_data(day) for day in troubled_weeks()]
    return {"memory": compared, "memory level": level_of(LIVED[1])}


PARTS: Mapping[str, Callable[[Tell], Part]] = {
    one.__name__: one for one in (shops, people, small, memory)
}
"""What can be found again by itself: the file keeps the rest as it was."""


def find(parts: Sequence[str], tell: Tell) -> Found:
    """Live through some parts, each of which is kept when it is done."""
    for name in parts:
        keep(PARTS[name](tell))
        tell(f"{name}: done")
    return read()


def keep(part: Part) -> None:
    """Put a part in the place of what the file has of it."""
    data = {**read_data(), **part}
    PATH.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_data() -> dict[str, Any]:
    """The file as plain data."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


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
    data = read_data()
    return Found(
        {float(noise): counted_from(one) for noise, one in data["shops"].items()},
        {float(noise): counted_from(one) for noise, one in data["first shop"].items()},
        faults_from(data["single"]),
        faults_from(data["outages"]),
        [Morning(**one | {"day": date.fromisoformat(one["day"])}) for one in data["ordinary"]],
        [Compared(**one | {"day": date.fromisoformat(one["day"])}) for one in data["memory"]],
        data["memory level"],
        {name: people_from(one) for name, one in data.get("people", {}).items()},
    )


def counted_from(data: Mapping[str, Any]) -> Counted:
    """The counts of some shops."""
    return Counted(
        {n: Tally(**one) for n, one in data["series"].items()},
        data["episodes"],
        {n: Sides(**one) for n, one in data["sides"].items()},
    )


def people_from(data: Mapping[str, Any]) -> People:
    """What was told, from plain data."""
    recall = {fault: Recalled(**one) for fault, one in data["recall"].items()}
    return People(**{**data, "recall": recall})
