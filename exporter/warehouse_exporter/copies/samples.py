"""Samples of what fails: a few rows or keys of each finding, by columns that the config names."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.copies import Samples
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.folder import drafting, prune
from warehouse_exporter.copies.held import HeldEngine
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.model import Pass, Severity
from warehouse_exporter.core.states import Cell
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.reader import make_views, relations_of

PREFIX = "warehouse_samples"
FILE = "samples.json"
FORMAT = 1
LOUD = (Severity.CRITICAL, Severity.WARNING)


def sample(
    config: Config, rules: Samples, done: Pass, held: HeldEngine, now: datetime
) -> Path | None:
    """Write down which rows fail, if there is a finding; the new file, or None.

    What is not named by the config is never written. Raises CopyFailed where nothing was kept.
    """
    checks = [
        config.check(check)
        for check, result in done.results.items()
        if any(one.loud and one.severity in LOUD for one in result.verdicts)
    ]
    if not checks:
        return None
    until = time.monotonic() + rules.seconds
    try:
        views = make_views(config, held.relations(relations_of(checks, config)), done.as_of)
        entries = []
        for check in checks:
            view = views[check.id.dataset]
            entries.append(entry(check, view, rules, held, until - time.monotonic()))
        found = {
            "format": FORMAT, "warehouse": config.warehouse.name, "as_of": done.as_of.isoformat(),
            "made_at": now.isoformat(), "checks": entries,
        }  # fmt: skip
        with drafting(rules.folder, PREFIX, now, rules.seconds) as draft:
            draft.write(FILE, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
            draft.publish()
            prune(rules.folder, PREFIX, rules.keep)
            return draft.final / FILE
    except OSError as error:
        raise CopyFailed(f"cannot write to {rules.folder}: {error.strerror}") from None
    except Unmeasured as error:
        raise CopyFailed(error.detail) from None


def entry(
    check: Check, view: DatasetView, rules: Samples, held: HeldEngine, seconds: float
) -> dict[str, Any]:
    """What is written of one check: its rows, or why there are none."""
    about = {"dataset": check.id.dataset, "check": check.id.name}
    try:
        return {**about, **rows_of(check, view, rules, held, seconds)}
    except CopyFailed as error:
        return {**about, "why_not": str(error)}
    except Unmeasured as error:
        return {**about, "why_not": error.detail}


def rows_of(
    check: Check, view: DatasetView, rules: Samples, held: HeldEngine, seconds: float
) -> Mapping[str, Any]:
    """The first rows that fail. Raises CopyFailed where there is no such thing, and Unmeasured."""
    allowed = rules.columns.get(check.id.dataset, ())
    if not allowed:
        raise CopyFailed(f"no column of {check.id.dataset} is in `samples: columns`")
    failing = check.kind.offenders(view, allowed)
    if failing is None:
        raise CopyFailed(f"a check of the kind {check.kind.kind} is not about single rows")
    lacking = [name for name in failing.columns if name not in allowed]
    if lacking:
        raise CopyFailed(f"name {', '.join(lacking)}, its key, in `samples: columns`")
    # A row more than wanted says that there are more.
    sql = f"SELECT * FROM (\n{failing.sql}) AS failing\nLIMIT {rules.rows + 1}"
    rows = [list(map(shown, row.values())) for row in held.rows(sql, seconds)]
    more = len(rows) > rules.rows
    return {"columns": list(failing.columns), "rows": rows[: rules.rows], "more": more}


def shown(cell: Cell) -> str | None:
    """A value as text."""
    return None if cell is None else str(cell)
