"""The texts of an alert: what the person who is woken reads.

The text of an alert says why: `value=0.062 (6.2%) (limit > 5%), 31 of 500 rows`. The counts,
and other numbers besides the value, are queried from Prometheus when the alert is sent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Condition, Reading, Unit
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.kinds.shared.base import Kind, Share

PLAIN = '{{ printf "%.10g" $value }}'
"""A number of rows in full: with fewer digits 54,321 would be written as 5.432e+04."""


LAST = "{}:last"
"""Gauge -> the series with its last measured value."""
DEPARTURE = '{{ printf "%.4g" $value | reReplaceAll "[+-]Inf" "infinite" }}'
"""How far a value lies from its baseline; a baseline of which all days are alike has no end."""
ADDRESS = ("dataset", "check", "warehouse", "job", "instance")
"""The labels of every series of a check."""
DATASET, CHECK = "{{ $labels.dataset }}", "{{ $labels.check }}"
"""The dataset and the check of an alert, in its texts: many checks share a rule."""
IN_A_QUERY, IN_A_PATH = (
    "{{ urlquery $labels.%s }}", '{{ reReplaceAll "[+]" "%%20" (urlquery $labels.%s) }}',
)  # fmt: skip
"""A label of an alert in a link."""
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


def matched(*without: str) -> str:
    """Sets `$of` to the labels by which the alert's own series are selected, whatever they are."""
    wanted = 'ne $n "__name__"'
    if without:
        wanted = f'not (match "^({"|".join(("__name__", *without))})$" $n)'
    each = f'{{{{if {wanted}}}}}{{{{$of = printf "%s,%s=%q" $of $n $t}}}}{{{{end}}}}'
    return f'{{{{$of:=""}}}}{{{{range $n,$t:=$labels}}}}{each}{{{{end}}}}'


def own_series(metric: str) -> str:
    """The alert's own series of a metric, in a format that is given `$of`."""
    return f'{{__name__="{metric}"%[1]s}}'


def asked(promql: str, text: str, otherwise: str = "") -> str:
    """Text around a number (`.`) that Prometheus fills in when the alert is sent.

    Another text if there is no number, as for a finding that is held while unmeasured.
    """
    other = f"{{{{else}}}}{otherwise}" if otherwise else ""
    return f"{{{{with printf `{promql}` $of|query}}}}{text}{other}{{{{end}}}}"


def counts_template(kind: Share) -> str:
    """`, 58 of 1000 rows`: those that fail, or of a coverage those that are covered."""
    number = '{{.|first|value|printf "%.0f"}}'
    failed, checked = own_series(names.ROWS_FAILED.name), own_series(names.ROWS_CHECKED.name)
    counted = failed if kind.hits_fail else f"{checked} - {failed}"
    return asked(counted, f", {number}") + asked(checked, f" of {number} {kind.things}")


def sentence_template(severities: Sequence[str], otherwise: str) -> str:
    """The sentence as the exporter gives it, also while the check is blind; else another text.

    It is that of a finding of one of some severities.
    """
    how = "=~" if len(severities) > 1 else "="
    known = f'{LAST.format(names.FINDING.name)}{{severity{how}"{"|".join(severities)}"%s}}'
    return (
        f"{matched()}{{{{with printf `{known}` $of|query}}}}"
        f'{{{{.|first|label "sentence"}}}}{{{{ else }}}}{otherwise}{{{{ end }}}}'
    )


def numbers_template(dataset: str, check: Check, condition: Condition) -> str:
    """What an alert says where no sentence is found: the dataset, what it means, and the number."""
    what = literal(check.kind.title or check.kind.summary)
    return f"{dataset}: {what}: {value_template(condition)} (limit {condition.text})"


def description_template(check: Check, condition: Condition) -> str:
    """The numbers: `value=0.0620 (6.2%) (limit > 5%), 31 of 500 rows.`"""
    counts = counts_template(check.kind) if isinstance(check.kind, Share) else ""
    more = counts + more_template(check.kind)
    series = matched(*check.kind.judged) if more else ""
    return f"{series}value={value_template(condition)} (limit {condition.text}){more}."


def more_template(kind: Kind) -> str:
    """`, expected=840, score=-5.2`: other numbers of the kind, as far as they exist."""
    number = '{{.|first|value|printf "%.10g"}}'
    told = kind.told(own_series)
    return "".join(asked(promql, f", {word}={number}") for word, promql in told.items())


def links(alert: str, check: CheckId, config: Config) -> dict[str, str]:
    """Where the person who is woken by an alert about a check finds more."""
    found = {
        "runbook_url": config.alerts.runbook(alert, check),
        "dashboard_url": places.of_dataset(config, check.dataset),
        "status_url": config.alerts.status(check),
    }
    return {name: link for name, link in found.items() if link}


def links_template(alert: str, config: Config) -> dict[str, str]:
    """The same of whatever check the alert is about."""
    known: dict[str, str] | None = config.derived.get((links_template, alert))
    if known is not None:
        return known
    runbook, status = config.alerts.runbook(alert), config.alerts.page("checks")
    dataset, check = (IN_A_PATH % name for name in ("dataset", "check"))
    if runbook and config.alerts.runbook_url is None:
        runbook += "?" + "&".join(f"{name}={IN_A_QUERY % name}" for name in ("dataset", "check"))
    found = {
        "runbook_url": runbook,
        "dashboard_url": places.of_dataset(config, DATASET, dataset),
        "status_url": status and f"{status}/{dataset}/{check}",
    }
    known = {name: link for name, link in found.items() if link}
    config.derived[links_template, alert] = known
    return known


def reason_template() -> str:
    """` (timeout)`, as the exporter says it of the check."""
    series = f"{names.UNMEASURED_REASON.name}{{{','.join(f'{name}=%q' for name in ADDRESS)}}}"
    question = f"printf `{series}` {' '.join(f'$labels.{name}' for name in ADDRESS)}"
    return f'{{{{with {question}|query}}}} ({{{{.|first|label "reason"}}}}){{{{end}}}}'
