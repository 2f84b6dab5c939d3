"""A kind is three files, a baseline two, a receiver three, and nothing else changes for them.

They are added to a copy of the project, whose own tests must then pass without another edit; and
they come as a package that is installed beside the program.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from tests.conftest import execute
from tests.database.seams.copies import PARTS, PYTHON, ROOT, Copy, run
from tests.support.programs import needs

COSTS = {"kind": 3, "baseline": 2, "receiver": 3}
COMMAND = ("-m", "warehouse_exporter")
CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
routing: {slack: {api_url_file: /s}, opsgenie: {api_key_file: /run/secrets/opsgenie}}
datasets:
  pages:
    relation: pages
    time: ts
    checks: [blank_text: {column: page, critical: "> 0"}]
metrics: {pages: {dataset: pages, count: "*"}}
anomalies: [{metrics: [pages], method: highest, warning: {above: 50%}}]
"""
ROWS = """
CREATE TABLE pages (ts timestamptz, page text);
INSERT INTO pages SELECT '2026-03-01 12:00Z'::timestamptz + n % 8 * interval '1 day', '/'
  FROM generate_series(0, 79) AS n;
INSERT INTO pages SELECT '2026-03-09 12:00Z', CASE WHEN n = 1 THEN ' ' ELSE '/' END
  FROM generate_series(1, 16) AS n;
"""
"""Ten rows a day, and sixteen on the expected day, of which one is blank."""
TESTS = (
    "tests/unit/test_layers.py::test_every_file_is_in_a_room",
    "tests/unit/test_ids.py",
    "tests/unit/test_docs.py::test_the_documentation_names_all",
    "tests/unit/test_reference.py",
    "tests/unit/test_profiles_page.py",
    "tests/unit/baselines/test_baselines.py",
    "tests/unit/baselines/test_highest.py",
    "tests/unit/receivers",
    "tests/unit/web/test_app.py::test_every_runbook_is_a_page_whose_links_open",
    "tests/unit/test_rules_of_every_kind.py::test_it_is_told_with_number_and_limit_and_resolves"
    "[blank_text]",
    "tests/chain/alertmanager/test_generated.py",
    "tests/chain/prometheus/test_runbooks.py"
    "::test_every_alert_has_a_runbook_and_every_runbook_an_alert",
    "tests/chain/prometheus/test_runbooks.py"
    "::test_every_alert_about_data_has_a_break_that_its_runbook_is_tried_on",
    "tests/database/kinds/test_blank_text.py",
    "tests/database/kinds/test_contract.py",
    "tests/database/turns/test_turns.py::test_exactly_these_turn_and_turn_back[blank_text]",
    "tests/database/turns/test_turns.py::test_what_turns_is_of_the_kind_that_has_the_id[blank_text]",
)
"""The tests that know every kind, baseline and receiver, and those of the new ones."""
PACKAGE = """
from pathlib import Path
from shop_checks.blank_text import BlankText
from shop_checks.highest import Highest
from shop_checks.opsgenie import Opsgenie

HERE = Path(__file__).parent
BlankText.runbook = (HERE / "WarehouseBlankText.md").read_text()
Opsgenie.template = (HERE / "opsgenie.tmpl").read_text()
"""
OF_THE_NEW = "not test_contract or blank_text"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the project with one more of each, and its reference written anew."""
    made = Copy.make(tmp_path_factory.mktemp("seams") / "project", *COSTS)
    done = made.run(*COMMAND, "reference", "--output=docs/reference")
    assert done.returncode == 0, done.stderr
    return made


def seen(folder: Path, path: Path, database: str) -> None:
    """The gate finds the fault of each, and everything that is generated knows them."""
    file = folder / "shop.yml"
    file.write_text(CONFIG)
    execute(database, ROWS)
    at = ("--config.file", str(file))
    gate = run(
        folder, path, *COMMAND, "check", *at, "--as-of=2026-03-10T12:00Z", "--format=json",
        dsn=database,
    )  # fmt: skip
    assert gate.returncode == 1, gate.stdout + gate.stderr
    said = {one["check"]: one for one in json.loads(gate.stdout)["checks"]}
    assert said["blank_text_page"]["outcome"] == "critical"
    assert said["highest_pages"]["outcome"] == "warning"
    written = run(folder, path, *COMMAND, "assets", *at, "--output=made")
    assert written.returncode == 0, written.stderr
    rules = (folder / "made/prometheus/rules/warehouse.yml").read_text()
    assert "alert: WarehouseBlankText" in rules
    assert "50 % above" in rules
    assert (folder / "made/runbooks/WarehouseBlankText.md").is_file()
    assert "opsgenie.text" in (folder / "made/alertmanager/templates/opsgenie.tmpl").read_text()
    routes = yaml.safe_load((folder / "made/alertmanager/alertmanager.yml").read_text())
    (pager,) = [one for one in routes["receivers"] if one["name"] == "critical"]
    assert pager["opsgenie_configs"][0]["api_key_file"] == "/run/secrets/opsgenie"


def test_each_costs_as_many_files_as_promised(copy: Copy) -> None:
    assert {part: len(paths) for part, paths in copy.added.items()} == COSTS
    by_hand = {path for paths in copy.added.values() for path in paths}
    original = Copy.make(copy.folder.with_name("original"))
    generated = copy.unlike(original.folder) - by_hand
    assert all(path.startswith("docs/reference/") for path in generated), "`make reference`"


@needs("promtool")
@needs("amtool")
def test_the_projects_own_tests_pass_without_another_edit(copy: Copy) -> None:
    done = copy.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS, "-k", OF_THE_NEW)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " skipped" not in done.stdout.splitlines()[-1]


def test_the_gate_finds_their_faults_and_what_is_generated_knows_them(
    copy: Copy, database: str
) -> None:
    seen(copy.folder, copy.folder / "exporter", database)


def test_nobodys_generated_rules_and_routes_change(copy: Copy) -> None:
    config = f"--config.file={PYTHON}/profiles/complete.yml"
    for command in ("alertmanager", "rules"):
        before, after = (
            run(ROOT, ROOT / "exporter", *COMMAND, command, config),
            copy.run(*COMMAND, command, config),
        )
        assert before.returncode == 0, before.stderr
        assert after.stdout == before.stdout


def wheel(folder: Path) -> Path:
    """The same three in a package of somebody else's, with its entry points."""
    info, parts = "shop_checks-1.dist-info", [p for p in PARTS.rglob("*") if p.is_file()]
    files = {
        f"shop_checks/{part.name}": part.read_text()
        for part in parts
        if "tests" not in part.relative_to(PARTS).parts and "__pycache__" not in part.parts
    }
    files |= {
        "shop_checks/__init__.py": PACKAGE,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: shop-checks\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "".join(
            f"[warehouse_exporter.{group}]\n{name} = shop_checks:{found}\n"
            for group, name, found in (
                ("kinds", "blank_text", "BlankText"),
                ("baselines", "highest", "Highest"),
                ("receivers", "opsgenie", "Opsgenie"),
            )
        ),
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    made = folder / "shop_checks-1-py3-none-any.whl"
    with ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made


def test_a_package_that_is_installed_brings_the_same(tmp_path: Path, database: str) -> None:
    site = tmp_path / "site"
    pip = ("pip", "install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check")
    subprocess.run(
        [sys.executable, "-m", *pip, f"--target={site}", str(wheel(tmp_path))], check=True
    )
    seen(tmp_path, site, database)
