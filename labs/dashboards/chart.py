"""Series as lines over time: scale, bands, stacked areas, legend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from labs.dashboards.ask import Asked, Panel, Series
from labs.dashboards.options import colored, defaults, options
from labs.dashboards.shapes import (
    Box,
    Point,
    area,
    color,
    corners,
    cut,
    line,
    rect,
    shown,
    text,
    times,
)

MOST_NAMED = 12
"""How many series a legend names."""


def chart(asked: Asked, box: Box) -> Iterator[str]:
    """Lines over time, in a scale that holds them all."""
    x, y, w, h = box
    unit, panel = defaults(asked.panel).get("unit", "short"), asked.panel
    piled = "stacking" in defaults(panel).get("custom", {})
    every = stacked(asked) if piled else asked.series
    named = [one for one in every if one.points]
    values = [value for one in named for _, value in one.points]
    low, high = min([*values, 0.0]), max(values)
    high += (high - low) * 0.06 or 1.0
    since = min(at for one in named for at, _ in one.points)
    until = max(at for one in named for at, _ in one.points)
    plot = (x + 52, y + 2, w - 56, h - 36)

    def place(at: float, value: float) -> Point:
        across = (at - since) / (until - since) if until > since else 1.0
        return plot[0] + across * plot[2], plot[1] + plot[3] * (1 - (value - low) / (high - low))

    for part in range(5):
        value = low + (high - low) * part / 4
        _, down = place(since, value)
        yield line([(plot[0], down), (plot[0] + plot[2], down)], "#e4e5e7")
        yield text(plot[0] - 4, down + 4, shown(value, unit), 9, "#6e7680", 'text-anchor="end"')
    yield from times(since, until, plot)
    yield from band(named, place)
    if piled:
        yield from layers(panel, named, place)
    for number, one in enumerate(named):
        yield from curve(panel, one, colored(panel, number, one.name), place)
    yield from legend(panel, named, (x, y + h - 20, w, 20))


def band(named: Sequence[Series], place: Callable[[float, float], Point]) -> Iterator[str]:
    """What is expected, shaded."""
    ends = {one.name: dict(one.points) for one in named if one.name in ("lower", "upper")}
    if len(ends) == 2:
        both = sorted(ends["lower"].keys() & ends["upper"].keys())
        edge, back = (corners([(at, ends[end][at]) for at in both]) for end in ("upper", "lower"))
        yield area([place(*one) for one in (*edge, *reversed(back))], color("blue"), 0.15)


def curve(
    panel: Panel, one: Series, stroke: str, place: Callable[[float, float], Point]
) -> Iterator[str]:
    """One series; where it is missing for long, the line ends."""
    own = options(panel, one.name)
    if own.get("custom.lineWidth") == 0:
        return
    dashes = 'stroke-dasharray="5 4"' if "custom.lineStyle" in own else 'stroke-width="1.5"'
    points = [place(at, value) for at, value in corners(one.points)]
    if len(points) == 1:
        ((x, y),) = points
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{stroke}"/>'
        return
    yield line(points, stroke, dashes)


def layers(
    panel: Panel, named: Sequence[Series], place: Callable[[float, float], Point]
) -> Iterator[str]:
    """What is stacked as areas, the last one below all others."""
    for number, one in reversed(list(enumerate(named))):
        if "custom.stacking" not in options(panel, one.name) and len(one.points) > 1:
            edge = [place(at, value) for at, value in corners(one.points)]
            ends = [place(one.points[-1][0], 0.0), place(one.points[0][0], 0.0)]
            yield area([*edge, *ends], colored(panel, number, one.name), 1.0)


def stacked(asked: Asked) -> list[Series]:
    """Each series on top of those before it."""
    below: dict[float, float] = {}
    found = []
    for one in asked.series:
        if "custom.stacking" in options(asked.panel, one.name):
            found.append(one)
            continue
        for at, value in one.points:
            below[at] = below.get(at, 0.0) + value
        found.append(Series(one.name, one.labels, [(at, below[at]) for at, _ in one.points]))
    return found


def legend(panel: Panel, named: Sequence[Series], box: Box) -> Iterator[str]:
    """The names of the first series, as far as there is room."""
    x, y, w, _ = box
    right = x + w
    for number, one in enumerate(named[:MOST_NAMED]):
        words = one.name or "value"
        long = 14 + len(words) * 5.6 + 10
        if x + long > right and number:
            yield text(right, y + 14, f"+{len(named) - number}", 10, "#6e7680", 'text-anchor="end"')
            return
        yield rect(x, y + 9, 10, 3, colored(panel, number, one.name))
        yield text(x + 14, y + 14, cut(words, w - 14, 10), 10)
        x += long
