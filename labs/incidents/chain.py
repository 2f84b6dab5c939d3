"""The whole chain on a shop: exporter, Prometheus, Alertmanager, and whom they tell."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import yaml
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config.load import parse

from labs.incidents.notices import Notice, notices
from labs.incidents.rhythm import Rhythm
from labs.incidents.shops import Shop, alive, config_text, reader
from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.support.serving import Serving

PROMETHEUS = shipped.ROOT / "prometheus" / "prometheus.yml"
HEARTBEAT = "WarehouseHeartbeat"
TIMEOUT = 120.0
"""Seconds in which an exporter must be there, where many start at once."""


class Prometheus(PrometheusServer):
    """The shipped prometheus.yml, with an exporter and an Alertmanager of ours."""

    def __init__(self, exporter: str, alertmanager: str, rules: list[Path], rhythm: Rhythm) -> None:
        """Describe it; what it scrapes of itself and of Alertmanager plays no part here."""
        super().__init__()
        data = yaml.safe_load(PROMETHEUS.read_text())
        if rhythm.speed != 1:
            data["global"] = dict.fromkeys(data["global"], rhythm.evaluation)
        (job,) = (job for job in data["scrape_configs"] if job["job_name"] == "warehouse")
        job["static_configs"] = [{"targets": [exporter]}]
        managers = [{"static_configs": [{"targets": [urlsplit(alertmanager).netloc]}]}]
        self.config = {
            "global": data["global"],
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [job],
            "alerting": {"alertmanagers": managers},
        }


class Chain:
    """A shop that goes on, the shipped config on it, and everybody who is told, recorded."""

    def __init__(self, shop: Shop, rhythm: Rhythm, folder: Path) -> None:
        """Describe it, on a copy of a shop."""
        self.server, self.timezone = shop.server, shop.timezone
        self.dsn, self.rhythm, self.folder = shop.copy(), rhythm, folder

    def __enter__(self) -> Self:
        """Start everything; the first pass is through, and Prometheus has seen it."""
        with ExitStack() as undo:
            undo.enter_context(alive(self.dsn))
            self.sent = undo.enter_context(Recorder())
            file = self._alertmanager_file()
            self.alertmanager = undo.enter_context(AlertmanagerServer(file))
            self.exporter = Serving(self._config_file(), ["--web.enable-lifecycle"])
            self.exporter.patience = TIMEOUT
            undo.enter_context(self.exporter)
            self.prometheus = undo.enter_context(
                Prometheus(self.exporter.address, self.alertmanager.url, self._rules(), self.rhythm)
            )
            self.exporter.wait_ready()
            self.prometheus.wait_for(
                lambda: self.prometheus.query("warehouse_check_measured"), TIMEOUT
            )
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self._undo.close()

    def _config_file(self) -> Path:
        file = self.folder / "warehouse.yml"
        text = self.rhythm.config(config_text(self.timezone))
        file.write_text(text.replace("${WAREHOUSE_DSN}", reader(self.dsn)), encoding="utf-8")
        return file

    def _alertmanager_file(self) -> Path:
        folder = self.folder / "alertmanager"
        folder.mkdir()
        return shipped.served(shipped.shipped_text(), folder, self.sent, self.rhythm.hurry)

    def _rules(self) -> list[Path]:
        """As shipped, unless the rhythm is another one: the rules are made for their config."""
        if self.rhythm.speed == 1:
            return [PROMETHEUS.parent / "rules" / "warehouse.yml"]
        file = self.folder / "warehouse.yml"
        text = render(parse(file.read_text(), str(file), {}))
        ours = self.folder / "rules.yml"
        ours.write_text(self.rhythm.rules(text), encoding="utf-8")
        return [ours]

    def collect(self) -> None:
        """Look now."""
        self.exporter.post("/-/collect").raise_for_status()

    def kill(self) -> None:
        """`kill -9` for the exporter."""
        self.exporter.process.kill()
        self.exporter.process.wait()

    def start(self) -> None:
        """Start the exporter again, at the same address."""
        self.exporter.__enter__()

    def told(self) -> list[Notice]:
        """Everything that people were told, in order; not the heartbeat."""
        return notices(self.sent)

    def firing(self) -> list[dict[str, Any]]:
        """What Alertmanager holds now, what is inhibited included; not the heartbeat."""
        held = self.alertmanager.alerts()
        return [alert for alert in held if alert["labels"]["alertname"] != HEARTBEAT]
