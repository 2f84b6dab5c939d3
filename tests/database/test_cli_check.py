"""The gate and the plan on a real warehouse, end to end."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from tests.conftest import execute
from tests.support.serving import free_port
from tests.support.warehouses import config_of
from tests.unit.test_cli import ask, run

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric);
CREATE TABLE sessions (id int, ts timestamptz);
INSERT INTO orders SELECT i, '2026-03-09 12:00+00', 0 FROM generate_series(1, 7) i;
"""
AS_OF = "--as-of=2026-03-10T12:00:00+00:00"
FINE = "volume: {critical: '< 5'}"
WARNS = "volume: {warning: '< 9'}"
FAILS = "volume: {critical: '< 9'}"
BLIND = "completeness: {column: gone, critical: '> 5%'}"
DUPLICATES = "duplicates: {critical: '> 0'}"
QUIET = "completeness: {column: gone, warning: '> 5%'}"


@pytest.fixture
def shop(database: str) -> str:
    """A database with seven orders of yesterday."""
    execute(database, TABLES)
    return database


def write(folder: Path, *checks: str, zone: str = "UTC") -> str:
    """A config file as an option of the command line."""
    sessions = {"sessions": "{relation: sessions, time: ts, checks: [volume: {warning: '< 0'}]}"}
    file = folder / "config.yml"
    file.write_text(config_of("\n".join(checks), sessions, zone=zone))
    return f"--config.file={file}"


@pytest.mark.parametrize(
    ("checks", "options", "code"),
    [
        ([FINE], [], 0),
        ([WARNS], [], 0),
        ([WARNS], ["--strict"], 1),
        ([FAILS], [], 1),
        ([FAILS], ["--report-only"], 0),
        ([BLIND, FINE], [], 3),
        ([BLIND, FINE], ["--allow-unmeasured"], 0),
        ([BLIND, FINE], ["--report-only"], 0),
        ([BLIND, FAILS], [], 1),
        ([BLIND, FAILS], ["--allow-unmeasured"], 1),
        ([BLIND, WARNS], ["--strict"], 1),
        ([QUIET, FINE], [], 0),
        ([QUIET, FINE], ["--strict"], 3),
        ([QUIET], ["--dataset=orders"], 3),
        ([], ["--dataset=orders"], 3),
        ([], ["--dataset=orders", "--allow-unmeasured"], 3),
        ([], ["--dataset=orders", "--report-only"], 0),
        ([FAILS], ["--dataset=sessions"], 0),
        ([FAILS], ["--dataset=sessions", "--dataset=orders"], 1),
    ],
)
def test_the_exit_code(
    shop: str, tmp_path: Path, checks: list[str], options: list[str], code: int
) -> None:
    result = ask("check", write(tmp_path, *checks), AS_OF, *options, dsn=shop)
    assert result.exit_code == code, result.output
    nothing = "nothing was judged: no check of dataset orders has a limit\n"
    assert result.stderr == ("" if checks else nothing)


def test_warnings_alone_on_a_dead_warehouse_are_not_fine(tmp_path: Path) -> None:
    dsn = f"postgresql://me@127.0.0.1:{free_port()}/shop"
    for options in ([], ["--strict"]):
        result = ask("check", write(tmp_path, WARNS), *options, dsn=dsn)
        assert result.exit_code == 3, result.output


