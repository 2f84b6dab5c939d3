"""O4, the gate: a finished pass -> the exit code that lets the DAG go on, or stops it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from exporter.model import Outcome, Pass, Severity

if TYPE_CHECKING:
    from exporter.config import Config


class Exit(IntEnum):
    """What the exit codes of `check` mean."""

    OK = 0
    CRITICAL = 1
    USAGE = 2
    UNMEASURED = 3


def exit_code(
    done: Pass, config: Config, *, strict: bool = False, allow_unmeasured: bool = False
) -> Exit:
    """1 for a critical finding, else 3 if one could not have been seen, else 0.

    `strict` counts warnings as critical; `allow_unmeasured` lets unmeasured checks pass. Findings
    of severity info never change it.
    """
    verdicts = [verdict for result in done.results.values() for verdict in result.verdicts]
    stops = {Severity.CRITICAL, Severity.WARNING} if strict else {Severity.CRITICAL}
    if any(verdict.severity in stops for verdict in verdicts):
        return Exit.CRITICAL
    blind = (
        check
        for check, result in done.results.items()
        if result.worst.outcome is Outcome.UNMEASURED
    )
    if not allow_unmeasured and any(config.check(check).could_be_critical for check in blind):
        return Exit.UNMEASURED
    return Exit.OK
