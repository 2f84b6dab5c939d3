"""`check --push` hands its result to a real Pushgateway, and lets none decide what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chain.e2e.servers import Server
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import free_port
from tests.support.warehouses import config_of
from tests.unit.test_cli import ask

pytestmark = needs("prometheus-pushgateway")
AS_OF = "--as-of=2026-03-10T12:00:00+00:00"
CHECKS = "volume: {critical: '< 5'}"


class Gateway(Server):
    """Debian's Pushgateway."""

    program = "prometheus-pushgateway"

    def prepare(self) -> list[str]:
        """Debian's keeps what it was sent for the next one to start, unless there is a file."""
        return [f"--persistence.file={self.folder / 'kept'}"]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A Pushgateway that keeps nothing on disk."""
    with Gateway() as server:
        yield server


@pytest.fixture
def shop(database: str, tmp_path: Path) -> tuple[str, str]:
    """The option with a config, and the DSN of a shop that has lost a day."""
    execute(database, "CREATE TABLE orders (id int, ts timestamptz)")
    file = tmp_path / "config.yml"
    sessions = {"sessions": "{relation: orders, time: ts, checks: [volume: {warning: '< 1'}]}"}
    file.write_text(config_of(CHECKS, sessions))
    return f"--config.file={file}", database


def groups(gateway: Gateway) -> dict[str, dict[str, Any]]:
    """What it holds, by the label `gate`."""
    return {one["labels"]["gate"]: one for one in gateway.get("/api/v1/metrics")["data"]}


def outcomes(group: dict[str, Any]) -> dict[str, str]:
    """The outcomes in a group, by dataset."""
    samples = group["warehouse_gate_outcome"]["metrics"]
    return {one["labels"]["dataset"]: one["value"] for one in samples}


def test_a_gateway_has_what_the_last_gate_said(gateway: Gateway, shop: tuple[str, str]) -> None:
    config, dsn = shop
    options = ("check", config, AS_OF, f"--push={gateway.url}/")
    told = ask(*options, dsn=dsn)
    assert (told.exit_code, told.stderr) == (1, "")
    (group,) = groups(gateway).values()
    assert group["labels"] == {"job": "warehouse_gate", "warehouse": "warehouse", "gate": "all"}
    assert outcomes(group) == {"orders": "4", "sessions": "2"}
    execute(dsn, "INSERT INTO orders SELECT i, '2026-03-09 12:00+00' FROM generate_series(1, 7) i")
    assert ask(*options, dsn=dsn).exit_code == 0
    assert outcomes(groups(gateway)["all"]) == {"orders": "0", "sessions": "0"}
    assert ask(*options, "--dataset=orders", dsn=dsn).exit_code == 0
    assert outcomes(groups(gateway)["orders"]) == {"orders": "0"}
    assert outcomes(groups(gateway)["all"]) == {"orders": "0", "sessions": "0"}
    text = httpx.get(f"{gateway.url}/metrics").text
    assert 'warehouse_gate_exit_code{gate="all",instance="",job="warehouse_gate"' in text


def test_a_gateway_that_is_down_changes_no_verdict(shop: tuple[str, str]) -> None:
    config, dsn = shop
    told = ask("check", config, AS_OF, f"--push=http://127.0.0.1:{free_port()}", dsn=dsn)
    assert told.exit_code == 1
    assert told.stdout.startswith("VERDICT")
    assert "cannot push the result to 127.0.0.1:" in told.stderr
    assert "the verdict stands" in told.stderr


def test_a_gateway_that_refuses_changes_no_verdict(
    gateway: Gateway, shop: tuple[str, str], tmp_path: Path
) -> None:
    config, dsn = shop
    execute(dsn, "INSERT INTO orders SELECT i, '2026-03-09 12:00+00' FROM generate_series(1, 7) i")
    options = (f"--push={gateway.url}/gone", f"--textfile={tmp_path / 'gone' / 'gate.prom'}")
    told = ask("check", config, AS_OF, *options, dsn=dsn)
    assert told.exit_code == 0
    assert "HTTP Error 404" in told.stderr
    assert "cannot write the result to" in told.stderr
