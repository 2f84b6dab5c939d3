"""What all pages have: the head, the way to the other pages, and what is wrong with ourselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from warehouse_exporter import __version__
from warehouse_exporter.core.wording import counted
from warehouse_exporter.history.model import State
from warehouse_exporter.server.web.lines import Line, View, runbook_of
from warehouse_exporter.server.web.page.templating import template
from warehouse_exporter.server.web.page.times import Times, day_name


def times_of(view: View) -> Times:
    """How the pages of a view write times."""
    return Times(view.config.warehouse.timezone, view.now)


def rendered(name: str, view: View, root: str | None, title: str, **given: Any) -> str:
    """A page; `root` leads from its address to the root of the site, None where there is none."""
    times = times_of(view)
    return template(name).render(
        title=title,
        root=root,
        version=__version__,
        warehouse=view.config.warehouse.name,
        zone=zone_name(times.zone),
        now=times.at(view.now),
        past=view.past,
        troubles=troubles(view),
        passed=last_pass(view, times),
        part=part(view),
        since=since(view),
        runbook=lambda line: runbook_of(line, view.config, root),
        State=State,
        **given,
    )


def zone_name(zone: ZoneInfo) -> str:
    """The zone of the warehouse."""
    return zone.key


def troubles(view: View) -> list[tuple[str, str]]:
    """What is wrong with what is shown, each as a headline and a sentence."""
    found = []
    last = view.snapshot.last
    if last is not None and not last.up:
        text = "What is shown was not measured by the last pass."
        found.append(("The warehouse could not be reached.", text))
    if not view.snapshot.reload_ok:
        text = "The last good one is in use; the log says what is wrong."
        found.append(("The config could not be reloaded.", text))
    if view.snapshot.web_ok is False:
        text = "The last good one is in force; the log says what is wrong."
        found.append(("The web config could not be reloaded.", text))
    return found


def part(view: View) -> str:
    """What a shard does not show; empty where one exporter watches the whole config."""
    own = view.config.part
    if own is None:
        return ""
    checks = f"{len(view.config.checks)} of the {counted(own.checks, 'check')} of the config"
    return (
        f"This exporter is shard {own.number} of {own.of}: it watches {checks}."
        " The other shards show the rest."
    )


def last_pass(view: View, times: Times) -> str:
    """When the last pass was, and what it took."""
    last = view.snapshot.last
    if last is None:
        return "The first pass has not ended yet."
    return (
        f"Last pass {times.ago(last.as_of)}, at {times.at(last.as_of)};"
        f" it took {last.seconds:.2f} s and {last.statements} statements."
    )


def since(view: View) -> Callable[[Line], str]:
    """How long a finding has been open, in words; '' where nobody knows."""

    def words(line: Line) -> str:
        opened = view.snapshot.opened.get(line.id)
        if line.is_open and opened is not None:
            return f"since {times_of(view).at(opened)}"
        first = view.since(line) if line.is_open else None
        if first is None:
            return ""
        days = (view.day - first).days + 1
        return f"since {day_name(first)}" + (f" ({days} days)" if days > 1 else "")

    return words
