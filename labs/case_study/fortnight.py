"""What the gate says on every morning of the two weeks, and afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg2
from warehouse_exporter.cli.exit_codes import exit_code
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Outcome, Pass, Severity
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from labs.case_study.designs import DESIGNS, design
from labs.case_study.loader import Mode, raw_columns
from labs.case_study.names import Names
from labs.case_study.pipeline import mornings

CONFIG = Path(__file__).with_name("config.yml")
"""What the shop expected beforehand."""
AFTERWARDS = Path(__file__).with_name("afterwards.yml")
"""What one asks on the last morning."""
OPTION = "rows_read:"
"""The one option of a check that is spelt like a column: a copy renames the column alone."""
LATER = timedelta(minutes=30)
"""So long after the shop's own gate the ready-made configs are asked: one expects its last table
then."""
LETTERS = {
    Outcome.PASS: ".",
    Outcome.SKIPPED: "s",
    Outcome.WARNING: "W",
    Outcome.CRITICAL: "F",
    Outcome.UNMEASURED: "U",
}


@dataclass(frozen=True)
class Said:
    """What one check says on one morning; `value` is the number of its gauge, if it has one."""

    outcome: Outcome
    text: str
    severity: Severity | None
    value: float | None

    @property
    def letter(self) -> str:
        """One letter for a matrix; `i` is a finding that tells nobody."""
        return "i" if self.severity is Severity.INFO else LETTERS[self.outcome]

    @property
    def is_silent(self) -> bool:
        """Whether it neither warns nor stops anything: passed, or skipped."""
        return self.outcome in (Outcome.PASS, Outcome.SKIPPED)


@dataclass(frozen=True)
class Answer:
    """What the gate says of one config: its exit code, and check by check."""

    exit: int
    said: Mapping[str, Said]


@dataclass(frozen=True)
class Morning:
    """06:00 of the day after `day`: the columns of the raw table then, and what the gate says.

    `designs` is what it says half an hour later of each ready-made config.
    """

    day: date
    as_of: datetime
    columns: list[str]
    exit: int
    said: Mapping[str, Said]
    designs: Mapping[str, Answer]


def config(dsn: str, names: Names, file: Path = CONFIG) -> Config:
    """The checks of the shop, under its names."""
    parts = file.read_text(encoding="utf-8").split(OPTION)
    text = OPTION.join(names.plain(part) for part in parts)
    return parse(text, file.name, {"WAREHOUSE_DSN": dsn})


def live(dsn: str, directory: Path, mode: Mode, names: Names) -> Iterator[Morning]:
    """Let the shop live through its days in an empty database, with the gate on each morning."""
    expected = config(dsn, names)
    designed = {name: design(name, dsn, names) for name in DESIGNS}
    connection = psycopg2.connect(dsn)
    try:
        for day, as_of in mornings(connection, directory, mode, names):
            with connection, connection.cursor() as cursor:
                columns = raw_columns(cursor, names)
            own = asked(expected, as_of)
            answers = {name: asked(one, as_of + LATER) for name, one in designed.items()}
            yield Morning(day, as_of, columns, own.exit, own.said, answers)
    finally:
        connection.close()


def asked(expected: Config, as_of: datetime) -> Answer:
    """What the gate says of a config at an instant."""
    done = run_pass(expected, Connector(expected.warehouse), as_of)
    return Answer(exit_code(done, expected), heard(done, expected))


def ask_afterwards(dsn: str, as_of: datetime, names: Names) -> dict[str, Said]:
    """The answers to the questions that are asked once, by their short names."""
    said = asked(config(dsn, names, AFTERWARDS), as_of).said
    return {name.split(".")[1]: answer for name, answer in said.items()}


def heard(done: Pass, expected: Config) -> dict[str, Said]:
    """What a pass says, check by check in the order of the config."""
    found = {}
    for check in expected.checks:
        worst = done.results[check.id].worst
        values = worst.sample.values if worst.sample else {}
        value = values.get(check.kind.metric.name)
        found[str(check.id)] = Said(worst.outcome, worst.text, worst.severity, value)
    return found
