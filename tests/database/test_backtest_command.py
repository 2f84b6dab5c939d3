"""The backtest as a command: its tables and documents, its exit codes, and Ctrl-C."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.backtest.screen import Bar

from tests.chain.test_process import BACKENDS, SLOW, queries
from tests.conftest import execute
from tests.database.test_backtest import ORDERS
from tests.database.test_cli_check import on_a_terminal
from tests.support.serving import wait_for
from tests.support.warehouses import config_of
from tests.unit.test_cli import ask, run

AS_OF = "--as-of=2026-03-10T12:00:00+00:00"
CHECKS = """
    volume: {critical: '< 10'}
    completeness: {column: revenue, warning: '> 0'}
    duplicates: {critical: '> 0'}
"""
MORE = "metrics: {orders: {dataset: orders, count: '*'}}"
GONE = "DELETE FROM orders WHERE id IN (321, 331, 361)"


@pytest.fixture
def shop(database: str) -> str:
    """Ten orders a day, nine on three days."""
    execute(database, f"{ORDERS}; {GONE}")
    return database


def write(folder: Path, checks: str = CHECKS, more: str = MORE) -> str:
    """A config file as an option of the command line."""
    file = folder / "config.yml"
    items = {"items": "{relation: orders, time: ts, checks: [volume: {critical: '< 1'}]}"}
    file.write_text(config_of(checks, items, more=more))
    return f"--config.file={file}"


def columns(text: str, start: str) -> list[str]:
    """The cells of the first line that begins so."""
    (line, *_) = [line for line in text.splitlines() if line.startswith(start)]
    return re.split("  +", line.strip())


def test_it_says_on_which_days_each_check_would_have_spoken(shop: str, tmp_path: Path) -> None:
    result = ask("backtest", write(tmp_path), AS_OF, "--days=14", dsn=shop)
    assert result.exit_code == 0
    assert result.stderr == "14 days, 5 checks: 6 statements\n"
    assert columns(result.stdout, "CHECK") == [
        "CHECK", "FAIL", "UNKNOWN", "WARN", "INFO", "SKIP", "EPISODES", "A WEEK", "FIRED ON",
    ]  # fmt: skip
    assert columns(result.stdout, "orders.volume") == [
        "orders.volume", "3", "-", "-", "-", "-", "2", "1.0",
        "2026-03-06 to 2026-03-07, 2026-03-10",
    ]  # fmt: skip
    assert columns(result.stdout, "orders.metric_orders")[5:6] == ["14"]
    assert columns(result.stdout, "orders ") == [
        "orders", "3", "2", "1.0", "2026-03-06 to 2026-03-07, 2026-03-10",
    ]  # fmt: skip
    assert columns(result.stdout, "orders/presence/volume") == [
        "orders/presence/volume", "2", "-", "2026-03-06 (page), 2026-03-10 (page)",
    ]  # fmt: skip
    assert result.stdout.splitlines()[-3:] == [
        "2 episodes of 1 dataset, 1.0 a week in 14 days from 2026-02-25 to 2026-03-10.",
        "People get 2 pages and 0 tickets: 4.3 pages and 0.0 tickets a month.",
        "Judged on the rows as they are now: late rows are there on every day.",
    ]


METRICS = """
metrics:
  orders: {dataset: orders, count: "*"}
  revenue: {dataset: orders, sum: revenue}
anomalies:
  - {metrics: [orders, revenue], method: change, direction: fall, critical: {fall: 5%}}
