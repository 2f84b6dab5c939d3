"""Who is paged when several alerts fire: the label `explained_by`, by promtool."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config.load import parse

from tests.support.alerts import series
from tests.support.chained import CHAINED
from tests.support.programs import needs

pytestmark = needs("promtool")
LONG = 150
GAUGES = {
    "events.freshness": ("newest_row_timestamp_seconds", "0+60", "-9999+60"),
    "events.duplicates_id": ("rows_failed", "0", "7"),
    "orders.volume": ("rows", "100", "0"),
    "orders.completeness_client_id": ("column_null_ratio", "0", "1"),
    "orders.completeness_revenue": ("column_null_ratio", "0", "1"),
    "orders.tracking_coverage": ("tracking_coverage_ratio", "1", "0"),
    "orders.agreement_revenue": ("totals_difference", "0", "5"),
    "ads.volume": ("rows", "100", "0"),
}
"""Check -> its gauge, a value that is fine, and one that is in breach."""
ALL = tuple(GAUGES)


def values(check: str, begins: int | None, ends: int, back: tuple[int, int] | None = None) -> str:
    """The gauge of a check by the minute: fine, in breach, and fine again; then both once more."""
    _, fine, broken = GAUGES[check]
    if begins is not None and back is not None:
        phases = (fine, begins), (broken, ends - begins), (fine, back[0] - ends)
        more = (broken, back[1] - back[0]), (fine, LONG)
        return " ".join(f"{value}x{minutes - 1}" for value, minutes in (*phases, *more))
    if begins is None:
        return f"{fine}x{LONG}"
    if "+" not in fine:
        return f"{fine}x{begins - 1} {broken}x{ends - begins - 1} {fine}x{LONG}"
    start, later = 60 * begins - 9999, 60 * ends
    return f"0+60x{begins - 1} {start}+60x{ends - begins - 1} {later}+60x{LONG}"


@dataclass(frozen=True)
class Case:
    """From and until which minute checks are in breach, and who explains them at some minutes."""

    broken: Mapping[str, tuple[int, int]]
    seen: Mapping[int, Mapping[str, str]]
    back: tuple[int, int] | None = None
    """From and until when the same checks are in breach again."""


NOBODY = "nothing"
CASES = {
    "a load that is late explains what begins while it lasts, here and downstream": Case(
        {"events.freshness": (10, 140), "orders.volume": (80, 140)},
        {90: {"events.freshness": NOBODY, "orders.volume": "events/load/all"}},
    ),
    "rows that are wrong in themselves are told, whatever did not arrive": Case(
        {"events.freshness": (10, 140), "events.duplicates_id": (12, 140)},
        {20: {"events.freshness": NOBODY, "events.duplicates_id": NOBODY}},
    ),
    "two faults of one dataset are two pages": Case(
        {"orders.completeness_client_id": (10, 140), "orders.completeness_revenue": (10, 140)},
        {
            20: {
                "orders.completeness_client_id": NOBODY,
                "orders.completeness_revenue": NOBODY,
            }
        },
    ),
    "what begins together with its cause is explained": Case(
        {"orders.volume": (10, 140), "orders.tracking_coverage": (14, 140)},
        {130: {"orders.volume": NOBODY, "orders.tracking_coverage": "orders/presence/volume"}},
    ),
    "an old finding that is still open explains nothing new": Case(
        {"orders.volume": (10, 140), "orders.tracking_coverage": (60, 140)},
        {130: {"orders.volume": NOBODY, "orders.tracking_coverage": NOBODY}},
    ),
    "what was told before its cause stays what it was": Case(
        {"orders.tracking_coverage": (10, 140), "orders.volume": (11, 140)},
        {130: {"orders.volume": NOBODY, "orders.tracking_coverage": NOBODY}},
    ),
    "a cause that is over first does not release what follows from it": Case(
        {"orders.volume": (10, 30), "orders.tracking_coverage": (10, 35)},
        {
            30: {"orders.volume": NOBODY, "orders.tracking_coverage": "orders/presence/volume"},
            35: {"orders.tracking_coverage": "orders/presence/volume"},
            50: {},
        },
    ),
    "what goes on long after its cause is told": Case(
        {"orders.volume": (10, 30), "orders.tracking_coverage": (10, 140)},
        {130: {"orders.tracking_coverage": NOBODY}},
    ),
    "what comes back waits with what follows from it, and if it stays they are one page": Case(
        {"orders.volume": (10, 20), "orders.tracking_coverage": (10, 20)},
        {
            15: {"orders.volume": NOBODY, "orders.tracking_coverage": "orders/presence/volume"},
            22: {},
            27: {"orders.volume": "again", "orders.tracking_coverage": "again"},
            40: {"orders.volume": NOBODY, "orders.tracking_coverage": "orders/presence/volume"},
            70: {},
        },
        back=(26, 60),
    ),
    "values explain what is computed from their column, and nothing else": Case(
        {
            "orders.completeness_client_id": (10, 140),
            "orders.completeness_revenue": (10, 140),
            "orders.agreement_revenue": (10, 140),
        },
        {
            20: {
                "orders.completeness_client_id": NOBODY,
                "orders.completeness_revenue": NOBODY,
                "orders.agreement_revenue": "orders/values/revenue",
            }
        },
    ),
    "another chain is never explained": Case(
        {"events.freshness": (10, 140), "ads.volume": (10, 140)},
        {20: {"events.freshness": NOBODY, "ads.volume": NOBODY}},
    ),
}


def question(minute: int, fires: Mapping[str, str]) -> dict[str, object]:
    """What promtool is asked: which critical alerts fire, and what explains them."""
    wanted = []
    for check, cause in fires.items():
        dataset, _, name = check.partition(".")
        labels = {"dataset": dataset, "check": name, "explained_by": cause}
        shown = ",".join(f'{key}="{text}"' for key, text in labels.items())
        wanted.append({"labels": f"{{{shown}}}", "value": 1})
    alerts = 'ALERTS{check!="",severity="critical",alertstate="firing"}'
    expr = f"count by (dataset, check, explained_by) ({alerts})"
    return {"expr": expr, "eval_time": f"{minute}m", "exp_samples": wanted}


@cache
def rules_of(config: str) -> str:
    """The rules of a config, which several cases share."""
    return render(parse(config, "warehouse.yml", {}))


def judged(
    folder: Path,
    given: list[dict[str, str]],
    asked: list[dict[str, object]],
    config: str = CHAINED,
) -> str:
    """What promtool finds wrong."""
    (folder / "rules.yml").write_text(rules_of(config))
    test = {"interval": "1m", "input_series": given, "promql_expr_test": asked}
    whole = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yml").write_text(yaml.safe_dump(whole))
    command = ["promtool", "test", "rules", "test.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("name", CASES)
def test_an_alert_says_what_it_follows_from(name: str, tmp_path: Path) -> None:
    case, given = CASES[name], []
    for check in ALL:
        begins, ends = case.broken.get(check, (None, 0))
        given += lines_of(check, begins, ends, back=case.back)
    asked = [question(minute, fires) for minute, fires in case.seen.items()]
    assert judged(tmp_path, given, asked) == ""


def lines_of(
    check: str, begins: int | None, ends: int, like: str = "", back: tuple[int, int] | None = None
) -> list[dict[str, str]]:
    """The series of a check, which has the gauge of another one if it is like it."""
    gauge = GAUGES[like or check][0]
    column = {"column": check.partition("_")[2]} if "completeness" in check else {}
    return [
        {
            "series": series(gauge, check, **column),
            "values": values(like or check, begins, ends, back),
        },
        {"series": series("check_measured", check), "values": f"1x{LONG}"},
    ]


def test_two_that_lose_their_cause_together_are_one_page(tmp_path: Path) -> None:
    """They may follow from each other; if each did, nobody would be told."""
    volume = 'volume: {warning: "< 9", critical: "< 5"}'
    two = CHAINED.replace(volume, f'{volume}\n      - volume: {{name: app, critical: "< 5"}}')
    given = lines_of("events.freshness", 10, 30)
    given += lines_of("orders.volume", 10, 140)
    given += lines_of("orders.app", 10, 140, "orders.volume")
    late = "events/load/all"
    asked = [
        question(20, {"events.freshness": NOBODY, "orders.volume": late, "orders.app": late}),
        question(130, {"orders.volume": NOBODY, "orders.app": "orders/presence/volume"}),
    ]
    assert judged(tmp_path, given, asked, two) == ""


def test_what_cannot_be_measured_for_one_reason_is_one_page(tmp_path: Path) -> None:
    given = [
        {"series": series("check_measured", check), "values": f"1x9 0x{LONG}"} for check in ALL
    ]
    told = 'count by (dataset) (ALERTS{check!="",alertstate="firing",explained_by="nothing"})'
    wanted = [
        {"labels": f'{{dataset="{name}"}}', "value": 1} for name in ("events", "orders", "ads")
    ]
    asked: list[dict[str, object]] = [{"expr": told, "eval_time": "60m", "exp_samples": wanted}]
    assert judged(tmp_path, given, asked) == ""


def test_nothing_is_judged_before_prometheus_writes_down_what_fires(tmp_path: Path) -> None:
    """It does not in the first two evaluations, nor in those after a pause of five minutes."""
    check = "orders.volume"
    given = [
        {"series": series("rows", check), "values": f"0x{LONG}"},
        {"series": series("check_measured", check), "values": f"1x{LONG}"},
    ]
    asked = [
        question(minute, {check: NOBODY} if minute > 1 else {}) for minute in (0, 1, 2, 3, LONG)
    ]
    assert judged(tmp_path, given, asked) == ""
