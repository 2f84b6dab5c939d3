"""python -m labs.bench.scrape: what many scrapers at once get from an exporter with many series.

The exporter is a process of its own with a published pass, made by hand: no warehouse, as a scrape
never touches one. The client is `wrk`, on the same machine.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.error import URLError
from urllib.request import Request, urlopen

import click
import uvicorn
from rich.console import Console
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Outcome, Pass, Result, Sample, Verdict
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.process import Server
from warehouse_exporter.server.scheduler import utc_now
from warehouse_exporter.server.web.app import make_app

from labs.bench import tables
from labs.bench.figures import Aim
from labs.bench.tables import Grid
from tests.support.serving import free_port

SERIES, CLIENTS, SECONDS = 20_000, 50, 5
RATE = 2000
"""Scrapes a second that are to be answered."""
DATASETS = 50
"""Each with a check of freshness, whose lag is computed anew while it is scraped."""
ROWS = 1000
"""Series of one query: as many as it may have."""
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
WAYS = {
    "text": {},
    "text, gzip": {"Accept-Encoding": "gzip"},
    "OpenMetrics": {"Accept": OPENMETRICS},
    "OpenMetrics, gzip": {"Accept": OPENMETRICS, "Accept-Encoding": "gzip"},
}
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Measured:
    """What the clients got: bytes a body, median milliseconds, requests a second, failures."""

    size: int
    p50: float
    rate: float
    failed: int


def published(series: int, now: datetime) -> SnapshotStore:
    """A store on which a pass has left so many series, give or take a hundred."""
    names = [f"query_{n}" for n in range(series // ROWS)]
    datasets = "".join(
        f"  set_{n}: {{relation: shop.set_{n}, time: ts, "
        "checks: [{freshness: {critical: '> 1d'}}]}\n"
        for n in range(DATASETS)
    )
    queries = "".join(f"  - {{name: {name}, sql: 'SELECT 1', info: '> 0'}}\n" for name in names)
    text = f"warehouse: {{dsn: x}}\ndatasets:\n{datasets}queries:\n{queries}"
    store = SnapshotStore(parse(text, "bench.yml", {}), now)
    fresh = Sample({"warehouse_newest_row_timestamp_seconds": now.timestamp()}, "fresh")
    results = {}
    for check in store.snapshot.config.checks:
        samples = [fresh]
        if check.id.name in names:
            samples = [
                Sample({"warehouse_query_value": n * 1.37}, "", {"channel": f"channel {n}"})
                for n in range(ROWS)
            ]
        verdicts = tuple(Verdict(Outcome.PASS, "fine", sample) for sample in samples)
        results[check.id] = Result(check.id, verdicts, now)
    store.publish(Pass(now, results, frozenset(c.dataset for c in results), True, 1.0))
    return store


class Still:
    """An exporter that does nothing but show its store."""

    ready = True

    def __init__(self, store: SnapshotStore) -> None:
        self.store = store

    def reload(self) -> None:
        """Nothing to read again."""

    def collect(self, *, full: bool = False) -> None:
        """Nothing to measure."""


def serve(port: int, series: int) -> None:
    """Answer scrapers until the end of the process."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # wrk hangs up in the middle of answers
    store = published(series, utc_now())
    app = make_app(Still(store), Scrape(store, utc_now), utc_now, lifecycle=False)
    settings = uvicorn.Config(
        app, port=port, log_config=None, access_log=False, server_header=False, lifespan="off",
        ws="none",
    )  # fmt: skip
    asyncio.run(Server(settings).serve())


@contextmanager
def serving(port: int, series: int) -> Iterator[str]:
    """The address of /metrics of an exporter that listens."""
    code = f"from labs.bench.scrape import serve; serve({port}, {series})"
    process = subprocess.Popen([sys.executable, "-c", code])
    url = f"http://127.0.0.1:{port}/metrics"
    try:
        while not answers(url):
            if process.poll() is not None:
                raise click.ClickException("the exporter did not start")
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    """Whether somebody listens."""
    try:
        urlopen(url).close()
    except URLError:
        return False
    return True


def measure(url: str, headers: Mapping[str, str], clients: int, seconds: int) -> Measured:
    """Let so many clients ask as often as they can."""
    given = [part for name, text in headers.items() for part in ("-H", f"{name}: {text}")]
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", *given, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    median = re.search(r"50%\s+([0-9.]+)(us|ms|s)\b", said)
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    assert median is not None, said
    assert rate is not None, said
    errors = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said
    )
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    failed = [int(n) for found in (errors, refused) if found for n in found.groups()]
    with urlopen(Request(url, headers=dict(headers))) as answer:
        size = len(answer.read())
    return Measured(size, float(median[1]) * UNITS[median[2]], float(rate[1]), sum(failed))


def require_client() -> None:
    """Raise ClickException where the program is missing that plays the scrapers."""
    if shutil.which("wrk") is None:
        raise click.ClickException("install `wrk`: it plays the scrapers (or add --no-own)")


def measured(series: int, clients: int, seconds: int) -> dict[str, Measured]:
    """What the clients get of each way to ask. Raises ClickException where there is no client."""
    require_client()
    with serving(free_port(), series) as url:
        return {way: measure(url, headers, clients, seconds) for way, headers in WAYS.items()}


def grid(found: Mapping[str, Measured]) -> Grid:
    """The ways, side by side."""
    rows = [
        [way, f"{got.size:,}", f"{got.p50:.1f}", f"{got.rate:,.0f}", str(got.failed)]
        for way, got in found.items()
    ]
    return Grid(["body", "bytes", "p50 ms", "a second", "failed"], rows)


def aims(found: Mapping[str, Measured]) -> list[Aim]:
    """Of the slower of the compressed ways, which are those that Prometheus asks for."""
    asked = [got for way, got in found.items() if "gzip" in way]
    return [
        Aim("median of a scrape, gzip", 20, "ms", max(got.p50 for got in asked)),
        Aim("scrapes a second, gzip", RATE, "/s", min(got.rate for got in asked), least=True),
    ]


def remark(found: Mapping[str, Measured]) -> str:
    """Why a body that is not compressed is asked for less often; nothing where it is not."""
    plain = [got for way, got in found.items() if "gzip" not in way]
    if min(got.rate for got in plain) >= RATE:
        return ""
    size = max(got.size for got in plain)
    return (
        f"A body that is not compressed has {size / 1000:,.0f} kB: {RATE:,} of them are"
        f" {size * RATE / 1e9:.1f} GB a second over the loopback interface, which client and kernel"
        " copy on the same cores. Prometheus asks for gzip.\n"
    )


@click.command()
@click.option("--series", type=click.IntRange(1000), default=SERIES, show_default=True)
@click.option("--clients", type=click.IntRange(1), default=CLIENTS, show_default=True)
@click.option("--seconds", type=click.IntRange(1), default=SECONDS, show_default=True)
def main(series: int, clients: int, seconds: int) -> None:
    """Requests a second and their median, for each format and encoding of /metrics."""
    console = Console()
    found = measured(series, clients, seconds)
    console.print(grid(found).rich(f"{clients} clients, {series:,} series"))
    console.print(tables.aims(aims(found)).rich("aims"))


if __name__ == "__main__":
    main()
