"""Config -> Prometheus alert rules, one per check and severity, with the limits as literals.

A finding must not look repaired because its check stopped being measured: the condition also holds
for the last value of the past hours, unless the check is measured now. The rule keeps that value.
But a last value alone is no finding: that of a check which was skipped since, or of a row that is
gone, would be told again with every restart. So an alert is held only if it was there a moment ago.

O8: the text of an alert says why, `value=0.062 (6.2%) (limit > 5%), 31 of 500 rows`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from exporter import catalog
from exporter.config import Check, Config
from exporter.kinds.base import Share
from exporter.limits import Condition, Reading, Unit
from exporter.model import Severity

HELD = "6h"
"""How long a finding survives without being measured; then only the unmeasured alert is left."""
NOT_OF_A_SERIES = "alertname, alertstate, severity, owner, layer, incident"
"""What an alert has beside the labels of its series; with them, `and` would match nothing."""
PLAIN = '{{ printf "%.10g" $value }}'
"""A number of rows in full: with fewer digits 54,321 would be written as 5.432e+04."""


def quoted(text: str) -> str:
    """A PromQL string that may also stand between backticks, as it does in templates."""
    return json.dumps(text, ensure_ascii=False).replace("`", "\\x60")


def literal(text: str) -> str:
    """Text that Prometheus does not take for a template: checks are named after columns."""
    return text.replace("{{", '{{ "{{" }}')


def selector(metric: str, check: Check, **labels: str) -> str:
    """The series of one check."""
    wanted = {**labels, "dataset": check.id.dataset, "check": check.id.name}
    return f"{metric}{{{','.join(f'{name}={quoted(text)}' for name, text in wanted.items())}}}"


def expression(condition: Condition, check: Check, severity: Severity) -> str:
    """The condition now, or as last measured while the check is not measured.

    What was judged a moment ago is in ALERTS, as far back as Prometheus looks (5 minutes). Another
    warehouse, of another job, may have a check of the same name.
    """

    def now(metric: str) -> str:
        return selector(metric, check, **check.kind.judged)

    def last(metric: str) -> str:
        return f"last_over_time({now(metric)}[{HELD}])"

    measured = f"{selector(catalog.MEASURED.name, check)} == 1"
    held = f"  ({condition.promql(last)})\n  unless on(job, dataset, check) {measured}\n"
    if not any(term.reading is Reading.AGE for term in condition.terms):  # ages go on unseen
        told = selector("ALERTS", check, alertname=check.kind.alert, severity=severity.value)
        held += f"  and ignoring({NOT_OF_A_SERIES})\n  {told}\n"
    return f"({condition.promql(now)})\nor\n(\n{held})"


def incident(dataset: str, config: Config) -> str:
    """The root of a dataset's `depends_on`: the group by which people are told."""
    while dataset in config.datasets and config.datasets[dataset].depends_on:
        dataset = config.datasets[dataset].depends_on[0]
    return dataset


def labels(check: Check, severity: Severity, config: Config) -> dict[str, str]:
    """The labels by which an alert is routed."""
    return {
        "severity": severity.value,
        "dataset": check.id.dataset,
        "check": literal(check.id.name),
        "owner": literal(check.owner or "unowned"),
        "layer": check.kind.layer,
        "incident": incident(check.id.dataset, config),
    }


def value_template(condition: Condition) -> str:
    """The alert's value as people read it: that of the first term, in the unit of its limit."""
    firsts = [terms[0] for terms in condition.alternatives]
    first = firsts[0]
    if any(term.limit.unit is not first.limit.unit for term in firsts):
        return PLAIN  # nobody knows which of them is in breach
    if first.reading is Reading.AGE or first.limit.unit is Unit.DURATION:
        return "{{ $value | humanizeDuration }}"
    if first.limit.unit is Unit.SHARE:
        return '{{ printf "%.4f" $value }} ({{ $value | humanizePercentage }})'
    return '{{ printf "%.4g" $value }}' if first.reading.of_a_departure else PLAIN


def same(check: Check) -> tuple[str, ...]:
    """Labels by which an alert's own series is found: a funnel has one for each of its steps."""
    return ("job", "instance", *check.kind.metric.labels)


def own_series(check: Check) -> Callable[[str], str]:
    """Metric name -> the alert's own series, for `printf` with the labels that are the same."""
    equal = "".join(f",{name}=%[{place}]q" for place, name in enumerate(same(check), 1))

    def select(metric: str) -> str:
        return selector(metric, check).replace("%", "%%").removesuffix("}") + equal + "}"

    return select


def asked(check: Check, promql: str, text: str) -> str:
    """Text around a number (`.`) that Prometheus is asked for when the alert is written.

    Nothing at all where there is none, as for a finding that holds without being measured.
    """
    question = f"printf `{promql}` {' '.join(f'$labels.{name}' for name in same(check))}"
    return f"{{{{ with {question} | query }}}}{text}{{{{ end }}}}"


