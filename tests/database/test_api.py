"""The public API: what a program needs to judge a warehouse, and no more."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import warehouse_exporter
from warehouse_exporter import Config, Outcome, UsageError, check, load

from tests.conftest import execute

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def config(database: str, tmp_path: Path) -> Config:
    """Orders until yesterday, of which one has no customer; users that nobody has created."""
    execute(
        database,
        "CREATE TABLE orders (ts timestamptz, customer text);"
        "INSERT INTO orders VALUES ('2026-03-09 10:00+00', 'a'), ('2026-03-09 11:00+00', NULL)",
    )
    file = tmp_path / "warehouse.yml"
    file.write_text(f"""
warehouse: {{dsn: "{database}"}}
datasets:
  orders:
    relation: orders
    time: ts
    checks: [volume: {{critical: '< 1'}}, completeness: {{column: customer, critical: '> 10%'}}]
  users: {{relation: users, checks: [volume: {{critical: '< 1'}}]}}
""")
    return load(file)


def test_a_program_judges_as_the_gate_does(config: Config) -> None:
    found = {
        str(one): result.worst.outcome for one, result in check(config, as_of=NOON).results.items()
    }
    assert found == {
        "orders.volume": Outcome.PASS,
        "orders.completeness_customer": Outcome.CRITICAL,
        "users.volume": Outcome.UNMEASURED,
    }


def test_some_datasets_and_another_hour(config: Config) -> None:
    early = NOON.replace(hour=1)
    usual = check(config, as_of=early, datasets=["orders"])
    built = check(config, as_of=early, datasets=["orders"], after_build=True)
    assert {one.dataset for one in usual.results} == {"orders"}
    outcomes = [{r.worst.outcome for r in done.results.values()} for done in (usual, built)]
    assert outcomes[0] != outcomes[1] == {Outcome.PASS, Outcome.CRITICAL}


def test_what_cannot_be_judged_is_said(config: Config) -> None:
    with pytest.raises(UsageError, match="no dataset 'order'; known: orders, users"):
        check(config, datasets=["order"])
    with pytest.raises(UsageError, match="no time zone"):
        check(config, as_of=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("name", warehouse_exporter.__all__)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    found = getattr(warehouse_exporter, name)
    assert name == "__version__" or (found.__doc__ or "").strip()
    assert name in dir(warehouse_exporter)


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Pasta'"):
        _ = warehouse_exporter.Pasta


def test_importing_it_imports_no_driver() -> None:
    code = "import sys, warehouse_exporter; print('psycopg2' in sys.modules, 'yaml' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert printed.stdout.split() == ["False", "False"]
