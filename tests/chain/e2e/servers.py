"""A real Prometheus and a real Alertmanager, each for as long as a `with` block."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import yaml

from tests.support.serving import free_port

Answer = TypeVar("Answer")


class Server(ABC):
    """A program that serves HTTP on a free port of 127.0.0.1, in a directory that goes with it."""

    program: ClassVar[str]

    @abstractmethod
    def prepare(self) -> list[str]:
        """Write the configuration into `folder`; the options to start with."""

    def __enter__(self) -> Self:
        """Start, and wait until it is ready."""
        with ExitStack() as undo:
            self.folder = Path(tempfile.mkdtemp(prefix=f"{self.program}-"))
            undo.callback(shutil.rmtree, self.folder)
            address = f"127.0.0.1:{free_port()}"
            self.url = f"http://{address}"
            command = [self.program, *self.prepare(), f"--web.listen-address={address}"]
            log = undo.enter_context((self.folder / "log").open("wb"))
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
            undo.callback(self._end)
            self.wait_for(self._ready)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and leave nothing behind."""
        self._undo.close()

    def _end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path: str, **parameters: str) -> Any:
        """The JSON that the server answers."""
        return httpx.get(self.url + path, params=parameters, timeout=30).raise_for_status().json()

    def wait_for(self, predicate: Callable[[], Answer], timeout: float = 240) -> Answer:
        """The first true answer; AssertionError with the last one after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not (answer := predicate()):
            if self.process.poll() is not None:
                raise AssertionError(f"{self.program} ended: {self._log()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"after {timeout:g} s still {answer!r}; {self._log()}")
            time.sleep(0.1)
        return answer

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/-/ready").is_success
        except httpx.TransportError:
            return False

    def _log(self) -> str:
        return "log:\n" + (self.folder / "log").read_text()[-2000:]


class PrometheusServer(Server):
    """Scrapes `host:port` targets, evaluates rule files, and tells an Alertmanager (by URL)."""

    program = "prometheus"

    def __init__(
        self,
        scrape_targets: Sequence[str] = (),
        rules: Sequence[Path] = (),
        alertmanager: str | None = None,
        scrape_interval: str = "1s",
    ) -> None:
        """Describe it; rules are evaluated as often as targets are scraped."""
        managers = [urlsplit(alertmanager).netloc] if alertmanager else []
        self.config = {
            "global": {"scrape_interval": scrape_interval, "evaluation_interval": scrape_interval},
            "rule_files": [str(path.resolve()) for path in rules],
            "scrape_configs": [
                {
                    "job_name": "warehouse",
                    "scrape_timeout": scrape_interval,
                    "static_configs": [{"targets": list(scrape_targets)}],
                }
            ],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": managers}]}]},
        }

    def prepare(self) -> list[str]:
        """Write prometheus.yml."""
        file = self.folder / "prometheus.yml"
        file.write_text(yaml.safe_dump(self.config))
        return [f"--config.file={file}", f"--storage.tsdb.path={self.folder / 'data'}"]

    def query(self, expr: str) -> list[dict[str, Any]]:
        """Result of an instant query now: `metric` labels and `value` (time, text) of each."""
        result: list[dict[str, Any]] = self.get("/api/v1/query", query=expr)["data"]["result"]
        return result

    def alerts(self) -> list[dict[str, Any]]:
        """Pending and firing alerts: `labels`, `annotations`, `state`."""
        alerts: list[dict[str, Any]] = self.get("/api/v1/alerts")["data"]["alerts"]
        return alerts

    def alerts_on_data(self) -> list[dict[str, Any]]:
        """The same, without those about the exporter itself, which have no check."""
        return [alert for alert in self.alerts() if "check" in alert["labels"]]


class AlertmanagerServer(Server):
    """An Alertmanager on a configuration, given as text or as the path of a file."""

    program = "prometheus-alertmanager"

    def __init__(self, config: str | Path) -> None:
        """Describe it; a file is used where it is, so that its templates are found beside it."""
        self.config = config

    def prepare(self) -> list[str]:
        """Write alertmanager.yml, unless there is one."""
        file = self.config if isinstance(self.config, Path) else self.folder / "alertmanager.yml"
        if isinstance(self.config, str):
            file.write_text(self.config)
        return [
            f"--config.file={file.resolve()}",
            f"--storage.path={self.folder / 'data'}",
            "--cluster.listen-address=",
        ]

    def alerts(self) -> list[dict[str, Any]]:
        """What it holds, inhibited and silenced included: `labels`, `receivers`, `status`."""
        alerts: list[dict[str, Any]] = self.get("/api/v2/alerts")
        return alerts
