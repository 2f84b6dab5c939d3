"""The sample shop with an exporter, a Prometheus that has its past, and faults on request."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import Config, load
from warehouse_exporter.demo import faults, shop
from warehouse_exporter.profiles import text_of

from tests.chain.e2e.servers import PrometheusServer
from tests.support.serving import Serving, wait_for

RETENTION = "60d"
PATIENCE = 240.0


@dataclass(frozen=True)
class Size:
    """How old the shop is, how many sessions a day it has, and how many days are backfilled.

    `seasonal` learns from 56 days, and at least 7.
    """

    days: int
    sessions: int
    back: int


SMALL, LARGE = Size(24, 200, 8), Size(66, 250, 30)


class WithPast(PrometheusServer):
    """A Prometheus that starts with what a file of OpenMetrics has."""

    def __init__(self, targets: list[str], rules: list[Path], past: Path) -> None:
        """Describe it."""
        super().__init__(targets, rules)
        self.past = past

    def prepare(self) -> list[str]:
        """Make blocks of the past in the data folder."""
        own = {"job_name": "prometheus",
               "static_configs": [{"targets": [self.url.removeprefix("http://")]}]}  # fmt: skip
        self.config = {**self.config, "scrape_configs": [*self.config["scrape_configs"], own]}
        options, data = super().prepare(), self.folder / "data"
        subprocess.run(
            ["promtool", "tsdb", "create-blocks-from", "--max-block-duration=168h",
             "openmetrics", self.past, data],
            check=True, capture_output=True,
        )  # fmt: skip
        return [*options, f"--storage.tsdb.retention.time={RETENTION}"]


@dataclass
class Stage:
    """What is on it."""

    dsn: str
    config: Config
    exporter: Serving
    prometheus: PrometheusServer

    def break_(self, *names: str) -> None:
        """Give the shop some faults, and let the exporter and Prometheus see them."""
        give(self.dsn, *names)
        now = time.time()
        self.exporter.post("/-/collect").raise_for_status()
        self.seen(now)

    def seen(self, since: float) -> None:
        """Wait until Prometheus has passes over everything since then, and has judged them."""
        query = f"min(warehouse_pass_last_success_timestamp_seconds) >= {since}"
        (found,) = wait_for(lambda: self.prometheus.query(query), PATIENCE, 0.2)
        at = float(found["value"][0])
        later = f"max(timestamp(warehouse:rules_loaded)) > {at}"
        wait_for(lambda: self.prometheus.query(later), PATIENCE, 0.2)


def give(dsn: str, *names: str) -> None:
    """Give the shop some faults."""
    with closing(psycopg2.connect(dsn)) as connection:
        for name in names:
            faults.find(name).break_(connection, datetime.now(UTC))


@contextmanager
def set_up(dsn: str, size: Size, *faulty: str) -> Iterator[Stage]:
    """The shop in an empty database with some faults, an exporter, a Prometheus with a past."""
    with closing(psycopg2.connect(dsn)) as connection:
        now = datetime.now(UTC)
        shop.build(connection, as_of=now, days=size.days, sessions_per_day=size.sessions)
    give(dsn, *faulty)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as undo:
        file, rules = Path(folder) / "warehouse.yml", Path(folder) / "rules.yml"
        file.write_text(text_of("complete").replace("${WAREHOUSE_DSN}", f"'{dsn}'"))
        config = load(str(file))
        rules.write_text(render(config))
        exporter = Serving(file, ["--web.enable-lifecycle", "--log.level=error"])
        past = backfilled(file, exporter, size.back)
        exporter.patience = PATIENCE
        undo.enter_context(exporter).wait_ready()
        prometheus = undo.enter_context(WithPast([exporter.address], [rules], past))
        stage = Stage(dsn, config, exporter, prometheus)
        stage.seen(0)
        yield stage


def backfilled(file: Path, exporter: Serving, days: int) -> Path:
    """The past of the shop, as the command writes it for this exporter."""
    to = file.with_suffix(".om")
    subprocess.run(
        [*exporter.command[:3], "backfill", f"--config.file={file}", f"--days={days}",
         f"--output={to}", f"--instance={exporter.address}"],
        check=True,
    )  # fmt: skip
    return to
