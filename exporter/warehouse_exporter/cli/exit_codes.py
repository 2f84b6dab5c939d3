"""The gate: a finished pass -> the exit code that lets the DAG continue, or stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from warehouse_exporter.cli.exits import Exit as Exit
from warehouse_exporter.core.model import CheckId, Outcome, Pass, Severity, Verdict

if TYPE_CHECKING:
    from warehouse_exporter.config import Config


JUDGED = {Outcome.PASS, Outcome.WARNING, Outcome.CRITICAL}
"""Outcomes of a check that was measured and had something to judge."""


def exit_code(
    done: Pass, config: Config, *, strict: bool = False, allow_unmeasured: bool = False
) -> Exit:
    """1 for a critical finding, 3 if a critical finding could have been missed, else 0.

    The code is 3 as well if nothing was judged at all, because there is no check or because none
    could be measured. With `strict`, warnings count as critical, and any unmeasured check gives 3.
    `allow_unmeasured` lets unmeasured checks pass, but not a gate without checks. Checks of
    severity info change nothing while anything else is judged, nor do findings that are accepted.
    """
    verdicts = [verdict for result in done.results.values() for verdict in result.verdicts]
    stops = {Severity.CRITICAL, Severity.WARNING} if strict else {Severity.CRITICAL}
    if any(verdict.loud and verdict.severity in stops for verdict in verdicts):
        return Exit.CRITICAL
    if without_checks(done, config):
        return Exit.UNMEASURED
    blind = [
        config.check(check).worst_severity
        for check, result in done.results.items()
        if result.worst.outcome is Outcome.UNMEASURED
    ]
    judged = any(verdict.outcome in JUDGED for verdict in verdicts)
    if blind and not allow_unmeasured and (not judged or stops.intersection(blind)):
        return Exit.UNMEASURED
    return Exit.OK


def stopping(
    done: Pass, config: Config, *, strict: bool = False, allow_unmeasured: bool = False
) -> Callable[[CheckId, Verdict], bool]:
    """Whether a verdict alone would stop the DAG: some do if, and only if, `exit_code` is not 0."""
    verdicts = [verdict for result in done.results.values() for verdict in result.verdicts]
    stops = {Severity.CRITICAL, Severity.WARNING} if strict else {Severity.CRITICAL}
    judged = any(verdict.outcome in JUDGED for verdict in verdicts)

    def one(check: CheckId, verdict: Verdict) -> bool:
        if verdict.outcome is not Outcome.UNMEASURED:
            return verdict.loud and verdict.severity in stops
        return not allow_unmeasured and (not judged or config.check(check).worst_severity in stops)

    return one


def without_checks(done: Pass, config: Config) -> bool:
    """Whether no check of a pass has a limit: values that are only shown judge nothing."""
    return not any(config.check(check).worst_severity for check in done.results)


def no_checks(only: frozenset[str] | None) -> str:
    """The message when no check has a limit, in some datasets or in all."""
    where = f"dataset {' and '.join(sorted(only))}" if only else "the config"
    return f"nothing was judged: no check of {where} has a limit"