@pytest.mark.parametrize("checks", [[FAILS], [FINE]])
def test_a_result_that_nobody_can_read_has_a_code_of_its_own(
    shop: str, tmp_path: Path, checks: list[str]
) -> None:
    config = write(tmp_path, *checks)
    command = f"{sys.executable} -m warehouse_exporter check {config} {AS_OF}"
    ends = {
        "> /dev/full": "error: cannot write to standard output: No space left on device\n",
        "| true": "",
    }
    for way, told in ends.items():
        done = subprocess.run(
            ["bash", "-c", f"({command}; echo $? >&3) 3>{tmp_path}/code {way}"],
            env={**os.environ, "WAREHOUSE_DSN": shop},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert (tmp_path / "code").read_text() == "4\n", way
        assert done.stderr == told


DAMAGED = """
INSERT INTO orders SELECT id, '2026-03-01 12:00+00', 0 FROM orders WHERE id < 4;
INSERT INTO orders VALUES (8, '2026-03-01 12:00+00', 0), (8, '2026-03-01 12:00+00', 0);
INSERT INTO orders VALUES (9, '2026-03-10 11:00+00', 0)
"""
"""Three keys of yesterday that an old row has as well, and an old key that occurs twice."""
OPEN = "from Mon 9 Mar to Tue 10 Mar"


def test_the_gate_over_open_days_only_says_which_they_are(shop: str, tmp_path: Path) -> None:
    execute(shop, DAMAGED)
    unique = "duplicates: {critical: '> 3 rows'}"
    everything = "volume: {name: ever, window: all, critical: '< 9'}"
    bounded = "volume: {name: week, window: 7d, critical: '< 5'}"
    config = write(tmp_path, unique, everything, bounded, FINE)
    whole = ask("check", config, AS_OF, dsn=shop)
    assert whole.exit_code == 1
    assert "4 of 9 values of id occur more than once (at most 3)" in whole.output
    assert "13 orders (at least 9)" in whole.output
    recent = ask("check", config, AS_OF, "--open-days-only", dsn=shop)
    assert recent.exit_code == 1, "as of the open days there are eight rows"
    assert f"3 of 8 values of id occur more than once {OPEN}" in recent.output
    assert f"8 orders {OPEN} (at least 9)" in recent.output
    assert "7 orders from Tue 3 Mar to Mon 9 Mar" in recent.output
    assert "7 orders on Mon 9 Mar" in recent.output


@pytest.mark.parametrize(
    ("checks", "options", "code"),
    [
        (["duplicates: {critical: '> 3 rows'}"], [], 1),
        (["duplicates: {critical: '> 3 rows'}"], ["--open-days-only"], 0),
        (["duplicates: {critical: '> 2 rows'}"], ["--open-days-only"], 1),
        (["duplicates: {warning: '> 2 rows'}"], ["--open-days-only"], 0),
        (["duplicates: {warning: '> 2 rows'}"], ["--open-days-only", "--strict"], 1),
        ([FAILS], ["--open-days-only"], 1),
        ([BLIND], ["--open-days-only"], 3),
    ],
)
def test_the_exit_code_over_open_days_only(
    shop: str, tmp_path: Path, checks: list[str], options: list[str], code: int
) -> None:
    execute(shop, DAMAGED)
    result = ask("check", write(tmp_path, *checks), AS_OF, *options, dsn=shop)
    assert result.exit_code == code, result.output


def test_before_the_deadline_the_open_days_are_three(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, DUPLICATES)
    early = "--as-of=2026-03-10T03:00:00+00:00"
    result = ask("check", config, early, "--open-days-only", dsn=shop)
    assert "from Sun 8 Mar to Tue 10 Mar" in result.output


def test_a_table_without_a_time_is_read_whole(shop: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(config_of(DUPLICATES, orders="{relation: orders, key: id}"))
    result = ask("check", f"--config.file={file}", AS_OF, "--open-days-only", dsn=shop)
    assert "0 of 7 values of id occur more than once (none allowed)" in result.output


def test_the_program_ends_with_the_code_and_a_table_that_is_not_folded(
    shop: str, tmp_path: Path
) -> None:
    options = write(tmp_path, FAILS, BLIND)
    ran = run("check", options, AS_OF, WAREHOUSE_DSN=shop, COLUMNS="40")
    assert ran.returncode == 1
    head, fail, unknown, fine, blank, summary = ran.stdout.splitlines()
    told = "orders: 7 orders on Mon 9 Mar (at least 9)"
    assert re.split("  +", fail) == ["FAIL", "orders.volume", told]
    assert "column gone of orders does not exist" in unknown
    assert summary == "1 FAIL, 1 UNKNOWN, 1 PASS as of 2026-03-10 12:00:00 UTC"
    assert (head[:7], fine[:4], blank, ran.stderr) == ("VERDICT", "PASS", "", "")


def on_a_terminal(*words: str, **environment: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    base = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "warehouse_exporter", *words]
    env = {**base, "TERM": "xterm-256color", **environment}
    try:
        subprocess.run(command, stdout=theirs, stdin=theirs, env=env, check=False, timeout=60)
    finally:
        os.close(theirs)
    found = b""
    try:
        while piece := os.read(ours, 65536):
            found += piece
    except OSError:  # how a terminal says that nobody is at the other end any more
        pass
    finally:
        os.close(ours)
    return found.decode()


def test_colour_is_for_terminals_that_want_it(shop: str, tmp_path: Path) -> None:
    words = (
        "check",
        write(tmp_path, FAILS, FINE.replace("volume: {", "volume: {name: f, ")),
        AS_OF,
    )
    coloured = re.compile(r"\x1b\[(?:\d+;)*3\d")
    assert coloured.search(on_a_terminal(*words, WAREHOUSE_DSN=shop))
    assert not coloured.search(on_a_terminal(*words, "--no-color", WAREHOUSE_DSN=shop))
    assert not coloured.search(on_a_terminal(*words, WAREHOUSE_DSN=shop, NO_COLOR="1"))
    dumb = on_a_terminal(*words, WAREHOUSE_DSN=shop, TERM="dumb")
    assert "\x1b" not in dumb
    assert "FAIL" in dumb


def test_json_and_markdown_are_complete_documents(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, FAILS)
    data = json.loads(ask("check", config, AS_OF, "--format=json", dsn=shop).stdout)
    assert data["as_of"] == "2026-03-10T12:00:00+00:00"
    assert data["checks"][0]["text"] == "7 rows on 2026-03-09 (limit at least 9)"
    text = ask("check", config, AS_OF, "--format=markdown", dsn=shop).stdout
    assert text.startswith("# Data quality report\n")
    assert "| FAIL | `orders.volume` |" in text


def test_a_report_is_also_written_to_a_directory(shop: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "reports"
    config = write(tmp_path, FAILS)
    result = ask("check", config, AS_OF, f"--report-dir={folder}", dsn=shop)
    assert result.exit_code == 1
    assert "FAIL" in result.stdout
    data = json.loads((folder / "monitoring_report.json").read_text())
    assert (data["counts"]["critical"], data["exit_code"]) == (1, 1)
    assert data["checks"][0]["since"] == "2026-02-23", "as far as it looks back"
    text = (folder / "monitoring_report.md").read_text()
    assert "since Mon 23 Feb (15 days)" in text
    assert "since Mon 23 Feb (15 days)" in (folder / "monitoring_report.html").read_text()


@pytest.mark.parametrize(("checks", "code"), [(FAILS, 1), (FINE, 4), (BLIND, 3)])
def test_a_report_that_cannot_be_written_leaves_the_verdict(
    shop: str, tmp_path: Path, checks: str, code: int
) -> None:
    file = tmp_path / "in the way"
    file.write_text("mine")
    result = ask("check", write(tmp_path, checks), AS_OF, f"--report-dir={file}", dsn=shop)
    assert (result.exit_code, file.read_text()) == (code, "mine")
    assert result.stderr == f"error: cannot write the report to {file}: File exists\n"


def test_the_report_of_a_warehouse_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    dsn = f"postgresql://me@127.0.0.1:{free_port()}/shop"
    result = ask("check", write(tmp_path, FINE), AS_OF, f"--report-dir={tmp_path}", dsn=dsn)
    assert result.exit_code == 3
    data = json.loads((tmp_path / "monitoring_report.json").read_text())
    assert (data["exit_code"], data["warehouse_up"]) == (3, False)
    assert data["answer"] == "The warehouse cannot be reached: nobody knows how the data are now."
    assert [one["check"] for one in data["causes"]] == [None]
    for end in ("md", "html"):
        assert data["answer"] in (tmp_path / f"monitoring_report.{end}").read_text()


def test_a_report_of_some_datasets_says_which(shop: str, tmp_path: Path) -> None:
    only = ("--dataset=orders", f"--report-dir={tmp_path}")
    assert ask("check", write(tmp_path, FINE), AS_OF, *only, dsn=shop).exit_code == 0
    data = json.loads((tmp_path / "monitoring_report.json").read_text())
    assert (data["only"], {one["dataset"] for one in data["checks"]}) == (["orders"], {"orders"})
    assert "Only this dataset was judged: orders." in (
        tmp_path / "monitoring_report.md"
    ).read_text()  # fmt: skip


def test_a_report_that_cannot_be_written_leaves_no_draft(shop: str, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    (folder / "monitoring_report.json").mkdir(parents=True)
    config = write(tmp_path, FINE)
    result = ask("check", config, AS_OF, f"--report-dir={folder}", dsn=shop)
    assert result.exit_code == 4
    assert [file.name for file in folder.iterdir()] == ["monitoring_report.json"]
    assert "monitoring_report.json is there and is no file" in result.stderr


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-10T12:00:00+00:00", "Mon 9 Mar"),
        ("2026-03-10T12:00:00Z", "Mon 9 Mar"),
        ("2026-03-10", "Sun 8 Mar"),
        ("2026-03-10T06:00", "Mon 9 Mar"),
        ("2026-03-10T05:59", "Sun 8 Mar"),
        ("2026-03-10T05:59+00:00", "Mon 9 Mar"),
        ("2026-03-10T04:59+00:00", "Sun 8 Mar"),
    ],
)
def test_as_of_without_an_offset_is_in_the_zone_of_the_warehouse(
    shop: str, tmp_path: Path, written: str, day: str
) -> None:
    config = write(tmp_path, FINE, zone="Europe/Berlin")
    result = ask("check", config, "--as-of", written, dsn=shop)
    assert f"orders on {day}" in result.stdout


@pytest.mark.parametrize("command", ["check", "plan"])
@pytest.mark.parametrize("written", ["yesterday", "", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_as_of_that_is_no_time(shop: str, tmp_path: Path, command: str, written: str) -> None:
    config = write(tmp_path, FINE, zone="Asia/Tokyo")
    result = ask(command, config, "--as-of", written, dsn=shop)
    said = f"error: --as-of {written!r} is not a time: write it like 2026-03-01T06:00:00+00:00\n"
    assert (result.exit_code, result.stderr) == (2, said)


def test_a_dataset_that_is_not_there(shop: str, tmp_path: Path) -> None:
    result = ask("check", write(tmp_path, FINE), "--dataset=order", dsn=shop)
    said = "error: there is no dataset 'order'; known: orders, sessions\n"
    assert (result.exit_code, result.stderr, result.stdout) == (2, said, "")


def nowhere(folder: Path, command: str, dsn: str) -> Result:
    """A command on a warehouse that is not there."""
    return ask(command, write(folder, FINE), dsn=dsn)


def test_a_warehouse_that_cannot_be_reached_is_not_measured(tmp_path: Path) -> None:
    dsn = f"postgresql://me:secret@127.0.0.1:{free_port()}/shop"
    result = nowhere(tmp_path, "check", dsn)
    assert result.exit_code == 3
    assert re.search(
        r"^UNKNOWN +orders.volume .*: not measured: .*refused", result.stdout, re.MULTILINE
    )
    assert "warehouse not reachable" in result.stderr
    plan = nowhere(tmp_path, "plan", dsn)
    assert plan.exit_code == 2
    assert plan.stderr.startswith("error: connection: ")
    assert "secret" not in result.output + plan.output


def test_a_dsn_that_is_none_is_said_without_repeating_it(tmp_path: Path) -> None:
    for command, code in (("check", 3), ("plan", 2)):
        result = nowhere(tmp_path, command, "this is a secret")
        assert result.exit_code == code
        assert "the DSN cannot be parsed" in result.output
        assert "secret" not in result.output


def test_the_log_is_as_talkative_as_asked(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, FINE)
    said = ask("check", config, AS_OF, "--log.level=info", "--log.format=json", dsn=shop).stderr
    assert json.loads(said)["msg"] == "pass ended"
    assert ask("check", config, AS_OF, dsn=shop).stderr == ""


def test_the_plan_is_the_sql_of_a_pass(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, FINE, "duplicates: {critical: '> 0'}", BLIND)
    text = ask("plan", config, AS_OF, dsn=shop).stdout
    assert text.startswith("-- 5 statements for 4 checks\n")
    assert "-- for: orders.volume" in text
    assert "-- orders.completeness_gone: missing_column: column gone of orders" in text
    for statement in re.sub(r"--.*", "", text).split(";\n"):
        if statement.strip():
            execute(shop, f"EXPLAIN {statement}")


def test_the_plan_of_one_check(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, FINE, "duplicates: {critical: '> 0'}")
    text = ask("plan", config, AS_OF, "--check=orders.volume", dsn=shop).stdout
    assert text.startswith("-- 2 statements for 1 check\n")
    assert "duplicates" not in text
    unknown = ask("plan", config, "--check=orders.volumes", dsn=shop)
    assert unknown.exit_code == 2
    assert "there is no check 'orders.volumes'; known: orders.volume" in unknown.stderr
