"""All public names that do not belong to one kind: shared metrics, labels and alert names.

The metric and alert name of a kind are in its own file. `warehouse_exporter.kinds.all_metrics()`
lists all of them; a test compares that list with the documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SERIES = "series"
"""The label of an alert of a query with those of its labels that are columns of the query."""
FAULT = "fault"
"""The label of an alert with the sort of fault that it finds (`core/faults.py`)."""
EXPLAINED = "explained_by"
"""The label of an alert with the `incident` of the alert that it follows from, or `nothing`."""
NOTHING = "nothing"
AGAIN = "again"
"""The value of that label while an alert that has come back too soon to notify again waits."""
FROM_LAST_PASS = "As of the last pass."
WAREHOUSE = "warehouse"
"""The label with the name of the config's warehouse, on all of our series and alerts."""


@dataclass(frozen=True)
class Metric:
    """The name of a gauge and what its value means."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


ROWS_FAILED = Metric(
    "warehouse_rows_failed",
    "Rows (or keys) that failed the check: the numerator of its ratio.",
    ("dataset", "check"),
)
ROWS_CHECKED = Metric(
    "warehouse_rows_checked",
    "Rows (or keys) that the check looked at: the denominator of its ratio.",
    ("dataset", "check"),
)
ROWS_BEYOND_USUAL = Metric(
    "warehouse_rows_beyond_usual",
    "Failing rows (or keys) beyond what days usually have, of an open day or of what arrived late;"
    " 0: none. Only with `beyond_usual`.",
    ("dataset", "check"),
)
ROWS_LEFT_UNREPAIRED = Metric(
    "warehouse_rows_left_unrepaired",
    "The same where it is a ticket at most: of a day that is closed, so that it was a finding on"
    " its own morning, or has been changed since; or with too few days before to know what is"
    " usual.",
    ("dataset", "check"),
)
LAG = Metric(
    "warehouse_freshness_lag_seconds",
    "Age of the newest row at scrape time; days that the calendar excludes do not count.",
    ("dataset", "check"),
)
UP = Metric("warehouse_up", "1 if the last pass could reach the warehouse, else 0.")
MEASURED = Metric(
    "warehouse_check_measured",
    "1 if the check was measured or skipped by the last pass, 0 if it could not be measured.",
    ("dataset", "check"),
)
SKIPPED = Metric(
    "warehouse_check_skipped", "1 if there is nothing to judge yet, else 0.", ("dataset", "check")
)
OUTCOME = Metric(
    "warehouse_check_outcome",
    "Outcome of the check in the last pass: 0 pass, 1 skipped, 2 warning, 3 unmeasured, 4 critical."
    " A finding of severity info counts as a pass; a number without a limit has no outcome. For"
    " pages and dashboards: alert rules judge the numbers.",
    ("dataset", "check"),
)
ACCEPTED = Metric(
    "warehouse_check_accepted",
    "1 if there are findings and all are accepted, so that nobody is notified, else 0. Only for"
    " checks with `accept:`.",
    ("dataset", "check"),
)
ACCEPTED_UNTIL = Metric(
    "warehouse_check_accepted_until_timestamp_seconds",
    "Time at which the `accept:` of the check ends; after it, findings notify again.",
    ("dataset", "check"),
)
LIMIT = Metric(
    "warehouse_check_limit",
    "A limit from the config, as a line for charts: `gauge` is in breach when it is `op` this"
    " value, in base units. For a timestamp, the value is an age in seconds.",
    ("dataset", "check", "severity", "gauge", "op"),
)
CHECK_INFO = Metric(
    "warehouse_check_info",
    "Always 1; the labels give the kind, layer and owner of the check, for joins.",
    ("dataset", "check", "kind", "layer", "owner"),
)
DATASET_INFO = Metric(
    "warehouse_dataset_info",
    "Always 1; the labels give the owner and the relation of the dataset, for joins.",
    ("dataset", "owner", "relation"),
)
EXPECTED_DAY = Metric(
    "warehouse_expected_day_timestamp_seconds",
    "Start of the business day that was expected at the last pass over the dataset. Checks by day"
    " judge this day.",
    ("dataset",),
)
UNMEASURED_REASON = Metric(
    "warehouse_check_unmeasured_reason",
    "1, with the reason why the check was not measured.",
    ("dataset", "check", "reason"),
)
FINDING = Metric(
    "warehouse_finding_info",
    "Always 1; exists while a check has a finding or is not measured (severity unmeasured). The"
    " label `sentence` describes it; `accepted` says until when it notifies nobody, and why.",
)
PASS_SUCCESS = Metric(
    "warehouse_pass_last_success_timestamp_seconds",
    "Time of the last pass over the dataset that reached the warehouse.",
    ("dataset",),
)
PASS_INTERVAL = Metric(
    "warehouse_pass_interval_seconds",
    "Seconds between two passes over the dataset (`every` in the config in use).",
    ("dataset",),
)
PASS_DELAY = Metric(
    "warehouse_pass_delay_seconds",
    "Seconds that are added to the time between two passes over the dataset, so that they stay"
    " within its `budget`.",
    ("dataset",),
)
BUDGET = Metric(
    "warehouse_dataset_budget_seconds",
    "Seconds of the warehouse's work that the dataset's checks may take in an hour (`budget`).",
    ("dataset",),
)
WORK = Metric(
    "warehouse_dataset_work_seconds",
    "Seconds of the warehouse's work for the dataset's checks, since the start of the exporter.",
    ("dataset",),
)
RECHECK_INTERVAL = Metric(
    "warehouse_recheck_interval_seconds",
    "Seconds between two passes over a dataset with a finding, or an unmeasured check; only while"
    " they are sooner than usual.",
    ("dataset",),
)
RECHECK_PAUSED = Metric(
    "warehouse_recheck_paused",
    "1 if a dataset with a finding is read no sooner than usual, because that would take more of"
    " the warehouse's time than `recheck_budget`, or its `budget`, allows, else 0.",
    ("dataset",),
)
RECHECK_BUDGET = Metric(
    "warehouse_recheck_budget_seconds",
    "Seconds of the warehouse's work that passes which look again at findings may take in an hour.",
)
RECHECK_SPENT = Metric(
    "warehouse_recheck_work_seconds",
    "Seconds of the warehouse's work for passes that looked again at findings.",
)
PASS_DURATION = Metric(
    "warehouse_pass_duration_seconds", "How long the last pass over the dataset took.", ("dataset",)
)
COST = Metric(
    "warehouse_check_cost_seconds",
    "Seconds of work for the check in the last pass; shared statements are split evenly.",
    ("dataset", "check"),
)
PASSES = Metric("warehouse_passes", "Passes since the start of the exporter.")
STATEMENTS = Metric("warehouse_statements", "Statements sent to the warehouse for checks.")
FAILURES = Metric("warehouse_statement_failures", "Statements that failed, by reason.", ("reason",))
SERIES_DROPPED = Metric(
    "warehouse_series_dropped",
    "Series that the last pass dropped because another one had the same labels.",
    ("dataset", "check"),
)
CONFIG_HASH = Metric(
    "warehouse_config_info", "Always 1; the label is the SHA-256 of the config in use.", ("sha256",)
)
RULES = Metric(
    "warehouse_rules_info",
    "Always 1; the label is the checksum of the rules for the config in use.",
    ("checksum",),
)
CHECKS = Metric("warehouse_config_checks", "Checks in the config in use, all shards together.")
SHARD = Metric(
    "warehouse_exporter_shard_info",
    "Always 1; which of how many shards this exporter is, where several share a config.",
    ("shard", "shards"),
)
RELOAD_OK = Metric(
    "warehouse_config_last_reload_successful", "1 if the last load of the config succeeded, else 0."
)
RELOAD_TIME = Metric(
    "warehouse_config_last_reload_success_timestamp_seconds",
    "When the config in use was loaded.",
)
WEB_RELOAD_OK = Metric(
    "warehouse_web_config_last_reload_successful",
    "1 if the last load of the web config succeeded; 0 while the last good one is in use.",
)
BUILD = Metric(
    "warehouse_exporter_build_info",
    "Always 1; the labels are the versions of the exporter and of Python.",
    ("version", "pythonversion"),
)

DBT_MEASURED = Metric(
    "warehouse_dbt_results_measured",
    "1 if the results of dbt's last run could be read, else 0: all others about dbt are then"
    " missing; only with `dbt:` in the config.",
)
DBT_REASON = Metric(
    "warehouse_dbt_results_unmeasured_reason",
    "1, with the reason why the results of dbt's last run could not be read.",
    ("reason",),
)
DBT_RUN_TIME = Metric("warehouse_dbt_run_timestamp_seconds", "When the last run of dbt ended.")
DBT_RUN_DURATION = Metric(
    "warehouse_dbt_run_duration_seconds", "How long the last run of dbt took."
)
DBT_MODELS = Metric(
    "warehouse_dbt_models",
    "Models, seeds, snapshots and hooks of dbt's last run, by their status: success, error, skipped"
    " or unknown.",
    ("status",),
)
DBT_TESTS = Metric(
    "warehouse_dbt_tests",
    "Tests of dbt's last run, by their status: pass, warn, fail, error, skipped or unknown.",
    ("status",),
)
DBT_FAILED = Metric(
    "warehouse_dbt_failed_info",
    "1 for each model and test that failed in dbt's last run, models first; at most 20.",
    ("node", "type", "status"),
)

OBJECTIVE = Metric(
    "warehouse_objective_ratio",
    "What share of days must be right: the objective of the dataset.",
    ("dataset",),
)
OBJECTIVE_GOOD = Metric(
    "warehouse_objective_days_good",
    "Days in the window of the objective on which no critical check failed or was unmeasured.",
    ("dataset",),
)
OBJECTIVE_BAD = Metric(
    "warehouse_objective_days_bad",
    "Days in the window of the objective on which a critical check failed or was unmeasured.",
    ("dataset",),
)
OBJECTIVE_UNJUDGED = Metric(
    "warehouse_objective_days_unjudged",
    "Days in the window of the objective of which nobody can know; days that the calendar excludes"
    " are not among them.",
    ("dataset",),
)
OBJECTIVE_LATELY = Metric(
    "warehouse_objective_days_bad_lately",
    "Bad days in the last third of the window.",
    ("dataset",),
)
OBJECTIVE_IN_A_ROW = Metric(
    "warehouse_objective_days_bad_in_a_row",
    "How many of the newest days that were judged were bad, one after the other.",
    ("dataset",),
)
OBJECTIVE_BUDGET = Metric(
    "warehouse_objective_budget_days", "Days in the window that may be bad.", ("dataset",)
)
OBJECTIVE_REMAINING = Metric(
    "warehouse_objective_budget_remaining_ratio",
    "What share of the bad days that are allowed is left; below 0 the objective is missed.",
    ("dataset",),
)

GATE = "gate"
"""The label of the metrics of a gate that tells it from gates over other datasets."""
GATE_OUTCOME = Metric(
    "warehouse_gate_outcome",
    "Outcome of the check in the gate: 0 pass, 1 skipped, 2 warning, 3 unmeasured, 4 critical.",
    ("dataset", "check", GATE),
)
GATE_CHECKS = Metric(
    "warehouse_gate_checks", "Checks of the gate, by their outcome.", ("outcome", GATE)
)
GATE_EXIT_CODE = Metric(
    "warehouse_gate_exit_code", "Exit code of the gate: 0 lets the DAG go on.", (GATE,)
)
GATE_AS_OF = Metric(
    "warehouse_gate_as_of_timestamp_seconds", "The time as of which the gate judged.", (GATE,)
)
GATE_TIME = Metric("warehouse_gate_timestamp_seconds", "When the gate ended.", (GATE,))
GATE_VALID_UNTIL = Metric(
    "warehouse_gate_valid_until_timestamp_seconds",
    "Time until which the result is valid (`--valid-for`). Later, the next gate is overdue.",
    (GATE,),
)
DEPARTURE = "departure"
"""The label of alerts that says on which side of what was expected a value is: fall or rise."""
UNOWNED = "unowned"
"""The label `owner` of what has no owner."""
QUERIES = "queries"
"""The value of the label `dataset` for custom queries that name no dataset."""
ALERT_UNMEASURED = "WarehouseCheckUnmeasured"
ALERT_FALLS_TOGETHER = "WarehouseFallsTogether"
ALERT_DOWN = "WarehouseDown"
ALERT_EXPORTER_DOWN = "WarehouseExporterDown"
ALERT_PASS_STALE = "WarehousePassStale"
ALERT_SERIES_DROPPED = "WarehouseSeriesDropped"
ALERT_RELOAD_FAILED = "WarehouseConfigReloadFailed"
ALERT_CHECKS_LOST = "WarehouseConfigChecksLost"
ALERT_CHECKS_MISSING = "WarehouseChecksMissing"
ALERT_RULES_OUT_OF_DATE = "WarehouseRulesOutOfDate"
ALERT_NOTIFICATIONS_FAILING = "WarehouseNotificationsFailing"
ALERT_RULES_FAILING = "WarehouseRulesFailing"
ALERT_SCRAPE_FAILING = "WarehouseScrapeFailing"
ALERT_DBT_MODELS = "WarehouseDbtModelsFailed"
ALERT_DBT_TESTS = "WarehouseDbtTestsFailed"
ALERT_DBT_OLD = "WarehouseDbtRunOld"
ALERT_DBT_UNREADABLE = "WarehouseDbtResultsUnreadable"
ALERT_OBJECTIVE_BURNS = "WarehouseObjectiveBurns"
ALERT_OBJECTIVE_SPENT = "WarehouseObjectiveSpent"
ALERT_OBJECTIVES_UNKNOWN = "WarehouseObjectivesUnknown"
ALERT_HEARTBEAT = "WarehouseHeartbeat"
DEFAULT_PORT = 9843
APPLICATION_NAME = "warehouse-exporter"

UNMEASURED = "unmeasured"
"""The value of the label `severity` of the sentence on a check that is not measured."""
BAD_LABEL = re.compile(r"[^a-zA-Z0-9_]")
OWN_LABELS = (
    WAREHOUSE, "dataset", "check", "severity", "owner", "layer", "incident", "fault",
    "explained_by", "series", "alertname", "accepted",
)  # fmt: skip
"""Labels that we or the alert rules set. Two series that differ only in one of them would become
the same alert, and Prometheus then rejects the whole rule."""


def label_name(text: str) -> str:
    """A label name that is valid for Prometheus and not one of ours."""
    name = BAD_LABEL.sub("_", text)
    if name[:1].isdigit() or name in OWN_LABELS or name.startswith("__"):
        return f"query_{name.lstrip('_')}"
    return name or "query_label"
