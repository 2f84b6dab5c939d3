"""What happens to the exporter and the database does not make a page come twice, or go too soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_exporter.demo.postgres import Postgres

from labs.incidents.catalogue import INCIDENTS
from labs.incidents.chain import Chain
from labs.incidents.notices import PAGE, Notice
from labs.incidents.rhythm import QUICK
from labs.incidents.shops import Shop
from tests.support.programs import require
from tests.support.serving import wait_for

BROKEN = INCIDENTS["signs-flipped"]
OUTAGE = INCIDENTS["database-down"]
EXPORTER, DATABASE, FINDING = "scraped", "reach the warehouse", "orders."
"""A word in the title of each page."""


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    """A chain on a server of its own, which can be stopped."""
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    with Postgres() as server, Chain(Shop(server, seed=1), QUICK, tmp_path) as started:
        yield started


def pages(chain: Chain) -> list[Notice]:
    """What PagerDuty got."""
    return [notice for notice in chain.told() if notice.to == PAGE]


def has(chain: Chain, metric: str, value: float) -> bool:
    """Whether Prometheus has a value of a series of the exporter now."""
    return any(float(found["value"][1]) == value for found in chain.prometheus.query(metric))


def until(chain: Chain, metric: str, value: float) -> None:
    """Wait until Prometheus sees it."""
    wait_for(lambda: has(chain, metric, value), QUICK.patience)


def until_told(chain: Chain, word: str, *, over: bool) -> None:
    """Wait until the newest page that has a word in its title is open, or over."""

    def told() -> bool:
        about = [notice.resolved for notice in pages(chain) if word in notice.title]
        return about[-1:] == [over]

    wait_for(told, QUICK.patience)


def short_outages(chain: Chain) -> None:
    """They are over when they are seen: nobody needs to be told of them."""
    chain.kill()
    until(chain, 'up{job="warehouse"}', 0)
    chain.start()
    until(chain, "warehouse_up", 1)
    OUTAGE.break_(chain)
    until(chain, "warehouse_up", 0)
    OUTAGE.repair(chain)
    until(chain, "warehouse_up", 1)


def long_outages(chain: Chain) -> None:
    """Each is a page of its own, which ends."""
    chain.kill()
    until_told(chain, EXPORTER, over=False)
    chain.start()
    until_told(chain, EXPORTER, over=True)
    OUTAGE.break_(chain)
    until_told(chain, DATABASE, over=False)
    OUTAGE.repair(chain)
    until_told(chain, DATABASE, over=True)


def stories(chain: Chain) -> dict[str, list[bool]]:
    """Per page, how it began (False) and ended (True), in turn; updates of an open one left out."""
    seen: dict[str, list[bool]] = {}
    for notice in pages(chain):
        story = seen.setdefault(notice.key, [])
        if story[-1:] != [notice.resolved]:
            story.append(notice.resolved)
    return seen


@pytest.mark.timeout(1200)
def test_a_page_outlives_outages_short_and_long(chain: Chain) -> None:
    BROKEN.break_(chain)
    chain.collect()
    until_told(chain, FINDING, over=False)
    (finding,) = stories(chain)
    short_outages(chain)
    long_outages(chain)
    time.sleep(QUICK.settles)
    assert stories(chain)[finding] == [False], "before the repair"
    BROKEN.repair(chain)
    chain.collect()
    until_told(chain, FINDING, over=True)
    time.sleep(QUICK.settles)
    told = stories(chain)
    assert told.pop(finding) == [False, True], "one trigger, one resolve"
    (outages,) = told.values()
    assert outages == [False, True] * (len(outages) // 2), "each with its end, and nothing else"
