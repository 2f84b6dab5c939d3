"""Numbers day by day as SVG: a sparkline, and a chart with band and limits.

The drawing is stretched to the width of the page; words stand beside it as text, so that they keep
their size on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from warehouse_exporter.history.model import State
from warehouse_exporter.server.web.page.times import day_name

if TYPE_CHECKING:
    from markupsafe import Markup

WIDTH, HEIGHT = 300, 100
"""Units of a drawing; its real size is the style sheet's."""
ROOM = 0.08
"""The share of the height that is left free above and below."""
FAR = 20.0
"""How many times the span of the values a limit may lie away, and still be drawn."""


@dataclass(frozen=True)
class Level:
    """A limit as a line: its severity, its bound, and how it is written."""

    severity: str
    bound: float
    text: str


@dataclass(frozen=True)
class Series:
    """What is drawn: for each day a value, the ends of the band, and the state; None is a gap."""

    days: Sequence[date]
    values: Sequence[float | None]
    lower: Sequence[float | None] = ()
    upper: Sequence[float | None] = ()
    states: Sequence[State | None] = ()
    levels: Sequence[Level] = ()

    @property
    def drawn_levels(self) -> list[Level]:
        """The limits near enough to be drawn without flattening the values."""
        known = [v for v in self.values if v is not None]
        if not known:
            return list(self.levels)
        low, high = min(known), max(known)
        span = max(high - low, abs(high) * 0.05) or 1.0
        return [one for one in self.levels if low - FAR * span <= one.bound <= high + FAR * span]


@dataclass(frozen=True)
class Chart:
    """A drawing, the numbers on its axis from the top down, and the days under it."""

    svg: Markup
    ticks: Sequence[str] = ()
    dates: Sequence[str] = ()
    levels: Sequence[Level] = field(default=())
    far: Sequence[Level] = field(default=())


@dataclass(frozen=True)
class Scale:
    """From days and values to the units of the drawing."""

    count: int
    low: float
    high: float

    def x(self, place: int) -> float:
        """Where a day is."""
        return round((place + 0.5) * WIDTH / self.count, 1)

    def y(self, value: float) -> float:
        """Where a value is; the drawing begins at the top."""
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT * (1 - ROOM - share * (1 - 2 * ROOM)), 1)


def scale_of(series: Series, *, from_zero: bool) -> Scale | None:
    """The scale that shows values, band and limits; None where there is nothing to draw."""
    every: list[float] = [
        value
        for values in (series.values, series.lower, series.upper)
        for value in values
        if value is not None and math.isfinite(value)
    ]
    if not every:
        return None
    every += [level.bound for level in series.drawn_levels]
    low, high = min(every), max(every)
    if from_zero and low > 0:
        low = 0.0
    if high == low:
        low, high = (0.0, high) if high > 0 else (low, low + 1.0)
        low = min(low, 0.0)
    return Scale(len(series.days), low, high)


def sparkline(series: Series, label: str) -> Markup | str:
    """A small line with its band and a dot at the newest day; '' where nothing is known."""
    from markupsafe import Markup

    scale = scale_of(series, from_zero=False)
    if scale is None:
        return ""
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label, quote=True)}">{band(series, scale)}'
        f'<path class="line" d="{line(series.values, scale)}"/>'
        f"{dots(series, scale, newest=True)}</svg>"
    )


def chart(series: Series, label: str, write: Callable[[float], str]) -> Chart | None:
    """A chart with its axes in words; None where nothing is known."""
    from markupsafe import Markup

    scale = scale_of(series, from_zero=True)
    if scale is None:
        return None
    near = series.drawn_levels
    levels = "".join(
        f'<path class="level l-{one.severity}" d="M0 {scale.y(one.bound)}H{WIDTH}"/>'
        for one in near
    )
    middle = (scale.low + scale.high) / 2
    places = sorted({0, len(series.days) // 2, len(series.days) - 1})
    svg = Markup(
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label, quote=True)}">'
        f"{grid(scale, middle)}{band(series, scale)}{levels}"
        f'<path class="line" d="{line(series.values, scale)}"/>{dots(series, scale)}</svg>'
    )
    return Chart(
        svg,
        [write(scale.high), write(middle), write(scale.low)],
        [day_name(series.days[place]) for place in places],
        near,
        [one for one in series.levels if one not in near],
    )


def grid(scale: Scale, middle: float) -> str:
    """The lines behind the ticks."""
    lines = "".join(f"M0 {scale.y(value)}H{WIDTH}" for value in (scale.high, middle, scale.low))
    return f'<path class="grid" d="{lines}"/>'


def runs(places: Iterable[int]) -> list[list[int]]:
    """Consecutive places together."""
    found: list[list[int]] = []
    for place in places:
        if found and place == found[-1][-1] + 1:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def line(values: Sequence[float | None], scale: Scale) -> str:
    """The path through the values, with gaps where there is none."""
    known = {place: value for place, value in enumerate(values) if value is not None}
    return "".join(
        "M" + "L".join(f"{scale.x(place)} {scale.y(known[place])}" for place in run)
        for run in runs(sorted(known))
    )


def band(series: Series, scale: Scale) -> str:
    """The area between the ends of the band; an end that is not known is that of the drawing."""
    if not (series.lower or series.upper):
        return ""
    ends = {}
    for place in range(len(series.days)):
        low = series.lower[place] if series.lower else None
        high = series.upper[place] if series.upper else None
        if low is not None or high is not None:
            top = 0.0 if high is None else scale.y(high)
            ends[place] = top, HEIGHT if low is None else scale.y(low)
    parts = []
    for run in runs(sorted(ends)):
        half = WIDTH / scale.count / 2
        over = [(scale.x(place), ends[place][0]) for place in run]
        under = [(scale.x(place), ends[place][1]) for place in reversed(run)]
        wide = [(over[0][0] - half, over[0][1]), *over, (over[-1][0] + half, over[-1][1])]
        wide += [(under[0][0] + half, under[0][1]), *under, (under[-1][0] - half, under[-1][1])]
        parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in wide) + "z")
    return f'<path class="band" d="{"".join(parts)}"/>' if parts else ""


def dots(series: Series, scale: Scale, *, newest: bool = False) -> str:
    """A dot on each day that somebody had to look at, and on the newest one.

    A line of no length has round ends, which stay round however the drawing is stretched.
    """
    last = max((p for p, value in enumerate(series.values) if value is not None), default=None)
    found = []
    for place, value in enumerate(series.values):
        state = series.states[place] if series.states else None
        speaks = state is not None and state.speaks
        if value is not None and (speaks or place == last or not newest):
            name = state.value if state is not None and speaks else "pass"
            size = " big" if speaks or place == last else ""
            at = f"M{scale.x(place)} {scale.y(value)}h0"
            found.append(f'<path class="dot{size} d-{name}" d="{at}"/>')
    return "".join(found)
