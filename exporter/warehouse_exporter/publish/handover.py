"""The result of a gate as metrics, for a Pushgateway or the textfile collector of node_exporter.

They have names of their own: no rule of the exporter judges them, so a gate that did not run, or
ran an hour ago, can neither silence an alert nor raise one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from prometheus_client import CollectorRegistry, push_to_gateway, write_to_textfile
from prometheus_client.core import Metric as Family
from prometheus_client.exposition import basic_auth_handler, default_handler
from prometheus_client.registry import Collector

from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import Outcome, Pass
from warehouse_exporter.publish.metrics import gauge, in_warehouse

JOB = "warehouse_gate"
ALL = "all"
"""The label `gate` of a gate over all datasets; else it is their names."""
SECONDS = 10.0
"""How long a Pushgateway may take: the DAG waits for it."""


class GateCollector(Collector):
    """The metrics of one gate."""

    def __init__(
        self, done: Pass, config: Config, code: int, ended: datetime, valid: timedelta, gate: str
    ) -> None:
        self._done = done
        self._config = config
        self._numbers = {
            names.GATE_EXIT_CODE: float(code),
            names.GATE_AS_OF: done.as_of.timestamp(),
            names.GATE_TIME: ended.timestamp(),
            names.GATE_VALID_UNTIL: (ended + valid).timestamp(),
        }
        self._gate = gate

    def collect(self) -> Iterator[Family]:
        """Each family, with the names of the warehouse and of the gate on every sample."""
        for family in in_warehouse(self._config, self._families()):
            for sample in family.samples:
                sample.labels[names.GATE] = self._gate
            yield family

    def _families(self) -> Iterator[Family]:
        judged = [
            result
            for check, result in self._done.results.items()
            if self._config.check(check).worst_severity is not None
        ]
        of_checks = [
            ({"dataset": one.check.dataset, "check": one.check.name}, float(one.number))
            for one in judged
        ]
        counts = Counter(one.worst.outcome for one in judged)
        yield gauge(names.GATE_OUTCOME, of_checks)
        yield gauge(
            names.GATE_CHECKS, [({"outcome": one.value}, float(counts[one])) for one in Outcome]
        )
        for metric, value in self._numbers.items():
            yield gauge(metric, [({}, value)])


def named(datasets: frozenset[str] | None) -> str:
    """What tells a gate from those over other datasets, which may push beside it."""
    return ALL if datasets is None else ",".join(sorted(datasets))


def address_of(url: str) -> SplitResult:
    """The address of a Pushgateway. Raises UsageError; what is said has no password."""
    try:
        found = urlsplit(url)
        whole = found.scheme in ("http", "https") and bool(found.hostname) and found.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise UsageError("--push: write the URL of a Pushgateway, such as http://127.0.0.1:9091")
    return found


def file_of(path: str) -> Path:
    """The file for node_exporter. Raises UsageError for a name that it does not read."""
    if not path.endswith(".prom"):
        raise UsageError(f"--textfile {path}: node_exporter only reads files that end in .prom")
    return Path(path)


def push(collector: GateCollector, address: SplitResult, warehouse: str, gate: str) -> str | None:
    """Replace what this gate pushed before; why not, if that failed."""
    user, password = unquote(address.username or ""), unquote(address.password or "")
    host = address.netloc.rpartition("@")[2]

    def handler(url, method, timeout, headers, data):  # type: ignore[no-untyped-def]
        if address.username is None:
            return default_handler(url, method, timeout, headers, data)
        return basic_auth_handler(url, method, timeout, headers, data, user, password)

    key = {names.WAREHOUSE: warehouse, names.GATE: gate}
    target = address._replace(netloc=host, query="", fragment="").geturl()
    try:
        push_to_gateway(target, JOB, registry_of(collector), key, SECONDS, handler)
    except (OSError, HTTPException, ValueError) as error:
        return f"cannot push the result to {host}: {error}"
    return None


def write_textfile(collector: GateCollector, file: Path) -> str | None:
    """Replace the file atomically, readable for all; why not, if that failed."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")  # node_exporter does not read this one
    try:
        write_to_textfile(str(draft), registry_of(collector))
        draft.chmod(0o644)
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        return f"cannot write the result to {file}: {error.strerror}"
    return None


def registry_of(collector: GateCollector) -> CollectorRegistry:
    """A registry with the metrics of the gate alone."""
    registry = CollectorRegistry()
    registry.register(collector)
    return registry
