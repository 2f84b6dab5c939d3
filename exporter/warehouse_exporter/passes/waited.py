"""Which datasets have a finding that somebody waits for: soon read again, to tell its end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import CheckId, Outcome, Result, Severity
from warehouse_exporter.passes.causes import Finding, because
from warehouse_exporter.passes.reader import read_by

LOUD = (Severity.CRITICAL, Severity.WARNING)


def waited(
    config: Config, results: Mapping[CheckId, Result], datasets: Collection[str]
) -> frozenset[str]:
    """Those of some datasets with a warning or critical finding, or a check not measured.

    What is accepted, or follows from another finding, notifies nobody: nobody waits for its end.
    """
    own = [check for check in config.checks_of(frozenset(datasets)) if findings(check, results)]
    if not own:
        return frozenset()
    near = {name for check in own for name in (*read_by(check, config), check.id.dataset)}
    near |= {above for name in near for above in config.upstream(name)}
    found = [one for check in config.checks_of(frozenset(near)) for one in findings(check, results)]
    roots = {one.check.id.dataset for one, cause in because(found, config) if cause is None}
    return frozenset(roots.intersection(datasets))


def findings(check: Check, results: Mapping[CheckId, Result]) -> list[Finding]:
    """What a check has found that notifies somebody: the worst of it, if anything."""
    return list(found_by(check, results.get(check.id)))[:1]


def found_by(check: Check, result: Result | None) -> Iterator[Finding]:
    """The findings of a check, worst first."""
    if result is None:
        return
    if result.worst.outcome is Outcome.UNMEASURED:
        if check.worst_severity in LOUD:
            yield Finding(check, Fault.UNMEASURED, check.worst_severity)
        return
    for severity in LOUD:
        if any(one.loud and one.severity is severity for one in result.verdicts):
            yield Finding(check, check.kind.fault, severity)
