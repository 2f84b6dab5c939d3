"""The answers for programs: checks, datasets and days, as `api.schema.json` describes them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import CheckId, Verdict
from warehouse_exporter.history.model import Change, Judged, State
from warehouse_exporter.publish.report import entry
from warehouse_exporter.server.web.filters import NAMES, Filter, read_filter
from warehouse_exporter.server.web.lines import Line, View, runbook_of, unit_of
from warehouse_exporter.server.web.page.sets import newest_row, rows_of_day
from warehouse_exporter.server.web.uses import Day, Use, days_of, of_any_day

SCHEMA = Path(__file__).with_name("api.schema.json")
Json = dict[str, Any]
NAMED = ("labels", "outcome", "severity", "sentence", "accepted", "values")
"""What is said of each series of a check."""


@cache
def schema() -> str:
    """The JSON Schema of all answers."""
    return SCHEMA.read_text(encoding="utf-8")


def wanted_of(query: Mapping[str, str]) -> Filter:
    """The filter of a query string. Raises UsageError, also for a name that there is not."""
    for name in query:
        if name not in NAMES:
            raise UsageError(f"there is no filter {name!r}: write {', '.join(NAMES)}")
    return read_filter(query)


def as_text(answer: Callable[[View, Filter], Json], view: View, wanted: Filter) -> str:
    """An answer as JSON."""
    return json.dumps(answer(view, wanted), ensure_ascii=False, allow_nan=False)


def head(view: View) -> Json:
    """What every answer begins with."""
    last = view.snapshot.last
    return {
        "warehouse": view.config.warehouse.name,
        "timezone": view.config.warehouse.timezone.key,
        "as_of": view.now.isoformat(),
        "day": str(view.day),
        "last_pass": last.as_of.isoformat() if last else None,
        "warehouse_up": last.up if last else None,
    }


def checks(view: View, wanted: Filter) -> Json:
    """The checks that a filter wants, worst first, and the numbers without a limit."""
    found = wanted.of(view.lines)
    counts = {state.value: sum(line.state is state for line in found) for state in State}
    return {
        **head(view),
        "counts": counts,
        "checks": [check(view, line) for line in found],
        "numbers": [number(view, one.id) for one in view.shown] if not wanted else [],
    }


def check(view: View, line: Line) -> Json:
    """One check."""
    own = view.config.datasets.get(line.id.dataset)
    opened = view.snapshot.opened.get(line.id)
    since = view.since(line)
    found = entry(line.id, line.verdict, view.config)
    found |= {
        "state": line.state.value,
        "layer": line.check.kind.layer,
        "relation": own.shown if own else None,
        "day": str(view.expected(line.id.dataset)),
        "unit": unit_of(line.check),
        "since": None,
        "alert": line.alert,
        "runbook": runbook(view, line),
        "page": line.path,
        "series": [series(line, one, view) for one in line.result.verdicts],
        "measured_at": line.result.measured_at.isoformat(),
    }
    if line.is_open and (opened or since):
        found["since"] = opened.isoformat() if opened else str(since)
    return found


def series(line: Line, verdict: Verdict, view: View) -> Json:
    """One series of a check: its labels, its numbers, and what is said of it."""
    found = entry(line.id, verdict, view.config)
    return {name: found[name] for name in NAMED}


def number(view: View, check: CheckId) -> Json:
    """A number that is shown without a limit: no outcome."""
    line = view.line_of(view.config.check(check))
    found = entry(check, line.verdict, view.config)
    named = ("dataset", "check", "kind", "owner", "labels", "values")
    return {name: found[name] for name in named} | {"text": line.verdict.text, "page": line.path}


def runbook(view: View, line: Line) -> str:
    """The address of a runbook; from the root of this site where nobody said where that is."""
    return view.config.alerts.runbook(line.alert, line.id) or runbook_of(line, view.config, "")


def datasets(view: View, wanted: Filter) -> Json:
    """The datasets with a check that a filter wants; all of them without one."""
    found = dict.fromkeys(line.id.dataset for line in wanted.of(view.lines))
    names = [name for name in view.names if not wanted or name in found]
    return {**head(view), "datasets": [dataset(view, name) for name in names]}


def dataset(view: View, name: str) -> Json:
    """One dataset."""
    own, state = view.config.datasets.get(name), view.state_of(name)
    newest, passed = newest_row(view, name), view.snapshot.succeeded.get(name)
    mine = [line for line in view.lines if line.id.dataset == name]
    return {
        "dataset": name,
        "relation": own.shown if own else None,
        "owner": own.owner if own else None,
        "state": state.value if state else None,
        "counts": {s.value: sum(line.state is s for line in mine) for s in State},
        "day": str(view.expected(name)),
        "newest_row": newest.isoformat() if newest else None,
        "rows": finite(rows_of_day(view, name)),
        "last_pass": passed.isoformat() if passed else None,
        "depends_on": list(own.depends_on) if own else [],
        "page": f"datasets/{name}",
    }


def days(view: View, wanted: Filter) -> Json:
    """The known days: of each dataset and check the states, which may be used, what changed."""
    past, lines = view.past, wanted.of(view.lines)
    names = dict.fromkeys(line.id.dataset for line in lines)
    return {
        **head(view),
        "read_at": past.read_at.isoformat() if past.read_at else None,
        "status": past.status,
        "days": [str(day) for day in past.days],
        "uses": [use_of(day) for day in days_of(view)] if view.snapshot.results else [],
        "undated": [str(one.check.id) for one in of_any_day(view)],
        "datasets": [
            {
                "dataset": name,
                "states": {str(d): s.value for d, s in past.datasets.get(name, {}).items()},
            }
            for name in names
        ],
        "checks": [check_days(view, line) for line in lines],
        "changes": [change(one) for one in past.changes if one.check.dataset in names],
        "changes_not_known_of": [name for name in past.unversioned if name in names],
    }


def finite(value: float | None) -> float | None:
    """A number that JSON can say; None for another."""
    return value if value is not None and math.isfinite(value) else None


def use_of(day: Day) -> Json:
    """Which uses a day is good for."""
    return {
        "day": str(day.day),
        **{
            use.value: {
                "may": day.answers[use].may.value,
                "because": [str(reason.check.id) for reason in day.answers[use].reasons],
            }
            for use in Use
        },
    }


def check_days(view: View, line: Line) -> Json:
    """The days of a check."""
    found: dict[date, Judged] = {}
    for day in view.past.days:
        said = view.past.on(line.id, day)
        if said is not None:
            found[day] = said
    return {
        "dataset": line.id.dataset,
        "check": line.id.name,
        "not_known": view.past.unknown.get(line.id),
        "states": {str(day): said.state.value for day, said in found.items()},
        "values": {
            str(day): value
            for day, said in found.items()
            if said.points and (value := finite(said.points[0].value)) is not None
        },
        "sentences": {str(day): said.text for day, said in found.items() if said.text},
    }


def change(one: Change) -> Json:
    """A number that changed after its day was judged; `then` is null where nobody knows."""
    return {
        "dataset": one.check.dataset,
        "metric": one.metric,
        "day": str(one.day),
        "then": one.then,
        "now": one.now,
    }
