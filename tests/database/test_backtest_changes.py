"""`--set`: what another limit would have said, beside the one in the config."""

from __future__ import annotations

from pathlib import Path

import pytest
from warehouse_exporter.backtest.run import Backtest, backtest, mornings
from warehouse_exporter.config import Config, load
from warehouse_exporter.config.changes import changed
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.engines.postgres.connector import Connector

from tests.conftest import execute
from tests.database.test_backtest import ORDERS, Heard, words
from tests.support.warehouses import NOON, config_of

CHECKS = """
    volume: {critical: '< 5'}
    volume: {name: both, warning: '< 9', critical: '< 5'}
    completeness: {column: revenue, warning: '> 1%', critical: '> 5%'}
    freshness: {warning: '> 12h', critical: '> 24h'}
"""
MORE = """
metrics:
  orders: {dataset: orders, count: '*'}
  revenue: {dataset: orders, sum: revenue}
  aov: {ratio: [revenue, orders]}
anomalies:
  - {metrics: [orders, revenue], method: zscore, warning: {z: 3}}
  - {name: odd, metrics: [aov, orders]}
queries: [{name: answer, sql: 'select 42', critical: '> 50'}]
"""
ENVIRONMENT = {"WAREHOUSE_DSN": "dbname=nowhere"}


def written(folder: Path, environment: dict[str, str] = ENVIRONMENT) -> Config:
    """The config as a file."""
    file = folder / "config.yml"
    file.write_text(config_of(CHECKS, more=MORE))
    return load(file, environment)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("orders.volume.critical=< 500", "< 500"),
        ("orders.volume.critical = '< 500' ", "< 500"),
        ("orders.volume.warning=< 500", "< 500"),
        ("orders.both.info=> 1_000", "> 1_000"),
        ("orders.both.critical=['< 3', '> 100 ']", "< 3 or > 100"),
        ("orders.completeness_revenue.critical=> 3%", "> 3%"),
        ("orders.completeness_revenue.critical=> 10 rows", "> 10 rows"),
        ("orders.freshness.critical=> 2d", "> 2d"),
        ("orders.metric_orders.critical=< 7", "< 7"),
        ("orders.zscore_orders.warning={z: 4, change: 40%}", "|z| >= 4 and change >= 40 %"),
        ("orders.zscore_revenue.critical={z: 5}", "|z| >= 5"),
        ("queries.answer.critical=== 42", "== 42"),
    ],
)
def test_a_limit_is_written_as_in_the_config(tmp_path: Path, limit: str, text: str) -> None:
    config = written(tmp_path)
    ((address, check),) = changed(config, [limit], config.checks, ENVIRONMENT).items()
    assert (check.id, config.check(address).id) == (address, address)
    severity = limit.split("=")[0].strip().rsplit(".", 1)[1]
    conditions = {s.value: found.text for s, found in check.kind.conditions().items()}
    assert conditions[severity].replace("_", "") == text.replace("_", "")
    before = {s.value: found.text for s, found in config.check(address).kind.conditions().items()}
    assert {s: t for s, t in conditions.items() if s != severity} == {
        s: t for s, t in before.items() if s != severity
    }


def test_several_limits_of_a_check_are_one_other_check(tmp_path: Path) -> None:
    config = written(tmp_path)
    limits = ["orders.both.warning=< 20", "orders.both.critical=< 15", "orders.volume.critical=< 2"]
    found = changed(config, limits, config.checks, ENVIRONMENT)
    assert {str(a): [c.text for c in k.kind.conditions().values()] for a, k in found.items()} == {
        "orders.both": ["< 15", "< 20"],
        "orders.volume": ["< 2"],
    }


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("volume", "is not a limit of a check: write DATASET.CHECK.SEVERITY=LIMIT"),
        ("orders.volume.critical=", "the limit is missing"),
        ("orders.volum.critical=< 5", "there is no check 'orders.volum' here; did you mean"),
        ("nothing.critical=< 5", "known: orders.both, orders.completeness_revenue"),
        ("orders.volume.fatal=< 5", "'fatal' is not a severity; known: critical, warning, info"),
        ("orders.volume.critical=< 5%", "volume is a number of rows"),
        ("orders.volume.critical=5", "'5' is not a limit"),
        ("orders.both.warning=< 2", "warning '< 2' is laxer than critical '< 5'"),
        ("orders.zscore_orders.warning={z: 4", "not YAML"),
        ("orders.zscore_orders.warning={below: 4%}", "`below` is not a limit of zscore"),
        (
            "orders.odd_orders.warning={points: 4%}",
            "`points` is for ratios: `orders` is not a ratio",
        ),
    ],
)
def test_what_cannot_be_set_says_why(tmp_path: Path, limit: str, said: str) -> None:
    config = written(tmp_path)
    with pytest.raises(UsageError) as error:
        changed(config, [limit], config.checks, ENVIRONMENT)
    assert said in str(error.value)
    assert str(error.value).startswith("--set ")


def test_the_same_limit_twice_is_a_mistake(tmp_path: Path) -> None:
    config = written(tmp_path)
    limits = ["orders.volume.critical=< 5", "orders.volume.critical=< 6"]
    with pytest.raises(UsageError, match="given twice"):
        changed(config, limits, config.checks, ENVIRONMENT)


def judged(config: Config, *limits: str, **environment: str) -> Backtest:
    """A backtest of the last five days with other limits beside."""
    others = changed(config, limits, config.checks, environment)
    instants = mornings(NOON, config.warehouse.timezone, 5)
    connector = Connector(config.warehouse)
    return backtest(config, connector, instants, config.checks, others, Heard())


def test_both_are_judged_on_the_same_reading(database: str, tmp_path: Path) -> None:
    execute(database, ORDERS)
    execute(database, "DELETE FROM orders WHERE id IN (341, 342, 343, 351)")
    environment = {"WAREHOUSE_DSN": database}
    config = written(tmp_path, environment)
    plain = judged(config, **environment)
    found = judged(config, "orders.volume.critical=< 10", "orders.both.warning=< 8", **environment)
    assert found.statements == plain.statements
    assert found.records == plain.records
    records = {record.check.id.name: record for record in found.records}
    others = {address.name: record for address, record in found.changed.items()}
    assert words(records["volume"]) == {}
    assert words(others["volume"]) == {"03-08": "FAIL", "03-09": "FAIL"}
    assert words(records["both"]) == {"03-08": "WARN"}
    assert words(others["both"]) == {"03-08": "WARN"}
    names = [record.check.id.name for record in found.with_changes]
    assert names == [record.check.id.name for record in found.records]
