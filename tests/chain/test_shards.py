"""Two exporters share a config: real processes, a real Prometheus, and the rules of the whole."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import load
from warehouse_exporter.core.names import ALERT_CHECKS_MISSING
from warehouse_exporter.kinds.volume import Volume

from tests.chain.e2e.servers import PrometheusServer
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import Serving, wait_for

pytestmark = needs("prometheus")
NAMES = ("ads", "events", "orders", "users")
CONFIG = """
warehouse: {{dsn: "{dsn}"}}
datasets:
{datasets}
"""
DATASET = "  {0}: {{relation: {0}, every: 1s, checks: [volume: {{window: all, critical: '< 1'}}]}}"


def test_shards_watch_all_of_a_config_and_a_finding_fires_once(
    tmp_path: Path, database: str
) -> None:
    execute(database, "; ".join(f"CREATE TABLE {name} AS SELECT 1 AS id" for name in NAMES))
    text = CONFIG.format(dsn=database, datasets="\n".join(DATASET.format(name) for name in NAMES))
    with ExitStack() as running:
        shards = []
        for number in (1, 2):
            file = tmp_path / f"shard{number}.yml"
            file.write_text(text)
            shards.append(running.enter_context(Serving(file, [f"--shard={number}/2"])))
        rules = tmp_path / "rules.yml"
        rules.write_text(render(load(str(tmp_path / "shard1.yml"))))
        targets = [shard.address for shard in shards]
        prometheus = running.enter_context(PrometheusServer(targets, [rules]))

        def watched() -> Counter[str]:
            return Counter(
                one["metric"]["dataset"]
                for one in prometheus.query("warehouse_check_measured == 1")
            )

        wait_for(lambda: watched() == Counter(NAMES))
        loaded = "count(warehouse_rules_info and on(warehouse, checksum) warehouse:rules_loaded)"
        wait_for(lambda: [one["value"][1] for one in prometheus.query(loaded)] == ["2"])
        assert [shard.metric("warehouse_config_checks") for shard in shards] == [4.0, 4.0]
        execute(database, "TRUNCATE users")
        fired = f'ALERTS{{alertname="{Volume.alert}",alertstate="firing"}}'
        wait_for(lambda: [one["metric"]["dataset"] for one in prometheus.query(fired)] == ["users"])
        missing = f'ALERTS{{alertname="{ALERT_CHECKS_MISSING}"}}'
        assert prometheus.query(missing) == []
        shards[1].process.terminate()
        wait_for(
            lambda: (
                [one["metric"]["alertstate"] for one in prometheus.query(missing)] == ["pending"]
            )
        )
