"""Every `sh` block of a recipe is run, in its order, in a folder in which nothing else is.

What needs a cluster, a root or somebody's account is a `console` block: nobody runs it here, and
the page says so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import execute
from tests.support.programs import require
from tests.support.warehouses import config_of

ROOT = Path(__file__).parents[3]
HOW_TO = ROOT / "docs" / "how-to"
PROGRAMS = ("promtool", "amtool", "kubectl")
ROUTING = "routing: {slack: {api_url_file: /run/secrets/slack}, pagerduty: {routing_key_file: /k}}"
TABLE = """
CREATE TABLE orders (id int, ts timestamptz);
INSERT INTO orders SELECT i, now() - interval '1 day' * (i % 3) FROM generate_series(1, 60) i
"""
PRINTS = {
    "existing-prometheus.md": ["warehouse/critical", "checkout"],
    "kubernetes.md": ["kind: Deployment", "kind: ServiceMonitor", "kind: PrometheusRule"],
    "mimir.md": ["SUCCESS"],
    "remote-write.md": ["SUCCESS"],
    "upgrading.md": ["orders.volume"],
}
"""Page -> what its commands print, among other things."""


def commands(page: str) -> str:
    """The commands of a page, as a script."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def run(script: str, folder: Path, dsn: str) -> str:
    """What a script prints, with nothing around it but the program, the docs and a config."""
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / "warehouse.yml").write_text(config_of("volume: {critical: '< 1'}", more=ROUTING))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True,
        check=False, env={"PATH": path, "HOME": str(folder), "WAREHOUSE_DSN": dsn},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("page", sorted(set(PRINTS) - {"upgrading.md"}))
def test_the_commands_of_a_page_do_what_it_says(page: str, tmp_path: Path) -> None:
    script = commands(page)
    for program in PROGRAMS:
        if program in script:
            require(program)
    said = run(script, tmp_path, "dbname=nowhere")
    assert [word for word in PRINTS[page] if word not in said] == []


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_an_upgrade_is_tried_beside_the_old_version(database: str, tmp_path: Path) -> None:
    """Both are this version, so `diff` finds nothing but the path of the program."""
    execute(database, TABLE)
    script = commands("upgrading.md").replace(
        "pip install warehouse-exporter", f"pip install --quiet {ROOT}"
    )
    said = run(script, tmp_path, database)
    assert PRINTS["upgrading.md"][0] in said


def test_no_page_with_commands_is_forgotten() -> None:
    """A page of ours with `sh` blocks is either here or in a test of its own."""
    own = {
        "security.md": "test_security.py",
        "prometheus-operator.md": "test_operator.py",
        "own-postgres.md": "test_own_postgres.py",
        "quarantine.md": "test_restore.py",
        "reports.md": "test_mail.py",
        "several-warehouses.md": "test_several_warehouses.py",
        "shards.md": "test_shards.py",
    }
    pages = {page.name for page in HOW_TO.glob("*.md") if commands(page.name)}
    assert pages - set(own) - set(PRINTS) == set()
