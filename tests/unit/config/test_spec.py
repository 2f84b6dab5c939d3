"""The JSON Schema that editors complete from, and durations, times and relations as written."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml
from warehouse_exporter.config.load import parse
from warehouse_exporter.config.spec import json_schema
from warehouse_exporter.config.values import parse_duration, parse_relation, parse_time

EXAMPLE = """
warehouse:
  dsn: ${WAREHOUSE_DSN}
  timezone: UTC
  statement_timeout: 60s
owners:
  growth-data: {slack: "#growth-data", email: growth@example.com}
  finance: {}
datasets:
  sessions: {relation: analytics.fct_sessions, time: session_start_ts}
  order_items: {relation: analytics.fct_order_items}
  orders:
    relation: analytics.fct_orders
    time: order_ts
    key: order_id
    owner: growth-data
    depends_on: [sessions]
    loaded: loaded_at
    expect_by: "06:30"
    every: 5m
    checks:
      - freshness: {warning: "> 12h", critical: "> 24h"}
      - completeness:
          {column: client_id, where: "event_name <> 'test'", warning: "> 1%", critical: "> 5%"}
      - duplicates: {critical: "> 0"}
      - reconciliation: {sum: revenue, against: {dataset: order_items, sum: quantity * price,
                         by: order_id}, tolerance: 0.01, critical: "> 0"}
metrics:
  orders:     {dataset: orders, count: "*"}
  revenue:    {dataset: orders, sum: revenue}
  sessions:   {dataset: sessions, count: "*"}
  conversion: {ratio: [orders, sessions]}
  aov:        {ratio: [revenue, orders]}
queries:
  - {name: stuck_refunds, owner: finance, sql: "select count(*) from refunds", critical: "> 0"}
anomalies:
  - {metrics: [sessions, orders, revenue, aov, conversion], method: zscore, days: 7,
     warning: {z: 3, change: 30%}}
"""


@pytest.fixture(scope="module")
def validator() -> Any:
    """A validator of our schema, which is a schema itself."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_accepts_what_the_exporter_accepts(validator: Any) -> None:
    assert list(validator.iter_errors(yaml.safe_load(EXAMPLE))) == []
    assert len(parse(EXAMPLE, "w.yml", {"WAREHOUSE_DSN": "dbname=w"}).checks) == 4 + 5 + 5 + 1


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ((), "datsets"),
        (("warehouse",), "time_zone"),
        (("datasets", "orders"), "tmie"),
        (("datasets", "orders", "checks", 0), "fresness"),
        (("datasets", "orders", "checks", 0, "freshness"), "critcal"),
        (("datasets", "orders", "checks", 3, "reconciliation", "against"), "buy"),
        (("metrics", "orders"), "cuont"),
        (("anomalies", 0), "mehtod"),
    ],
)
def test_the_schema_refuses_a_typo(validator: Any, path: tuple[Any, ...], key: str) -> None:
    data = copy.deepcopy(yaml.safe_load(EXAMPLE))
    place = data
    for part in path:
        place = place[part]
    place[key] = {}
    (found,) = validator.iter_errors(data)
    assert tuple(found.absolute_path) == path[: len(found.absolute_path)]
    assert len(found.absolute_path) >= len(path) - 1


def test_the_schema_says_what_each_key_means(validator: Any) -> None:
    for name, model in validator.schema["$defs"].items():
        for key, field in model.get("properties", {}).items():
            described = "description" in field or "$ref" in str(field)
            assert described, f"{name}.{key} has no description"


@pytest.mark.parametrize(
    ("written", "seconds"), [("60s", 60), ("5m", 300), ("1.5h", 5400), (" 1d ", 86400)]
)
def test_durations_are_seconds(written: str, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", [60, "60", "0s", "-5m", "5 min", "", None, "1h30m"])
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(written)


def test_times_of_day_are_read_with_and_without_a_leading_zero() -> None:
    assert parse_time("6:30") == parse_time("06:30") == dt.time(6, 30)
    for wrong in (630, "24:00", "6:3", "06:30:00", None):
        with pytest.raises(ValueError, match="is not a time of day"):
            parse_time(wrong)


def test_a_time_of_day_may_be_that_of_another_zone() -> None:
    assert parse_time("06:30 Europe/Berlin") == dt.time(6, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    with pytest.raises(ValueError, match="'CET2' is not a time zone"):
        parse_time("06:30 CET2")
    with pytest.raises(ValueError, match="is not a time of day"):
        parse_time("06:30 Europe Berlin")


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("orders", ("orders",)),
        ("shop.orders", ("shop", "orders")),
        ("shop.Fct Orders", ("shop", "Fct Orders")),
        ('"my.schema".orders', ("my.schema", "orders")),
        ('shop."a""b"', ("shop", 'a"b')),
    ],
)
def test_relations_are_exact_names(written: str, parts: tuple[str, ...]) -> None:
    assert parse_relation(written) == parts


@pytest.mark.parametrize("written", ["", ".", "shop.", ".orders", "a..b", 'a."b', "a.b.c", 'a"b'])
def test_what_is_no_relation_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write schema\.table"):
        parse_relation(written)


@pytest.mark.parametrize("written", ["999999999999999d", "25d", "2073601s", "9" * 400 + "d"])
def test_a_duration_that_postgres_cannot_keep_is_refused(written: str) -> None:
    assert parse_duration("24d") * 1000 < 2**31
    with pytest.raises(ValueError, match="is too long: write at most 24d"):
        parse_duration(written)
    with pytest.raises(ValueError, match=r"is too short: write at least 0\.001s"):
        parse_duration("0.0001s")
