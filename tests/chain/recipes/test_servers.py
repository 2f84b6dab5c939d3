"""Recipes that need a running exporter, pooler or Prometheus."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from warehouse_exporter.demo.postgres import Postgres

from labs.reliability.pooler import bouncing
from tests.chain.e2e.servers import PrometheusServer
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import Serving, free_port, wait_for
from tests.support.warehouses import Warehouse, config_of, outcomes

HERE = Path(__file__).parent
FILES = HERE.parents[2] / "docs" / "how-to" / "files"
TABLE = "CREATE TABLE orders (id int, ts timestamptz)"
VOLUME = "volume: {critical: '< 1', window: all}"


@pytest.fixture
def exporter(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """An exporter with a finding."""
    execute(database, TABLE)
    monkeypatch.setenv("WAREHOUSE_DSN", database)
    file = tmp_path / "warehouse.yml"
    file.write_text(config_of("volume: {critical: '< 1'}"))
    with Serving(file) as serving:
        serving.wait_ready()
        yield serving


def pooled(server: Postgres, dsn: str, mode: str) -> tuple[str, int, str]:
    """The settings of the page for a database on this machine, their port, and the DSN."""
    port, database = free_port(), dsn.rpartition("/")[2]
    text = (FILES / "pgbouncer" / "pgbouncer.ini").read_text()
    for written, here in (
        ("warehouse = ", f"{database} = "),
        ("host=postgres.example port=5432", f"host=127.0.0.1 port={server.port} user=postgres"),
        ("dbname=warehouse", f"dbname={database}"),
        ("pool_mode=transaction", f"pool_mode={mode}"),
        ("listen_port = 6432", f"listen_port = {port}\nunix_socket_dir ="),
        ("auth_type = scram-sha-256", "auth_type = any"),
        ("auth_file = /etc/pgbouncer/userlist.txt", ""),
    ):
        assert written in text, written
        text = text.replace(written, here)
    return text, port, f"postgresql://postgres@127.0.0.1:{port}/{database}"


@needs("pgbouncer")
@pytest.mark.parametrize(("mode", "word"), [("transaction", "FAIL"), ("statement", "UNKNOWN")])
def test_pgbouncer_lends_by_transaction_and_not_by_statement(
    postgres: Postgres, database: str, mode: str, word: str
) -> None:
    execute(database, TABLE)
    settings, port, dsn = pooled(postgres, database, mode)
    with bouncing(settings, port, database.rpartition("/")[2]):
        assert outcomes(Warehouse(dsn).run(config_of(VOLUME))) == {"volume": word}


class Receiver(PrometheusServer):
    """A Prometheus that others write to."""

    def prepare(self) -> list[str]:
        """The same, with an open door."""
        return [*super().prepare(), "--web.enable-remote-write-receiver"]


class Sender(PrometheusServer):
    """A Prometheus with the configuration of the page."""

    def __init__(self, exporter: str, receiver: str) -> None:
        """The addresses of the page are those of an exporter and a receiver."""
        super().__init__()
        text = (FILES / "prometheus" / "remote-write.yml").read_text()
        for written, here in (
            ("exporter.example:9843", exporter),
            ("interval: 15s", "interval: 1s"),
        ):
            assert written in text
            text = text.replace(written, here)
        self.config = yaml.safe_load(text)
        (write,) = yaml.safe_load(text)["remote_write"]
        write["url"] = f"{receiver}{urlsplit(write['url']).path}".replace("/api/v1/push", PUSH)
        del write["basic_auth"]
        self.config["remote_write"] = [write]


PUSH = "/api/v1/write"
"""Where Prometheus takes what others write; Mimir and others call it push."""


@needs("prometheus")
def test_a_remote_store_has_the_finding_with_its_labels(exporter: Serving) -> None:
    with Receiver() as store, Sender(exporter.address, store.url):
        (found,) = wait_for(lambda: store.query("warehouse_check_outcome == 4"))
        labels = found["metric"]
        assert (labels["warehouse"], labels["job"], labels["cluster"]) == (
            "warehouse", "warehouse", "shop-eu",
        )  # fmt: skip
        assert labels["instance"] == exporter.address
        assert store.query("up") != []
        assert store.query("process_cpu_seconds_total") == []


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_datadog_reads_every_number_and_no_sentence(exporter: Serving, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = (environment / "bin" / "pip", "install", "--quiet", "--no-deps", "-r")
    subprocess.run([*pip, HERE / "datadog.txt"], check=True)
    read = subprocess.run(
        [environment / "bin" / "python", HERE / "datadog.py", FILES / "datadog" / "conf.yaml",
         f"http://{exporter.address}/metrics"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr
    sent = json.loads(read.stdout)
    (outcome,) = sent["metrics"]["warehouse.check_outcome"]
    assert outcome["value"] == 4
    assert {"dataset:orders", "check:volume", "warehouse:warehouse"} <= set(outcome["tags"])
    assert sent["health"] == [0]
    names = {name.removeprefix("warehouse.") for name in sent["metrics"]}
    assert {"up", "check_measured", "pass_last_success_timestamp_seconds", "passes.count"} <= names
    assert "finding_info" not in names
