"""The texts of an alert: what the person who is woken reads.

The text of an alert says why: `value=0.062 (6.2%) (limit > 5%), 31 of 500 rows`. The counts,
and other numbers besides the value, are queried from Prometheus when the alert is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache

from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Condition, Reading, Unit
from warehouse_exporter.kinds.shared.base import Share

PLAIN = '{{ printf "%.10g" $value }}'
"""A number of rows in full: with fewer digits 54,321 would be written as 5.432e+04."""


LAST = "{}:last"
"""Gauge -> the series with its last measured value."""
DEPARTURE = '{{ printf "%.4g" $value | reReplaceAll "[+-]Inf" "infinite" }}'
"""How far a value lies from its baseline; a baseline of which all days are alike has no end."""
ENCODER = json.JSONEncoder(ensure_ascii=False)


@lru_cache(4096)
def quoted(text: str) -> str:
    """A PromQL string that may also stand between backticks, as it does in templates."""
    return ENCODER.encode(text).replace("`", "\\x60")


def literal(text: str) -> str:
    """Text that Prometheus does not take for a template: checks are named after columns."""
    return text.replace("{{", '{{ "{{" }}')


def selector(metric: str, check: Check, **labels: str) -> str:
    """The series of one check."""
    wanted = {**labels, "dataset": check.id.dataset, "check": check.id.name}
    return f"{metric}{{{','.join(f'{name}={quoted(text)}' for name, text in wanted.items())}}}"


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
    return DEPARTURE if first.reading.of_a_departure else PLAIN


def same(check: Check) -> tuple[str, ...]:
    """Labels by which an alert's own series is found: a funnel has one for each of its steps."""
    return ("warehouse", "job", "instance", *check.kind.metric.labels)


def own_series(check: Check) -> Callable[[str], str]:
    """Metric name -> the alert's own series, for `printf` with the labels that are the same."""
    equal = "".join(f",{name}=%[{place}]q" for place, name in enumerate(same(check), 1))

    def select(metric: str) -> str:
        return selector(metric, check).replace("%", "%%").removesuffix("}") + equal + "}"

    return select


def asked(check: Check, promql: str, text: str, otherwise: str = "") -> str:
    """Text around a number (`.`) that Prometheus fills in when the alert is sent.

    Another text if there is no number, as for a finding that is held while unmeasured.
    """
    question = f"printf `{promql}` {' '.join(f'$labels.{name}' for name in same(check))}"
    other = f"{{{{ else }}}}{otherwise}" if otherwise else ""
    return f"{{{{ with {question} | query }}}}{text}{other}{{{{ end }}}}"


def counts_template(kind: Share, check: Check) -> str:
    """`, 58 of 1000 rows`: those that fail, or of a coverage those that are covered."""
    select, number = own_series(check), '{{ . | first | value | printf "%.0f" }}'
    counted = select(names.ROWS_FAILED.name)
    if not kind.hits_fail:
        counted = f"{select(names.ROWS_CHECKED.name)} - {counted}"
    failed = asked(check, counted, f", {number}")
    total = asked(check, select(names.ROWS_CHECKED.name), f" of {number} {kind.things}")
    return failed + total


MATCHED = (
    '{{ $of := "" }}{{ range $name, $text := $labels }}{{ if ne $name "__name__" }}'
    '{{ $of = printf "%s,%s=%q" $of $name $text }}{{ end }}{{ end }}'
)
"""Sets `$of` to the labels by which the alert's own series are selected, whatever they are."""


def sentence_template(severities: Sequence[str], otherwise: str) -> str:
    """The sentence as the exporter gives it, also while the check is blind; else another text.

    It is that of a finding of one of some severities.
    """
    how = "=~" if len(severities) > 1 else "="
    known = f'{LAST.format(names.FINDING.name)}{{severity{how}"{"|".join(severities)}"%s}}'
    return (
        f"{MATCHED}{{{{ with printf `{known}` $of | query }}}}"
        f'{{{{ . | first | label "sentence" }}}}{{{{ else }}}}{otherwise}{{{{ end }}}}'
    )


def numbers_template(check: Check, condition: Condition) -> str:
    """What an alert says where no sentence is found: the dataset, what it means, and the number."""
    what = literal(check.kind.title or check.kind.summary)
    return f"{check.id.dataset}: {what}: {value_template(condition)} (limit {condition.text})"


def description_template(check: Check, condition: Condition) -> str:
    """The numbers: `value=0.0620 (6.2%) (limit > 5%), 31 of 500 rows.`"""
    counts = counts_template(check.kind, check) if isinstance(check.kind, Share) else ""
    value = f"value={value_template(condition)}"
    return f"{value} (limit {condition.text}){counts}{more_template(check)}."


def more_template(check: Check) -> str:
    """`, expected=840, score=-5.2`: other numbers of the kind, as far as they exist."""
    number = '{{ . | first | value | printf "%.10g" }}'
    told = check.kind.told(own_series(check))
    return "".join(asked(check, promql, f", {word}={number}") for word, promql in told.items())


def texts(
    check: Check, place: int, alert: str, summary: str, description: str, config: Config
) -> dict[str, str]:
    """What the person who is woken reads; the title of a page names the alert first in place.

    `summary` and `description` are templates.
    """
    found = {
        "summary": summary,
        "description": description,
        "place": f"{place:04d}",
    }
    if runbook := config.alerts.runbook(alert, check.id):
        found["runbook_url"] = runbook
    if dashboard := places.of_dataset(config, check.id.dataset):
        found["dashboard_url"] = dashboard
    if status := config.alerts.status(check.id):
        found["status_url"] = status
    return found


def reason_template(check: Check) -> str:
    """` (timeout)`, as the exporter says it of the check."""
    known = selector(names.UNMEASURED_REASON.name, check).replace("%", "%%").removesuffix("}")
    same = f"{known},warehouse=%q,job=%q,instance=%q}}"
    question = f"printf `{same}` $labels.warehouse $labels.job $labels.instance"
    return f'{{{{ with {question} | query }}}} ({{{{ . | first | label "reason" }}}}){{{{ end }}}}'
