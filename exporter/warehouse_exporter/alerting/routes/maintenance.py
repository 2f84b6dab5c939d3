"""Maintenance windows: the time intervals in which nobody is notified, and their datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warehouse_exporter.alerting.routes.matchers import one_of
from warehouse_exporter.config import Config
from warehouse_exporter.config.routing import MIDNIGHT, WEEKDAYS, MaintenanceSpec

Route = dict[str, Any]


def intervals(config: Config) -> list[Mapping[str, Any]]:
    """The windows as Alertmanager's time intervals."""
    zone = config.warehouse.timezone.key
    return [
        {
            "name": name,
            "time_intervals": parts(window, window.timezone.key if window.timezone else zone),
        }
        for name, window in config.maintenance.items()
    ]


def parts(window: MaintenanceSpec, zone: str) -> list[Mapping[str, Any]]:
    """One interval per stretch; Alertmanager knows none over midnight, so that becomes two."""
    found = []
    for start, end in window.times or ((0, MIDNIGHT),):
        if start < end:
            found.append(interval(start, end, window.weekdays, zone))
        else:
            following = tuple(sorted((day + 1) % len(WEEKDAYS) for day in window.weekdays))
            found.append(interval(start, MIDNIGHT, window.weekdays, zone))
            found.append(interval(0, end, following, zone))
    return found


def interval(start: int, end: int, weekdays: tuple[int, ...], zone: str) -> Mapping[str, Any]:
    """A stretch of some weekdays, or of every day."""
    found: dict[str, Any] = {}
    if (start, end) != (0, MIDNIGHT):
        found["times"] = [{"start_time": clock(start), "end_time": clock(end)}]
    if weekdays:
        found["weekdays"] = [WEEKDAYS[day] for day in weekdays]
    return {**found, "location": zone}


def clock(minutes: int) -> str:
    """`02:30`; the end of a day is `24:00`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def quieted(route: Route, config: Config) -> Route:
    """A route that is silent in the windows of everything, and by dataset in theirs.

    The alerts of datasets with windows of their own are a group of their own: Alertmanager mutes
    whole routes.
    """
    everything = [name for name, window in config.maintenance.items() if not window.datasets]
    by_windows: dict[tuple[str, ...], list[str]] = {}
    for dataset in config.datasets:
        own = tuple(n for n, window in config.maintenance.items() if dataset in window.datasets)
        if own:
            by_windows.setdefault(own, []).append(dataset)
    children = [
        {"matchers": [one_of("dataset", datasets)], "mute_time_intervals": [*everything, *own]}
        for own, datasets in by_windows.items()
    ]
    muted = {"mute_time_intervals": everything} if everything else {}
    return {**route, **muted, **({"routes": children} if children else {})}
