"""python -m labs.bench.rules: how long a Prometheus needs for the rules of many checks.

The rules are those of a config made here, and the Prometheus is a real one that scrapes a page made
by hand: nothing is in breach, or some checks are and are not measured either, or all of them.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from warehouse_exporter.alerting.rules import GROUP, render
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Reading

from labs.bench import tables
from labs.bench.figures import Aim
from labs.bench.startup import cpu_seconds
from labs.bench.tables import Grid
from tests.chain.alertmanager import breaches
from tests.chain.e2e.servers import PrometheusServer

CHECKS, MANY, ROUNDS = 1000, 10_000, 5
PER_DATASET, CHAIN = 10, 5
"""Checks of a dataset; datasets that depend on each other, one after the other."""
FEW = 100
"""Checks that are in breach on a bad day."""
INTERVAL = 5
"""Seconds between two evaluations that are measured: the rules are the same at any rate."""
CALM, CHAINS_BROKEN, BROKEN = (
    "nothing in breach", f"{FEW} checks in breach, and not measured", "all of them",
)  # fmt: skip
BUDGET = 0.2
"""Milliseconds that one evaluation may take for a check."""
DATASET = """\
  set_{n}:
    relation: shop.set_{n}
    time: ts
    key: id
    depends_on: [{upstream}]
    columns: {{id: bigint, ts: timestamptz}}
    checks:
      - freshness: {{warning: "> 12h", critical: "> 24h"}}
      - volume: {{critical: "< 1000"}}
      - required_columns: {{critical: "> 0"}}
      - duplicates: {{critical: "> 0"}}
      - channel_mix: {{sum: revenue, warning: "> 15%", critical: "> 30%"}}
      - so_far_today: {{warning: "< 50%"}}
      - completeness: {{column: name, warning: "> 1%", critical: "> 5%"}}
      - accepted_values: {{column: state, values: [a, b], critical: "> 0"}}
      - range: {{column: amount, min: 0, max: 10, warning: "> 0", critical: "> 1%"}}
      - completeness: {{column: only_of_{n}, critical: "> 5%"}}
"""


def config(checks: int) -> Config:
    """A config of so many checks, of mixed kinds; each dataset has a column of its own."""
    written = "".join(
        DATASET.format(n=n, upstream=f"set_{n - 1}" if n % CHAIN else "")
        for n in range(checks // PER_DATASET)
    )
    return parse(f"warehouse: {{dsn: x}}\ndatasets:\n{written}", "bench.yml", {})


def calm(check: Check) -> Mapping[str, float]:
    """Gauges of a check that is just fine: on its mildest limit."""
    found = dict.fromkeys(breaches.values(check), 0.0)
    for condition in check.kind.conditions().values():
        for term in condition.terms:
            aged = term.reading is Reading.AGE
            found[term.metric] = time.time() if aged else term.limit.bound
    return found


def calm_lines(check: Check) -> Iterator[str]:
    """The series of a check that is measured, and just fine."""
    address = {"dataset": check.id.dataset, "check": check.id.name}
    yield breaches.line(names.MEASURED.name, address, 1)
    own = {name: getattr(check.kind, name, "x") for name in check.kind.metric.labels}
    for metric, value in calm(check).items():
        yield breaches.line(metric, {**address, **own, **check.kind.judged}, value)


def page(made: Config, broken: int) -> list[str]:
    """The lines of a page on which the first checks are in breach, and not measured."""
    return [
        breaches.in_warehouse(line, made)
        for place, check in enumerate(made.checks)
        for line in (breaches.lines_of(check) if place < broken else calm_lines(check))
    ]


@dataclass(frozen=True)
class Measured:
    """Alerts that are pending or fire, and milliseconds of every rule in each evaluation.

    `cpu` is what Prometheus took from one evaluation to the next, a scrape among it. `groups` are
    the milliseconds of the group itself, which are `prometheus_rule_group_last_duration_seconds`.
    """

    alerts: int
    took: list[list[float]]
    cpu: float
    groups: list[float]

    @property
    def group(self) -> float:
        """Milliseconds of the group, the shortest of its evaluations."""
        return min(self.groups)

    @property
    def median(self) -> float:
        """Milliseconds of the evaluation in the middle, with what others do on the machine."""
        return statistics.median(map(sum, self.took))

    @property
    def alone(self) -> float:
        """Milliseconds of an evaluation that nobody disturbs: each rule's shortest, added up."""
        return math.fsum(min(times) for times in zip(*self.took, strict=True))


def evaluations(prometheus: PrometheusServer, rounds: int) -> Iterator[tuple[list[float], float]]:
    """Milliseconds of every rule and of their group; the first three evaluations do not count."""
    seen: set[str] = set()
    while len(seen) < rounds + 3:
        groups = prometheus.get("/api/v1/rules")["data"]["groups"]
        (group,) = (group for group in groups if group["name"] == GROUP)
        if group["lastEvaluation"] not in seen:
            seen.add(group["lastEvaluation"])
            if len(seen) > 3:
                rules = [1000 * rule["evaluationTime"] for rule in group["rules"]]
                yield rules, 1000 * group["evaluationTime"]
        time.sleep(INTERVAL / 10)


def measure(made: Config, lines: list[str], rounds: int) -> Measured:
    """Let a Prometheus judge a page so many times."""
    text = "".join(f"{line}\n" for line in lines)
    with TemporaryDirectory() as folder, breaches.served(text) as target:
        rules = Path(folder) / "rules.yml"
        rules.write_text(render(made), encoding="utf-8")
        with PrometheusServer([target], [rules], scrape_interval=f"{INTERVAL}s") as prometheus:
            process, cpu, took, groups = prometheus.process.pid, [], [], []
            for one, group in evaluations(prometheus, rounds + 1):
                took.append(one)
                groups.append(group)
                cpu.append(1000 * cpu_seconds(process))
            spent = statistics.median(later - before for before, later in pairwise(cpu))
            return Measured(len(prometheus.alerts()), took, spent, groups)


def measured(checks: int = MANY, rounds: int = ROUNDS) -> dict[str, Measured]:
    """Each of the pages; where there are thousands of checks, they are not all in breach."""
    made = config(checks)
    broken = {CALM: 0, CHAINS_BROKEN: FEW, **({BROKEN: checks} if checks <= CHECKS else {})}
    return {what: measure(made, page(made, number), rounds) for what, number in broken.items()}


def grid(found: Mapping[str, Measured]) -> Grid:
    """The pages, one below the other."""
    rows = [
        [
            what, f"{len(got.took[0]):,}", f"{got.alerts:,}",
            f"{got.group:.0f}", f"{got.alone:.0f}", f"{got.median:.0f}", f"{got.cpu:.0f}",
        ]
        for what, got in found.items()
    ]  # fmt: skip
    columns = ["", "rules", "alerts", "group ms", "alone ms", "median ms", "CPU ms"]
    return Grid(columns, rows)


def aims(found: Mapping[str, Measured], checks: int) -> list[Aim]:
    """Of a usual day: an alert asks for its texts, and costs more than a rule."""
    return [Aim("an evaluation, nothing in breach", BUDGET * checks, "ms", found[CALM].group)]


@click.command()
@click.option("--checks", type=click.IntRange(PER_DATASET), default=CHECKS, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=ROUNDS, show_default=True)
def main(checks: int, rounds: int) -> None:
    """Milliseconds of an evaluation of the rules of many checks."""
    console = Console()
    found = measured(checks, rounds)
    console.print(grid(found).rich(f"{checks:,} checks"))
    console.print(tables.aims(aims(found, checks)).rich("aims"))


if __name__ == "__main__":
    main()
