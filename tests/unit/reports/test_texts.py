"""A report as JSON, Markdown and HTML: complete, valid, and safe whatever the rows say."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from warehouse_exporter.alerting.assets import runbooks
from warehouse_exporter.cli.main import main
from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Outcome, Pass
from warehouse_exporter.history.model import Judged, Past, State
from warehouse_exporter.reports.advice import steps_of
from warehouse_exporter.reports.data import as_json, schema
from warehouse_exporter.reports.made import Report, report_of, view_of
from warehouse_exporter.reports.markdown import as_markdown
from warehouse_exporter.reports.page import as_html

from tests.support.made import Said, config, found, pass_of, passed, unmeasured
from tests.support.pages import AT, MANY, ONE, Wrong, pass_over, shop_config
from tests.support.warehouses import NOON
from tests.unit.web.test_page import CHECKS, EVERY, FINE, METRICS, OWNED, YESTERDAY

EVIL = "[here](http://evil.example) <img src=x> | `a` **b**\r\n# Title\u202e http://evil.example"
PASSES: dict[str, dict[str, Said]] = {
    "fine": FINE,
    "every": EVERY,
    "evil": {**FINE, "orders.volume": found(Outcome.CRITICAL, EVIL, {}, {"channel": EVIL})},
    "down": {name: unmeasured(Reason.CONNECTION) for name in EVERY},
}


def made(name: str, *, alerts: str = "", exit_code: int = 1) -> Report:
    """The report of a pass."""
    up = name != "down"
    made_for = config(CHECKS, orders=OWNED, more=f"{METRICS}\n{alerts}")
    return report_of(made_for, pass_of(PASSES[name], up=up), exit_code)


def shop(wrong: Wrong) -> tuple[Config, Pass]:
    """The sample shop after a pass in which some checks are wrong."""
    of = shop_config()
    return of, pass_over(of, wrong)


def checked(report: Report) -> dict[str, Any]:
    """The JSON as a program reads it, after the schema was held to it."""
    data: dict[str, Any] = json.loads(as_json(report))
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(json.loads(schema()), format_checker=checker).validate(data)
    return data


@pytest.mark.parametrize("name", PASSES)
def test_every_report_is_as_its_schema_says(name: str) -> None:
    data = checked(made(name))
    assert data["schema_version"] == 1
    assert sum(data["counts"].values()) == len(data["checks"])
    told = [*(cause["check"] for cause in data["causes"])]
    told += [one for cause in data["causes"] for one in cause["symptoms"]]
    speaking = [c for c in data["checks"] if c["state"] in ("critical", "unmeasured", "warning")]
    names = sorted(f"{one['dataset']}.{one['check']}" for one in speaking)
    assert sorted(filter(None, told)) == names, "each finding is in one cause"


def test_the_command_prints_the_schema() -> None:
    printed = CliRunner().invoke(main, ["schema", "--of", "report"]).stdout
    assert printed == schema()
    jsonschema.Draft202012Validator.check_schema(json.loads(printed))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**checked(made("fine")), "schema_version": 2}, json.loads(printed))


def test_the_json_has_what_a_program_wants_to_know() -> None:
    data = checked(made("every"))
    assert (data["as_of"], data["day"]) == ("2026-03-10T12:00:00+00:00", "2026-03-09")
    assert (data["exit_code"], data["duration_seconds"], data["statements"]) == (1, 0.5, 3)
    assert re.fullmatch("[0-9a-f]{64}", data["config_sha256"])
    assert set(data["versions"]) == {"warehouse_exporter", "python"}
    worst = data["checks"][0]
    assert (worst["outcome"], worst["limits"]) == ("critical", {"critical": "> 5%"})
    assert {"sentence", "values", "owner", "since", "runbook"} <= set(worst)
    (sales,) = data["daily"]
    assert (sales["name"], sales["value"], sales["lower"]) == ("sales", 9.0, None)


def test_the_markdown_answers_first_and_then_says_what_to_do() -> None:
    report = report_of(*shop(MANY), 1)
    lines = as_markdown(report).splitlines()
    assert lines[0] == "# Data quality of shop, Mon 9 Mar"
    assert lines[2].startswith("**Yesterday, Mon 9 Mar, is not complete: see ")
    headings = [line for line in lines if line.startswith("## ")]
    assert headings[0] == "## What is wrong"
    assert headings[1].startswith("## Daily numbers")
    first = lines[lines.index("## What is wrong") :][:14]
    assert first[2].startswith("### 1. FAIL: **events.")
    assert any(line.startswith("- owner: growth-data") for line in first)
    assert any(line.startswith("- what to do:") for line in first)
    assert any("| 42 | 30 to 50 | PASS |" in line for line in lines), "with the expected range"
    passing = sum(line.startswith("| **") for line in lines)
    assert passing == report.view.counts[State.PASS] + report.view.counts[State.SKIPPED]


def test_a_report_of_a_good_morning_has_nothing_to_do() -> None:
    text = as_markdown(made("fine", exit_code=0))
    assert "**Yesterday, Mon 9 Mar, is complete. All 6 checks pass.**" in text
    assert "What is wrong" not in text
    assert "exit code 0." in text


def test_rows_make_no_links_no_html_and_no_rows_of_their_own() -> None:
    text = as_markdown(made("evil"))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert re.findall(r"<a |<img|<script|<h1>Title", html) == []
    assert "http://evil" not in text
    assert "\u202e" not in text
    page = as_html(made("evil"))
    assert "<img" not in page
    assert "href" not in page.split('<p class="sentence">')[1].split("</p>")[0]


@pytest.mark.parametrize("name", PASSES)
def test_the_html_is_one_file_that_loads_nothing(name: str) -> None:
    page = as_html(made(name))
    assert re.findall(r"<link|<script|<img|<form|<[^>]*src=|url\(|@import", page) == []
    assert set(re.findall(r'href="([^"]*)"', page)) == {"#main"}
    assert made(name).answer.text in page
    assert "--fail" in page, "its style is in it"
    linked = as_html(made(name, alerts="alerts: {external_url: 'https://wh.example/x/'}"))
    links = set(re.findall(r'href="([^"]*)"', linked)) - {"#main"}
    assert "https://wh.example/x/" in links
    assert all(link.startswith("https://wh.example/x/") for link in links)


def test_the_html_shows_what_the_status_page_shows() -> None:
    page = as_html(report_of(*shop(MANY), 1))
    assert page.count('<article class="cause') == len(report_of(*shop(MANY), 1).causes)
    for part in ("What is wrong", "Daily numbers", "Datasets", "exit code 1", "runbook"):
        assert part in page or part == "runbook"
    assert "Yesterday, Mon 9 Mar, is not complete" in page
    assert "complete. " in as_html(report_of(*shop(ONE), 0))


def test_since_when_is_told_where_the_past_is_known() -> None:
    of = config(CHECKS, orders=OWNED, more=METRICS)
    said = {**FINE, "orders.volume": found(Outcome.CRITICAL, "3 orders")}
    before = YESTERDAY - timedelta(days=1)
    past = Past((before,), {before: {CheckId("orders", "volume"): Judged(State.WARNING)}})
    report = report_of(of, pass_of(said), 1, past)
    assert "- since Sun 8 Mar (2 days)" in as_markdown(report)
    assert checked(report)["checks"][0]["since"] == "2026-03-08"


def test_right_after_a_build_the_report_is_about_yesterday() -> None:
    at = NOON - timedelta(hours=10)
    for of, day in ((config(CHECKS), "2026-03-08"), (config(CHECKS).after_build(), "2026-03-09")):
        said = {"orders.volume": passed(rows=9)}
        assert str(view_of(of, pass_of(said, at)).day) == day


def test_every_runbook_says_what_to_do() -> None:
    alerts = [name for name in runbooks() if name.startswith("Warehouse")]
    assert len(alerts) > 40
    for alert in alerts:
        told = steps_of(alert)
        assert told, alert
        assert not re.search(r"\]\(|^- |```", "\n".join(told), re.MULTILINE), alert
    assert steps_of("SomebodyElses") == []


def test_the_clock_of_a_report_is_that_of_the_pass() -> None:
    report = report_of(*shop(ONE), 0)
    assert checked(report)["as_of"] == AT.isoformat()
