"""Every error this package raises, drawn once.

WarehouseExporterError
├── ConfigError     the YAML cannot be used: all its problems, each with its place (exit code 2)
├── UsageError      the command line names something that does not exist (exit code 2)
├── UnusableArtifact  a file of dbt cannot be used, and why (exit code 2)
├── SqlRefused      an expression of the config is not in the allow-list, and why
├── Unmeasured      a number that should have been measured could not be, and the reason
│   └── Unreachable nothing at all can be measured: no connection to the warehouse
│       └── Lost    there was a connection, and it is gone
└── Skipped         there is nothing to judge yet, and the reason
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a check was not measured; the value of the label `reason`."""

    CONNECTION = "connection"
    PERMISSION = "permission"
    MISSING_RELATION = "missing_relation"
    MISSING_COLUMN = "missing_column"
    COLUMN_TYPE = "column_type"
    TIMEOUT = "timeout"
    LOCK = "lock"
    CANCELED = "canceled"
    REWRITTEN = "rewritten"
    NO_ROWS = "no_rows"
    NO_VALUES = "no_values"
    UNPARSABLE = "unparsable"
    NOT_FINITE = "not_finite"
    RESULT = "result"
    STATEMENT = "statement"
    EXPIRED = "expired"
    PENDING = "pending"
    INTERNAL = "internal"


class WarehouseExporterError(Exception):
    """The base class of all errors that this package raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One problem in a config: where it is, and how to write it correctly."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path + ': ' if self.path else ''}{self.message}"


class ConfigError(WarehouseExporterError):
    """The config cannot be used; `problems` has everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.path)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(WarehouseExporterError):
    """The command line names something that does not exist."""


class UnusableArtifact(WarehouseExporterError):
    """A file of dbt cannot be used; `reason` is one word for a label, the message says more."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class SqlRefused(WarehouseExporterError, ValueError):
    """An SQL expression of the config is refused; the message says why."""


class Unmeasured(WarehouseExporterError):
    """A number could not be measured: never to be taken for 0 or for a pass.

    `remedy` is what to do about it, such as a statement to run; "" where that is not known.
    """

    def __init__(self, reason: Reason, detail: str, remedy: str = "") -> None:
        self.reason = reason
        self.detail = detail
        self.remedy = remedy
        super().__init__(f"{reason}: {detail}")


class Unreachable(Unmeasured):
    """The warehouse cannot be reached, or has gone away, or refuses: no statement can be run."""

    def __init__(self, detail: str, reason: Reason = Reason.CONNECTION) -> None:
        super().__init__(reason, detail)


class Lost(Unreachable):
    """The connection was lost; a new one may be opened at once."""


class Skipped(WarehouseExporterError):
    """There is nothing to judge yet; the message is the reason that people see."""
