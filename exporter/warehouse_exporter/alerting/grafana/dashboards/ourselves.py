"""The exporter itself: does it read the warehouse in time, and does anybody hear of it."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.grafana.dashboards.frame import Board, Row
from warehouse_exporter.alerting.grafana.dashboards.panels import (
    Ask,
    Frame,
    Panel,
    chart,
    number,
)
from warehouse_exporter.alerting.grafana.dashboards.promql import JOB, WAREHOUSE, series
from warehouse_exporter.alerting.rules import LOADED
from warehouse_exporter.core import names

ABOUT = "The exporter: passes, statements, its rules and config, notifications, its own needs."
ALERTMANAGER = "unknown: Prometheus does not scrape Alertmanager"
PROMETHEUS = "unknown: Prometheus does not scrape itself"


def made() -> Board:
    """The dashboard."""
    return Board(
        places.EXPORTER,
        ABOUT,
        [
            Row("Now", list(now())),
            Row("Passes", list(passes())),
            Row("Statements", list(statements())),
            Row("Notifications", list(notifications())),
            Row("The process", list(process())),
        ],
        since="now-24h",
    )


def now() -> Iterator[Panel]:
    """1 is good, everywhere."""
    yield number(Frame("Exporter scraped", 4, 4), Ask(f"min(up{{{JOB}}})"), good=True)
    up = series(names.UP.name, of=WAREHOUSE)
    yield number(Frame("Warehouse reached", 4, 4), Ask(f"min({up})"), good=True)
    rules = series(names.RULES.name, of=WAREHOUSE)
    about = "1 if Prometheus has loaded the rules of the config in use."
    in_date = f"count({rules} and on(checksum) {LOADED}) or (count({rules}) * 0)"
    yield number(Frame("Rules in date", 4, 4, about=about), Ask(in_date), good=True)
    reloaded = series(names.RELOAD_OK.name, of=JOB)
    yield number(Frame("Config in date", 4, 4), Ask(f"min({reloaded})"), good=True)
    yield number(
        Frame("Checks", 4, 4),
        Ask(f"sum(max by (warehouse) ({series(names.CHECKS.name, of=WAREHOUSE)}))"),
    )
    dropped = series(names.SERIES_DROPPED.name)
    yield number(Frame("Series dropped", 4, 4), Ask(f"sum({dropped}) or vector(0)"))


def passes() -> Iterator[Panel]:
    """Passes against the interval that the config asks for."""
    passed, interval = series(names.PASS_SUCCESS.name), series(names.PASS_INTERVAL.name)
    about = "Above 2, `WarehousePassStale` is near."
    yield chart(
        Frame("Age of the last pass, in intervals", 12, 8, about=about),
        Ask(f"(time() - {passed}) / {interval}", "{{dataset}}"),
    )
    took = series(names.PASS_DURATION.name)
    yield chart(
        Frame("Share of the interval that a pass takes", 12, 8, "percentunit"),
        Ask(f"{took} / {interval}", "{{dataset}}"),
    )
    yield chart(
        Frame("Seconds of work in a pass, by dataset", 12, 8, "s"),
        Ask(f"sum by (dataset) ({series(names.COST.name)})", "{{dataset}}"), stacked=True,
    )  # fmt: skip
    yield chart(
        Frame("The ten dearest checks", 12, 8, "s"),
        Ask(f"topk(10, {series(names.COST.name)})", "{{dataset}}.{{check}}"),
    )


def statements() -> Iterator[Panel]:
    """What is sent to the warehouse, and what fails there."""
    sent, failed = (series(f"{m.name}_total", of=JOB) for m in (names.STATEMENTS, names.FAILURES))
    done = series(f"{names.PASSES.name}_total", of=JOB)
    yield chart(
        Frame("Statements and passes a minute", 8, 8),
        Ask(f"60 * rate({sent}[$__rate_interval])", "statements"),
        Ask(f"60 * rate({done}[$__rate_interval])", "passes"),
    )
    yield chart(
        Frame("Failed statements, by reason", 8, 8, empty="none has failed"),
        Ask(f"increase({failed}[$__rate_interval]) > 0", "{{reason}}"), stacked=True,
    )  # fmt: skip
    why = series(names.UNMEASURED_REASON.name)
    yield chart(
        Frame("Checks not measured, by reason", 8, 8, empty="every check is measured"),
        Ask(f"count by (reason) ({why})", "{{reason}}"),
    )


def notifications() -> Iterator[Panel]:
    """Whether what is found reaches anybody."""
    yield chart(
        Frame("Notifications that failed, by integration", 12, 8, empty=ALERTMANAGER),
        Ask("increase(alertmanager_notifications_failed_total[$__rate_interval])",
            "{{integration}} {{receiver}}"),
    )  # fmt: skip
    yield chart(
        Frame("Alerts that Prometheus could not send", 12, 8, empty=PROMETHEUS),
        Ask("increase(prometheus_notifications_errors_total[$__rate_interval])", "errors"),
        Ask("increase(prometheus_notifications_dropped_total[$__rate_interval])", "dropped"),
    )
    yield chart(
        Frame("Evaluations of rules that failed", 12, 8, empty=PROMETHEUS),
        Ask("increase(prometheus_rule_evaluation_failures_total[$__rate_interval])",
            "{{rule_group}}"),
    )  # fmt: skip
    yield chart(
        Frame("Alerts firing, by severity", 12, 8),
        Ask('count by (severity) (ALERTS{alertstate="firing",severity=~"critical|warning|info"})',
            "{{severity}}"),
    )  # fmt: skip


def process() -> Iterator[Panel]:
    """What the exporter itself needs, and what a scrape of it costs."""
    cpu = f"rate({series('process_cpu_seconds_total', of=JOB)}[$__rate_interval])"
    yield chart(Frame("CPU, as a share of one core", 6, 8, "percentunit"), Ask(cpu, "{{instance}}"))
    memory = series("process_resident_memory_bytes", of=JOB)
    yield chart(Frame("Memory", 6, 8, "bytes"), Ask(memory, "{{instance}}"))
    scraped = series("scrape_duration_seconds", of=JOB)
    yield chart(Frame("How long a scrape takes", 6, 8, "s"), Ask(scraped, "{{instance}}"))
    samples = series("scrape_samples_scraped", of=JOB)
    yield chart(Frame("Series", 6, 8), Ask(samples, "{{instance}}"))
