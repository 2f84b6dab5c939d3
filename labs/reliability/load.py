"""Many series, many scrapers, and slow scrapers."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from contextlib import suppress

from labs.reliability.process import resident
from labs.reliability.scenario import scenario
from labs.reliability.scrapers import said, scrapes, sluggish
from labs.reliability.stage import Scrape, Stage, scraped
from tests.support.serving import SOON, Serving, wait_for

TABLES = """
CREATE TABLE orders (id int, ts timestamptz);
INSERT INTO orders SELECT i, now() - interval '1 h' FROM generate_series(1, 100) i;
"""
CONFIG = """
warehouse: {{dsn: "${{WAREHOUSE_DSN}}"}}
datasets:
  orders: {{relation: orders, time: ts, every: {every}, checks: [freshness: {{warning: "> 1d"}}]}}
queries:
"""
QUERY = """
  - name: products_{n}
    sql: select 'product ' || n as product, n + {n} as value from generate_series(1, 100) n
    critical: "< 0"
"""
LIVE = ("warehouse_freshness_lag_seconds", "process_", "python_")
HALF = b"GET /metrics HTTP/1.1\r\nHost: "
FLOOD = HALF + b"x" * 60_000 + b"\r\nCookie: " + b"x" * 60_000


def many_series(stage: Stage, every: str) -> Serving:
    """An exporter with 200 queries of 100 products each; for a `with` block."""
    stage.sql(TABLES)
    stage.write(CONFIG.format(every=every) + "".join(QUERY.format(n=n) for n in range(200)))
    return stage.serving()


def measured(exporter: Serving) -> Scrape:
    """The first scrape with everything in it."""
    wait_for(lambda: exporter.get("/-/ready").is_success, timeout=60)
    found = scraped(exporter)
    assert len(found.values("warehouse_query_value")) == 20_000
    return found


@scenario(
    "many-scrapers",
    fault="20,000 series of 200 checks, read anew every 5 s, and 50 scrapers at once.",
    bound="Every scrape is answered in full; between two passes the text is the same but for the "
    "lag and the numbers of the process. How fast: performance.md.",
    long=True,
)
def many_scrapers(stage: Stage) -> str:
    """A body is rendered once per pass, however often it is read."""
    with many_series(stage, "5s") as exporter:
        measured(exporter)
        assert scrapes(exporter.address, 50, 4) == 200
        found = wait_for(lambda: two_of_one_pass(exporter))
        assert found is not None
    old, new = (set(one.text.splitlines()) for one in found)
    changed = {line for line in old ^ new if not line.startswith("#")}
    assert any(line.startswith(LIVE[0]) for line in changed)
    assert [line for line in changed if not line.startswith(LIVE)] == []
    return "200 of 200 answered; only the lag and the process's own numbers differ in between"


def two_of_one_pass(exporter: Serving) -> tuple[Scrape, Scrape] | None:
    """Two scrapes one after the other with no pass between them, so that only time went by."""
    one = scraped(exporter)
    time.sleep(0.1)
    other = scraped(exporter)
    counted = "warehouse_passes_total"
    return (one, other) if one.value(counted) == other.value(counted) else None


@scenario(
    "slow-scrapers",
    fault="50 scrapers ask for 20,000 series four times each, and then read a byte a second; 50 "
    "clients stop in the middle of their request; one sends headers without end.",
    bound="Others still get theirs; memory grows by less than 32 MiB; who has not asked or read "
    "for 15 s is cut off; SIGTERM ends the process without waiting for them.",
    long=True,
)
def slow_scrapers(stage: Stage) -> str:
    """Who does not read costs nobody else anything, and not for long."""
    with many_series(stage, "1h") as exporter:
        measured(exporter)
        before, opened = resident(exporter), connections(exporter)
        address = exporter.address
        with said(address, 50, HALF), said(address, 1, FLOOD) as [flood]:
            assert flood.recv(12) == b"HTTP/1.1 400"
            with sluggish(address, 50) as clients:
                assert scrapes(address, 1, 3) == 3
                assert resident(exporter) - before < 32
                assert connections(exporter) >= opened + 100
                wait_for(lambda: cut_off(exporter, clients, opened))
        with sluggish(address, 50), said(address, 50, HALF):
            assert resident(exporter) - before < 32
            code, seconds = exporter.end()
        assert (code, seconds < SOON) == (0, True), seconds
        assert "Traceback" not in exporter.log.read_text()
    return (
        "another scraper is answered, memory flat; all 100 cut off, the headers answered with 400;"
        "\nwith as many again, exit code 0 at once"
    )


def connections(exporter: Serving) -> float:
    """How many files and connections the process has open."""
    return scraped(exporter).value("process_open_fds") or 0


def read_a_byte_each(clients: Sequence[socket.socket]) -> None:
    """What a second is for."""
    for client in clients:
        with suppress(ConnectionResetError):
            client.recv(1)
    time.sleep(1)


def cut_off(exporter: Serving, clients: Sequence[socket.socket], before: float) -> bool:
    """Whether their connections are gone, a second later."""
    read_a_byte_each(clients)
    return connections(exporter) < before + 10
