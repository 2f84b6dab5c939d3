"""Days of orders, one row each, and what is said of the metrics made of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from warehouse_exporter.core.model import Verdict

from tests.support.warehouses import NOON, Warehouse, config_of

EXPECTED = date(2026, 3, 9)
"""A Monday: the expected day at noon of the tenth."""
DATASETS = {"sessions": "{relation: sessions, time: ts}"}
METRICS = (
    "metrics: {orders: {dataset: orders, count: '*'}, sessions: {dataset: sessions, count: '*'},"
    " revenue: {dataset: orders, sum: revenue}, aov: {ratio: [revenue, orders]},"
    " conversion: {ratio: [orders, sessions]}, per_order: {ratio: [sessions, orders]},"
    " per_session: {ratio: [revenue, sessions]}}"
)


def fill(warehouse: Warehouse, table: str, counts: Sequence[int]) -> None:
    """So many rows on each of the days up to the expected one."""
    first = EXPECTED - timedelta(days=len(counts) - 1)
    warehouse.sql(
        f"CREATE TABLE IF NOT EXISTS {table} (ts timestamptz, revenue numeric DEFAULT 1.5);"
        f" INSERT INTO {table} SELECT '{first} 12:00+00'::timestamptz + day * interval '1 day'"
        f" FROM unnest(ARRAY{list(counts)}::int[]) WITH ORDINALITY AS days (rows, number),"
        " LATERAL (SELECT number - 1 AS day FROM generate_series(1, rows)) AS every"
    )


def change_day(warehouse: Warehouse, table: str, count: int, day: date = EXPECTED) -> None:
    """Give a day another number of rows."""
    warehouse.sql(
        f"DELETE FROM {table} WHERE ts::date = '{day}'; INSERT INTO {table}"
        f" SELECT '{day} 12:00+00' FROM generate_series(1, {count})"
    )


def judge(
    warehouse: Warehouse,
    anomaly: str,
    check: str,
    more: str = "",
    as_of: datetime = NOON,
) -> Verdict:
    """What one check of an item of `anomalies` says."""
    config = config_of(datasets=DATASETS, more=f"{METRICS}\nanomalies: [{anomaly}]\n{more}")
    found = {id.name: result for id, result in warehouse.run(config, as_of).results.items()}
    return found[check].worst


def gauges(verdict: Verdict) -> dict[str, float]:
    """The gauges of a verdict, by their names without `warehouse_metric_`."""
    assert verdict.sample is not None, verdict.text
    return {k.removeprefix("warehouse_metric_"): v for k, v in verdict.sample.values.items()}
