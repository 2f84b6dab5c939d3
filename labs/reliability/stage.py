"""Where a scenario plays: a database of its own, the shipped exporter on it, and the gate."""

from __future__ import annotations

import html
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from warehouse_exporter.core.model import SHOWN, Outcome
from warehouse_exporter.demo.postgres import Postgres

from tests.conftest import execute
from tests.support.serving import Serving, wait_for

NAME = "config.yml"
OURS = """
FROM pg_stat_activity WHERE application_name = 'warehouse-exporter'
AND datname = current_database()
"""


@dataclass(frozen=True)
class Said:
    """What is said of one check: the word that people see, its reason, the text."""

    word: str
    reason: str | None
    text: str

    def __str__(self) -> str:
        return f"{self.word} ({self.reason})" if self.reason else self.word


@dataclass(frozen=True)
class Gate:
    """A run of the gate: its exit code, and what it says of each check by `dataset.check`."""

    code: int
    said: dict[str, Said]

    def __str__(self) -> str:
        return f"exit code {self.code}"


def said(report: dict[str, Any]) -> dict[str, Said]:
    """A report as JSON, check by check; the worst where there are several series."""
    found: dict[str, Said] = {}
    for one in report["checks"]:
        word = SHOWN[Outcome(one["outcome"])]
        address = f"{one['dataset']}.{one['check']}"
        found.setdefault(address, Said(word, one["reason"], one["text"]))
    return found


class Stage:
    """One scenario's warehouse; `server` is shared, the database is not."""

    def __init__(self, server: Postgres, dsn: str, folder: Path) -> None:
        self.server = server
        self.dsn = dsn
        self.folder = folder

    def sql(self, statements: str, values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run statements as the owner, committed at once; the rows of the last."""
        return execute(self.dsn, statements, values)

    def write(self, config: str, name: str = NAME, role: str = "postgres") -> Path:
        """A config file; `${WAREHOUSE_DSN}` in it becomes this database, as a role."""
        file = self.folder / name
        dsn = self.dsn.replace("postgres@", f"{role}@", 1)
        file.write_text(config.replace("${WAREHOUSE_DSN}", dsn), encoding="utf-8")
        return file

    def serving(self, *options: str, name: str = NAME) -> Serving:
        """The exporter on the config that was written; for a `with` block."""
        return Serving(self.folder / name, options)

    def command(self, command: str, *options: str, name: str = NAME) -> list[str]:
        """A command of the shipped program on the config that was written."""
        file = f"--config.file={self.folder / name}"
        return [sys.executable, "-m", "warehouse_exporter", command, file, *options]

    def gate(self, *options: str, name: str = NAME) -> Gate:
        """One run of the gate on the config that was written."""
        ended = subprocess.run(
            self.command("check", "--format=json", *options, name=name),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in ended.stderr, ended.stderr
        assert ended.stdout, ended.stderr
        return Gate(ended.returncode, said(json.loads(ended.stdout)))

    def running(self) -> list[str]:
        """The statements of exporters and gates on this database, idle connections included."""
        return [query for (query,) in self.sql(f"SELECT query {OURS}")]


@dataclass(frozen=True)
class Scrape:
    """One answer of /metrics: everything in it is of the same instant."""

    text: str

    def value(self, name: str, **labels: str) -> float | None:
        """The first series of that name and those labels, or None."""
        return next(iter(self.values(name, **labels)), None)

    def values(self, name: str, **labels: str) -> list[float]:
        """Every series of that name and those labels."""
        return [
            sample.value
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def passed(self, dataset: str) -> float:
        """When the last pass over a dataset read the warehouse; 0 before there is one."""
        return self.value("warehouse_pass_last_success_timestamp_seconds", dataset=dataset) or 0


def scraped(serving: Serving) -> Scrape:
    """What /metrics says now; it says it with a 200."""
    answer = serving.get("/metrics")
    assert answer.status_code == 200, answer.text
    return Scrape(answer.text)


def next_pass(serving: Serving, dataset: str) -> Scrape:
    """The first scrape after a pass that began after this call."""
    began = time.time()

    def newer() -> Scrape | None:
        found = scraped(serving)
        return found if found.passed(dataset) > began else None

    found = wait_for(newer)
    assert found is not None
    return found


def page(serving: Serving) -> str:
    """The status page as text."""
    return html.unescape(serving.get("/").text)


def shown(serving: Serving) -> dict[str, Said]:
    """What the exporter says of each check now; each of it stands on the page, too."""
    found = said(serving.get("/api/v1/checks").json())
    assert serving.get("/").is_success
    return found
