"""The services of docker-compose.yml run with the shipped files, unedited, without an engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.chain.compose.composed import ROOT, settings, started
from tests.support.programs import require

ALONE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
"""A network, processes and mounts that nobody else sees, and that end with the program."""


def may_be_alone() -> bool:
    """Whether we may make such a place: as root, and where no sandbox forbids it."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(
    not may_be_alone(), reason="the services need namespaces of their own: run as root, on Linux"
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the services answered, all of them running."""
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    folder = tmp_path_factory.mktemp("compose")
    (folder / "scripts").mkdir()
    subprocess.run([shutil.copy(ROOT / "scripts" / "make-secrets", folder / "scripts")], check=True)
    command = [*ALONE, sys.executable, "-m", "tests.chain.compose.outside", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_all_start_but_the_one_that_debian_does_not_have(seen: dict[str, Any]) -> None:
    assert set(seen["started"]) == started(settings()["COMPOSE_PROFILES"]) - {"grafana"}
    assert {"alertmanager", "inbox"} <= set(seen["started"])


def test_no_user_can_write_to_its_root(seen: dict[str, Any]) -> None:
    assert seen["can_write"] == {name: [] for name in seen["started"]}


def test_the_exporter_measures_the_shop(seen: dict[str, Any]) -> None:
    counts = seen["checks"]["counts"]
    assert counts["unmeasured"] == 0, seen["checks"]["checks"]
    assert counts["pass"] > counts["skipped"] + counts["warning"] + counts["critical"]


def test_prometheus_scrapes_it_and_evaluates_the_shipped_rules(seen: dict[str, Any]) -> None:
    (up,) = seen["up"]["data"]["result"]
    assert (up["metric"]["job"], up["value"][1]) == ("warehouse", "1")
    files = {Path(group["file"]).name for group in seen["rules"]["data"]["groups"]}
    assert files == {"warehouse.yml"}


def test_alertmanager_hears_the_heartbeat(seen: dict[str, Any]) -> None:
    heard = [a for a in seen["alerts"] if a["labels"]["alertname"] == "WarehouseHeartbeat"]
    assert [alert["status"]["state"] for alert in heard] == ["active"]


def test_the_inbox_is_sent_the_heartbeat_in_place_of_a_real_service(seen: dict[str, Any]) -> None:
    assert "heartbeat" in seen["inbox"], "nothing of the chain reached it"
    assert "not understood" not in seen["inbox"]
