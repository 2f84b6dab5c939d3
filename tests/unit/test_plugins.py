"""What another package adds by entry point: it is found, and one that is broken is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
import warehouse_exporter
import yaml

KIND = """
from typing import ClassVar
from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds.rows import Rows

class Odd(Rows):
    \"\"\"Share of odd rows.\"\"\"
    kind = "odd"
    ids = ("Z1",)
    metric = Metric("warehouse_odd_ratio", "Share of odd rows.")
    alert = "WarehouseOdd"
    runbook = "# WarehouseOdd"

class Twin(Odd):
    kind = "volume"
    alert = "WarehouseTwin"
    metric = Metric("warehouse_twin_ratio", "Share of twins.")

class SameAlert(Odd):
    kind = "other"
    metric = Metric("warehouse_other_ratio", "Share of others.")
    alert = "WarehouseRowsFailing"

number = 7

from warehouse_exporter.receivers.base import Audience, Receiver, template

class Teams(Receiver):
    \"\"\"Channels of Teams.\"\"\"
    name = "teams"
    about = "Channels of Teams."
    owner_address = "File with the URL of the owner's channel."
    how_to_reach_all = "`teams`"
    template = '{{ define "warehouse.teams.text" }}odd{{ end }}'
    channel_file: str

    def everybody(self):
        return dict.fromkeys(list(Audience)[:3], self.owner(self.channel_file))

    def owner(self, address):
        return {"msteams_configs": [{"webhook_url_file": address, "text": template("teams.text")}]}

class Twice(Teams):
    name = "slack"

from warehouse_exporter.baselines.base import CHANGE, EXPECTED, Written
from warehouse_exporter.baselines.shared.by_days import ByDays
from warehouse_exporter.core.limits import Condition, Limit, Reading, Term, Unit

class Highest(ByDays):
    name = "highest"
    terms = {"above": Written("per cent above the highest day", per_cent=True)}
    example = "{warning: {above: 50%}}"
    middle = "highest"

    def condition(self, severity, terms, direction):
        limit = Limit(">=", terms["above"], Unit.SHARE, f"{terms['above']:.0%} above the highest")
        return Condition.all_of(Term(CHANGE.name, limit, Reading.SIGNED))

    def gauges(self, value, past, terms):
        highest = max(past.values)
        return {EXPECTED: highest, CHANGE: value / highest - 1}

class OtherForm(Highest):
    name = "other_form"
    terms = {"z": Written("per cent, where others have a number", per_cent=True)}
"""
CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
routing: {slack: {api_url_file: /run/secrets/slack}}
datasets:
  orders: {relation: orders, time: ts, checks: [odd: {failing: id % 2 = 1, critical: "> 0"}]}
"""


def package(folder: Path, points: str) -> None:
    """A package beside the program that has some entry points."""
    (folder / "shop_checks.py").write_text(KIND)
    (folder / "broken_checks.py").write_text("import no_such_module")
    info = folder / "shop_checks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)
    (folder / "shop.yml").write_text(CONFIG)


