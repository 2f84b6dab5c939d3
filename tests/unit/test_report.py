"""The table, the Markdown and the JSON of a pass."""

from __future__ import annotations

import io
import json
import math
import re

import pytest
from rich.console import Console
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Outcome, Sample, Severity
from warehouse_exporter.passes.verdicts import judge_sample
from warehouse_exporter.publish import report
from warehouse_exporter.publish.table import STYLES, print_table

from tests.support.made import config, found, pass_of, passed, skipped, unmeasured
from tests.support.warehouses import NOON

LONG = "5 of 100 rows without client_id " + "and so on " * 30
CONFIG = config(
    "volume: {critical: '< 5', warning: '< 9'}\n"
    "duplicates: {critical: '> 0'}\n"
    "freshness: {critical: '> 24h'}\n"
    "completeness: {column: 'a|b', critical: '> 5%'}\n"
    "future_rows: {info: '> 0'}",
    orders="{relation: orders, time: ts, key: id, owner: 'growth|data'}",
)
DONE = pass_of(
    {
        "orders.volume": passed(rows=9),
        "orders.duplicates": skipped(),
        "orders.freshness": unmeasured(Reason.LOCK),
        "orders.completeness_a|b": found(
            Outcome.CRITICAL, f"{LONG}| <b>\nnext", {"rows_failed": math.inf}, {"column": "a|b"}
        ),
        "orders.future_rows": found(Outcome.WARNING, "1 row", severity=Severity.INFO),
    }
)


def table(**options: bool) -> str:
    """The table as it is written to a file, or to a terminal of 60 columns."""
    file = io.StringIO()
    print_table(DONE.results, NOON, Console(file=file, width=60, **options))  # type: ignore[arg-type]
    return file.getvalue()


def test_the_plain_table_has_one_line_per_verdict_worst_first() -> None:
    head, *rows, blank, summary = table().splitlines()
    assert head.split() == ["VERDICT", "CHECK", "REASON"]
    words = [re.split(r"  +", row)[:2] for row in rows]
    assert words == [
        ["FAIL", "orders.completeness_a|b"],
        ["UNKNOWN", "orders.freshness"],
        ["WARN (info)", "orders.future_rows"],
        ["SKIP", "orders.duplicates"],
        ["PASS", "orders.volume"],
    ]
    assert rows[0].endswith(f"{LONG}| <b> next")
    assert blank == ""
    assert summary == "1 FAIL, 1 UNKNOWN, 1 WARN, 1 SKIP, 1 PASS as of 2026-03-10 12:00:00 UTC"


def test_what_data_says_cannot_steer_the_terminal() -> None:
    done = pass_of({"orders.volume": found(Outcome.PASS, "1 for shop=\x1b[2Jx\r\ny")})
    for terminal in (True, False):
        file = io.StringIO()
        console = Console(file=file, force_terminal=terminal, no_color=True, width=80)
        print_table(done.results, NOON, console)
        assert "\x1b[2J" not in file.getvalue()
        assert "\r" not in file.getvalue()
        assert "shop= [2Jx  y" in file.getvalue()


def test_no_check_at_all_is_said_in_words() -> None:
    assert report.summary({}, NOON) == "no checks as of 2026-03-10 12:00:00 UTC"


def test_colour_and_folding_are_for_terminals_only() -> None:
    assert "\x1b[" not in table()
    shown = table(force_terminal=True)
    assert "\x1b[1;31mFAIL" in shown
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in shown.splitlines()[:-1]) <= 60
    assert not re.search(r"\x1b\[[\d;]*3\d", table(force_terminal=True, no_color=True))


def test_the_markdown_table_cannot_be_broken_by_what_is_in_it() -> None:
    text = report.markdown(DONE.results, NOON, CONFIG)
    head, _, summary, _, *lines = text.splitlines()
    assert head == "# Data quality report"
    assert summary.startswith("1 FAIL")
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in lines]
    assert cells == [5] * 7
    assert "`orders.completeness_a\\|b`" in lines[2]
    assert "&lt;b> next" in lines[2]
    assert "| growth\\|data |" in lines[2]


def test_the_json_has_every_field_of_every_verdict() -> None:
    def strict(constant: str) -> float:
        raise AssertionError(f"{constant} is not JSON")

    data = json.loads(report.as_json(DONE.results, NOON, CONFIG), parse_constant=strict)
    assert data["as_of"] == "2026-03-10T12:00:00+00:00"
    assert data["counts"] == {
        "critical": 1, "unmeasured": 1, "warning": 1, "skipped": 1, "pass": 1,
    }  # fmt: skip
    fail, unknown, info, skip, fine = data["checks"]
    assert fail == {
        "dataset": "orders",
        "check": "completeness_a|b",
        "kind": "completeness",
        "ids": fail["ids"],
        "owner": "growth|data",
        "outcome": "critical",
        "severity": "critical",
        "reason": None,
        "sentence": f"{LONG}| <b>\nnext",
        "accepted": None,
        "text": f"{LONG}| <b>\nnext",
        "labels": {"column": "a|b"},
        "values": {"warehouse_rows_failed": "inf"},
        "limits": {"critical": "> 5%"},
    }
    assert fail["ids"]
    assert (unknown["reason"], unknown["values"]) == ("lock", {})
    assert (info["outcome"], info["severity"]) == ("warning", "info")
    assert (skip["outcome"], skip["severity"], skip["labels"]) == ("skipped", None, {})
    assert fine["values"] == {"warehouse_rows": 9}
    assert fine["limits"] == {"critical": "< 5", "warning": "< 9"}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_style(outcome: Outcome) -> None:
    assert STYLES[outcome]


def test_a_number_without_a_limit_has_no_verdict_and_comes_last() -> None:
    shown = Sample({"value": 22.0}, "orders 22", skipped="orders 22 (no limit)", only_shown=True)
    number = judge_sample(shown, {}, NOON)
    said = {"orders.metric": number, "orders.volume": passed(rows=9), "orders.silence": skipped()}
    results = pass_of(said).results
    assert [report.word(verdict) for _, verdict in report.lines(results)] == ["SKIP", "PASS", "-"]
    counted, _, _ = report.summary(results, NOON).partition(" as of")
    assert counted == "1 SKIP, 1 PASS, 1 number without a limit"