def counts_template(kind: Share, check: Check) -> str:
    """`, 58 of 1000 rows`."""
    select, number = own_series(check), '{{ . | first | value | printf "%.0f" }}'
    failed = asked(check, select(catalog.ROWS_FAILED.name), f", {number}")
    total = asked(check, select(catalog.ROWS_CHECKED.name), f" of {number} {kind.things}")
    return failed + total


def more_template(check: Check) -> str:
    """`, expected=840, score=-5.2`: what the kind tells beside, as far as it is there."""
    number = '{{ . | first | value | printf "%.10g" }}'
    told = check.kind.told(own_series(check))
    return "".join(asked(check, promql, f", {word}={number}") for word, promql in told.items())


def texts(
    check: Check, alert: str, summary: str, description: str, config: Config
) -> dict[str, str]:
    """What the person who is woken reads."""
    found = {"summary": literal(f"{check.id}: {summary}"), "description": description}
    if config.alerts.runbook_url:
        found["runbook_url"] = config.alerts.runbook_url.replace("{alert}", alert)
    if config.alerts.dashboard_url:
        found["dashboard_url"] = config.alerts.dashboard_url.replace("{dataset}", check.id.dataset)
    return found


def finding_rule(check: Check, severity: Severity, condition: Condition, config: Config) -> Any:
    """The rule of one severity of one check."""
    counts = counts_template(check.kind, check) if isinstance(check.kind, Share) else ""
    description = f"value={value_template(condition)} (limit {condition.text})"
    rule: dict[str, Any] = {
        "alert": check.kind.alert,
        "expr": expression(condition, check, severity),
    }
    if check.kind.hold:
        rule["for"] = check.kind.hold
    return {
        **rule,
        "labels": labels(check, severity, config),
        "annotations": texts(
            check,
            check.kind.alert,
            check.kind.summary,
            f"{description}{counts}{more_template(check)}.",
            config,
        ),
    }


def reason_template(check: Check) -> str:
    """` (timeout)`, as the exporter says it of the check."""
    known = selector(catalog.UNMEASURED_REASON.name, check).replace("%", "%%").removesuffix("}")
    question = f"printf `{known},job=%q,instance=%q}}` $labels.job $labels.instance"
    return f'{{{{ with {question} | query }}}} ({{{{ . | first | label "reason" }}}}){{{{ end }}}}'


def unmeasured_rule(check: Check, config: Config) -> dict[str, Any]:
    """The rule for a check that cannot be measured: as loud as the check could have been."""
    severity = next((s for s in Severity if s in check.kind.conditions()), Severity.INFO)
    description = (
        f"Not measured{reason_template(check)}, so nobody knows whether it is fine. "
        f"The reason is on the status page and in {catalog.UNMEASURED_REASON.name}."
    )
    return {
        "alert": catalog.ALERT_UNMEASURED,
        "expr": f"{selector(catalog.MEASURED.name, check)} == 0",
        "for": config.alerts.unmeasured_for,
        "labels": labels(check, severity, config),
        "annotations": texts(
            check, catalog.ALERT_UNMEASURED, "the check cannot be measured", description, config
        ),
    }


def groups(config: Config) -> Iterator[dict[str, Any]]:
    """One rule group per dataset."""
    by_dataset: dict[str, list[Check]] = {}
    for check in config.checks:
        by_dataset.setdefault(check.id.dataset, []).append(check)
    for dataset, checks in by_dataset.items():
        rules = [
            finding_rule(check, severity, condition, config)
            for check in checks
            for severity, condition in check.kind.conditions().items()
        ]
        rules += [unmeasured_rule(check, config) for check in checks]
        yield {"name": f"warehouse-{dataset}", "rules": rules}


class Block(str):
    """Text that YAML writes as a block, so that people can read an expression of two lines."""


class Dumper(yaml.SafeDumper):
    """Writes expressions as blocks."""


class FastDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The same five times as fast, where PyYAML was built with libyaml."""


def as_block(dumper: yaml.SafeDumper, text: Block) -> yaml.ScalarNode:
    """The node of a block."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


Dumper.add_representer(Block, as_block)
FastDumper.add_representer(Block, as_block)
ESCAPED = "\\U"
"""The beginning of what libyaml makes of an emoji; other texts it leaves as readable as we do."""


def blocks(data: Any) -> Any:
    """The data with its multi-line texts as blocks."""
    if isinstance(data, dict):
        return {key: blocks(value) for key, value in data.items()}
    if isinstance(data, list):
        return [blocks(item) for item in data]
    return Block(data) if isinstance(data, str) and "\n" in data else data


def render(config: Config) -> str:
    """The rules file."""
    head = (
        f"# Generated by `warehouse-exporter rules --config.file {config.path}`. DO NOT EDIT.\n"
        "# A limit is written once, in that file.\n"
    )
    return head + written({"groups": blocks(list(groups(config)))})


def written(data: Any) -> str:
    """The data as YAML, in the order made."""
    text = dumped(data, FastDumper)
    return dumped(data, Dumper) if ESCAPED in text else text


def dumped(data: Any, dumper: type[yaml.SafeDumper]) -> str:
    """The data as one of the two writes it."""
    text: str = yaml.dump(data, Dumper=dumper, sort_keys=False, width=1000, allow_unicode=True)
    return text
