"""Tiny warehouses: a few rows by hand, a few lines of config, and what one pass says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.core.model import Pass, Verdict
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
"""A Tuesday; the expected day is 2026-03-09."""
ORDERS = "{relation: orders, time: ts, key: id}"
RESET = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def config_of(
    checks: str = "",
    datasets: Mapping[str, str] | None = None,
    *,
    orders: str = ORDERS,
    more: str = "",
    zone: str = "UTC",
) -> str:
    """A config over dataset `orders`, with one check per line of `checks`, as a flow of YAML."""
    lines = [
        "warehouse: {dsn: '${WAREHOUSE_DSN}', timezone: " + zone + "}",
        "datasets:",
        f"  orders: {orders[:-1]}, checks: [{listed(checks)}]}}",
    ]
    lines += [f"  {name}: {written}" for name, written in (datasets or {}).items()]
    return "\n".join([*lines, more])


def listed(checks: str) -> str:
    """The checks, one per line, as items of a YAML list."""
    return ", ".join(f"{{{line.strip()}}}" for line in checks.splitlines() if line.strip())


def complaint(checks: str = "", datasets: Mapping[str, str] | None = None, **options: str) -> str:
    """All that is wrong with a config, as its owner is told; '' when nothing is."""
    text = config_of(checks, datasets, **options)
    try:
        parse(text, "test.yml", {"WAREHOUSE_DSN": "dbname=nowhere"})
    except ConfigError as error:
        return str(error)
    return ""


@dataclass(frozen=True)
class Warehouse:
    """A database that is empty at first, and the config that watches it."""

    dsn: str

    def sql(self, statements: str) -> None:
        """Run statements as the owner."""
        execute(self.dsn, statements)

    def as_role(self, role: str) -> Warehouse:
        """The same database as somebody else sees it."""
        return Warehouse(re.sub("//[^@]+@", f"//{role}@", self.dsn))

    def run(self, config: str, as_of: datetime = NOON) -> Pass:
        """One pass at an instant over a whole config."""
        loaded = parse(config, "test.yml", {"WAREHOUSE_DSN": self.dsn})
        return run_pass(loaded, Connector(loaded.warehouse), as_of)

    def run_after_build(self, config: str, as_of: datetime = NOON) -> Pass:
        """The same as the gate runs it at the end of a build."""
        loaded = parse(config, "test.yml", {"WAREHOUSE_DSN": self.dsn}).after_build()
        return run_pass(loaded, Connector(loaded.warehouse), as_of)

    def verdict(
        self,
        check: str,
        datasets: Mapping[str, str] | None = None,
        as_of: datetime = NOON,
        **options: str,
    ) -> Verdict:
        """What one check says, when it is alone in its config."""
        done = self.run(config_of(check, datasets, **options), as_of)
        (result,) = done.results.values()
        (verdict,) = result.verdicts
        return verdict

    def say(
        self,
        check: str,
        datasets: Mapping[str, str] | None = None,
        as_of: datetime = NOON,
        **options: str,
    ) -> tuple[str, str]:
        """The word and the reason that people see of one check."""
        verdict = self.verdict(check, datasets, as_of, **options)
        return verdict.outcome.shown, verdict.text

    def values(
        self,
        check: str,
        datasets: Mapping[str, str] | None = None,
        as_of: datetime = NOON,
        **options: str,
    ) -> dict[str, float]:
        """The gauges of one check, by their names without `warehouse_`."""
        verdict = self.verdict(check, datasets, as_of, **options)
        assert verdict.sample is not None, verdict.text
        return {k.removeprefix("warehouse_"): v for k, v in verdict.sample.values.items()}


def outcomes(done: Pass) -> dict[str, str]:
    """Every check of a pass by its name, with the word that people see."""
    return {check.name: result.worst.outcome.shown for check, result in done.results.items()}
