"""`alertmanager --into`: our routes in an alertmanager.yml that has other work already."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from warehouse_exporter import profiles

from tests.chain.alertmanager.recorder import Recorder
from tests.chain.alertmanager.shipped import alert, fire, hurry
from tests.chain.e2e.servers import AlertmanagerServer
from tests.support.programs import needs
from tests.unit.test_cli import ask

THEIRS = Path(__file__).parents[3] / "docs" / "how-to" / "files" / "alertmanager" / "theirs.yml"
COMPLETE = profiles.file_of("complete")


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their file with the routes of the sample shop in it."""
    file = tmp_path_factory.mktemp("alertmanager") / "alertmanager.yml"
    told = ask("alertmanager", f"--config.file={COMPLETE}", f"--into={THEIRS}", f"--output={file}")
    assert told.exit_code == 0, told.stderr
    return file


def amtool(*words: str | Path) -> str:
    """What amtool prints."""
    done = subprocess.run(["amtool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@needs("amtool")
@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ("alertname=WarehouseVolumeOutOfBounds severity=critical", "warehouse/critical"),
        (
            "alertname=WarehouseVolumeOutOfBounds severity=warning owner=growth-data",
            "warehouse/warning,warehouse/owner growth-data",
        ),
        ("alertname=WarehouseHeartbeat", "warehouse/dead-mans-switch"),
        ("alertname=HighLatency team=checkout severity=critical", "checkout"),
        ("alertname=HighLatency severity=critical", "platform"),
    ],
)
def test_our_alerts_go_our_way_and_theirs_go_theirs(
    merged: Path, labels: str, receivers: str
) -> None:
    assert "SUCCESS" in amtool("check-config", merged)
    assert amtool("config", "routes", "test", f"--config.file={merged}", *labels.split()) == (
        receivers
    )


def test_what_is_theirs_stays_but_inhibits_none_of_ours(merged: Path) -> None:
    before, after = yaml.safe_load(THEIRS.read_text()), yaml.safe_load(merged.read_text())
    assert after["global"] == before["global"]
    assert after["route"]["routes"][1:] == before["route"]["routes"]
    assert after["receivers"][: len(before["receivers"])] == before["receivers"]
    assert "end_time: '18:30'" in merged.read_text(), "no number of minutes"
    assert after["inhibit_rules"][0] == {
        **before["inhibit_rules"][0],
        "target_matchers": ['severity="warning"', 'alertname!~"Warehouse.+"'],
    }
    assert sorted(file.name for file in (merged.parent / "warehouse-templates").iterdir())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("groups: []", "is no alertmanager.yml: it has no `route:`"),
        ("route: {receiver: a", "is not YAML: while parsing a flow mapping"),
        ("", "is no alertmanager.yml"),
    ],
)
def test_a_file_that_is_none_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "theirs.yml"
    file.write_text(text)
    told = ask("alertmanager", f"--config.file={COMPLETE}", f"--into={file}")
    assert (told.exit_code, complaint in told.stderr) == (2, True), told.stderr


def test_a_merge_is_not_merged_again(merged: Path) -> None:
    told = ask("alertmanager", f"--config.file={COMPLETE}", f"--into={merged}")
    assert told.exit_code == 2
    assert "has our routes already: give --into the file without them" in told.stderr


def test_what_has_no_routes_is_not_merged(tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    own.write_text(
        "warehouse: {dsn: '${WAREHOUSE_DSN}'}\n"
        "datasets: {orders: {relation: orders, checks: [{volume: {critical: '< 1'}}]}}"
    )
    for words, complaint in (
        ((f"--config.file={own}", f"--into={THEIRS}"), "has no `routing:`: nothing to merge"),
        ((f"--config.file={COMPLETE}", "--into=nowhere.yml"), "nowhere.yml: No such file"),
        (
            (f"--config.file={COMPLETE}", f"--into={THEIRS}", "--format=grafana"),
            "--into is for --format alertmanager, not grafana",
        ),
    ):
        told = ask("alertmanager", *words)
        assert (told.exit_code, complaint in told.stderr) == (2, True), told.stderr


ONE = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets: {orders: {relation: orders, checks: [{volume: {critical: "< 1"}}]}}
routing: {slack: {api_url_file: FOLDER/slack}}
"""


@needs("prometheus-alertmanager")
def test_a_message_of_ours_has_our_words_and_one_of_theirs_has_theirs(tmp_path: Path) -> None:
    with Recorder() as people:
        (tmp_path / "slack").write_text(f"{people.url}/ours")
        own, theirs, file = (tmp_path / name for name in ("own.yml", "theirs.yml", "all.yml"))
        own.write_text(ONE.replace("FOLDER", str(tmp_path)))
        text = THEIRS.read_text().replace("https://hooks.slack.example/services", people.url)
        theirs.write_text(text)
        told = ask("alertmanager", f"--config.file={own}", f"--into={theirs}", f"--output={file}")
        assert told.exit_code == 0, told.stderr
        written = yaml.safe_load(file.read_text())
        hurry(written["route"])
        file.write_text(yaml.safe_dump(written))
        with AlertmanagerServer(file) as server:
            volume = alert("WarehouseVolumeOutOfBounds", "orders.volume", explained_by="nothing")
            fire(server, volume, {"alertname": "HighLatency", "severity": "critical"})
            (ours,) = people.wait_at("/ours")
            (other,) = people.wait_at("/platform")
    assert "orders.volume: it is wrong" in str(ours)
    assert "HighLatency" in str(other)
