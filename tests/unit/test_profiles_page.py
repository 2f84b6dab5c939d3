"""docs/reference/profiles.md has every check of every profile, and every id."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from warehouse_exporter import profiles
from warehouse_exporter.config import Check, load
from warehouse_exporter.kinds import all_kinds

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "profiles.md"
BEHAVIOURS = {f"O{number}" for number in range(1, 13)}
SPECIAL = ("report.md", "report.json")
"""What looks like the address of a check and is none."""
NAMES = profiles.names()


@cache
def section(name: str) -> str:
    """The part of the page about a profile."""
    (_, *parts) = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (found,) = [part for part in parts if part.startswith(f"{name}\n")]
    return found


def rows(name: str) -> list[tuple[set[str], set[str], str]]:
    """Per row of a profile's table: its ids, the addresses of checks in it, and its text."""
    found = []
    for line in section(name).splitlines():
        cells = re.split(r"(?<!\\)\|", line)
        if len(cells) == 5 and not set(line) <= set("|-") and cells[2].strip() != "id":
            found.append((set(cells[2].split()), addresses(cells[3]), cells[3]))
    return found


def addresses(text: str) -> set[str]:
    """The addresses of checks in a text."""
    return set(re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", text)) - set(SPECIAL)


def checks_of(name: str) -> dict[str, Check]:
    """The checks of a profile by address."""
    config = load(profiles.file_of(name), {"WAREHOUSE_DSN": ""})
    return {str(check.id): check for check in config.checks}


def test_every_kind_of_a_profile_has_its_place() -> None:
    ids = {id for kind in all_kinds().values() for id in kind.ids} | BEHAVIOURS
    used = {check.kind.ids for name in NAMES for check in checks_of(name).values()}
    told = set(re.findall(r"\b[A-Z]\d{1,2}\b", PAGE.read_text(encoding="utf-8")))
    assert [of for of in used if not told & set(of)] == []
    assert told - ids == set(), "ids that do not exist"


@pytest.mark.parametrize("name", NAMES)
def test_the_page_and_the_profile_name_the_same_checks(name: str) -> None:
    assert addresses(section(name)) == set(checks_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_check_stands_beside_an_id_that_its_kind_has(name: str) -> None:
    checks = checks_of(name)
    for ids, named, text in rows(name):
        for address in named:
            assert ids & set(checks[address].kind.ids), f"{address}: {text}"


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_answered(name: str) -> None:
    """By a check, by a behaviour of the program, or by saying that it is open."""
    assert rows(name)
    for ids, named, text in rows(name):
        assert ids, text
        answered = named or "**open**" in text or ids & BEHAVIOURS or "above" in text
        assert answered, text


def test_what_is_open_is_open_in_every_place() -> None:
    """Quarantine and the like: whoever builds them mends the page, or this fails."""
    for id in ("O7", "O11"):
        (line,) = [
            line for line in section("What all of them ask of the program").splitlines()
            if line.startswith(f"| {id} ")
        ]  # fmt: skip
        assert "**open**" in line


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
