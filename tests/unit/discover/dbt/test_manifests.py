"""Files of dbt that are not what they should be: each is refused with a clear word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from warehouse_exporter.cli.main import main
from warehouse_exporter.config import load
from warehouse_exporter.dbt import manifest as manifests

from tests.support.dbt_project import HOME, case, manifest, node, written

RECORDED = Path(__file__).parent / "recorded.json"
"""The manifest of tests/chain/dbt/project, without what is of no use here."""


def init(*words: str) -> tuple[int, str]:
    """Exit code and standard error of `init --dbt`."""
    done = CliRunner().invoke(main, ["init", "--dbt", *words])
    return done.exit_code, done.stderr


def said(folder: Path, text: str) -> str:
    """What is said about a file with a text."""
    (folder / "manifest.json").write_text(text)
    code, told = init(str(folder), "--output", str(folder / "out.yml"))
    assert code == 2
    assert not (folder / "out.yml").exists()
    return told.replace(str(folder), "DIR")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "DIR/manifest.json is not whole JSON (Expecting value, line 1)"),
        (json.dumps(manifest())[:-9], "is not whole JSON"),
        ("[1]", "is no file of dbt: it holds no JSON object"),
        ('{"a": 1}', "is no file of dbt: it has no `metadata.dbt_schema_version`"),
        ("[" * 100_000, "is nested too deeply"),
        (json.dumps(manifest(version=9)), "has version 9 of the format, written by dbt 1.10.23"),
        (json.dumps(manifest()).replace("dbt/manifest/v", "dbt/catalog/v"), "is a catalog of dbt"),
        (json.dumps(manifest() | {"sources": 7}), "is no whole manifest: it has no `sources`"),
        (
            json.dumps(manifest(nodes={"model.x": {"resource_type": "model"}})),
            "model.x has no schema, or no name",
        ),
    ],
    ids=["empty", "cut", "list", "foreign", "deep", "old", "catalog", "no sources", "no schema"],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    told = said(tmp_path, text)
    assert told.startswith("error: ")
    assert expected in told


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "MOST", 1 << 20)
    assert "it is larger than 1 MiB" in said(tmp_path, " " * (2 << 20))


def test_a_folder_without_a_manifest_says_how_to_get_one(tmp_path: Path) -> None:
    assert "it has neither manifest.json nor target/manifest.json" in init(str(tmp_path))[1]
    (tmp_path / "dbt_project.yml").touch()
    code, told = init(str(tmp_path))
    assert code == 2
    assert "run `dbt parse` in it" in told
    assert "there is no folder" in init(str(tmp_path / "nowhere"))[1]


def test_a_newer_manifest_is_read_with_a_warning(tmp_path: Path) -> None:
    test = case("not_null", "model.shop.orders", column_name="c")
    written(tmp_path, manifest(test, version=21, adapter="snowflake"))
    code, told = init(str(tmp_path), "--output", str(tmp_path / "out.yml"))
    assert code == 0
    assert "warning: version 21 of the manifest is not known, the newest known is 12" in told
    assert "warning: the project is built with the adapter snowflake" in told
    assert "newer than 12" in (tmp_path / "out.yml").read_text()


def test_what_a_manifest_says_does_not_steer_the_terminal(tmp_path: Path) -> None:
    odd = "\x1b[2J\nrm"
    test = case(f"acme.{odd}", "model.shop.orders", column_name=odd)
    data = manifest(test, nodes={"model.shop.orders": node("orders", description=odd)})
    data["metadata"] |= {"project_name": odd, "adapter_type": odd, "dbt_version": odd}
    written(tmp_path, data)
    code, told = init(str(tmp_path), "--output", str(tmp_path / "out.yml"))
    assert code == 0
    assert "\x1b" not in told + (tmp_path / "out.yml").read_text()
    assert "\nrm" not in told + (tmp_path / "out.yml").read_text()
    assert load(tmp_path / "out.yml", HOME).datasets.keys() == {"orders"}


def test_parts_of_the_wrong_type_are_taken_for_missing(tmp_path: Path) -> None:
    odd = node("orders", config=7, meta=[1], depends_on="x", primary_key={}, group=[], version={})
    test = case("not_null", "model.shop.orders", column_name="c", row_condition=[7])
    written(tmp_path, manifest(test, nodes={"model.shop.orders": odd}, groups={"x": []}))
    code, told = init(str(tmp_path), "--output", str(tmp_path / "out.yml"))
    assert code == 0
    assert "1 dataset and 0 checks" in told
    assert "`where` or `row_condition` is no text" in told


def test_a_file_is_not_overwritten(tmp_path: Path) -> None:
    written(tmp_path, manifest())
    out = tmp_path / "out.yml"
    out.write_text("mine")
    code, told = init(str(tmp_path), "--output", str(out))
    assert (code, out.read_text()) == (2, "mine")
    assert "already exists" in told
    assert init(str(tmp_path), "--output", str(out), "--force")[0] == 0
    assert load(out, HOME).datasets["orders"].relation == ("marts", "orders")


def test_the_manifest_of_a_real_project_becomes_a_config(tmp_path: Path) -> None:
    out = tmp_path / "out.yml"
    code, told = init(str(RECORDED), "--output", str(out))
    assert code == 0
    assert "has 11 datasets and 22 checks from the dbt project shop" in told
    assert "1 part of the project has no counterpart" in told
    assert "  1 x dbt_utils.sequential_values: there is no kind of check for it" in told
    config = load(out, HOME)
    assert config.datasets["orders"].owner == "growth-data"
    assert config.datasets["orders"].depends_on == ("fct_order_items", "stg_orders")
    assert len(config.checks) == 22
    assert config.checks[-1].id.name == "revenue_is_that_of_its_items"
