"""The page of one dataset: its checks, its days, its numbers, and what hangs together with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.lineage import downstream
from warehouse_exporter.core.wording import per_cent
from warehouse_exporter.history.model import State
from warehouse_exporter.server.web.lines import Line, View
from warehouse_exporter.server.web.page.check import cost, dataset_link, pace_of
from warehouse_exporter.server.web.page.frame import rendered, times_of
from warehouse_exporter.server.web.page.numbers import numbers
from warehouse_exporter.server.web.page.objective import shown
from warehouse_exporter.server.web.page.sets import STRIP_DAYS, days_of, row_of
from warehouse_exporter.server.web.page.strips import squares, strip
from warehouse_exporter.server.web.page.times import day_name

COSTLIEST = 5
"""How many of the checks that take longest are named."""


def render_dataset(view: View, name: str) -> str:
    """The page of a dataset that the config names."""
    times = times_of(view)
    lines = [line for line in view.lines if line.id.dataset == name]
    days = last_days(view.day, STRIP_DAYS)
    there = not view.past.status
    own = view.config.datasets.get(name)
    return rendered(
        "dataset.html",
        view,
        "../",
        name,
        row=row_of(view, times, name, {}),
        day=day_name(view.day),
        strip=squares(days, days_of(view, name), {}) if there else "",
        objective=shown(view, name),
        lines=[(line, strip_of(view, line) if there else "") for line in lines],
        numbers=[one for one in numbers(view) if one.path.startswith(f"checks/{name}/")],
        facts=list(facts(view, name)),
        needs=[dataset_link(one) for one in (own.depends_on if own else ())],
        needed_by=[dataset_link(one) for one in downstream(name, view.config.datasets)],
        changes=[one for one in view.past.changes if one.check.dataset == name],
        unversioned=name in view.past.unversioned,
    )


def strip_of(view: View, line: Line) -> str:
    """The days of one check."""
    days = last_days(view.day, STRIP_DAYS)
    states: dict[object, State] = {}
    for day in days:
        said = view.past.on(line.id, day)
        if said is not None:
            states[day] = said.state
    states[view.day] = line.state
    return strip(days, states, line.id.name)  # type: ignore[arg-type]


def facts(view: View, name: str) -> Iterator[tuple[str, str]]:
    """What else there is to know of a dataset, as pairs."""
    own = view.config.datasets.get(name)
    if own is not None:
        yield ("relation", own.shown) if own.query is None else ("query", own.query)
        if own.owner:
            yield "owner", own.owner
        yield "time column", own.time or "none"
        if own.loaded:
            yield "arrival time", own.loaded
        if own.key:
            yield "key", ", ".join(own.key)
        yield "complete by", f"{own.expect_by:%H:%M}"
    if name in view.snapshot.closures:
        yield "closed weekdays", view.snapshot.closures[name].told
    yield "a pass", pace_of(view, name)
    costs = {
        check.id.name: view.snapshot.costs.get(check.id, 0.0)
        for check in view.config.checks_of(frozenset({name}))
    }
    whole = sum(costs.values())
    yield "cost of the last pass", cost(whole)
    if whole:
        yield "costliest checks", ", ".join(costliest(costs, whole))


def costliest(costs: Mapping[str, float], whole: float) -> Iterator[str]:
    """The checks that took most of a pass, with their shares of it."""
    for name in sorted(costs, key=lambda name: -costs[name])[:COSTLIEST]:
        if costs[name]:
            yield f"{name} {cost(costs[name])} ({per_cent(costs[name] / whole, 0)})"
