"""The generated pages of docs/reference/ are current, and true of the config and of a scrape."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from warehouse_exporter.cli.main import main
from warehouse_exporter.config.load import parse
from warehouse_exporter.config.spec import config_spec, json_schema
from warehouse_exporter.core import names
from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support.made import config, pass_of, passed
from tests.support.warehouses import NOON

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
WRITTEN_BY_HAND = {"baselines.md", "check-ids.md", "operating.md", "profiles.md"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the command writes, by file name."""
    folder = tmp_path_factory.mktemp("reference")
    done = CliRunner().invoke(main, ["reference", "--output", str(folder)])
    assert done.exit_code == 0, done.output
    return {str(f.relative_to(folder)): f.read_text("utf-8") for f in folder.rglob("*.md")}


def test_the_pages_are_what_the_command_writes(made: dict[str, str]) -> None:
    """Whoever changes a kind, the config, a metric or a command runs `make reference`."""
    kept = {str(f.relative_to(FOLDER)): f.read_text("utf-8") for f in FOLDER.rglob("*.md")}
    assert {name: text for name, text in kept.items() if name not in WRITTEN_BY_HAND} == made


@pytest.mark.parametrize("kind", all_kinds())
def test_every_parameter_and_gauge_is_on_the_page_of_its_kind(kind: str) -> None:
    page = (FOLDER / "kinds" / f"{kind}.md").read_text("utf-8")
    index = (FOLDER / "kinds" / "README.md").read_text("utf-8")
    of = all_kinds()[kind]
    fields = {field.alias or name for name, field in of.model_fields.items()}
    gauges = {metric.name for metric in (of.metric, *of.more_metrics)}
    assert [n for n in sorted(fields | gauges) if f"`{n}`" not in page + index] == []


def defaults(model: dict[str, Any]) -> dict[str, str]:
    """The defaults of a model that are texts."""
    found = {name: field.get("default") for name, field in model["properties"].items()}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def test_a_default_of_the_schema_is_what_happens_without_the_key() -> None:
    schema = json_schema()["$defs"]
    bare = "warehouse: {dsn: '${WAREHOUSE_DSN}'}\ndatasets: {orders: {relation: orders}}"
    warehouse = ", ".join(f"{n}: {t!r}" for n, t in defaults(schema["WarehouseSpec"]).items())
    dataset = ", ".join(f"{n}: {t!r}" for n, t in defaults(schema["Dataset"]).items())
    full = (
        f"warehouse: {{dsn: '${{WAREHOUSE_DSN}}', {warehouse}}}\n"
        f"datasets: {{orders: {{relation: orders, {dataset}}}}}"
    )
    environment = {"WAREHOUSE_DSN": "dbname=nowhere"}
    one, other = (parse(text, "test.yml", environment) for text in (bare, full))
    assert one.warehouse == other.warehouse
    assert one.datasets == other.datasets


def test_every_key_of_the_config_has_a_meaning() -> None:
    """In editors and in the reference alike."""
    config_spec()
    for name, model in json_schema()["$defs"].items():
        for key, field in model.get("properties", {}).items():
            refers = "$ref" in str(field)
            assert field.get("description") or refers, f"{name}.{key} has no description"


def test_a_scrape_has_the_labels_that_the_reference_names() -> None:
    store = SnapshotStore(config("freshness: {critical: '> 1d'}"), NOON)
    store.publish(pass_of({"orders.freshness": passed(newest_row_timestamp_seconds=1.0)}))
    body = Scrape(store, lambda: NOON).body("", zipped=False).content.decode()
    known = {m.name: set(m.labels) for m in vars(names).values() if isinstance(m, Metric)}
    seen = 0
    for family in text_string_to_metric_families(body):
        for sample in family.samples:
            name = re.sub("_total$", "", sample.name)
            if name in known:
                seen += 1
                assert set(sample.labels) == {names.WAREHOUSE, *known[name]}, sample.name
    assert seen > 10
