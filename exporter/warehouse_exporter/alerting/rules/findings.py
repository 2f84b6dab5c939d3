"""The alerts about data: one for each limit, and one for checks that are not measured.

A rule is made for one check, and holds for every check of which it would be the same: its texts and
labels name the dataset and the check by the labels of the series that is judged. Where the series
are chosen, its expression has `CHOSEN`.
"""

from __future__ import annotations

import math

from warehouse_exporter.alerting.accepted import statement
from warehouse_exporter.alerting.annotations import (
    CHECK,
    DATASET,
    LAST,
    asked,
    description_template,
    links_template,
    literal,
    matched,
    numbers_template,
    own_series,
    quoted,
    reason_template,
    sentence_template,
)
from warehouse_exporter.alerting.causes import Holds, explained_by
from warehouse_exporter.alerting.related import incident_template
from warehouse_exporter.alerting.rules.choice import APART, CHOSEN
from warehouse_exporter.alerting.rules.memory import Rule
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.values import parse_duration
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Condition, Side
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.query import Query
from warehouse_exporter.passes.causes import incident_of
from warehouse_exporter.passes.paging import notifying, spoken_as

SEEN, RARE = 30.0, 600.0
"""Seconds until Prometheus has judged what a pass found, and the longest wait for a second one."""
KNOWN = "__name__|warehouse|job|instance|dataset|check"
SERIES = (
    f'{{{{ range $name, $text := $labels }}}}{{{{ if not (match "^({KNOWN})$" $name) }}}}'
    "{{ $name }}={{ $text }} {{ end }}{{ end }}"
)
"""The columns of a query by which its series differ: nobody knows their names before."""
KEPT = "30s"
"""How long a page keeps firing after its last breach: a moment in which a load is half done is no
end, and the end is soon known all the same."""
RETURNS, SHORTEST, LONGEST = 2, 10 * 60, 30 * 60
"""How many intervals after its end a finding does not notify again, so that a value in breach in
every second pass notifies once; and the fewest and the most seconds."""


def labels(check: Check, fault: Fault, severity: Severity, config: Config) -> dict[str, str]:
    """The labels by which an alert is routed, grouped and silenced."""
    return {
        names.WAREHOUSE: config.warehouse.name,
        "severity": severity.value,
        "dataset": check.id.dataset,
        "check": literal(check.id.name),
        "owner": literal(check.owner or names.UNOWNED),
        "layer": check.kind.layer,
        names.FAULT: fault.value,
        "incident": literal(incident_of(check, fault)),
    }


def labels_template(
    check: Check, fault: Fault, severity: Severity, config: Config
) -> dict[str, str]:
    """The same for whatever check a rule is about; its series say the dataset and the check.

    What tells the rule from others of the same alert is a comment: a rule that Prometheus finds
    again by its name and its labels keeps its alerts when the file is read again.
    """
    waits = holds(check, fault, severity, config)
    known = labels(check, fault, severity, config)
    del known["dataset"], known["check"]
    return {
        **known,
        "incident": f"{incident_template(check, fault)}{{{{/* {APART} */}}}}",
        **({names.SERIES: SERIES} if isinstance(check.kind, Query) else {}),
        **departure(check, fault, severity, config),
        names.EXPLAINED: explained_by(check, fault, severity, config, waits),
    }


def departure(check: Check, fault: Fault, severity: Severity, config: Config) -> dict[str, str]:
    """Whether the value fell or rose, where the limits of the check tell the two apart.

    An alert for both looks at the first limit of a rise: of a fall it is never in breach.
    """
    told = notifying(check, config).get(severity) if fault is not Fault.UNMEASURED else None
    falls, rises = (told and told.on(side) for side in Side)
    if falls and rises:
        rose = rises.terms[0].promql(lambda metric: own_series(LAST.format(metric)))
        side = asked(rose, Side.RISE.value, Side.FALL.value)
        return {names.DEPARTURE: f"{matched()}{side}"}
    only = Side.FALL if falls else Side.RISE if rises else None
    return {names.DEPARTURE: only.value} if only else {}


def holds(check: Check, fault: Fault, severity: Severity, config: Config) -> Holds:
    """How long an alert of a check goes on, and then does not page again.

    What is not measured has waited for a second pass before it fires: that is long enough.
    """
    pages = severity is Severity.CRITICAL and fault is not Fault.UNMEASURED
    quiet = returns_within(config.interval(check.id.dataset), config)
    return Holds(keep_firing(check, severity, config), quiet if pages else 0.0)


