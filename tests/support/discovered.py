"""Configs that `init --database` proposes, and the databases they are proposed for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from click.testing import CliRunner
from warehouse_exporter.cli.main import main
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass


@dataclass(frozen=True)
class Discovered:
    """A config that was proposed for a database, and what was said about it."""

    dsn: str
    as_of: datetime
    text: str
    said: str

    @property
    def config(self) -> Config:
        """The config, on the database."""
        return parse(self.text, "proposed.yml", {"WAREHOUSE_DSN": self.dsn})

    def run(self, as_of: datetime | None = None) -> Pass:
        """What one pass says."""
        config = self.config
        return run_pass(config, Connector(config.warehouse), as_of or self.as_of)

    def outcomes(self, as_of: datetime | None = None) -> dict[str, str]:
        """Every check by its address, with the word that people see."""
        done = self.run(as_of)
        return {str(check): result.worst.outcome.shown for check, result in done.results.items()}


def discover(dsn: str, as_of: datetime, folder: Path, *options: str) -> Discovered:
    """Propose a config as the command does."""
    file = folder / "proposed.yml"
    arguments = ["init", "--database", dsn, "--as-of", as_of.isoformat(), "--output", str(file)]
    done = CliRunner().invoke(main, [*arguments, *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return Discovered(dsn, as_of, file.read_text(), done.output)
