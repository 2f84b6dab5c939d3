"""What panels ask Prometheus, by the variables that all dashboards share."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse_exporter.alerting.annotations import quoted
from warehouse_exporter.core import names
from warehouse_exporter.core.model import NUMBERS, Outcome

JOB = 'job=~"$job"'
WAREHOUSE = f'{JOB},warehouse=~"$warehouse"'
DATASET = f'{WAREHOUSE},dataset=~"$dataset"'
"""The series that the variables choose, each narrower than the one before."""
CHECK = "job, warehouse, dataset, check"
FINDING = names.FINDING.name
"""The sentence of what is found, only while it is."""


def series(metric: str, *more: str, of: str = DATASET) -> str:
    """The series of a gauge that the variables choose, and some more matchers."""
    return f"{metric}{{{','.join((of, *more))}}}"


def any_of(metrics: Iterable[str], *more: str, of: str = DATASET) -> str:
    """The series of several gauges."""
    names = "|".join(sorted(metrics))
    return f"{{{','.join((matching('__name__', names), of, *more))}}}"


def lately(selected: str) -> str:
    """The newest value within a step of the chart: past days may have few samples in a step."""
    return f"last_over_time({selected}[$__rate_interval])"


def worst_of(selected: str) -> str:
    """The largest value within a step of the chart: a short outage is not overlooked."""
    return f"max_over_time({selected}[$__rate_interval])"


def equal(label: str, text: str) -> str:
    """The matcher for one value of a label."""
    return f"{label}={quoted(text)}"


def matching(label: str, pattern: str) -> str:
    """The matcher for the values of a label that a pattern describes."""
    return f"{label}=~{quoted(pattern)}"


def limits(gauges: Iterable[str], *more: str, of: str = DATASET) -> str:
    """The limits on some gauges: of several checks the one that is met first.

    A chart with all limits of all checks would be a ladder.
    """
    chosen = matching("gauge", "|".join(sorted(gauges)))
    upper = series(names.LIMIT.name, chosen, 'op=~">|>="', *more, of=of)
    lower = series(names.LIMIT.name, chosen, 'op=~"<|<="', *more, of=of)
    first = f"min by (severity, op) ({lately(upper)})"
    return f"{first} or max by (severity, op) ({lately(lower)})"


def limits_of_shares(gauges: Iterable[str], *more: str) -> str:
    """The same of gauges that are a share: a limit of no row at all is one of 0 %."""
    none = series(names.LIMIT.name, equal("gauge", names.ROWS_FAILED.name), *more)
    return f"{limits(gauges, *more)} or max by (severity, op) ({lately(none)} == 0)"


def loud(outcomes: str) -> str:
    """Outcomes without those of checks whose findings are all accepted."""
    return f"({outcomes} unless on({CHECK}) {accepted()})"


def accepted() -> str:
    """The checks whose findings are all accepted."""
    return f"({series(names.ACCEPTED.name)} == 1)"


def worst(outcomes: str, by: str = "") -> str:
    """The worst of some outcomes; skipped only where every one is."""
    of = f"max by ({by})" if by else "max"
    return f"{of} ({outcomes} != {NUMBERS[Outcome.SKIPPED]}) or {of} ({outcomes})"


def of_kinds(expression: str, kinds: Iterable[str]) -> str:
    """What belongs to checks of some kinds."""
    info = series(names.CHECK_INFO.name, matching("kind", "|".join(sorted(kinds))))
    return f"{expression} and on({CHECK}) {info}"


def open_findings(kinds: Iterable[str] = ()) -> str:
    """What is found now by its sentence, with the seconds since its alert became active.

    0 where no rule has seen it yet. With `kinds`, what checks of these kinds find.
    """
    found = series(FINDING)
    if kinds:
        found = f"({of_kinds(found, kinds)})"
    shared = f"{CHECK}, severity"
    since = series("ALERTS_FOR_STATE", 'severity=~".+"')
    age = f"max by ({shared}) (time() - {since})"
    aged = f"({found} * on({shared}) group_left() {age}) or ({found} * 0)"
    return f"max by (severity, dataset, check, sentence, accepted) ({aged})"
