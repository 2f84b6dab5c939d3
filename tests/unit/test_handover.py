"""`check --push` and `--textfile`: metrics of their own, and nothing that changes a verdict."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.publish import handover

from tests.support.made import found, pass_of, passed, unmeasured
from tests.support.serving import free_port
from tests.support.warehouses import NOON
from tests.unit.test_cli import ask
from tests.unit.test_exit_codes import GATE

ROOT = Path(__file__).parents[2]
DONE = pass_of(
    {"orders.page": found(Outcome.CRITICAL), "orders.both": passed(), "orders.ticket": unmeasured(),
     "orders.metric_shown": passed()}
)  # fmt: skip


def gate() -> handover.GateCollector:
    """A gate with a finding, which ended an hour after the instant it judged at."""
    ended = NOON + timedelta(hours=1)
    return handover.GateCollector(DONE, GATE, 1, ended, timedelta(hours=26), "all")


def test_the_file_has_the_result_and_can_be_read_by_all(tmp_path: Path) -> None:
    file = tmp_path / "gate.prom"
    file.write_text("old")
    before = os.umask(0o077)
    try:
        assert handover.write_textfile(gate(), file) is None
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert list(tmp_path.iterdir()) == [file]
    seen = {
        (s.name.removeprefix("warehouse_gate_"), s.labels.get("check") or s.labels.get("outcome")):
        s.value
        for family in text_string_to_metric_families(file.read_text())
        for s in family.samples
    }  # fmt: skip
    assert seen == {
        ("outcome", "page"): 4, ("outcome", "both"): 0, ("outcome", "ticket"): 3,
        ("checks", "critical"): 1, ("checks", "unmeasured"): 1, ("checks", "pass"): 1,
        ("checks", "warning"): 0, ("checks", "skipped"): 0,
        ("exit_code", None): 1,
        ("as_of_timestamp_seconds", None): NOON.timestamp(),
        ("timestamp_seconds", None): NOON.timestamp() + 3600,
        ("valid_until_timestamp_seconds", None): NOON.timestamp() + 27 * 3600,
    }  # fmt: skip


def test_every_sample_names_the_warehouse_and_the_gate(tmp_path: Path) -> None:
    file = tmp_path / "gate.prom"
    handover.write_textfile(gate(), file)
    for family in text_string_to_metric_families(file.read_text()):
        assert family.name.startswith("warehouse_gate_")
        for sample in family.samples:
            assert sample.labels["warehouse"] == GATE.warehouse.name
            assert sample.labels["gate"] == "all"
    assert handover.named(frozenset({"sessions", "orders"})) == "orders,sessions"


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "gate.prom").mkdir()
    why = handover.write_textfile(gate(), tmp_path / "gate.prom")
    assert why == f"cannot write the result to {tmp_path / 'gate.prom'}: Is a directory"
    assert len(list(tmp_path.iterdir())) == 1
    assert handover.write_textfile(gate(), tmp_path / "gone" / "gate.prom") is not None


def test_a_gateway_that_is_down_is_said_without_its_password() -> None:
    port = free_port()
    address = handover.address_of(f"http://me:secret@127.0.0.1:{port}")
    why = handover.push(gate(), address, "shop", "all")
    assert why is not None
    assert why.startswith(f"cannot push the result to 127.0.0.1:{port}: ")
    assert "secret" not in why


@pytest.mark.parametrize("url", ["127.0.0.1:9091", "ftp://x", "http://", "http://[", "http://x:y"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="--push: write the URL of a Pushgateway"):
        handover.address_of(url)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--push=secret@x", "--push: write the URL"),
        ("--textfile=gate.txt", "only reads files that end in .prom"),
        ("--valid-for=soon", "--valid-for: "),
    ],
)
def test_wrong_usage_is_said_before_anything_is_judged(option: str, said: str) -> None:
    told = ask("check", "--config.file=nowhere.yml", option)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr
    assert "secret" not in told.stderr


def test_no_rule_judges_what_a_gate_has_handed_on() -> None:
    rules = (ROOT / "prometheus" / "rules" / "warehouse.yml").read_text()
    assert "warehouse_check_measured" in rules
    assert "warehouse_gate" not in rules
