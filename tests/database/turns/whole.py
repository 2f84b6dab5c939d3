"""The config of the sample shop with the checks that it does without."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter.config import Config
from warehouse_exporter.config.document import read
from warehouse_exporter.config.load import parse
from warehouse_exporter.demo.runner import CONFIG

from tests.database.kinds.examples import TESTS

MORE = Path(__file__).with_name("more.yml")
"""Checks of ids that the shop's own config does without, or judges by another method."""


def data_of(text: str, name: str) -> dict[str, Any]:
    """What stands in a YAML, as the config's own reader takes it: `no` is a word there."""
    kept = {"WAREHOUSE_DSN": "${WAREHOUSE_DSN}"}
    data: dict[str, Any] = read(text, name, kept).data
    return data


def overlays() -> dict[str, str]:
    """The checks beside the config, by where they are from: what the tests of kinds call `SHOP`."""
    own = {kind: test.SHOP for kind, test in TESTS.items() if hasattr(test, "SHOP")}
    return {MORE.name: MORE.read_text(encoding="utf-8"), **own}


@cache
def written() -> str:
    """The shop's config and the checks beside it, as one YAML."""
    whole = data_of(CONFIG.read_text(encoding="utf-8"), CONFIG.name)
    for name, text in overlays().items():
        more = data_of(text, name)
        for dataset, checks in more.get("checks", {}).items():
            whole["datasets"][dataset]["checks"] += checks
        whole["metrics"] |= more.get("metrics", {})
        whole["anomalies"] += more.get("anomalies", [])
    return yaml.safe_dump(whole, sort_keys=False)


@cache
def config_on(dsn: str) -> Config:
    """The same, on a database."""
    return parse(written(), "turns.yml", {"WAREHOUSE_DSN": dsn})
