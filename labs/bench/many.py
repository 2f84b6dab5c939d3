"""python -m labs.bench.many: an exporter with very many checks, at rest and while it reloads them.

What a check costs in memory is the difference between an exporter with few and one with many. Then
the many are reloaded, while one scraper asks and passes go on. The warehouse is not there: a pass
over it is short, and what is measured is the exporter alone.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
from rich.console import Console

from labs.bench import tables
from labs.bench.figures import Aim
from labs.bench.startup import cpu_seconds, resident
from labs.bench.tables import Grid
from tests.support.serving import Serving

FEW, MANY, EACH = 200, 10_000, 20
"""Checks of the two exporters, and of one dataset."""
TIMEOUT = 300.0
PAUSE, RESTING = 0.1, 30
"""Seconds between two scrapes, and how many are made before the reload."""
CLIENT = httpx.Client(timeout=TIMEOUT)
PULSE = "  pulse: {relation: pulse, time: ts, every: 1s, checks: [{volume: {critical: '< 1'}}]}"
"""A dataset with a pass each second, by which a pass that is late is seen."""


@dataclass(frozen=True)
class TimedScrape:
    """A scrape: when it was answered, how long that took, and how many passes had ended."""

    at: float
    seconds: float
    passes: float


@dataclass(frozen=True)
class Needs:
    """KiB of a check, seconds of a reload, the scrapes before it and meanwhile.

    The exporter's CPU seconds are those of a scrape with a pass of one dataset each second beside
    it, and those from the reload's beginning to its end, with the scrapes in that time.
    """

    check: float
    reload: float
    scrape_cpu: float
    reload_cpu: float
    resting: list[TimedScrape]
    reloading: list[TimedScrape]


def config(checks: int) -> str:
    """A config with so many checks."""
    lines = ["warehouse: {dsn: 'host=127.0.0.1 port=1 dbname=nowhere'}", "datasets:", PULSE]
    for number in range(checks // EACH):
        lines += [
            f"  set_{number}:",
            f"    {{relation: shop.set_{number}, time: ts, key: id, every: 1h, checks: [",
            *(
                f"      {{completeness: {{column: c{n}, warning: '> 1%', critical: '> 5%'}}}},"
                for n in range(EACH)
            ),
            "    ]}",
        ]
    return "\n".join(lines)


@contextmanager
def exporter(folder: Path, checks: int) -> Iterator[Serving]:
    """An exporter that has passed over all its datasets once, and was scraped."""
    file = folder / f"{checks}.yml"
    file.write_text(config(checks))
    serving = Serving(file, ["--web.enable-lifecycle", "--log.level=error"])
    serving.patience = TIMEOUT
    with serving:
        serving.wait_ready()
        ask(serving)
        yield serving


def ask(serving: Serving) -> TimedScrape:
    """Scrape once, as Prometheus does."""
    began = time.perf_counter()
    answer = CLIENT.get(f"http://{serving.address}/metrics")
    ended = time.perf_counter()
    line = next(t for t in answer.text.splitlines() if t.startswith("warehouse_passes_total"))
    return TimedScrape(ended, ended - began, float(line.split()[1]))


def ask_until(serving: Serving, enough: Callable[[int], bool]) -> list[TimedScrape]:
    """Scrape again and again."""
    found = [ask(serving)]
    while not enough(len(found)):
        time.sleep(PAUSE)
        found.append(ask(serving))
    return found


def reload(serving: Serving) -> float:
    """Have the config read again; the seconds until it is in use."""
    began = time.perf_counter()
    CLIENT.post(f"http://{serving.address}/-/reload").raise_for_status()
    return time.perf_counter() - began


def measured(few: int = FEW, many: int = MANY) -> Needs:
    """Start both exporters, one after the other, and reload the one with many checks."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as other:
        with exporter(Path(folder), few) as serving:
            least = resident(serving.process.pid)
        with exporter(Path(folder), many) as serving:
            most = resident(serving.process.pid)
            process = serving.process.pid
            cpu = [cpu_seconds(process)]
            resting = ask_until(serving, lambda count: count >= RESTING)
            cpu.append(cpu_seconds(process))
            ended = other.submit(reload, serving)
            reloading = ask_until(serving, lambda count: ended.done())
            cpu.append(cpu_seconds(process))
            of_scrape, of_reload = (cpu[1] - cpu[0]) / len(resting), cpu[2] - cpu[1]
            check = (most - least) * 1024 / (many - few)
            return Needs(check, ended.result(), of_scrape, of_reload, resting, reloading)


def longest_without_pass(scrapes: list[TimedScrape]) -> float:
    """The longest time in which no pass ended, as far as scrapes show it."""
    longest, since = 0.0, scrapes[0]
    for one in scrapes:
        if one.passes > since.passes:
            since = one
        longest = max(longest, one.at - since.at)
    return longest


def aims(found: Needs) -> list[Aim]:
    """What it may need."""
    slowest = max(one.seconds for one in found.reloading) * 1000
    return [
        Aim("memory of a check at rest", 4, "KiB", found.check),
        Aim("CPU of a scrape while passes run", 200, "ms", 1000 * found.scrape_cpu),
        Aim("CPU of a reload, with the scrapes meanwhile", 3, "s", found.reload_cpu),
        Aim("slowest scrape during a reload", 100, "ms", slowest),
        Aim("longest time without a pass", 2, "s", longest_without_pass(found.reloading)),
    ]


def grid(found: Needs) -> Grid:
    """What it needs."""
    rows = [
        ["KiB of a check at rest", f"{found.check:.1f}"],
        ["seconds of a reload", f"{found.reload:.1f}"],
        ["CPU seconds of a reload, with the scrapes meanwhile", f"{found.reload_cpu:.1f}"],
        ["ms of CPU of a scrape while passes run", f"{1000 * found.scrape_cpu:.0f}"],
        *(
            [f"ms of a scrape {when}, {what}", f"{of([one.seconds for one in asked]) * 1000:.0f}"]
            for when, asked in (("at rest", found.resting), ("while it reloads", found.reloading))
            for what, of in (("median", statistics.median), ("slowest", max))
        ),
        ["longest time without a pass, s", f"{longest_without_pass(found.reloading):.1f}"],
    ]
    return Grid(["of an exporter with many checks", "measured"], rows)


@click.command()
@click.option("--checks", type=click.IntRange(1000), default=MANY, show_default=True)
def main(checks: int) -> None:
    """Memory of a check, and what a reload of very many costs those who scrape meanwhile."""
    console = Console()
    found = measured(many=checks)
    console.print(grid(found).rich(f"{checks:,} checks"))
    console.print(tables.aims(aims(found)).rich("aims"))


if __name__ == "__main__":
    main()
