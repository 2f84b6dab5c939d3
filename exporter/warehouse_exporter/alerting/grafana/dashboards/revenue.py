"""Whether yesterday's revenue, and what it is attributed to, can be trusted, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.grafana.dashboards.frame import Board, Row
from warehouse_exporter.alerting.grafana.dashboards.numbers import NEWEST, held, metric_chart
from warehouse_exporter.alerting.grafana.dashboards.panels import (
    DAILY,
    Ask,
    Column,
    Frame,
    Panel,
    bars,
    chart,
    number,
    rows,
)
from warehouse_exporter.alerting.grafana.dashboards.promql import (
    any_of,
    equal,
    lately,
    limits,
    matching,
    of_kinds,
    open_findings,
    series,
    worst,
)
from warehouse_exporter.alerting.grafana.dashboards.watched import (
    ARRIVAL,
    ATTRIBUTION,
    REVENUE,
    Watched,
)
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.kinds import all_kinds, channel_mix
from warehouse_exporter.kinds.metric import Metric

ABOUT = "Can I trust yesterday's revenue, and the channels that it is credited to?"
LIMIT = "{{severity}} limit {{op}}"
TRUST = {
    Outcome.PASS: "YES",
    Outcome.SKIPPED: "NOTHING TO JUDGE",
    Outcome.WARNING: "WITH CARE",
    Outcome.UNMEASURED: "NOBODY KNOWS",
    Outcome.CRITICAL: "NO",
}
AMOUNTS = (
    "warehouse_revenue_mismatch_amount",
    "warehouse_revenue_total_difference",
    "warehouse_totals_difference",
    "warehouse_over_attributed_amount",
)
ATTRIBUTED = (
    ("attribution_coverage", "Attributed share by model", "{{dataset}} {{model}}"),
    ("tracking_coverage", "Orders with tracking", "{{check}}"),
    ("over_attribution", "Share attributed more than once", "{{dataset}} {{model}}"),
)
FINDINGS = (
    Column("severity", "severity", 90),
    Column("dataset", "dataset", 130),
    Column("check", "check", 220),
    Column("sentence", "what is found"),
    Column("accepted", "accepted", 200),
    Column("Value", "for", 100, (("unit", "s"),)),
)


def made(config: Config) -> Board | None:
    """The dashboard; None where no check is about revenue or attribution."""
    watched = Watched(config)
    if not watched.kinds & (REVENUE | ATTRIBUTION):
        return None
    return Board(
        places.REVENUE,
        ABOUT,
        [
            Row("Can I trust yesterday?", list(trust(watched))),
            Row("Amounts", list(amounts(watched))),
            Row("Attribution", list(attribution(watched))),
            Row("Channels", list(channels(watched))),
            Row("Funnel and rates", list(funnel(watched))),
            Row("Days that changed after they were judged", list(changes(watched))),
        ],
    )


def trust(watched: Watched) -> Iterator[Panel]:
    """The answer, the day it is about, and what speaks against it."""
    arrival = ARRIVAL & watched.kinds
    revenue, credited = REVENUE & watched.kinds, ATTRIBUTION & watched.kinds
    if revenue:
        about = (
            "The worst outcome of the checks of amounts, and of those whether all rows are there."
        )
        yield number(
            Frame("Revenue", 8, 5, about=about),
            Ask(trusted(watched, revenue, arrival)), words=TRUST,
        )  # fmt: skip
    if credited:
        about = "The same for the checks of attribution."
        yield number(
            Frame("Attribution", 8, 5, about=about),
            Ask(trusted(watched, credited, arrival)), words=TRUST,
        )  # fmt: skip
    day = series(names.EXPECTED_DAY.name)
    yield number(
        Frame("Of the day that", 8, 5, "dateTimeAsIso"), Ask(f"min({day}) * 1000", "begins")
    )
    every = revenue | credited | arrival
    yield rows(
        Frame("What speaks against it", 24, 8, empty="nothing"),
        Ask(open_findings(kinds=every)), FINDINGS, "for",
    )  # fmt: skip


def trusted(watched: Watched, kinds: Iterable[str], arrival: Iterable[str]) -> str:
    """The worst outcome of checks of some kinds, and of those of the rows that they need."""
    wanted = frozenset(kinds)
    outcome = series(names.OUTCOME.name)
    found = f"({of_kinds(outcome, wanted)})"
    if arrived := frozenset(arrival):
        read = matching("dataset", "|".join(sorted(watched.datasets(wanted))))
        found += f" or ({of_kinds(series(names.OUTCOME.name, read), arrived)})"
    return worst(f"({found})")


def amounts(watched: Watched) -> Iterator[Panel]:
    """By how much amounts differ, and how many rows are wrong."""
    found = sorted(watched.gauges() & set(AMOUNTS))
    if found:
        about = "In the currency of the orders: 0 is what it should be."
        yield chart(
            Frame("Amounts that differ", 8, 7, "short", about),
            Ask(lately(any_of(found)), "{{dataset}}.{{check}}"), Ask(limits(found), LIMIT),
        )  # fmt: skip
    wrong = watched.gauges(REVENUE) & watched.shares()
    if wrong:
        yield chart(
            Frame("Share of rows that are wrong", 8, 7, "percentunit"),
            Ask(lately(any_of(wrong)), "{{dataset}}.{{check}}"), Ask(limits(wrong), LIMIT),
        )  # fmt: skip
    for name, one in watched.config.metrics.items():
        if one.sum is not None and watched.baseline(name):
            yield metric_chart(watched, name)


def attribution(watched: Watched) -> Iterator[Panel]:
    """How much is attributed at all, by model."""
    for kind, title, legend in ATTRIBUTED:
        if kind in watched.kinds:
            gauge = all_kinds()[kind].metric.name
            yield chart(
                Frame(title, 8, 8, "percentunit"),
                Ask(lately(series(gauge)), legend), Ask(limits([gauge]), LIMIT),
            )  # fmt: skip


def channels(watched: Watched) -> Iterator[Panel]:
    """How the revenue of a day is divided among channels, against the days before."""
    if channel_mix.ChannelMix.kind not in watched.kinds:
        return
    yield chart(
        Frame("Shares of the day's revenue", 12, 9, "percentunit"),
        Ask(held(channel_mix.SHARE.name), "{{channel}}"), step=DAILY, stacked=True,
    )  # fmt: skip
    yield chart(
        Frame("Change against the baseline", 12, 9, "percentunit", "0.15 is 15 points."),
        Ask(lately(series(channel_mix.CHANGE.name)), "{{channel}}"),
        Ask(limits([channel_mix.CHANGE.name]), LIMIT),
        Ask(f"0 - ({limits([channel_mix.CHANGE.name])})", "{{severity}} limit, other side"),
    )
    for gauge, title in ((channel_mix.SHARE, "Shares now"),
                         (channel_mix.BASELINE, "Shares on the days before")):  # fmt: skip
        shown = f"sort_desc({series(gauge.name)})"
        yield bars(Frame(title, 12, 8, "percentunit"), Ask(shown, "{{channel}}"))


def funnel(watched: Watched) -> Iterator[Panel]:
    """From the visit to the order, and the rates of the day."""
    if steps := watched.funnel():
        asked = [
            Ask(series(Metric.metric.name, equal("metric", name), NEWEST), name) for name in steps
        ]
        yield bars(Frame("Funnel of the day", 12, 8), *asked)
    kind = "impossible_sequence"
    if kind in watched.kinds:
        gauge = "warehouse_impossible_sequence_ratio"
        about = "A step without the one before it: tracking has lost that."
        yield chart(
            Frame("Impossible sequences", 12, 8, "percentunit", about),
            Ask(lately(series(gauge)), "{{funnel}} {{step}}"), Ask(limits([gauge]), LIMIT),
        )  # fmt: skip
    for name in watched.rates():
        if watched.baseline(name):
            yield metric_chart(watched, name)


def changes(watched: Watched) -> Iterator[Panel]:
    """What a day is now, against what it was a day ago, when it was judged."""
    if not watched.config.metrics:
        return
    now, then = (held(Metric.metric.name, age) for age in ('age_days="2"', NEWEST))
    day = held(names.EXPECTED_DAY.name)
    one_day = f"({day} - {a_day_ago(day)} > 72000) < 100000"
    moved = f"{now} - ignoring(age_days) {a_day_ago(then)}"
    changed = f"({moved}) and on(job, warehouse, dataset) ({one_day})"
    about = (
        "The value of the day before the expected one, minus what it was a day ago, when it was"
        " itself the expected day: 0 where no rows came late."
    )
    yield chart(
        Frame("Change since a day was judged", 12, 8, about=about),
        Ask(changed, "{{metric}}"), step=DAILY,
    )  # fmt: skip
    table = (
        Column("dataset", "dataset", 160),
        Column("metric", "metric"),
        Column("Value", "changed by", 160),
    )
    asked = f"max by (dataset, metric) (({changed}) != 0)"
    yield rows(
        Frame("Days that changed", 12, 8, empty="no day has changed since it was judged"),
        Ask(asked), table,
    )  # fmt: skip


def a_day_ago(expression: str) -> str:
    """What `held` gave a day before."""
    return expression.replace("[$__interval])", "[$__interval] offset 1d)")
