"""Thirty days at a glance: one square a day, in colour and in shape, drawn as a small SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from warehouse_exporter.core.wording import counted
from warehouse_exporter.history.model import State
from warehouse_exporter.server.web.page.times import day_name

if TYPE_CHECKING:
    from markupsafe import Markup

STEP = 10
SHAPES = {
    State.CRITICAL: "h8v8h-8zm2 2 4 4m0-4-4 4",
    State.UNMEASURED: "h8v8h-8zm3 3h2v2h-2z",
    State.WARNING: "h8v8h-8zm3 2h2v4h-2z",
    State.ACCEPTED: "h8v8h-8zm2 3h4v2h-4z",
    State.INFO: "h8v8h-8z",
    State.PASS: "h8v8h-8z",
    State.SKIPPED: "m2 2h4v4h-4z",
}
"""What is drawn from the upper left corner of a square; a shape for those who see no colours."""
NAMED = 3


def strip(days: Sequence[date], states: Mapping[date, State], label: str) -> Markup:
    """The squares of some days, oldest first; a day that is not known has a dot."""
    from markupsafe import Markup

    paths: dict[str, list[str]] = {}
    for place, day in enumerate(days):
        state, x = states.get(day), place * STEP + 1
        shape = SHAPES[state] if state else "m3 3h2v2h-2z"
        paths.setdefault(state.value if state else "none", []).append(f"M{x} 1{shape}")
    drawn = "".join(f'<path class="f-{name}" d="{"".join(d)}"/>' for name, d in paths.items())
    width = len(days) * STEP
    text = escape(f"{label}: {in_words(days, states)}", quote=True)
    return Markup(
        f'<svg class="strip" viewBox="0 0 {width} 10" role="img" aria-label="{text}">{drawn}</svg>'
    )


def squares(
    days: Sequence[date], states: Mapping[date, State], texts: Mapping[date, str]
) -> Markup:
    """The same in large, where each day says what it was under the pointer."""
    from markupsafe import Markup

    drawn = []
    for place, day in enumerate(days):
        state, x = states.get(day), place * STEP + 1
        shape = SHAPES[state] if state else "m3 3h2v2h-2z"
        said = f"{day_name(day)}: {state.word if state else 'not known'}"
        more = texts.get(day, "")
        title = escape(f"{said}. {more}" if more else said)
        name = state.value if state else "none"
        drawn.append(f'<path class="f-{name}" d="M{x} 1{shape}"><title>{title}</title></path>')
    width = len(days) * STEP
    text = escape(in_words(days, states), quote=True)
    return Markup(
        f'<svg class="strip large" viewBox="0 0 {width} 10" role="img" aria-label="{text}">'
        f"{''.join(drawn)}</svg>"
    )


def in_words(days: Sequence[date], states: Mapping[date, State]) -> str:
    """`30 days to Sun 29 Nov: 28 PASS, 2 FAIL (Fri 27 Nov, Sat 28 Nov)`."""
    parts = []
    for state in State:
        on = [day for day in days if states.get(day) is state]
        if not on:
            continue
        named = ", ".join(day_name(day) for day in on[-NAMED:])
        more = "…, " if len(on) > NAMED else ""
        parts.append(f"{len(on)} {state.word}{f' ({more}{named})' if state.speaks else ''}")
    unknown = sum(day not in states for day in days)
    if unknown:
        parts.append(f"{unknown} not known")
    until = f" to {day_name(days[-1])}" if days else ""
    return f"{counted(len(days), 'day')}{until}: {', '.join(parts)}"
