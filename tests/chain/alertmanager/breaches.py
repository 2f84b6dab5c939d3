"""A page of metrics on which everything is in breach, so that every alert fires at once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Reading, Term, Unit
from warehouse_exporter.core.model import Severity

ABOUT_OURSELVES = f"""\
{names.UP.name} 0
{names.PASS_SUCCESS.name}{{dataset="events"}} 1
{names.PASS_INTERVAL.name}{{dataset="events"}} 300
{names.PASS_DURATION.name}{{dataset="events"}} 1
{names.CHECKS.name} -1
{names.RELOAD_OK.name} 0
{names.RULES.name}{{checksum="of another config"}} 1
{names.SERIES_DROPPED.name}{{dataset="orders",check="attributed_orders_not_in_orders"}} 3
"""
"""A number of checks below zero is less than half of itself: no page that stays the same has lost
half of its checks otherwise."""
FAILED, CHECKED = 2908, 49963


def page(config: Config) -> str:
    """Every check in breach of its worst limit, and not measured now."""
    lines = [*ABOUT_OURSELVES.splitlines(), *(x for c in config.checks for x in lines_of(c))]
    lines += [line(names.EXPECTED_DAY.name, {"dataset": name}, 86400.0) for name in config.datasets]
    for name in (name for name, dataset in config.datasets.items() if dataset.objective):
        for metric in (names.OBJECTIVE_BAD, names.OBJECTIVE_IN_A_ROW):
            lines.append(line(metric.name, {"dataset": name}, 30))
    return "".join(f"{in_warehouse(line, config)}\n" for line in lines)


def in_warehouse(shown: str, config: Config) -> str:
    """A line with the label that names the warehouse."""
    series, value = shown.rsplit(" ", 1)
    metric, _, labels = series.partition("{")
    return f'{metric}{{{names.WAREHOUSE}="{config.warehouse.name}",{labels or "}"} {value}'


def lines_of(check: Check) -> Iterator[str]:
    """The series of a check."""
    address = address_of(check)
    yield line(names.MEASURED.name, address, 0)
    yield line(names.UNMEASURED_REASON.name, {**address, "reason": "timeout"}, 1)
    yield from found(check)


def address_of(check: Check) -> dict[str, str]:
    """The labels of a check."""
    return {"dataset": check.id.dataset, "check": check.id.name}


def found(check: Check) -> Iterator[str]:
    """The gauges of a check in breach."""
    named = {name: getattr(check.kind, name, None) for name in check.kind.metric.labels}
    own = {name: text if isinstance(text, str) else f"a_{name}" for name, text in named.items()}
    for metric, value in values(check).items():
        yield line(metric, {**address_of(check), **own, **check.kind.judged}, value)


def values(check: Check) -> Mapping[str, float]:
    """What the gauges of a check must be for its worst limit to be broken."""
    found: dict[str, float] = {}
    check.kind.told(lambda metric: str(found.setdefault(metric, 840.0)))
    if "warehouse_metric_change_ratio" in found:
        found |= {"warehouse_metric_change_ratio": -0.5, "warehouse_metric_score": -5.2}
    if hasattr(check.kind, "things"):
        found |= {names.ROWS_FAILED.name: FAILED, names.ROWS_CHECKED.name: CHECKED}
    conditions = check.kind.conditions()
    for severity in reversed([s for s in Severity if s in conditions]):
        for term in conditions[severity].alternatives[0]:
            if term.metric not in found or not broken(term, found[term.metric]):
                found[term.metric] = breach(term)
    return found


def broken(term: Term, value: float) -> bool:
    """Whether a gauge has a value that is in breach already."""
    judged = abs(value) if term.reading is Reading.MAGNITUDE else value
    return term.reading is not Reading.AGE and term.limit.breached(judged)


def breach(term: Term) -> float:
    """A value of the gauge that is in breach."""
    limit = term.limit
    far = 0.0082 if limit.unit is Unit.SHARE else max(abs(limit.bound) / 2, 1)
    value = limit.bound + (-far if limit.op.startswith("<") else far)
    return time.time() - value if term.reading is Reading.AGE else value


def line(metric: str, labels: Mapping[str, str], value: float) -> str:
    """A series as Prometheus reads it."""
    pairs = ",".join(f"{name}={json.dumps(text)}" for name, text in labels.items())
    return f"{metric}{{{pairs}}} {value!r}"


@contextmanager
def served(text: str | Callable[[], str]) -> Iterator[str]:
    """The page, as it is at each time, on a port of 127.0.0.1; its address."""

    class Http(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write((text if isinstance(text, str) else text()).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Http) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
