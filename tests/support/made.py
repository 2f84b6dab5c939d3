"""Configs and passes made by hand, for the parts that never see a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import yaml
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Outcome, Pass, Result, Sample, Severity, Verdict

from tests.support.warehouses import NOON, config_of

Said = Verdict | tuple[Verdict, ...]
SEVERITY = {Outcome.CRITICAL: Severity.CRITICAL, Outcome.WARNING: Severity.WARNING}


def config(checks: str, datasets: Mapping[str, str] | None = None, **options: str) -> Config:
    """The same, validated; nobody connects with it."""
    text = config_of(checks, datasets, **options)
    return parse(text, "test.yml", {"WAREHOUSE_DSN": "dbname=nowhere"})


def found(
    outcome: Outcome,
    text: str = "",
    gauges: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
    severity: Severity | None = None,
) -> Verdict:
    """A verdict on one sample; gauges are named without `warehouse_`."""
    values = {f"warehouse_{name}": value for name, value in (gauges or {}).items()}
    sample = Sample(values, text, labels or {})
    return Verdict(outcome, text, sample, severity or SEVERITY.get(outcome))


def read_yaml(text: str) -> Any:
    """The only document in a text; five times as fast as `yaml.safe_load`, for large files."""
    return yaml.load(text, yaml.CSafeLoader)


def passed(**gauges: float) -> Verdict:
    """A check that passes."""
    return found(Outcome.PASS, "fine", gauges)


def unmeasured(reason: Reason = Reason.TIMEOUT) -> Verdict:
    """A check that could not be measured."""
    return Verdict(Outcome.UNMEASURED, f"canceled ({reason})", reason=reason)


def skipped() -> Verdict:
    """A check with nothing to judge."""
    return Verdict(Outcome.SKIPPED, "nothing to divide by: 0 rows")


def pass_of(
    said: Mapping[str, Said],
    at: datetime = NOON,
    *,
    up: bool = True,
    failures: Mapping[Reason, int] | None = None,
) -> Pass:
    """A pass by what it says of each `dataset.check`."""
    results = {}
    for name, verdicts in said.items():
        check = CheckId(*name.split(".", 1))
        every = verdicts if isinstance(verdicts, tuple) else (verdicts,)
        results[check] = Result(check, every, at)
    datasets = frozenset(check.dataset for check in results)
    return Pass(at, results, datasets, up, 0.5, 3, failures or {})