def kept(check: Check, severity: Severity, config: Config) -> str | None:
    """How long an alert keeps firing after a breach; None: not at all."""
    wait = keep_firing(check, severity, config)
    return f"{math.ceil(wait)}s" if wait else None


def keep_firing(check: Check, severity: Severity, config: Config) -> float:
    """Seconds that a finding keeps firing after its last breach.

    Nobody waits for the end of a ticket: it goes on until a value that comes back is another one.
    But it must not outlive a page about the same, which silences it.
    """
    if config.alerts.keep_firing_for is not None:
        return seconds(config.alerts.keep_firing_for)
    if Severity.CRITICAL in (severity, check.worst_severity):
        return seconds(KEPT)
    return returns_within(config.interval(check.id.dataset), config)


def returns_within(every: float, config: Config) -> float:
    """Seconds after its end in which a finding that comes back does not notify again.

    `every` is the time between two passes over its dataset.
    """
    given = config.alerts.returns_within
    if given is None:
        return min(max(RETURNS * every, SHORTEST), LONGEST)
    return seconds(given)


def lingering(check: Check, config: Config) -> str | None:
    """How long a finding goes on where alerts that come back cannot be known: in Grafana.

    It then notifies once, and its end is known that much later; None: not at all.
    """
    given, every = config.alerts.keep_firing_for, config.interval(check.id.dataset)
    wait = returns_within(every, config) if given is None else seconds(given)
    return f"{math.ceil(wait)}s" if wait else None


def seconds(wait: str) -> float:
    """Seconds of a wait of the config, which may be `0s`."""
    return parse_duration(wait) if int(wait[:-1]) else 0.0


def unmeasured_for(check: Check, config: Config) -> str:
    """How long a check may be unmeasured: a second pass must have failed, too.

    Where passes are rare nobody waits for the second one.
    """
    if config.alerts.unmeasured_for is not None:
        return config.alerts.unmeasured_for
    return f"{math.ceil(min(config.interval(check.id.dataset) + SEEN, RARE))}s"


def chosen(metric: str, config: Config, **more: str) -> str:
    """The series of the checks that share a rule."""
    known = {names.WAREHOUSE: config.warehouse.name, **more}
    equal = ",".join(f"{name}={quoted(text)}" for name, text in known.items())
    return f"{metric}{{{equal},{CHOSEN}}}"


def finding_rule(
    check: Check, place: int, severity: Severity, condition: Condition, config: Config
) -> Rule:
    """The rule of one severity of a check; `place` is its turn in the order, causes first.

    It judges the last measured value: from now, or from before measuring failed.
    """
    alert, keep = check.kind.alert, kept(check, severity, config)
    otherwise = numbers_template(DATASET, check, condition)
    sentence = sentence_template(spoken_as(severity, check, config), otherwise)
    return {
        "alert": alert,
        "expr": statement(
            condition,
            check,
            lambda metric: chosen(LAST.format(metric), config, **check.kind.judged),
        ),
        **({"for": check.kind.hold} if check.kind.hold else {}),
        **({"keep_firing_for": keep} if keep else {}),
        "labels": labels_template(check, check.kind.fault, severity, config),
        "annotations": {
            "summary": sentence,
            "description": description_template(check, condition),
            "place": f"{place:04d}",
            **links_template(alert, config),
        },
    }


def unmeasured_rule(check: Check, place: int, config: Config) -> Rule:
    """The rule for a check that cannot be measured, at the worst severity the check can have.

    It has no `keep_firing_for`: when a database is back it must resolve before `WarehouseDown`,
    which inhibits it.
    """
    severity = check.worst_severity or Severity.INFO
    said = f"{DATASET}: {CHECK} is not measured"
    return {
        "alert": names.ALERT_UNMEASURED,
        "expr": f"{chosen(names.MEASURED.name, config)} == 0",
        "for": unmeasured_for(check, config),
        "labels": labels_template(check, Fault.UNMEASURED, severity, config),
        "annotations": {
            "summary": sentence_template([names.UNMEASURED], said),
            "description": f"Not measured{reason_template()}, so nobody knows whether it is fine. "
            f"The reason is on the status page and in {names.UNMEASURED_REASON.name}.",
            "place": f"{place:04d}",
            **links_template(names.ALERT_UNMEASURED, config),
        },
    }
