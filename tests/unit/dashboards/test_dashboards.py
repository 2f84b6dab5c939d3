"""The dashboards as Grafana reads them: whole, linked, and about nothing that a config lacks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models
from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.cli.main import main
from warehouse_exporter.core import names
from warehouse_exporter.kinds import all_metrics
from warehouse_exporter.profiles import file_of
from warehouse_exporter.profiles import names as profiles

from tests.support.made import config
from tests.unit.dashboards.boards import expressions, of_config, of_profile, panels, titles

ROOT = Path(__file__).parents[3]
COMPLETE = "complete"
BOARDS = sorted(places.TITLES)
BY_HAND = {"step", "titleFormat", "textFormat", "tagKeys", "useValueForTime"}
"""What an annotation has beyond the library's schema."""


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No database is asked."""
    monkeypatch.setenv("WAREHOUSE_DSN", "dbname=nowhere")


def command(*words: object) -> tuple[int, str]:
    """Run a command; its exit code, and what it says."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


def files_in(folder: Path) -> set[Path]:
    """The files that the dashboards need."""
    of = ("dashboards", "provisioning/dashboards", "provisioning/datasources")
    found = (file for name in of for file in (folder / "grafana" / name).glob("*"))
    return {file.relative_to(folder) for file in found}


def test_the_committed_files_are_those_of_the_sample_shop(tmp_path: Path) -> None:
    code, said = command(
        "assets", f"--config.file={file_of(COMPLETE)}", f"--output={tmp_path}",
        "--exporter-address=exporter:9843", "--alertmanager-address=alertmanager:9093",
        "--prometheus-url=http://prometheus:9090",
    )  # fmt: skip
    assert code == 0, said
    made = files_in(tmp_path)
    assert made == files_in(ROOT)
    for file in made:
        assert (tmp_path / file).read_text() == (ROOT / file).read_text(), "make assets"


@pytest.mark.parametrize("uid", BOARDS)
def test_the_schema_of_the_library_reads_every_dashboard_as_it_was_written(uid: str) -> None:
    written = of_profile(COMPLETE)[uid]
    read = json.loads(json.dumps(models.Dashboard.from_json(written), cls=JSONEncoder))
    for one in written["annotations"]["list"]:
        assert one.keys() >= BY_HAND
        for key in BY_HAND:
            del one[key]
    assert kept(written, read) == written


def kept(written: Any, read: Any) -> Any:
    """What was read, without the defaults that the library adds once its panels are registered."""
    if isinstance(written, dict) and isinstance(read, dict):
        return {key: kept(text, read.get(key)) for key, text in written.items()}
    if isinstance(written, list) and isinstance(read, list) and len(written) == len(read):
        return [kept(*pair) for pair in zip(written, read, strict=True)]
    return read


@pytest.mark.parametrize("name", profiles())
def test_every_query_is_of_a_gauge_that_is_exported(name: str) -> None:
    ours = {*all_metrics(), "warehouse_finding_info"}
    ours |= {value.name for value in vars(names).values() if isinstance(value, names.Metric)}
    ours |= {f"{one.name}_total" for one in (names.PASSES, names.STATEMENTS, names.FAILURES)}
    asked = {
        gauge
        for board in of_profile(name).values()
        for one in expressions(board)
        for gauge in re.findall(r"\bwarehouse_\w+", one)
    }
    assert asked <= ours
    assert len(asked) > 10


@pytest.mark.parametrize("uid", BOARDS)
def test_every_panel_says_what_it_is_and_is_found_by_a_number_of_its_own(uid: str) -> None:
    board = of_profile(COMPLETE)[uid]
    every = [*board["panels"], *(p for row in board["panels"] for p in row.get("panels", ()))]
    assert sorted(panel["id"] for panel in every) == list(range(1, len(every) + 1))
    for panel in panels(board):
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == sorted(set(letters))
        assert panel["title"]
        assert all(t["datasource"]["uid"] == "${datasource}" for t in panel["targets"])


