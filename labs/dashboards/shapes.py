"""SVG, as far as it takes to draw a dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape

PALETTE = (
    "#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0",
    "#508642", "#cca300", "#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62", "#584477",
)  # fmt: skip
NAMED = {"green": "#56a64b", "orange": "#ff9830", "red": "#e02f44", "purple": "#8f3bb8",
         "blue": "#3274d9", "text": "#24292e"}  # fmt: skip
Point = tuple[float, float]
Box = tuple[float, float, float, float]


def color(name: str) -> str:
    """A colour of Grafana's by its name."""
    return NAMED.get(name, name)


def rect(x: float, y: float, w: float, h: float, fill: str, more: str = "") -> str:
    """A rectangle."""
    size = f'width="{max(w, 0):.1f}" height="{max(h, 0):.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{fill}" {more}/>'


def line(points: Sequence[Point], stroke: str, more: str = "") -> str:
    """A line through some points."""
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{at}" fill="none" stroke="{stroke}" {more}/>'


def area(points: Sequence[Point], fill: str, opacity: float) -> str:
    """An area within some points."""
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{at}" fill="{fill}" fill-opacity="{opacity}" stroke="none"/>'


def text(
    x: float, y: float, words: str, size: float = 11, fill: str = "#24292e", more: str = ""
) -> str:
    """Words."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}" {more}>'
        f"{escape(words)}</text>"
    )


def cut(words: str, width: float, size: float = 11) -> str:
    """As much of the words as fits."""
    most = max(int(width / (size * 0.56)), 1)
    return words if len(words) <= most else f"{words[: most - 1]}…"


def shown(value: float, unit: str) -> str:
    """A number in a unit of Grafana's."""
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "bytes":
        return f"{value / 2**20:.3g} MiB"
    if unit == "dateTimeAsIso":
        return f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M:%S}"
    if unit == "s":
        return duration(value)
    if abs(value) >= 1e6:
        return f"{value / 1e6:.3g} Mil"
    return f"{value / 1000:.4g} K" if abs(value) >= 1000 else f"{value:.4g}"


def duration(seconds: float) -> str:
    """Seconds in the unit that fits."""
    for name, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} s" if abs(seconds) >= 1 or not seconds else f"{seconds * 1000:.3g} ms"


def changes(points: Sequence[Point]) -> list[Point]:
    """The points whose value is another one than before."""
    values = [None, *(value for _, value in points)]
    return [one for one, before in zip(points, values, strict=False) if one[1] != before]


def corners(points: Sequence[Point]) -> list[Point]:
    """The points without those in the middle of a level line: they are most of a daily number."""
    last = len(points) - 1
    return [
        one
        for place, one in enumerate(points)
        if place in (0, last) or not points[place - 1][1] == one[1] == points[place + 1][1]
    ]


def times(since: float, until: float, plot: Box) -> Iterator[str]:
    """When it begins and ends."""
    style = "%d %b" if until - since > 2 * 86400 else "%H:%M"
    ends = ((since, "start", plot[0]), (until, "end", plot[0] + plot[2]))
    for at, anchor, across in ends:
        words = f"{datetime.fromtimestamp(at, UTC):{style}}"
        yield text(across, plot[1] + plot[3] + 12, words, 9, "#6e7680", f'text-anchor="{anchor}"')
