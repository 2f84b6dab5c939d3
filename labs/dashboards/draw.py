"""A plain picture of a dashboard from its answers: rows, titles, series. It is not Grafana's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from labs.dashboards.ask import Asked, Panel, Series
from labs.dashboards.chart import chart
from labs.dashboards.options import defaults, mapped, options, step_color
from labs.dashboards.shapes import Box, changes, color, cut, duration, line, rect, shown, text

COLUMN, UNIT, GAP = 50, 32, 6
"""Pixels of one column and one row of the grid, and between panels."""
HEAD, LINE = 40, 18


def picture(title: str, panels: Sequence[Asked], now: float) -> str:
    """The picture of a dashboard."""
    bottom = max(at["y"] + at["h"] for at in (one.panel["gridPos"] for one in panels))
    width, height = 24 * COLUMN + GAP, bottom * UNIT + HEAD + GAP
    at = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif">',
        rect(0, 0, width, height, "#f4f5f5"),
        text(12, 26, title, 18),
        text(width - 12, 26, f"drawn from Prometheus' answers, {at}", 11, "#6e7680",
             'text-anchor="end"'),
    ]  # fmt: skip
    parts += [part for one in panels for part in drawn(one)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def drawn(asked: Asked) -> Iterator[str]:
    """A panel in its place."""
    at = asked.panel["gridPos"]
    x, y = at["x"] * COLUMN + GAP, at["y"] * UNIT + HEAD
    w, h = at["w"] * COLUMN - GAP, at["h"] * UNIT - GAP
    if asked.panel["type"] == "row":
        yield text(x + 4, y + 20, f"▾ {asked.panel['title']}", 14)
        return
    yield rect(x, y, w, h, "#ffffff", 'stroke="#dcdee1"')
    yield text(x + 8, y + 17, cut(asked.panel["title"], w - 16, 12), 12, more='font-weight="bold"')
    inner = (x + 8, y + 24, w - 16, h - 30)
    if not asked.series:
        empty = asked.panel["fieldConfig"]["defaults"].get("noValue", "")
        middle = 'text-anchor="middle"'
        yield text(x + w / 2, y + h / 2 + 6, empty, 12, "#6e7680", middle)
        return
    yield from WAYS[asked.panel["type"]](asked, inner)


def numbers(asked: Asked, box: Box) -> Iterator[str]:
    """Large numbers, or words, side by side."""
    x, y, w, h = box
    found = [one for one in asked.series if one.points]
    wide = w / len(found)
    unit, many = defaults(asked.panel).get("unit", "short"), len(found) > 1
    for place, one in enumerate(found):
        words, fill = mapped(asked.panel, one.last)
        words = words or shown(one.last, unit)
        left = x + place * wide
        stroke = fill or options(asked.panel, one.name).get("color", {}).get("fixedColor")
        stroke = stroke or step_color(asked.panel, one.last)
        if fill:
            yield rect(left, y, wide - 2, h, color(fill))
        size = min(h * 0.45, (wide - 8) / max(len(words) * 0.58, 1), 34)
        ink = "#ffffff" if fill else color(stroke)
        middle = 'text-anchor="middle"'
        yield text(left + wide / 2, y + h * 0.55, words, size, ink, middle)
        if many:
            yield text(left + wide / 2, y + h - 6, one.name, 11, "#6e7680", middle)


def table(asked: Asked, box: Box) -> Iterator[str]:
    """The labels and the value of each series, a line each."""
    x, y, w, h = box
    organize = asked.panel["transformations"][0]["options"]
    columns = sorted(organize["indexByName"], key=organize["indexByName"].__getitem__)
    heads = organize["renameByName"]
    given = [options(asked.panel, heads[one]).get("custom.width") for one in columns]
    free = (w - sum(one or 0 for one in given)) / max(given.count(None), 1)
    widths = [one or max(free, 60) for one in given]
    order = sorted(asked.series, key=lambda one: -one.last if "Value" in columns else 0)
    fits = int((h - LINE) // LINE)
    for place, one in enumerate([None, *order[:fits]]):
        left, down = x, y + 13 + place * LINE
        if place:
            yield line([(x, down - 13), (x + w, down - 13)], "#e4e5e7")
        for name, wide in zip(columns, widths, strict=True):
            bold = 'font-weight="bold"' if one is None else ""
            words = heads[name] if one is None else cell(asked.panel, one, name, heads[name])
            yield text(left, down, cut(words, wide - 6, 11), 11, more=bold)
            left += wide
    if len(order) > fits:
        yield text(x + w, y - 8, f"{len(order)} rows", 10, "#6e7680", 'text-anchor="end"')


def cell(panel: Panel, one: Series, name: str, head: str) -> str:
    """What a cell of a table says."""
    if name != "Value":
        return one.labels.get(name, "")
    unit = options(panel, head).get("unit")
    return duration(one.last) if unit == "s" else shown(one.last, unit or "short")


def timeline(asked: Asked, box: Box) -> Iterator[str]:
    """Outcomes over time, a line for each series."""
    x, y, w, h = box
    found = [one for one in asked.series if one.points]
    since = min(one.points[0][0] for one in found)
    until = max(one.points[-1][0] for one in found)
    high, left = min(h / len(found), 26), x + 150
    for place, one in enumerate(found):
        top = y + place * high
        yield text(left - 6, top + high * 0.65, cut(one.name, 140, 10), 10,
                   more='text-anchor="end"')  # fmt: skip
        kept = changes(one.points)
        ends = [*(at for at, _ in kept[1:]), until]
        for (at, value), end in zip(kept, ends, strict=True):
            _, fill = mapped(asked.panel, value)
            scale = (w - 150) / max(until - since, 1)
            start, stop = (at - since) * scale, (end - since) * scale
            yield rect(left + start, top + 2, max(stop - start + 0.4, 3), high - 4, color(fill))


def bars(asked: Asked, box: Box) -> Iterator[str]:
    """A bar for each series."""
    x, y, w, h = box
    unit = defaults(asked.panel).get("unit", "short")
    found = [one for one in asked.series if one.points]
    most = max([one.last for one in found] + [1e-9])
    high = min(h / len(found), 30)
    for place, one in enumerate(found):
        top = y + place * high
        yield text(x + 134, top + high * 0.65, cut(one.name, 130), 11, more='text-anchor="end"')
        fill = step_color(asked.panel, one.last)
        yield rect(x + 140, top + 3, (w - 230) * one.last / most, high - 6, color(fill))
        yield text(x + w, top + high * 0.65, shown(one.last, unit), 11, more='text-anchor="end"')


WAYS: Mapping[str, Callable[[Asked, Box], Iterator[str]]] = {
    "timeseries": chart,
    "stat": numbers,
    "table": table,
    "state-timeline": timeline,
    "bargauge": bars,
}
