"""The files of Grafana-managed alerting that are shipped are those of the shop's config."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.test_cli import ask

ROOT = Path(__file__).parents[3]
CONFIG = "exporter/warehouse_exporter/profiles/complete.yml"


@pytest.mark.parametrize(
    ("command", "file"), [("rules", "rules.yml"), ("alertmanager", "notifications.yml")]
)
def test_a_shipped_file_is_what_its_command_writes(
    command: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    asked = ask(command, "--format=grafana", "--config.file", CONFIG)
    assert asked.exit_code == 0
    shipped = (ROOT / "grafana" / "alerting" / file).read_text()
    assert asked.stdout == shipped, "the config has changed: make assets"
