"""Every query of a dashboard, asked of a Prometheus as Grafana would ask it.

Variables get their values from the same queries, "All" becomes a pattern of all of them, and a
repeated panel is there once for each value.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

Board = Mapping[str, Any]
Panel = dict[str, Any]
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
NICE = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Steps of a chart, in seconds."""
POINTS = 360
"""As many as a chart of this width has in a browser, more or less."""


@dataclass(frozen=True)
class Series:
    """What one series of an answer is called, its labels, and its points: seconds and value."""

    name: str
    labels: Mapping[str, str]
    points: Sequence[tuple[float, float]]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.points[-1][1]


@dataclass(frozen=True)
class Asked:
    """A panel, and what was answered to each of its queries."""

    panel: Panel
    answers: Sequence[Sequence[Series]]
    queries: Sequence[str]

    @property
    def series(self) -> list[Series]:
        """The series of all its queries."""
        return [one for answer in self.answers for one in answer]


@dataclass
class Prometheus:
    """A Prometheus at a URL, and the time at which it is asked."""

    url: str
    now: float
    scraped_every: float = 15

    def get(self, path: str, **parameters: Any) -> Any:
        """The data of an answer; ValueError with what Prometheus says is wrong with a query."""
        answer = httpx.post(f"{self.url}/api/v1/{path}", data=parameters, timeout=60).json()
        if answer["status"] != "success":
            raise ValueError(f"{answer['error']}: {parameters}")
        return answer["data"]

    def values(self, query: str) -> list[str]:
        """What a variable offers: `label_values(SERIES, LABEL)`."""
        match = re.fullmatch(r"label_values\((.*), (\w+)\)", query)
        assert match is not None, query
        series, label = match.groups()
        url = f"{self.url}/api/v1/label/{label}/values"
        found = httpx.get(url, params={"match[]": series}, timeout=60).json()
        if found["status"] != "success":
            raise ValueError(f"{found['error']}: {query}")
        return sorted(map(str, found["data"]))

    def instant(self, query: str) -> list[dict[str, Any]]:
        """The newest values."""
        found: list[dict[str, Any]] = self.get("query", query=query, time=self.now)["result"]
        return [{**one, "values": [one["value"]]} for one in found]

    def range(self, query: str, since: float, step: float) -> list[dict[str, Any]]:
        """The values over time."""
        asked = self.get("query_range", query=query, start=since, end=self.now, step=step)
        found: list[dict[str, Any]] = asked["result"]
        return found


def chosen(board: Board, prometheus: Prometheus, given: Mapping[str, str]) -> dict[str, list[str]]:
    """The values of the variables of a dashboard: those given, else all, or the first one."""
    found: dict[str, list[str]] = {}
    for one in board["templating"]["list"]:
        if one["type"] != "query":
            continue
        name, every = one["name"], prometheus.values(filled(one["query"], found))
        if name in given:
            found[name] = [given[name]]
        else:
            found[name] = every if one["includeAll"] else every[:1]
    return found


def filled(text: str, values: Mapping[str, Sequence[str]]) -> str:
    """A text with its variables; several values become a pattern."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match.group(1))
        if found is None:
            return match.group(0)
        if len(found) == 1:
            return found[0]
        return "({})".format("|".join(re.escape(one).replace("\\", "\\\\") for one in found))

    return re.sub(r"\$(?!__)(\w+)", value, text)


def asked(
    board: Board, prometheus: Prometheus, given: Mapping[str, str] | None = None
) -> Iterator[Asked]:
    """Every panel of a dashboard with its answers."""
    values = chosen(board, prometheus, given or {})
    for panel in expanded(board["panels"], values):
        if panel["type"] == "row":
            yield Asked(panel, (), ())
        else:
            yield answered(panel, prometheus, values, length(board["time"]["from"]))


def expanded(panels: Sequence[Panel], values: Mapping[str, Sequence[str]]) -> Iterator[Panel]:
    """The panels in their places, those in folded rows too; a repeated one for each value."""
    down = 0
    for panel in panels:
        moved = copy.deepcopy(panel)
        moved["gridPos"]["y"] += down
        name = panel.get("repeat")
        if name is None:
            yield moved
            yield from expanded(panel.get("panels", ()), values)
            continue
        across, high = panel["maxPerRow"], panel["gridPos"]["h"]
        for place, value in enumerate(values[name]):
            one = copy.deepcopy(moved)
            one["chosen"] = {name: [value]}
            one["title"] = filled(one["title"], one["chosen"])
            one["gridPos"] |= {
                "x": place % across * (24 // across), "w": 24 // across,
                "y": moved["gridPos"]["y"] + place // across * high,
            }  # fmt: skip
            yield one
        down += (math.ceil(len(values[name]) / across) - 1) * high


def length(text: str) -> float:
    """Seconds of `now-30d`."""
    match = re.fullmatch(r"now-(\d+)([smhd])", text)
    assert match is not None, text
    return int(match.group(1)) * UNITS[match.group(2)]


def answered(
    panel: Panel, prometheus: Prometheus, values: Mapping[str, Sequence[str]], back: float
) -> Asked:
    """A panel with its answers."""
    step = next((one for one in NICE if one >= back / POINTS), NICE[-1])
    if "interval" in panel:
        step = max(step, int(length(f"now-{panel['interval']}")))
    every = {**values, **panel.get("chosen", {})}
    queries, answers = [], []
    for target in panel["targets"]:
        query = filled(target["expr"], every)
        rate = max(step + prometheus.scraped_every, 4 * prometheus.scraped_every)
        query = query.replace("$__rate_interval", f"{math.ceil(rate)}s")
        query = query.replace("$__interval", f"{step}s")
        assert "$" not in query, query
        if target.get("range"):
            steps = int(back // step)
            found = prometheus.range(query, prometheus.now - steps * step, step)
        else:
            found = prometheus.instant(query)
        queries.append(query)
        answers.append([series(one, target["legendFormat"]) for one in found])
    return Asked(panel, answers, queries)


def series(one: Mapping[str, Any], legend: str) -> Series:
    """One series of an answer."""
    labels = one["metric"]

    def label(match: re.Match[str]) -> str:
        return str(labels.get(match.group(1), ""))

    own = ", ".join(f"{k}={v}" for k, v in labels.items() if k != "__name__")
    name = own or labels.get("__name__", "value")
    if legend != "__auto":
        name = re.sub(r"{{\s*(\w+)\s*}}", label, legend).strip()
    points = [(float(at), float(value)) for at, value in one["values"]]
    return Series(name, labels, [(at, value) for at, value in points if math.isfinite(value)])
