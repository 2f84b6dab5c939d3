"""Nodes of dbt as datasets: relations, names, owners, what they depend on, freshness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.dbt_project import case, import_of, manifest, node, source

ORDERS = "model.shop.orders"
RAW = "source.shop.raw.orders"


def settings(folder: Path, *tests: Any, **parts: Any) -> dict[str, dict[str, Any]]:
    """What each dataset of a manifest has, by its name."""
    _, found, _ = import_of(folder, manifest(*tests, **parts))
    return {one.name: dict(one.settings) for one in found.proposal.datasets}


@pytest.mark.parametrize(
    ("relation", "adapter", "expected"),
    [
        ('"shop"."marts"."Orders"', "postgres", "marts.Orders"),
        ("shop.Marts.Orders", "postgres", "marts.orders"),
        ("shop.main.Orders", "duckdb", "main.Orders"),
        ('"marts"."a.b"', "postgres", 'marts."a.b"'),
        ('"shop"."marts"."a""b"', "postgres", 'marts."a""b"'),
        (None, "postgres", "marts.orders"),
        ("`x`.`y`", "postgres", "marts.orders"),
    ],
)
def test_the_relation_is_the_one_that_dbt_builds(
    tmp_path: Path, relation: str | None, adapter: str, expected: str
) -> None:
    nodes = {ORDERS: node("orders", relation_name=relation)}
    found = settings(tmp_path, nodes=nodes, adapter=adapter)
    assert found["orders"]["relation"] == expected


def test_names_are_unique_and_those_of_models_go_first(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        nodes={
            ORDERS: node("orders"),
            "model.shop.d.v1": node("d", version=1, alias="d_v1"),
            "model.shop.d.v2": node("d", version=2, alias="d_v2"),
            "seed.shop.2x": node("2x-y", sort="seed"),
            "model.shop.queries": node("queries"),
        },
        sources={RAW: source("orders"), "source.shop.raw.users": source("users")},
    )
    assert set(found) == {"raw_orders", "users", "_2x_y", "d_v1", "d_v2", "orders", "model_queries"}


def test_it_depends_on_datasets_also_through_ephemeral_models(tmp_path: Path) -> None:
    ephemeral = node("stg", RAW, relation_name=None, config={"materialized": "ephemeral"})
    nodes = {ORDERS: node("orders", "model.shop.stg", RAW, "macro.x"), "model.shop.stg": ephemeral}
    test = case("not_null", "model.shop.stg", column_name="c")
    _, found, text = import_of(tmp_path, manifest(test, nodes=nodes, sources={RAW: source("o")}))
    assert [one.name for one in found.proposal.datasets] == ["o", "orders"]
    assert "depends_on: [o]" in text
    assert [str(one) for one in found.left_out] == [
        "stg: not_null: it is on no relation of this database"
    ]


@pytest.mark.parametrize(
    ("more", "owner", "email"),
    [
        ({"config": {"meta": {"owner": "@growth"}}}, "growth", None),
        ({"meta": {"owner": ["growth", "other"]}}, "growth", None),
        ({"meta": {"owner": "growth@shop.example"}}, "growth", "growth@shop.example"),
        ({"meta": {"owner": {"name": "growth", "email": "g@s.example"}}}, "growth", "g@s.example"),
        ({"group": "money"}, "Finance", "money@shop.example"),
        ({"meta": {"owner": 7}, "group": "money"}, "Finance", "money@shop.example"),
        ({"meta": {"owner": ""}}, None, None),
    ],
)
def test_the_owner_is_that_of_meta_or_of_the_group(
    tmp_path: Path, more: dict[str, Any], owner: str | None, email: str | None
) -> None:
    group = {"name": "money", "owner": {"name": "Finance", "email": "money@shop.example"}}
    data = manifest(nodes={ORDERS: node("orders", **more)}, groups={"group.shop.money": group})
    config, _, _ = import_of(tmp_path, data)
    assert config.datasets["orders"].owner == owner
    addresses = {owner: {} if email is None else {"email": email}} if owner else {}
    assert config.owners == addresses


FRESH = {
    "warn_after": {"count": 12, "period": "hour"},
    "error_after": {"count": 2, "period": "day"},
}


@pytest.mark.parametrize(
    ("column", "loaded"),
    [
        ("_loaded_at", "_loaded_at"),
        ("Loaded::timestamp with time zone", "loaded"),
        ('cast("Loaded" as timestamp)', "Loaded"),
        ("to_timestamp(epoch)", None),
        ("", None),
    ],
)
def test_the_freshness_of_a_source(tmp_path: Path, column: str, loaded: str | None) -> None:
    one = source("orders", loaded_at_field=column, freshness={**FRESH, "filter": "id > 0"})
    _, found, text = import_of(tmp_path, manifest(nodes={}, sources={RAW: one}))
    (dataset,) = found.proposal.datasets
    assert dataset.settings.get("loaded") == loaded
    limits = {"by": "loaded", "where": "id > 0", "warning": "> 12h", "critical": "> 2d"}
    assert [dict(check.written) for check in dataset.checks] == [{"freshness": limits}] * bool(
        loaded
    )
    if loaded is None:
        assert "when rows arrive" in text


def test_the_freshness_of_another_version_of_dbt_is_in_the_config(tmp_path: Path) -> None:
    config = {"loaded_at_field": "t", "freshness": {"error_after": FRESH["error_after"]}}
    one = source("orders", config=config, freshness={"warn_after": {"count": None, "period": None}})
    found, _, _ = import_of(tmp_path, manifest(nodes={}, sources={RAW: one | {"freshness": None}}))
    assert [str(check.id) for check in found.checks] == ["orders.freshness_loaded"]


def test_the_time_column_is_where_somebody_wrote_it_down(tmp_path: Path) -> None:
    nodes = {
        ORDERS: node("orders", config={"materialized": "table", "event_time": "ts"}),
        "model.shop.a": node("a", meta={"timestamp_column": "Seen"}),
        "model.shop.b": node("b", config={"materialized": "table", "event_time": "date(ts)"}),
    }
    found = settings(tmp_path, nodes=nodes)
    assert [found[name].get("time") for name in ("orders", "a", "b")] == ["ts", "seen", None]


def test_the_key_is_that_of_dbt_or_of_a_unique_test(tmp_path: Path) -> None:
    nodes = {
        ORDERS: node("orders", primary_key=["id", "line"]),
        "model.shop.a": node("a"),
        "model.shop.b": node("b"),
    }
    tests = (
        case("unique", "model.shop.a", column_name="a_id"),
        case("unique", "model.shop.b", column_name="b_id", config={"where": "live"}),
    )
    found = settings(tmp_path, *tests, nodes=nodes)
    assert [found[name].get("key") for name in ("orders", "a", "b")] == [
        ["id", "line"],
        "a_id",
        None,
    ]


def test_another_database_is_left_out(tmp_path: Path) -> None:
    nodes = {ORDERS: node("orders"), "model.shop.x": node("x", database="other")}
    nodes["model.shop.y"] = node("y", "model.shop.x")
    _, found, text = import_of(tmp_path, manifest(nodes=nodes))
    assert [one.name for one in found.proposal.datasets] == ["orders", "y"]
    assert "x: it is in the database other, and a config reads one" in " ".join(text.split())
