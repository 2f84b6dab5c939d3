"""docs/reference/profiles.md leaves nothing out: every check of every profile is on it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from warehouse_exporter import profiles
from warehouse_exporter.config import Check, load

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "profiles.md"
SPECIAL = tuple(f"monitoring_report.{end}" for end in ("md", "json", "html"))
"""What looks like the address of a check and is none."""
NAMES = profiles.names()


@cache
def section(name: str) -> str:
    """The part of the page about a profile."""
    (_, *parts) = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (found,) = [part for part in parts if part.startswith(f"{name}\n")]
    return found


def rows(name: str) -> list[str]:
    """What a profile's table says, requirement by requirement."""
    lines = [re.split(r"(?<!\\)\|", line) for line in section(name).splitlines()]
    cells = [cell for cell in lines if len(cell) == 4 and not set(cell[2]) <= {"-"}]
    return [here.strip() for _, _, here, _ in cells[1:]]


def addresses(text: str) -> set[str]:
    """The addresses of checks in a text."""
    return set(re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", text)) - set(SPECIAL)


def checks_of(name: str) -> dict[str, Check]:
    """The checks of a profile by address."""
    config = load(profiles.file_of(name), {"WAREHOUSE_DSN": ""})
    return {str(check.id): check for check in config.checks}


@pytest.mark.parametrize("name", NAMES)
def test_the_page_and_the_profile_name_the_same_checks(name: str) -> None:
    assert addresses(section(name)) == set(checks_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_requirement_has_an_answer(name: str) -> None:
    assert len(rows(name)) > 5
    assert all(rows(name))


@pytest.mark.parametrize("name", [*NAMES, "What all of them need from the program"])
def test_nothing_is_open(name: str) -> None:
    """What the descriptions ask for is there: `tests/database/copies` has the last of it."""
    assert "**open**" not in section(name)


def test_the_dashboards_mark_the_days_that_failed() -> None:
    boards = sorted((PAGE.parents[2] / "grafana" / "dashboards").glob("**/*.json"))
    assert len(boards) >= 4
    for board in boards:
        (mark,) = json.loads(board.read_text())["annotations"]["list"]
        assert (mark["name"], mark["enable"]) == ("Failed", True)
        assert 'ALERTS{alertstate="firing",severity="critical"' in mark["expr"]


def test_the_quoted_limits_are_those_of_the_profiles() -> None:
    daily = checks_of("daily-aggregate")
    texts = {
        s.value: c.text for s, c in daily["daily_metrics.mad_orders"].kind.conditions().items()
    }
    assert texts == {
        "critical": "z <= -5 and value < 30 % of the median",
        "warning": "z <= -3 and value < 60 % of the median",
    }
    limits = {
        ("daily-checks", "events.change_events"): (
            "critical fall of 100 % warning fall of 50 % or rise of 50 %"
        ),
        ("utc-partitions", "orders.zscore_revenue"): "warning |z| >= 3 and change >= 30 %",
        ("utc-partitions", "attribution.channel_mix"): "warning >= 15% or vanished",
        ("layered-tests", "events.freshness_loaded"): "critical > 24h warning > 12h",
        ("pipeline-audit", "pipeline.quarantine_rate"): "critical > 6% warning > 5%",
        ("pipeline-audit", "events.zscore_events"): "critical |z| >= 3",
        ("pipeline-audit", "events.missing_revenue"): "critical >= 1%",
        ("daily-aggregate", "daily_metrics.no_orders"): "critical fall of 100 %",
    }
    for (profile, address), said in limits.items():
        found = checks_of(profile)[address].kind.conditions()
        assert " ".join(f"{s.value} {c.text}" for s, c in found.items()) == said


def test_beside_each_critical_of_the_recommended_one_stands_why_somebody_must_get_up() -> None:
    lines = profiles.text_of(profiles.DEFAULT).splitlines()
    begun, unsaid = lines.index("datasets:"), []
    for place in range(begun, len(lines)):
        begun = place if lines[place].lstrip().startswith("- ") else begun
        written = lines[place].partition("#")[0]
        if "critical:" in written and "#" not in lines[place]:
            unsaid += [] if lines[begun - 1].lstrip().startswith("#") else [lines[place]]
    assert unsaid == []
