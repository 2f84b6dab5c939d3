"""One dataset: its rows, shares, columns and keys, what it costs, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warehouse_exporter.alerting.grafana.dashboards import frame, places
from warehouse_exporter.alerting.grafana.dashboards.frame import Board, Row
from warehouse_exporter.alerting.grafana.dashboards.numbers import NEWEST, held
from warehouse_exporter.alerting.grafana.dashboards.panels import (
    DAILY,
    SHOWN,
    Ask,
    Column,
    Frame,
    Panel,
    chart,
    number,
    rows,
    states,
)
from warehouse_exporter.alerting.grafana.dashboards.promql import (
    any_of,
    lately,
    limits,
    limits_of_shares,
    matching,
    open_findings,
    series,
    worst,
    worst_of,
)
from warehouse_exporter.alerting.grafana.dashboards.watched import Watched
from warehouse_exporter.baselines.base import EXPECTED, LOWER, UPPER
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.kinds.freshness import Freshness
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.kinds.volume import Volume

ABOUT = "One dataset, from its rows to its columns and keys, with the limits of the config."
NONE = "no such check on this dataset"
SCHEMA = ("required_columns", "column_types", "new_columns")
LIMIT = "{{severity}} limit {{op}}"
CHOSEN = 'check="$check"'
FINDINGS = (
    Column("severity", "severity", 90),
    Column("check", "check", 220),
    Column("sentence", "what is found"),
    Column("accepted", "accepted", 200),
    Column("Value", "for", 110, (("unit", "s"),)),
)


def made(config: Config) -> Board:
    """The dashboard."""
    watched = Watched(config)
    shares = watched.shares()
    of = series(names.LIMIT.name, matching("gauge", "|".join(sorted(shares))))
    check = frame.every("check", "Check", f"label_values({of}, check)")
    return Board(
        places.DATASET,
        ABOUT,
        [
            Row("Now", list(now())),
            *objective(config),
            Row("Rows", list(arrived(watched))),
            Row("Shares with their limits", list(failed(shares))),
            Row("Columns", list(columns(watched))),
            Row("Keys", list(keys(watched))),
            Row("Not measured, and what it costs", list(costs())),
        ],
        single=True,
        more=[check] if shares else [],
    )


def now() -> Iterator[Panel]:
    """How it stands, check by check."""
    outcome = series(names.OUTCOME.name)
    yield number(Frame("Worst outcome", 6, 5, empty=NONE), Ask(worst(outcome)), words=SHOWN)
    info = series(names.DATASET_INFO.name)
    what = (Column("relation", "relation"), Column("owner", "owner"))
    yield rows(Frame("Relation and owner", 10, 5), Ask(f"max by (relation, owner) ({info})"), what)
    day = series(names.EXPECTED_DAY.name)
    yield number(Frame("Day judged", 8, 5, "dateTimeAsIso"), Ask(f"max({day}) * 1000", "begins"))
    yield rows(Frame("Open findings", 24, 7), Ask(open_findings()), FINDINGS, "for")
    yield states(
        Frame("Outcome of each check", 24, 12),
        Ask(f"max by (check) ({worst_of(outcome)})", "{{check}}"),
    )


def objective(config: Config) -> Iterator[Row]:
    """On how many days the dataset was right; no row where no dataset has an objective."""
    if not any(dataset.objective for dataset in config.datasets.values()):
        return
    none = "no objective, or its days have not been read"

    def asked(metric: names.Metric) -> Ask:
        return Ask(f"max({series(metric.name)})")

    panels = [
        number(Frame("Objective", 4, 5, "percentunit", empty=none), asked(names.OBJECTIVE)),
        number(Frame("Bad days", 4, 5, empty=none), asked(names.OBJECTIVE_BAD)),
        number(Frame("Bad days that may be", 4, 5, empty=none), asked(names.OBJECTIVE_BUDGET)),
        chart(
            Frame("Budget left", 12, 5, "percentunit", "Below 0 the objective is missed.", none),
            Ask(f"max by (dataset) ({series(names.OBJECTIVE_REMAINING.name)})", "{{dataset}}"),
            step=DAILY,
        ),
    ]
    yield Row("Objective", panels)


def arrived(watched: Watched) -> Iterator[Panel]:
    """How many rows there are, against what is expected, and how old the newest is."""
    counted = watched.counts()
    if counted:
        chosen = matching("metric", "|".join(counted))
        baselines = [check for name in counted if (check := watched.baseline(name))]
        by = matching("check", "|".join(sorted({check.id.name for check in baselines})) or "none")
        band = [
            Ask(held(gauge.name, chosen, by), legend)
            for gauge, legend in ((EXPECTED, "expected"), (LOWER, "lower"), (UPPER, "upper"))
        ]
        about = "Rows of the expected day; shaded is what is expected of such a day."
        yield chart(
            Frame("Rows of the day", 8, 8, about=about, empty=NONE),
            Ask(held(Metric.metric.name, chosen, NEWEST), "{{metric}}"),
            *(band if baselines else []), step=DAILY,
        )  # fmt: skip
    if Volume.kind in watched.kinds:
        yield limited("Rows of checks of volume", [Volume.metric.name], "{{check}}")
    if Freshness.kind in watched.kinds:
        yield chart(
            Frame("Age of the newest row", 8, 8, "s", empty=NONE),
            Ask(series(names.LAG.name), "{{check}}"),
            Ask(limits([Freshness.metric.name]), LIMIT),
        )


def limited(
    title: str, gauges: Iterable[str], legend: str, unit: str = "short", of_checks: str = ""
) -> Panel:
    """Some gauges, and of their limits those that are met first."""
    found = sorted(gauges)
    asked = lately(any_of(found) if len(found) > 1 else series(found[0]))
    of = limits_of_shares(found, of_checks) if of_checks else limits(found)
    return chart(Frame(title, 8, 8, unit, empty=NONE), Ask(asked, legend), Ask(of, LIMIT))


def failed(shares: frozenset[str]) -> Iterator[Panel]:
    """A chart for each check that judges a share of rows."""
    if not shares:
        return
    about = "The share that the check judges, and its own limits."
    panel = chart(
        Frame("$check", 6, 6, "percentunit", about, NONE),
        Ask(lately(any_of(shares, CHOSEN)), "{{column}}{{model}}{{step}}"),
        Ask(limits_of_shares(shares, CHOSEN), LIMIT),
    )
    yield panel.repeat("check").repeat_direction("h").max_per_row(4)


def columns(watched: Watched) -> Iterator[Panel]:
    """What is missing in columns, and columns that are missing."""
    for kind, title in (("completeness", "Share of NULL by column"),
                        ("json_completeness", "Share missing in JSON by column")):  # fmt: skip
        if gauges := watched.gauges([kind]):
            yield limited(title, gauges, "{{column}}", "percentunit")
    if gauges := watched.gauges(["absent_day"]):
        yield limited(
            "Columns without any value on a day that normally has some", gauges, "{{column}}"
        )
    if gauges := watched.gauges(SCHEMA):
        yield limited("Schema: columns that are missing, changed or new", gauges, "{{check}}")
        about = "The columns by name."
        chosen = open_findings(kinds=SCHEMA)
        yield rows(Frame("Schema: what changed", 16, 8, about=about), Ask(chosen), FINDINGS)


def keys(watched: Watched) -> Iterator[Panel]:
    """Keys that occur twice, and keys that lead nowhere."""
    for kind, title in (("duplicates", "Share of duplicate keys"), ("orphans", "Share of orphans")):
        if gauges := watched.gauges([kind]):
            named = [c.id.name for c in watched.config.checks if c.kind.kind == kind]
            of = matching("check", "|".join(sorted(set(named))))
            yield limited(title, gauges, "{{check}}", "percentunit", of)


def costs() -> Iterator[Panel]:
    """Why checks were not measured, and how many seconds the warehouse works for them."""
    why = series(names.UNMEASURED_REASON.name)
    yield chart(
        Frame("Checks not measured, by reason", 12, 8),
        Ask(f"count by (reason) ({why})", "{{reason}}"),
    )
    columns = (Column("check", "check"), Column("reason", "reason", 180))
    yield rows(Frame("Not measured now", 12, 8), Ask(f"max by (check, reason) ({why})"), columns)
    yield chart(
        Frame("Seconds of work in a pass, by check", 12, 8, "s"),
        Ask(f"topk(10, {series(names.COST.name)})", "{{check}}"), stacked=True,
    )  # fmt: skip
    yield chart(
        Frame("How long a pass takes", 12, 8, "s"),
        Ask(series(names.PASS_DURATION.name), "pass"),
    )