@pytest.mark.parametrize("uid", BOARDS)
def test_no_panel_lies_on_another(uid: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in of_profile(COMPLETE)[uid]["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                 for y in range(at["y"], at["y"] + at["h"])}  # fmt: skip
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_the_dashboards_lead_to_each_other_and_keep_what_was_chosen() -> None:
    made = of_profile(COMPLETE)
    for uid, board in made.items():
        urls = [link["url"] for link in board["links"]]
        assert {url.split("?")[0] for url in urls} == {f"/d/{other}" for other in made} - {
            f"/d/{uid}"
        }
        assert all("${warehouse:queryparam}" in url for url in urls)
        assert all(link["keepTime"] for link in board["links"])


@pytest.mark.parametrize("uid", BOARDS)
def test_the_variables_narrow_each_other(uid: str) -> None:
    listed = of_profile(COMPLETE)[uid]["templating"]["list"]
    assert [one["name"] for one in listed][:5] == [
        "datasource", "job", "warehouse", "owner", "dataset",
    ]  # fmt: skip
    for place, one in enumerate(listed[1:], 1):
        before = [other["name"] for other in listed[1:place]]
        asked = re.findall(r"\$(\w+)", one["query"])
        assert set(asked) <= set(before)


REVENUE = ("Amounts", "Attribution", "Channels", "Funnel and rates")


def test_rows_without_checks_are_left_out() -> None:
    made = of_config(config("volume: {critical: '< 5'}"))
    assert set(made) == {places.OVERVIEW, places.DATASET, places.EXPORTER}
    assert titles(made[places.OVERVIEW]) == ["Now", "Outcomes over time"]
    assert titles(made[places.DATASET]) == ["Now", "Rows", "Not measured, and what it costs"]
    less = of_config(config("reconciliation_total: {sum: a, against: {dataset: orders, sum: b,"
                            " by: id}, critical: '> 1'}"))  # fmt: skip
    assert titles(less[places.REVENUE]) == ["Can I trust yesterday?", "Amounts"]
    assert set(REVENUE) <= set(titles(of_profile(COMPLETE)[places.REVENUE]))


@pytest.mark.parametrize("name", profiles())
def test_a_panel_asks_only_for_what_the_checks_of_a_config_export(name: str) -> None:
    from warehouse_exporter.config.load import load

    checks = load(str(file_of(name))).checks
    exported = {m.name for c in checks for m in (c.kind.metric, *c.kind.more_metrics)}
    of_kinds = set(all_metrics())
    for board in of_profile(name).values():
        for one in expressions(board):
            asked = of_kinds & set(re.findall(r"\bwarehouse_\w+", one))
            assert not asked or asked & exported, one


def rules(tmp_path: Path, alerts: str) -> dict[str, set[str]]:
    """The dashboards that the alerts of a small config lead to, by the name of the alert."""
    file = tmp_path / "shop.yml"
    file.write_text(
        f"warehouse: {{dsn: '${{WAREHOUSE_DSN}}'}}\nalerts: {alerts}\n"
        "datasets: {orders: {relation: orders, checks: [volume: {critical: '< 5'}]}}\n"
    )
    code, said = command("rules", f"--config.file={file}")
    assert code == 0, said
    found: dict[str, set[str]] = {}
    for group in yaml.safe_load(said)["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                link = rule["annotations"].get("dashboard_url", "")
                found.setdefault(rule["alert"], set()).add(link)
    return found


def test_every_alert_leads_to_a_dashboard_of_the_grafana_that_is_named(tmp_path: Path) -> None:
    found = rules(tmp_path, "{grafana_url: 'https://grafana.example/'}")
    dataset = (
        "https://grafana.example/d/warehouse-dataset?var-warehouse=warehouse&var-dataset="
        '{{ reReplaceAll "[+]" "%20" (urlquery $labels.dataset) }}'
    )
    assert found.pop("WarehouseVolumeOutOfBounds") == {dataset}
    assert found.pop("WarehouseCheckUnmeasured") == {dataset}
    exporter = {"https://grafana.example/d/warehouse-exporter?var-warehouse=warehouse"}
    assert set(map(frozenset, found.values())) == {frozenset(exporter)}
    own = rules(tmp_path, "{grafana_url: 'https://g', dashboard_url: 'https://d/{dataset}'}")
    assert own["WarehouseVolumeOutOfBounds"] == {"https://d/{{ $labels.dataset }}"}
    assert rules(tmp_path, "{}")["WarehouseVolumeOutOfBounds"] == {""}


WITHOUT = (
    "import sys; sys.modules['grafana_foundation_sdk'] = None;"
    "from warehouse_exporter.cli.main import main; main()"
)
"""The program of somebody who has installed it without the extra."""


def test_without_the_library_the_commands_say_what_to_install(tmp_path: Path) -> None:
    def run(word: str) -> subprocess.CompletedProcess[str]:
        words = [word, f"--config.file={file_of(COMPLETE)}", f"--output={tmp_path / word}"]
        return subprocess.run(
            [sys.executable, "-c", WITHOUT, *words], capture_output=True, text=True, check=False
        )

    install = "pip install 'warehouse-exporter[dashboards]'"
    alone = run("dashboards")
    assert (alone.returncode, (tmp_path / "dashboards").exists()) == (2, False)
    assert alone.stderr.startswith("error: ")
    assert install in alone.stderr
    every = run("assets")
    assert every.returncode == 0
    assert "warning: no dashboards are written" in every.stderr
    assert install in every.stderr
    assert {"prometheus", "runbooks"} <= {file.name for file in (tmp_path / "assets").iterdir()}
    assert not files_in(tmp_path / "assets"), "provisioning of dashboards that are not there"


def test_a_folder_that_cannot_be_written_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    to = tmp_path / "file" / "made"
    code, said = command("dashboards", f"--config.file={file_of(COMPLETE)}", f"--output={to}")
    assert code == 2
    assert said.startswith("error: cannot write ")
