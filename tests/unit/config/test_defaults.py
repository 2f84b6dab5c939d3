"""`defaults:`: what all datasets share."""

from __future__ import annotations

from pathlib import Path

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.changes import changed
from warehouse_exporter.config.dataset import DatasetSpec
from warehouse_exporter.config.defaults import SHARED
from warehouse_exporter.config.load import load, parse
from warehouse_exporter.core.errors import ConfigError

DSN = {"WAREHOUSE_DSN": "postgresql://exporter@db/warehouse"}
HEAD = "warehouse: {dsn: '${WAREHOUSE_DSN}', timezone: Europe/Berlin}\nowners: {data: {}, bi: {}}\n"
SETS = """
datasets:
  orders: {relation: o, checks: [volume: {critical: '< 5'}]}
  items: {relation: i, time: at, owner: bi, every: 1h, key: [a, b]}
  plain: {relation: p, time: null, key: []}
"""
DEFAULTS = """
defaults:
  time: ts
  key: id
  owner: data
  every: 15m
  expect_by: '07:30'
"""


def made(text: str = DEFAULTS) -> Config:
    """The config with these defaults."""
    return parse(HEAD + text + SETS, "w.yml", DSN)


def wrong(text: str) -> str:
    """What is wrong with the defaults."""
    with pytest.raises(ConfigError) as refused:
        made(text)
    return str(refused.value)


def test_a_dataset_takes_them_and_keeps_its_own() -> None:
    found = made().datasets
    assert [one.time for one in found.values()] == ["ts", "at", None]
    assert [one.key for one in found.values()] == [("id",), ("a", "b"), ()]
    assert [one.owner for one in found.values()] == ["data", "bi", "data"]
    assert [one.every for one in found.values()] == [900.0, 3600.0, 900.0]
    assert {str(one.expect_by) for one in found.values()} == {"07:30:00"}


def test_without_them_nothing_changes() -> None:
    assert made("").datasets == made("defaults: {}\n").datasets
    assert made("").datasets["orders"].time is None


def test_what_is_wrong_is_told_once_and_at_its_line() -> None:
    told = wrong("defaults:\n  every: soon\n  owner: data\n  relation: x\n")
    assert told.count("soon") == 1
    assert "w.yml:4: defaults.every: 'soon' is not a duration" in told
    assert "w.yml:6: defaults.relation: unknown key `relation`" in told


def test_an_owner_that_is_not_there_is_told_at_the_default() -> None:
    assert "w.yml:4: datasets.orders.owner: there is no owner `dta`; did you mean `data`?" in wrong(
        "defaults:\n  owner: dta\n"
    )


def test_every_shared_key_is_one_of_a_dataset() -> None:
    assert set(SHARED) < set(DatasetSpec.model_fields)


def test_another_limit_is_tried_with_the_same_defaults(tmp_path: Path) -> None:
    file = tmp_path / "w.yml"
    file.write_text(HEAD + DEFAULTS + SETS)
    config = load(file, DSN)
    (check,) = changed(config, ["orders.volume.critical=< 9"], config.checks, DSN).values()
    assert check.kind.window_of(config.datasets["orders"]) == "day"
