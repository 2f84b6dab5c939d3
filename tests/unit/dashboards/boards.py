"""The dashboards of a config as data, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from warehouse_exporter.alerting.grafana.dashboards import render
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.profiles import text_of

Board = dict[str, Any]


@cache
def of_profile(name: str) -> dict[str, Board]:
    """The dashboards of a profile, by uid."""
    return of_config(parse(text_of(name), f"{name}.yml", {"WAREHOUSE_DSN": "dbname=nowhere"}))


def of_config(config: Config) -> dict[str, Board]:
    """The dashboards of a config, by uid."""
    return {board["uid"]: board for board in map(json.loads, render(config).values())}


def panels(board: Board) -> Iterator[dict[str, Any]]:
    """The panels, also those in folded rows, without the rows themselves."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel.get("panels", ())
        else:
            yield panel


def titles(board: Board) -> list[str]:
    """The titles of the rows."""
    return [panel["title"] for panel in board["panels"] if panel["type"] == "row"]


def expressions(board: Board) -> Iterator[str]:
    """Every query of every panel."""
    for panel in panels(board):
        yield from (target["expr"] for target in panel["targets"])
