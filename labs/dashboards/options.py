"""What the JSON of a panel says about its series: units, colours, thresholds, words for values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from labs.dashboards.ask import Panel
from labs.dashboards.shapes import PALETTE, color


def defaults(panel: Panel) -> Mapping[str, Any]:
    """What holds for all series of a panel."""
    found: Mapping[str, Any] = panel["fieldConfig"]["defaults"]
    return found


def options(panel: Panel, name: str) -> dict[str, Any]:
    """What holds for a series of that name alone."""
    found: dict[str, Any] = {}
    for override in panel["fieldConfig"].get("overrides", ()):
        how, what = override["matcher"]["id"], override["matcher"]["options"]
        if what == name or (how == "byRegexp" and re.search(what.strip("/"), name)):
            found |= {one["id"]: one.get("value") for one in override["properties"]}
    return found


def colored(panel: Panel, place: int, name: str) -> str:
    """The colour of a series."""
    given = options(panel, name).get("color", {}).get("fixedColor")
    return color(given) if given else PALETTE[place % len(PALETTE)]


def step_color(panel: Panel, value: float) -> str:
    """The colour that thresholds give a value."""
    found = "text"
    for step in defaults(panel).get("thresholds", {}).get("steps", ()):
        if step["value"] is None or value >= step["value"]:
            found = step["color"]
    return str(found)


def mapped(panel: Panel, value: float) -> tuple[str, str]:
    """The word and the colour that stand for a value, if any do."""
    for mapping in defaults(panel).get("mappings", ()):
        found = mapping["options"].get(f"{value:g}")
        if found:
            return found.get("text", ""), found.get("color", "")
    return "", ""
