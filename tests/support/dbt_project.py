"""Small manifests of dbt, written by hand: one model with one test, or as a test wants it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.dbt.manifest import load
from warehouse_exporter.discover.dbt.proposal import Imported, imported
from warehouse_exporter.discover.writing import text_of

HOME = {"WAREHOUSE_DSN": "dbname=nowhere", "WAREHOUSE_DUCKDB": "shop.duckdb"}
Data = dict[str, Any]


def node(name: str, *parents: str, sort: str = "model", **more: Any) -> Data:
    """A model, or another node, in the schema marts."""
    return {
        "resource_type": sort,
        "name": name,
        "package_name": "shop",
        "database": "shop",
        "schema": "marts",
        "alias": name,
        "relation_name": f'"shop"."marts"."{name}"',
        "config": {"materialized": "table", "meta": {}},
        "depends_on": {"nodes": list(parents)},
        **more,
    }


def source(name: str, **more: Any) -> Data:
    """A source in the schema raw."""
    found = node(name, sort="source", source_name="raw", schema="raw", identifier=name)
    return {**found, "relation_name": f'"shop"."raw"."{name}"', **more}


def case(what: str, *about: str, config: Data | None = None, **arguments: Any) -> Data:
    """A generic test: `dbt_utils.recency`, on the last of some nodes."""
    namespace, _, name = what.rpartition(".")
    return {
        "resource_type": "test",
        "name": f"{name}_of_{about[-1].rpartition('.')[2]}",
        "test_metadata": {"name": name, "namespace": namespace or None, "kwargs": arguments},
        "attached_node": about[-1],
        "depends_on": {"nodes": list(about)},
        "config": {"severity": "ERROR", **(config or {})},
    }


def manifest(*tests: Data, version: int = 12, adapter: str = "postgres", **parts: Data) -> Data:
    """A manifest of the model orders with some tests; its parts may be others."""
    nodes = parts.pop("nodes", {"model.shop.orders": node("orders")})
    url = f"https://schemas.getdbt.com/dbt/manifest/v{version}.json"
    return {
        "metadata": {
            "dbt_schema_version": url,
            "dbt_version": "1.10.23",
            "project_name": "shop",
            "adapter_type": adapter,
        },
        "nodes": {**nodes, **{f"test.shop.t{n:02}": one for n, one in enumerate(tests)}},
        "sources": {},
        "groups": {},
        **parts,
    }


def written(folder: Path, data: Data) -> Path:
    """A manifest as the file that dbt writes."""
    file = folder / "manifest.json"
    file.write_text(json.dumps(data))
    return file


def import_of(folder: Path, data: Data) -> tuple[Config, Imported, str]:
    """What a manifest becomes: a valid config, its source, and its text."""
    found = imported(load(written(folder, data)), "shop")
    text = text_of(found.proposal)
    return parse(text, "warehouse.yml", HOME), found, text
