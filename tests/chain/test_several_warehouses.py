"""Two warehouses in one process: a real exporter, of which one database is not there."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import load
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.kinds.volume import Volume
from warehouse_exporter.server.process import made

from tests.chain.e2e.servers import PrometheusServer
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import Serving, wait_for

CONFIG = """
warehouse: {{name: {name}, dsn: "{dsn}"}}
datasets:
  orders: {{relation: orders, every: 1s, checks: [volume: {{window: all, critical: '< 1'}}]}}
"""
NOWHERE = "host=127.0.0.1 port=1 dbname=nowhere connect_timeout=2"


def written(folder: Path, name: str, dsn: str) -> Path:
    """The file of a warehouse."""
    file = folder / f"{name}.yml"
    file.write_text(CONFIG.format(name=name, dsn=dsn))
    return file


@needs("prometheus")
def test_each_warehouse_has_its_own_series_pages_and_failures(
    tmp_path: Path, database: str
) -> None:
    execute(database, "CREATE TABLE orders AS SELECT 1 AS id")
    here, gone = written(tmp_path, "here", database), written(tmp_path, "gone", NOWHERE)
    rules = []
    for file in (here, gone):
        rules.append(tmp_path / f"{file.stem}-rules.yml")
        rules[-1].write_text(render(load(str(file))))
    with ExitStack() as running:
        options = [f"--config.file={gone}", "--web.enable-lifecycle"]
        exporter = running.enter_context(Serving(here, options))
        prometheus = running.enter_context(PrometheusServer([exporter.address], rules))
        up = "warehouse_up"
        expected = {"here": "1", "gone": "0"}
        wait_for(
            lambda: (
                {o["metric"]["warehouse"]: o["value"][1] for o in prometheus.query(up)} == expected
            )
        )
        execute(database, "TRUNCATE orders")
        fired = f'ALERTS{{alertname="{Volume.alert}",alertstate="firing"}}'
        wait_for(lambda: [o["metric"]["warehouse"] for o in prometheus.query(fired)] == ["here"])
        front = exporter.get("/").text
        assert "The warehouse cannot be reached" in front
        assert "1 of 1 check fails" in front
        for path in re.findall(r'href="\./(warehouses/[^"]+)"', front):
            page = exporter.get(f"/{path}")
            assert page.is_success
            assert exporter.get(f"/{path}checks/orders/volume").is_success
            assert 'href="./style.css"' in page.text
            assert exporter.get(f"/{path}style.css").is_success
        written(tmp_path, "gone", NOWHERE + '"\n  timezone: "nowhere')
        written(tmp_path, "here", database).write_text(here.read_text().replace("< 1", "< 0"))
        answer = exporter.post("/-/reload")
        assert answer.status_code == 500
        assert "gone.yml:" in answer.text
        assert "here.yml:" not in answer.text
        wait_for(lambda: exporter.metric("warehouse_check_outcome", warehouse="here") == 0.0)


def test_two_warehouses_of_one_name_are_refused(tmp_path: Path) -> None:
    files = [str(written(tmp_path / folder, "shop", NOWHERE)) for folder in folders(tmp_path)]
    with pytest.raises(ConfigError, match=r"b/shop\.yml.*'shop' is the warehouse of .*a/shop\.yml"):
        made(files, None)


def folders(at: Path) -> list[str]:
    """Two of them."""
    for name in ("a", "b"):
        (at / name).mkdir()
    return ["a", "b"]
