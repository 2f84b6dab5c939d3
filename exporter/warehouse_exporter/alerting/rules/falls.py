"""The alert on falls in several datasets on one day: each is a ticket, together they page.

It fires for each fall, so that a page names datasets and numbers, and all of them are one incident.
`passes/paging.py` says which falls count; here it is asked of Prometheus' own series `ALERTS`, as
the rules of these falls come before.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.alerting.annotations import LAST, quoted
from warehouse_exporter.alerting.causes import LASTING, Holds, alerts_of, itself, template
from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.related import Asked
from warehouse_exporter.alerting.rules.findings import returns_within
from warehouse_exporter.alerting.rules.memory import BLIND, Rule, in_warehouse
from warehouse_exporter.baselines.base import SCORE
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Side
from warehouse_exporter.core.model import Severity
from warehouse_exporter.passes.paging import TOGETHER, falling

DAY, FALLS = "warehouse:expected_day", "warehouse:falls"
"""The start of the day that a dataset is judged by; a fall that is a ticket, and that no page has
told, with that day as its value."""
OURS = "warehouse, job, dataset"
RULES = "alertname, alertstate, severity, fault, incident, explained_by, departure"
"""Labels of alerts that the series of their checks do not have; the owner's stays."""
OWN = ("warehouse", "job", "instance", "dataset", "check", *SCORE.labels)
MARK = "DATASET"
DATASET = "{{ $labels.dataset }}"


def about_falls(config: Config, place: int) -> Iterator[Rule]:
    """The rules; none where falls page by themselves, or too few datasets can fall.

    `place` is the position of the alert behind all others in a message.
    """
    least = config.paging.falls_together
    if least is None or len({check.id.dataset for check in falling(config)}) < least:
        return
    yield {"record": DAY, "expr": held_day(config)}
    yield {"record": FALLS, "expr": untold(config)}
    yield {
        "alert": names.ALERT_FALLS_TOGETHER,
        "expr": in_datasets(least, config),
        "labels": {
            names.WAREHOUSE: config.warehouse.name,
            "severity": Severity.CRITICAL.value,
            "owner": "{{ $labels.owner }}",
            "incident": TOGETHER,
            names.EXPLAINED: explained(config),
        },
        "annotations": {
            "summary": summary(config),
            "description": f"Falls in {least} datasets or more on one day. Each of them alone is a"
            " warning, and may be chance; together they hardly are.",
            "place": f"{place:04d}",
            **links(config),
        },
    }


def alerts(config: Config, **labels: str) -> str:
    """The alerts of this warehouse that fire, by some of their labels."""
    wanted = {names.WAREHOUSE: config.warehouse.name, "alertstate": "firing", **labels}
    return f"ALERTS{{{','.join(f'{name}={quoted(text)}' for name, text in wanted.items())}}}"


def held_day(config: Config) -> str:
    """The day that is judged of each dataset; the last known while checks of it are blind."""
    now, before, blind = (
        in_warehouse(each, config) for each in (names.EXPECTED_DAY.name, DAY, BLIND)
    )
    return f"max by({OURS}) ({now})\nor\n({before} and on({OURS}) {blind})"


def untold(config: Config) -> str:
    """The falls that are tickets: not of a dataset that pages, nor explained by what pages."""
    fall = {names.DEPARTURE: Side.FALL.value}
    mild, hard = (
        alerts(config, severity=severity.value, **fall)
        for severity in (Severity.WARNING, Severity.CRITICAL)
    )
    paging = f"count by(warehouse, job, incident) ({alerts(config, severity=Severity.CRITICAL)})"
    causes = f'label_replace({paging}, "{names.EXPLAINED}", "$1", "incident", "(.+)")'
    return (
        f"max without({RULES}) (\n{mild}"
        f"\nunless on({OURS}) {hard}"
        f"\nunless on(warehouse, job, {names.EXPLAINED}) {causes}\n)"
        f"\n* on({OURS}) group_left() {in_warehouse(DAY, config)}"
    )


def in_datasets(least: int, config: Config) -> str:
    """The falls of which there are some in so many datasets on the same day."""
    falls = in_warehouse(FALLS, config)
    by_day = f'count_values by({OURS}) ("day", {falls})'
    return (
        f"{falls}\nand on({OURS}) (\n{by_day}\nand on(warehouse, job, day)"
        f" (count by(warehouse, job, day) ({by_day}) >= {least})\n)"
    )


def explained(config: Config) -> str:
    """A critical fall that begins together with them has woken somebody."""
    slowest = max(config.interval(check.id.dataset) for check in falling(config))
    fell = Asked(((), (), (f"{names.DEPARTURE}={quoted(Side.FALL)}",), ()), "")
    begins = alerts_of(config, Severity.CRITICAL)
    mine, new_for = itself(quoted(TOGETHER)), round(2 * slowest + LASTING)
    holds = Holds(0.0, returns_within(slowest, config))
    return template(fell, mine, (begins, begins), "", new_for, holds)


def summary(config: Config) -> str:
    """What the exporter says of the fall, and which other datasets fell."""
    labels = ",".join(f"{name}=%q" for name in OWN)
    known = f'{LAST.format(names.FINDING.name)}{{severity!="{names.UNMEASURED}",{labels}}}'
    own = " ".join(f"$labels.{name}" for name in OWN)
    others = f"group by(dataset) ({FALLS}{{warehouse=%q,job=%q,dataset!=%q}} == %.0f)"
    asked = f"printf `{others}` $labels.warehouse $labels.job $labels.dataset $value"
    return (
        f'{{{{ with printf `{known}` {own} | query }}}}{{{{ . | first | label "sentence" }}}}'
        f"{{{{ else }}}}{DATASET}: {{{{ $labels.check }}}} fell{{{{ end }}}}"
        f'{{{{ range $n, $other := {asked} | query | sortByLabel "dataset" }}}}'
        "{{ if $n }}, {{ else }}; also fell that day: {{ end }}{{ $other.Labels.dataset }}"
        "{{ end }}"
    )


def links(config: Config) -> dict[str, str]:
    """The runbook, and the pages of the dataset that fell."""
    found = {
        "runbook_url": config.alerts.runbook(names.ALERT_FALLS_TOGETHER),
        "dashboard_url": places.of_dataset(config, MARK),
        "status_url": config.alerts.page("datasets", MARK),
    }
    return {name: link.replace(MARK, DATASET) for name, link in found.items() if link}