def run(
    folder: Path,
    *command: str,
    program: Sequence[str] = ("-m", "warehouse_exporter"),
    told: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """A command, or another program, that finds the package."""
    return subprocess.run(
        [sys.executable, *program, *command],
        input=told,
        env=os.environ | {"PYTHONPATH": str(folder), "WAREHOUSE_DSN": "dbname=nowhere"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


SEVERAL = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from warehouse_exporter.cli.main import main

done = []
for words, points in json.load(sys.stdin):
    if points:
        Path("shop_checks-1.0.dist-info/entry_points.txt").write_text(points)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(words)
        except SystemExit as ended:
            done.append((words, ended.code, out.getvalue(), err.getvalue()))
print(json.dumps(done))
"""
"""Several commands, one after the other, in one process that loads the program once."""


def run_each(
    folder: Path, *commands: str, points: Sequence[str] = ()
) -> list[subprocess.CompletedProcess[str]]:
    """What each of several commands says that finds the package, with its own entry points."""
    each = zip_longest(commands, points)
    told = json.dumps([(command.split(), point) for command, point in each])
    done = run(folder, program=("-c", SEVERAL), told=told)
    assert done.returncode == 0, done.stderr
    return [subprocess.CompletedProcess(*one) for one in json.loads(done.stdout)]


def test_a_kind_of_another_package_is_one_like_ours(tmp_path: Path) -> None:
    package(tmp_path, "[warehouse_exporter.kinds]\nodd = shop_checks:Odd\n")
    rules, reference, made = run_each(
        tmp_path,
        "rules --config.file=shop.yml",
        "reference",
        "assets --config.file=shop.yml --output=assets",
    )
    assert rules.returncode == 0, rules.stderr
    assert "alert: WarehouseOdd" in rules.stdout
    assert "warehouse_odd_ratio" in reference.stdout
    assert (tmp_path / "assets/runbooks/WarehouseOdd.md").exists(), made.stderr


def test_a_receiver_of_another_package_is_one_like_ours(tmp_path: Path) -> None:
    package(tmp_path, "[warehouse_exporter.receivers]\nteams = shop_checks:Teams\n")
    written = CONFIG.replace("odd: {failing: id % 2 = 1, ", "volume: {").replace("> 0", "< 1")
    slack = "slack: {api_url_file: /run/secrets/slack}"
    (tmp_path / "wrong.yml").write_text(written.replace(slack, "teams: {}"))
    (tmp_path / "shop.yml").write_text(
        written.replace(slack, "teams: {channel_file: /all}")
        + "owners: {growth: {teams: /growth}}\n"
    )
    refused, made = run_each(
        tmp_path,
        "alertmanager --config.file=wrong.yml",
        "assets --config.file=shop.yml --output=assets",
    )
    assert "wrong.yml:3: routing.teams: `channel_file` is required" in refused.stderr
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "assets/alertmanager"
    assert "teams.text" in (folder / "templates/teams.tmpl").read_text()
    receivers = {
        one["name"]: one.get("msteams_configs", [{}])[0].get("webhook_url_file")
        for one in yaml.safe_load((folder / "alertmanager.yml").read_text())["receivers"]
    }
    assert receivers == {
        "unrouted": "/all", "critical": "/all", "warning": "/all", "info": None,
        "dead-mans-switch": None, "explained_by": None, "owner growth": "/growth",
    }  # fmt: skip


ANOMALY = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets: {orders: {relation: orders, time: ts}}
metrics: {orders: {dataset: orders, count: "*"}}
anomalies: [{metrics: [orders], method: highest, warning: {above: 50%}}]
"""


def test_a_baseline_of_another_package_is_one_like_ours(tmp_path: Path) -> None:
    package(tmp_path, "[warehouse_exporter.baselines]\nhighest = shop_checks:Highest\n")
    for name, word, wrong in (
        ("shop", "above: 50%", "above: 50%"),
        ("term", "above: 50%", "z: 3"),
        ("key", "above: 50%", "abov: 50%"),
        ("method", "method: highest", "method: hihgest"),
    ):
        (tmp_path / f"{name}.yml").write_text(ANOMALY.replace(word, wrong))
    rules, term, key, method = run_each(
        tmp_path,
        *(f"rules --config.file={name}.yml" for name in ("shop", "term", "key", "method")),
    )
    assert rules.returncode == 0, rules.stderr
    assert "warehouse_metric_change_ratio" in rules.stdout
    assert "50% above the highest" in rules.stdout
    said = "term.yml:5: anomalies[0]: `z` is not a limit of highest, for example"
    assert said in term.stderr
    said = "anomalies[0].warning.abov: unknown key `abov`; did you mean `above`?"
    assert said in key.stderr
    said = "method.yml:5: anomalies[0].method: must be 'change', 'highest', 'mad',"
    assert said in method.stderr


BROKEN = [
    ("kinds", "broken_checks:Odd", "cannot be loaded: ModuleNotFoundError: No module named"),
    ("kinds", "shop_checks:Even", "cannot be loaded: AttributeError"),
    ("kinds", "shop_checks:number", "is not a class of a kind"),
    ("kinds", "shop_checks:Twin", "`volume` is taken by this program; rename one of them"),
    ("kinds", "shop_checks:SameAlert", "`WarehouseRowsFailing` is taken by this program"),
    ("baselines", "shop_checks:number", "is not a class of a baseline"),
    ("baselines", "shop_checks:OtherForm", "`z` is taken by this program"),
    ("receivers", "shop_checks:number", "is not a class of a receiver"),
    ("receivers", "shop_checks:Twice", "`slack` is taken by this program"),
]
EACH = """
import json, sys
from pathlib import Path
from warehouse_exporter import baselines, kinds, receivers
from warehouse_exporter.core.plugins import BrokenPlugin

FIND = {"kinds": kinds.all_kinds, "baselines": baselines.all_baselines,
        "receivers": receivers.all_receivers}
for group, value in json.load(sys.stdin):
    points = f"[warehouse_exporter.{group}]\\nodd = {value}\\n"
    Path("shop_checks-1.0.dist-info/entry_points.txt").write_text(points)
    try:
        FIND[group]()
        print("taken")
    except BrokenPlugin as error:
        print(error)
"""
"""Asks for each in one process; a registry that could not be made is not kept."""


def test_a_plug_in_that_is_broken_is_said_by_name(tmp_path: Path) -> None:
    package(tmp_path, "")
    each = json.dumps([(group, value) for group, value, _ in BROKEN])
    done = run(tmp_path, program=("-c", EACH), told=each)
    for (group, value, said), line in zip(BROKEN, done.stdout.splitlines(), strict=True):
        point = f"plug-in warehouse_exporter.{group}: odd = {value} of package shop-checks"
        assert line.startswith(point), done.stderr
        assert said in line


@pytest.mark.parametrize(
    ("group", "value"),
    [("kinds", "broken_checks:Odd"), ("baselines", "shop_checks:OtherForm"),
     ("receivers", "shop_checks:Twice")],
)  # fmt: skip
def test_no_command_goes_on_with_a_broken_one(tmp_path: Path, group: str, value: str) -> None:
    package(tmp_path, f"[warehouse_exporter.{group}]\nodd = {value}\n")
    done = run(tmp_path, "rules", "--config.file=shop.yml")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: plug-in warehouse_exporter.{group}: odd = ")
    assert "Traceback" not in done.stderr


ENGINE = """
from warehouse_exporter.engines.duckdb.connector import Connector
from dataclasses import replace

class Lake(Connector):
    def __init__(self, warehouse):
        super().__init__(replace(warehouse, location=warehouse.location["path"]))
"""


def test_an_engine_of_another_package_is_chosen_by_its_key(tmp_path: Path) -> None:
    import duckdb

    package(tmp_path, "")
    (tmp_path / "shop_engine.py").write_text(ENGINE)
    (tmp_path / "shop.yml").write_text(
        "warehouse: {lake: {path: shop.duckdb}}\ndatasets:\n"
        "  orders: {relation: orders, checks: [volume: {critical: '< 1', window: all}]}\n"
    )
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute("CREATE TABLE orders AS SELECT 1 AS id")
    wrong = {
        "timezone = shop_engine:Lake": "`timezone` is taken by this program",
        "duckdb = shop_engine:Lake": "`duckdb` is taken by this program",
        "lake = shop_checks:number": "is not a class of an engine: see engines/base.py",
    }
    points = [
        f"[warehouse_exporter.engines]\n{one}\n" for one in (*wrong, "lake = shop_engine:Lake")
    ]
    command = "check --config.file=shop.yml"
    *refused, done = run_each(tmp_path, *[command] * len(points), points=points)
    for said, one in zip(wrong.values(), refused, strict=True):
        assert one.returncode == 2
        assert said in one.stderr
    assert done.returncode == 0, done.stderr
    assert "1 PASS" in done.stdout


def test_an_engine_of_ours_is_one_folder(tmp_path: Path) -> None:
    """In a copy of the program, with two files more and none changed."""
    import duckdb

    program = Path(warehouse_exporter.__file__).parent
    shutil.copytree(program, tmp_path / program.name)
    folder = tmp_path / program.name / "engines" / "lake"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "connector.py").write_text(ENGINE.replace("Lake(Connector)", "Connector(Connector)"))
    (tmp_path / "shop.yml").write_text(
        "warehouse: {lake: {path: shop.duckdb}}\ndatasets:\n"
        "  orders: {relation: orders, checks: [volume: {critical: '< 1', window: all}]}\n"
    )
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute("CREATE TABLE orders AS SELECT 1 AS id")
    done = run(tmp_path, "check", "--config.file=shop.yml")
    assert done.returncode == 0, done.stderr
    assert "1 PASS" in done.stdout
