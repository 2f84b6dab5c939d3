"""What happens to the exporter and the database does not make a page come twice, or go too soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.demo.postgres import Postgres
from tests.incidents.catalogue import INCIDENTS
from tests.incidents.chain import Chain
from tests.incidents.notices import PAGE, Notice
from tests.incidents.rhythm import QUICK
from tests.incidents.shops import Shop
from tests.programs import require
from tests.serving import wait_for

BROKEN = INCIDENTS["signs-flipped"]
OUTAGE = INCIDENTS["database-down"]


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


def about(chain: Chain, word: str) -> list[Notice]:
    """What PagerDuty got of the page whose first title has a word."""
    (key,) = {n.key for n in pages(chain) if word in n.title and not n.resolved}
    return [notice for notice in pages(chain) if notice.key == key]


def has(chain: Chain, metric: str, value: float) -> bool:
    """Whether Prometheus has a value of a series of the exporter now."""
    return any(float(found["value"][1]) == value for found in chain.prometheus.query(metric))


def break_and_page(chain: Chain) -> None:
    """Until everybody has been told of all there is."""
    BROKEN.break_(chain)
    chain.collect()
    wait_for(lambda: pages(chain), 60)
    time.sleep(QUICK.settles)


def repair_and_end(chain: Chain) -> None:
    """The page is still open, and has its one end after the repair."""
    assert [n.title for n in about(chain, "orders.") if n.resolved] == [], "before the repair"
    BROKEN.repair(chain)
    repaired = time.time()
    chain.collect()
    wait_for(lambda: [n for n in about(chain, "orders.") if n.resolved], 90)
    time.sleep(QUICK.settles)
    of_the_page = about(chain, "orders.")
    assert [n.resolved for n in of_the_page] == [False, True], "one trigger, one resolve"
    assert of_the_page[-1].at > repaired


@pytest.mark.timeout(600)
def test_a_page_outlives_an_exporter_and_a_database(chain: Chain) -> None:
    break_and_page(chain)
    chain.kill()
    wait_for(lambda: has(chain, 'up{job="warehouse"}', 0))
    chain.start()
    wait_for(lambda: has(chain, "warehouse_up", 1), 60)
    OUTAGE.break_(chain)
    wait_for(lambda: has(chain, "warehouse_up", 0), 60)
    OUTAGE.repair(chain)
    wait_for(lambda: has(chain, "warehouse_up", 1), 60)
    time.sleep(QUICK.settles)
    repair_and_end(chain)


@pytest.mark.timeout(600)
def test_outages_so_long_that_they_page_themselves_leave_the_page_as_it_is(chain: Chain) -> None:
    """They are one page after the other, of another incident, each with its end."""
    break_and_page(chain)
    chain.kill()
    wait_for(lambda: [n for n in pages(chain) if "scraped" in n.title], 60)
    chain.start()
    wait_for(lambda: [n for n in about(chain, "scraped") if n.resolved], 60)
    OUTAGE.break_(chain)
    wait_for(lambda: [n for n in pages(chain) if "reach the warehouse" in n.title], 60)
    OUTAGE.repair(chain)
    wait_for(lambda: about(chain, "reach the warehouse")[-1].resolved, 60)
    time.sleep(QUICK.settles)
    repair_and_end(chain)
    assert [n.resolved for n in about(chain, "scraped")] == [False, True, False, True]
    assert len({n.key for n in pages(chain)}) == 2
