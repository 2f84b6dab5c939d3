"""What happens to the exporter and the database does not make a page come twice, or go too soon."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from warehouse_exporter.demo.postgres import Postgres

from labs.incidents.catalogue import INCIDENTS
from labs.incidents.chain import Chain
from labs.incidents.notices import Notice, pages
from labs.incidents.rhythm import QUICK
from labs.incidents.shops import Shop
from tests.support.programs import require
from tests.support.serving import wait_for

pytestmark = pytest.mark.campaign

BROKEN = INCIDENTS["signs-flipped"]
OUTAGE = INCIDENTS["database-down"]
EXPORTER, DATABASE = "the exporter cannot be scraped", "the exporter cannot reach the warehouse"
"""What the titles of the pages about outages say, and no other title does."""
FINDING = "orders.negative_revenue"
"""The check that the page about the broken shop begins with."""


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    """A chain on a server of its own, which can be stopped."""
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    with Postgres() as server, Chain(Shop(server, seed=1), QUICK, tmp_path) as started:
        yield started


def has(chain: Chain, metric: str, value: float) -> bool:
    """Whether Prometheus has a value of a series of the exporter now."""
    return any(float(found["value"][1]) == value for found in chain.prometheus.query(metric))


def until(chain: Chain, metric: str, value: float) -> None:
    """Wait until Prometheus sees it."""
    wait_for(lambda: has(chain, metric, value), QUICK.patience)


def opened(chain: Chain, about: Callable[[Notice], bool]) -> str:
    """Wait for a page; the key by which its other messages are known. A resolve has other words."""

    def found() -> list[str]:
        return [
            notice.key for notice in pages(chain.told()) if about(notice) and not notice.resolved
        ]

    return wait_for(found, QUICK.patience)[-1]


def until_over(chain: Chain, key: str) -> None:
    """Wait until the newest message of a page is that it is over."""
    wait_for(lambda: stories(chain)[key][-1], QUICK.patience)


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
    page = opened(chain, lambda notice: EXPORTER in notice.title)
    chain.start()
    until_over(chain, page)
    OUTAGE.break_(chain)
    page = opened(chain, lambda notice: DATABASE in notice.title)
    OUTAGE.repair(chain)
    until_over(chain, page)


def stories(chain: Chain) -> dict[str, list[bool]]:
    """Per page, how it began (False) and ended (True), in turn; updates of an open one left out."""
    seen: dict[str, list[bool]] = {}
    for notice in pages(chain.told()):
        story = seen.setdefault(notice.key, [])
        if story[-1:] != [notice.resolved]:
            story.append(notice.resolved)
    return seen


@pytest.mark.timeout(1200)
def test_a_page_outlives_outages_short_and_long(chain: Chain) -> None:
    BROKEN.break_(chain)
    chain.collect()
    finding = opened(chain, lambda notice: notice.lead == FINDING)
    assert list(stories(chain)) == [finding]
    short_outages(chain)
    long_outages(chain)
    time.sleep(QUICK.settles)
    assert stories(chain)[finding] == [False], "before the repair"
    BROKEN.repair(chain)
    chain.collect()
    until_over(chain, finding)
    time.sleep(QUICK.settles)
    told = stories(chain)
    assert told.pop(finding) == [False, True], "one trigger, one resolve"
    titles = [notice.title for notice in pages(chain.told()) if notice.key in told]
    assert list(told.values()) == [[False, True]] * 2, titles
