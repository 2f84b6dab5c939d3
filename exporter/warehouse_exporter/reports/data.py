"""The report for programs: JSON as `report.schema.json` describes it.

A check is described as by `/api/v1/checks`; the definitions are those of its schema.
"""

from __future__ import annotations

import json
import platform
from functools import cache
from pathlib import Path
from typing import Any

from warehouse_exporter import __version__
from warehouse_exporter.history.model import State
from warehouse_exporter.reports.advice import steps
from warehouse_exporter.reports.made import Report
from warehouse_exporter.server.web import api
from warehouse_exporter.server.web.page.causes import Cause
from warehouse_exporter.server.web.page.numbers import Number, numbers

SCHEMA = Path(__file__).with_name("report.schema.json")
VERSION = 1
"""The version of the schema: it changes when a field goes or changes its meaning."""
SHARED = ("state", "counts", "series", "check", "number")
Json = dict[str, Any]


@cache
def schema() -> str:
    """The JSON Schema of a report, complete in itself."""
    found = json.loads(SCHEMA.read_text(encoding="utf-8"))
    shared = json.loads(api.schema())["$defs"]
    found["$defs"] |= {name: shared[name] for name in SHARED}
    return json.dumps(found, indent=2) + "\n"


def as_json(report: Report) -> str:
    """The report as a JSON document."""
    return json.dumps(as_data(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_data(report: Report) -> Json:
    """The report as plain data."""
    view, done = report.view, report.done
    return {
        "schema_version": VERSION,
        "warehouse": view.config.warehouse.name,
        "timezone": view.config.warehouse.timezone.key,
        "as_of": view.now.isoformat(),
        "day": str(view.day),
        "warehouse_up": done.up,
        "exit_code": report.exit_code,
        "answer": report.answer.text,
        "only": list(report.only),
        "duration_seconds": done.seconds,
        "statements": done.statements,
        "config_sha256": view.config.sha256,
        "versions": {"warehouse_exporter": __version__, "python": platform.python_version()},
        "counts": {state.value: view.counts[state] for state in State},
        "causes": [cause_of(cause) for cause in report.causes],
        "daily": [daily(one) for one in numbers(view)],
        "checks": [api.check(view, line) for line in view.lines],
        "numbers": [api.number(view, check.id) for check in view.shown],
    }


def cause_of(cause: Cause) -> Json:
    """What is wrong, and what follows from it."""
    line = cause.line
    return {
        "state": cause.state.value,
        "check": str(line.id) if line else None,
        "sentence": line.sentence if line else cause.title,
        "what_to_do": steps(cause),
        "symptoms": [str(one.id) for one in cause.symptoms],
    }


def daily(one: Number) -> Json:
    """A daily number and what was expected of it."""
    low, high = one.band
    return {
        "name": one.name,
        "dataset": one.check.dataset,
        "check": one.check.name,
        "state": one.state.value if one.state else None,
        "value": api.finite(one.amount),
        "lower": api.finite(low),
        "upper": api.finite(high),
        "not_known": one.why or None,
    }