"""


def test_limits_are_proposed_to_paste(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, more=METRICS)
    suggest = ["--suggest=critical: 0", "--real=2026-03-10"]
    result = ask("backtest", config, AS_OF, "--days=14", suggest[0], dsn=shop)
    assert result.exit_code == 0
    assert columns(result.stdout, "orders.volume critical") == [
        "orders.volume critical", "< 10", "2", *["11/11 100 %"] * 3, "-", "-",
    ]  # fmt: skip
    assert columns(result.stdout, "  suggested")[:3] == ["suggested", "< 9", "0"]
    lines = result.stdout[result.stdout.index("To paste:") :].splitlines()
    place = next(n for n, line in enumerate(lines) if line.endswith(", orders.volume"))
    file = config.partition("=")[2]
    written = Path(file).read_text().splitlines()
    number = int(re.findall(r":(\d+), ", lines[place])[0])
    assert "volume: {critical: '< 10'}" in written[number - 1]
    assert lines[place + 1 : place + 4] == [
        "# critical: < 10 is now < 9: 2 false alarms, then 0",
        "# silent then: 2026-03-06, 2026-03-07, 2026-03-10",
        'critical: "< 9"',
    ]
    asked = ask("backtest", config, AS_OF, "--days=14", *suggest, "--format=json", dsn=shop)
    by_check = {
        (f"{one['dataset']}.{one['check']}", one["term"]): one
        for one in json.loads(asked.stdout)["suggested"]
    }
    kept = by_check["orders.volume", None]
    assert kept["suggested"] is None
    assert (
        kept["because"] == "kept: with fewer false alarms it would miss 2026-03-10, which was real"
    )
    (fall,) = [line for line in lines if line.startswith("- {metrics: [revenue]")]
    again = METRICS.replace("[orders, revenue]", "[orders]") + f"  {fall}\n"
    assert ask("validate", write(tmp_path, more=again), dsn=shop).exit_code == 0


@pytest.mark.parametrize("wish", ["often", "3"])
def test_a_wish_that_is_none_is_refused(wish: str, tmp_path: Path) -> None:
    result = ask("backtest", write(tmp_path), f"--suggest={wish}", dsn="dbname=nowhere")
    assert result.exit_code == 2
    assert "write a number and a period, such as '1 a month'" in result.stderr


def test_another_limit_stands_beside(shop: str, tmp_path: Path) -> None:
    limit = "--set=orders.volume.critical=< 9"
    result = ask("backtest", write(tmp_path), AS_OF, "--days=7", limit, dsn=shop)
    text = result.stdout
    assert columns(text, "  with critical") == ["with critical < 9", *"--------"[1:]]
    assert columns(text, "  with --set") == ["with --set", "-", "-", "-"]
    assert "With --set: 0 episodes, 0.0 a week." in text
    assert "With --set, people get 0 pages and 0 tickets: 0.0 pages and 0.0 tickets a mo" in text


def test_other_limits_see_other_faults(shop: str, tmp_path: Path) -> None:
    options = ["--days=7", "--inject", "--set=orders.volume.critical=< 5"]
    text = ask("backtest", write(tmp_path), AS_OF, *options, dsn=shop).stdout
    _, faults = text.split("Faults caught, of the days that did not fire without them")
    said = columns(faults, "orders.volume"), columns(faults, "  with critical < 5")
    assert [cells[1:4] for cells in said] == [
        ["4/4 100 %", "4/4 100 %", "4/4 100 %"],
        ["7/7 100 %", "7/7 100 %", "3/7 43 %"],
    ]


def test_what_looks_at_the_table_as_it_is_now_is_named(shop: str, tmp_path: Path) -> None:
    execute(shop, "INSERT INTO orders SELECT * FROM orders WHERE id = 3")
    config = write(tmp_path)
    text = ask("backtest", config, AS_OF, "--days=3", dsn=shop).stdout
    assert "\norders.duplicates looks at the whole table" in text
    text = ask("backtest", config, AS_OF, "--days=3", "--open-days-only", dsn=shop).stdout
    assert columns(text, "orders.duplicates")[1:3] == ["-", "-"]
    assert "as it is now, and" not in text


def test_only_the_datasets_asked_for(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path)
    result = ask("backtest", config, AS_OF, "--days=3", "--dataset=items", dsn=shop)
    assert result.stderr == "3 days, 1 check: 2 statements\n"
    refused = ask(
        "backtest", config, AS_OF, "--dataset=items", "--set=orders.volume.critical=< 9", dsn=shop
    )
    assert refused.exit_code == 2
    assert "there is no check 'orders.volume' here" in refused.stderr


def test_json_has_every_day_that_was_no_pass(shop: str, tmp_path: Path) -> None:
    options = ["--days=7", "--inject", "--format=json", "--set=orders.volume.warning=< 11"]
    data = json.loads(ask("backtest", write(tmp_path), AS_OF, *options, dsn=shop).stdout)
    assert (data["as_of"], len(data["days"])) == ("2026-03-10T12:00:00+00:00", 7)
    volume, revenue = data["checks"][:2]
    assert volume["counts"] == {
        "FAIL": 3, "UNKNOWN": 0, "WARN": 0, "INFO": 0, "SKIP": 0, "PASS": 4,
    }  # fmt: skip
    assert volume["episodes"][0] == {"from": "2026-03-06", "to": "2026-03-07"}
    assert volume["said"][0] == {
        "day": "2026-03-06", "outcome": "critical", "severity": "critical",
        "text": "9 rows on 2026-03-05 (limit at least 10)",
    }  # fmt: skip
    assert volume["changed"]["limits"] == {"critical": "< 10", "warning": "< 11"}
    assert volume["changed"]["counts"]["WARN"] == 4
    assert revenue["changed"] is None
    by_name = {dataset["dataset"]: dataset for dataset in data["datasets"]}
    assert len(by_name["orders"]["changed"]["fired_on"]) == 7
    assert by_name["items"]["changed"] is None
    told = data["messages"]
    assert (told["pages"], told["tickets"], told["changed"]["tickets"]) == (2, 0, 1)
    assert told["pages_a_month"] == 2 * 30 / 7
    assert told["sent"][1] == {
        "day": "2026-03-10", "severity": "critical", "incident": "orders/presence/volume",
        "dataset": "orders", "check": "volume", "unmeasured": False, "datasets": [],
    }  # fmt: skip
    assert data["injected"]["checks"]["orders.volume"]["x0.5"] == {"caught": 4, "silent": 4}
    assert data["injected"]["changed"]["orders.volume"] == {}, "it was never silent"
    assert data["injected"]["not_injected"]["orders.duplicates"] == "it is a statement of its own"


def test_markdown_has_the_same_tables(shop: str, tmp_path: Path) -> None:
    options = ["--days=7", "--inject", "--format=markdown"]
    text = ask("backtest", write(tmp_path), AS_OF, *options, dsn=shop).stdout
    assert text.startswith("# Backtest\n\n2 episodes of 1 dataset, 2.0 a week in 7 days")
    assert re.findall("^## (.*)", text, re.MULTILINE) == [
        "Checks", "Datasets", "Pages and tickets",
        "Faults caught, of the days that did not fire without them",
        "Faults caught by some check of the dataset", "Not injected",
    ]  # fmt: skip
    assert "| orders.volume | 4/4 100 % | 4/4 100 % | 4/4 100 % | 0/4 0 % | - |" in text


def test_colour_is_for_terminals_that_want_it(shop: str, tmp_path: Path) -> None:
    asked = ("backtest", write(tmp_path), AS_OF, "--days=7")
    assert re.search(r"\x1b\[1;31m *3", on_a_terminal(*asked, WAREHOUSE_DSN=shop))
    plain = on_a_terminal(*asked, "--no-color", WAREHOUSE_DSN=shop)
    assert not re.search(r"\x1b\[(?:\d+;)*3\d", plain)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_says_how_far_it_is_on_a_terminal(terminal: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    with Bar(console, "7 days, 5 checks", lambda: False) as bar:
        bar.begin(Step.PLANNING, 7)
        bar.begin(Step.READING, 40)
        for _ in range(3):
            bar.ended("orders, 2026-03-01\x1b[2J")
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "7 days, 5 checks: 40 statements" in said
    assert ("3/40" in said, "orders, 2026-03-01 [2J" in said) == (terminal, terminal)
    assert ("\x1b" in said) == terminal


@pytest.mark.parametrize("options", [["--days=0"], ["--as-of=soon"], ["--set=x"], ["--dataset=y"]])
def test_wrong_usage_ends_with_2(shop: str, tmp_path: Path, options: list[str]) -> None:
    result = ask("backtest", write(tmp_path), *options, dsn=shop)
    assert (result.exit_code, result.stdout) == (2, "")


def test_it_ends_with_3_if_nothing_could_be_read(tmp_path: Path) -> None:
    dead = "postgresql://me:hunter2@127.0.0.1:1/w"
    result = ask("backtest", write(tmp_path), AS_OF, dsn=dead)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("error: connection: ")
    assert "hunter2" not in result.stderr


def test_findings_end_with_0_also_as_a_program(shop: str, tmp_path: Path) -> None:
    ran = run("backtest", write(tmp_path), AS_OF, "--days=7", WAREHOUSE_DSN=shop, COLUMNS="40")
    assert (ran.returncode, ran.stderr) == (0, "7 days, 5 checks: 6 statements\n")
    assert columns(ran.stdout, "orders.volume")[1] == "3"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_backtest_leaves_no_statement_behind(
    shop: str, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    file = write(tmp_path, "volume: {critical: '< 1'}", queries(SLOW, SLOW))
    command = [sys.executable, "-m", "warehouse_exporter", "backtest", file, "--days=3"]
    asked = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={"WAREHOUSE_DSN": shop},
    )  # fmt: skip
    try:
        wait_for(lambda: "generate_series" in str(execute(shop, BACKENDS)))
        asked.send_signal(number)
        said, _ = asked.communicate(timeout=60)
    finally:
        asked.kill()
        asked.wait()
    assert (asked.returncode, execute(shop, BACKENDS)) == (code, [])
    assert said.splitlines()[-1] == f"interrupted by {number.name}: nothing was judged"
