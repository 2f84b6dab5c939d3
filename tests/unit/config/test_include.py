"""`include:`: a config in several files is the one that they make together."""

from __future__ import annotations

from pathlib import Path

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.accepting import expired
from warehouse_exporter.config.changes import changed
from warehouse_exporter.config.load import load
from warehouse_exporter.core.errors import ConfigError

from tests.support.warehouses import NOON

DSN = {"WAREHOUSE_DSN": "postgresql://exporter@db/warehouse", "PLACE": "shop.secret_place"}
MAIN = """warehouse: {dsn: '${WAREHOUSE_DSN}'}
include: [orders.yml, 'teams/*.yml']
defaults: {time: at, key: id}
"""
ORDERS = """datasets:
  orders:
    relation: shop.orders
    checks:
      - volume: {critical: '< 5'}
metrics:
  orders: {dataset: orders, count: '*'}
queries:
  - {name: first, sql: select 1, critical: '> 0'}
"""
ITEMS = """datasets:
  items:
    relation: shop.items
    depends_on: orders
    checks:
      - volume: {critical: '< 5', accept: {until: 2020-01-01, reason: rebuilt}}
queries:
  - {name: second, sql: select 2, critical: '> 0'}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config in three files."""
    (tmp_path / "teams").mkdir()
    (tmp_path / "w.yml").write_text(MAIN)
    (tmp_path / "orders.yml").write_text(ORDERS)
    (tmp_path / "teams" / "items.yml").write_text(ITEMS)
    return tmp_path


def made(folder: Path) -> Config:
    """The config of the first file."""
    return load(folder / "w.yml", DSN)


def wrong(folder: Path) -> str:
    """What is wrong with it."""
    with pytest.raises(ConfigError) as refused:
        made(folder)
    return str(refused.value)


def test_it_is_the_same_as_one_file(folder: Path) -> None:
    found = made(folder)
    assert [str(check.id) for check in found.checks] == [
        "orders.volume", "items.volume", "orders.metric_orders", "queries.first", "queries.second",
    ]  # fmt: skip
    assert {one.time for one in found.datasets.values()} == {"at"}
    assert found.datasets["items"].depends_on == ("orders",)


def test_a_change_in_any_file_is_another_config(folder: Path) -> None:
    before = made(folder).sha256
    (folder / "teams" / "items.yml").write_text(ITEMS.replace("< 5", "< 6"))
    assert made(folder).sha256 != before


def test_a_problem_is_told_with_its_own_file_and_line(folder: Path) -> None:
    (folder / "teams" / "items.yml").write_text(ITEMS.replace("orders", "order"))
    (folder / "orders.yml").write_text(ORDERS.replace("'> 0'", "'above 0'"))
    told = wrong(folder)
    assert f"{folder}/teams/items.yml:4: datasets.items.depends_on: there is no dataset" in told
    assert f"{folder}/orders.yml:9: queries[0].critical: 'above 0' is not a limit" in told


def test_what_is_twice_or_does_not_belong_there_is_told(folder: Path) -> None:
    (folder / "teams" / "items.yml").write_text(f"{ORDERS}alerts: {{}}\ncalendar: []\n")
    told, file = wrong(folder), f"{folder}/teams/items.yml"
    assert f"{file}:2: datasets.orders: `orders` is already in {folder}/orders.yml:2" in told
    assert f"{file}:10: alerts: belongs into {folder}/w.yml" in told
    assert f"{file}:11: calendar: must be a mapping by name" in told


def test_two_checks_of_one_name_are_told_with_both_files(folder: Path) -> None:
    (folder / "teams" / "items.yml").write_text(ITEMS.replace("second", "first"))
    told = wrong(folder)
    assert f"a check named queries.first is already in {folder}/orders.yml:9" in told


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("gone.yml", "gone.yml cannot be read: No such file"),
        ("[gone/*.yml]", "no file matches 'gone/*.yml'"),
        ("[/*.yml]", "is not a pattern"),
        ("{a: b}", "is neither a name nor a list of names"),
        ("[3]", "must be text"),
    ],
)
def test_a_file_that_is_not_there_is_told(folder: Path, written: str, problem: str) -> None:
    (folder / "w.yml").write_text(MAIN.replace("[orders.yml, 'teams/*.yml']", written))
    told = wrong(folder)
    assert problem in told
    assert f"{folder}/w.yml:2: include" in told


def test_the_first_file_does_not_include_itself(folder: Path) -> None:
    (folder / "w.yml").write_text(MAIN.replace("orders.yml", "'*.yml'"))
    assert len(made(folder).checks) == 5


def test_a_value_of_the_environment_is_not_repeated(folder: Path) -> None:
    odd = ITEMS.replace("shop.items", "'${PLACE}.a.b'")
    (folder / "teams" / "items.yml").write_text(odd)
    told = wrong(folder)
    assert "${PLACE}" in told
    assert "secret_place" not in told


def test_commands_know_where_a_check_is_written(folder: Path) -> None:
    config = made(folder)
    (told,) = expired(config, NOON)
    assert told.startswith(f"{folder}/teams/items.yml:6: accept of items.volume expired")
    (check,) = changed(config, ["items.volume.critical=< 9"], config.checks, DSN).values()
    assert check.id.dataset == "items"
