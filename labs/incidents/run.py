"""Many incidents on some chains side by side, each chain on its own copy of the shop."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue

from warehouse_exporter.config.values import parse_duration
from warehouse_exporter.demo.postgres import Postgres

from labs.incidents.chain import Chain
from labs.incidents.course import Course
from labs.incidents.incident import Incident
from labs.incidents.play import play
from labs.incidents.rhythm import UNMEASURED, Rhythm
from labs.incidents.shops import Shop

Tell = Callable[[str], None]
ROOM = {"max_connections": "400"}
"""Settings of a server that bears all incidents at once."""
STARTS = threading.Semaphore(2)
"""Chains that may start at once: it is work, and nobody should wait for it in vain."""


def run(
    incidents: Iterable[Incident], shop: Shop, rhythm: Rhythm, chains: int, tell: Tell
) -> list[Course]:
    """The courses of all that were told and ended; `tell` hears of the others, too."""
    waiting: SimpleQueue[Incident] = SimpleQueue()
    for one in incidents:
        waiting.put(one)
    found: list[Course] = []

    def work() -> None:
        """Play what is next on one chain, until nothing is; after a failure on a new one."""
        while (one := following(waiting)) is not None:
            with ExitStack() as undo:
                try:
                    chain = opened(undo, shop, rhythm)
                except Exception as error:
                    tell(f"FAILED to start for {one.name}: {type(error).__name__} {error}")
                    continue
                while one is not None:
                    course = attempt(one, chain, shop.seed, tell)
                    if course is None:
                        break
                    found.append(course)
                    one = following(waiting)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(chains)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def following(waiting: SimpleQueue[Incident]) -> Incident | None:
    """The next incident, if there is one."""
    try:
        return waiting.get_nowait()
    except Empty:
        return None


def opened(undo: ExitStack, shop: Shop, rhythm: Rhythm) -> Chain:
    """A chain, for as long as `undo` lasts."""
    folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
    with STARTS:
        return undo.enter_context(Chain(shop, rhythm, folder))


def attempt(incident: Incident, chain: Chain, seed: int, tell: Tell) -> Course | None:
    """The course of an incident; None where nobody was told, or never that it is over."""
    if not chain.rhythm.looks:  # it happens at any moment between two passes
        time.sleep(random.uniform(0, parse_duration(chain.rhythm.every)))
    try:
        course = play(incident, chain, seed)
    except Exception as error:  # one incident that cannot be played does not keep the others
        tell(f"FAILED {incident.name}: {type(error).__name__} {error}; {chain.told()[-5:]}")
        return None
    tell(f"{chain.rhythm.name}, seed {seed}, {incident.name}: {course.first:.1f} s {course.title}")
    return course


@contextmanager
def quiet_shop(after: int, tell: Tell) -> Iterator[Shop]:
    """The shop of the first seed after one, by which no day stands out before it is broken."""
    for seed in count(after + 1):
        with Postgres(settings=ROOM) as server:
            shop = Shop(server, seed)
            if not (loud := shop.loud()):
                yield shop
                return
        tell(f"seed {seed} is left out, its last day stands out by chance: {', '.join(loud)}")


def played(
    incidents: Sequence[Incident], shop: Shop, rhythm: Rhythm, chains: int, tell: Tell
) -> list[Course]:
    """Every incident on one shop; what takes the server with it, on a server of its own.

    Where nothing can be measured for long, that is not to be seen as a failure: only a chain of its
    own waits for it.
    """

    def apart(one: Incident) -> list[Course]:
        with Postgres() as server:
            return run([one], Shop(server, shop.seed), rhythm, 1, tell)

    alone = [one for one in incidents if one.alone]
    slow = [one for one in incidents if one.slow]
    others = [one for one in incidents if not one.alone and not one.slow]
    with ThreadPoolExecutor(2 + len(alone)) as pool:
        beside = [pool.submit(apart, one) for one in alone]
        if slow:
            waits = replace(rhythm, unmeasured=float(UNMEASURED))
            beside.append(pool.submit(run, slow, shop, waits, 1, tell))
        found = run(others, shop, rhythm, min(chains, len(others)), tell)
        return [*found, *(course for other in beside for course in other.result())]
