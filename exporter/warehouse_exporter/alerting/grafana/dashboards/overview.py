"""The first look: what is open, since when, and whether yesterday's numbers are as expected."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.grafana.dashboards.frame import Board, Row
from warehouse_exporter.alerting.grafana.dashboards.numbers import metric_chart
from warehouse_exporter.alerting.grafana.dashboards.panels import (
    Ask,
    Column,
    Frame,
    Panel,
    chart,
    counts,
    number,
    rows,
    states,
)
from warehouse_exporter.alerting.grafana.dashboards.promql import (
    CHECK,
    accepted,
    loud,
    open_findings,
    series,
    worst,
    worst_of,
)
from warehouse_exporter.alerting.grafana.dashboards.watched import Watched
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.model import NUMBERS, Outcome
from warehouse_exporter.kinds.freshness import Freshness

ABOUT = "What is wrong in the warehouse, since when, and whether yesterday's numbers are expected."
SHOWN_FIRST = 6
"""Numbers that are drawn; those beyond are in a folded row."""
TO_DATASET = {
    "title": "the dataset",
    "url": places.within(places.DATASET, "${__data.fields.dataset}"),
}
FINDINGS = (
    Column("severity", "severity", 90),
    Column("dataset", "dataset", 130, (("links", [TO_DATASET]),)),
    Column("check", "check", 200),
    Column("sentence", "what is found"),
    Column("accepted", "accepted", 200),
    Column("Value", "for", 100, (("unit", "s"),)),
)
REASONS = (
    Column("dataset", "dataset", 130, (("links", [TO_DATASET]),)),
    Column("check", "check"),
    Column("reason", "reason", 160),
)


def made(config: Config) -> Board:
    """The dashboard."""
    watched = Watched(config)
    drawn = [metric_chart(watched, name) for name in watched.to_draw()]
    return Board(
        places.OVERVIEW,
        ABOUT,
        [
            Row("Now", list(now())),
            Row("Outcomes over time", [over_time()]),
            Row("Freshness", list(freshness(watched))),
            Row("Numbers of the day", drawn[:SHOWN_FIRST]),
            Row("More numbers of the day", drawn[SHOWN_FIRST:], folded=True),
        ],
    )


def now() -> Iterator[Panel]:
    """How it stands."""
    outcome = series(names.OUTCOME.name)
    shown = {
        one: Ask(f"count({loud(outcome)} == {NUMBERS[one]}) or vector(0)", one.shown)
        for one in Outcome
    }
    known = Ask(f"count({accepted()}) or vector(0)", "accepted")
    yield counts(Frame("Checks by outcome", 12, 4), shown, known)
    day = series(names.EXPECTED_DAY.name)
    about = "The newest day that had to be complete at the last pass: checks by day are about it."
    yield number(
        Frame("Day judged", 6, 4, "dateTimeAsIso", about), Ask(f"min({day}) * 1000", "begins")
    )
    passed = series(names.PASS_SUCCESS.name)
    yield number(
        Frame("Oldest pass", 6, 4, "s", "How long ago the warehouse was last read, dataset by"
              " dataset: the longest."), Ask(f"time() - min({passed})"),
    )  # fmt: skip
    about = "What is found now, as the gate says it, and how long its alert has been active."
    yield rows(Frame("Open findings", 24, 9, about=about), Ask(open_findings()), FINDINGS, "for")
    why = series(names.UNMEASURED_REASON.name)
    yield rows(
        Frame("Not measured", 24, 5, about="Nobody knows whether these are fine."),
        Ask(f"max by (dataset, check, reason) ({why})"), REASONS,
    )  # fmt: skip


def over_time() -> Panel:
    """The worst outcome of each dataset."""
    found = worst(worst_of(series(names.OUTCOME.name)), "dataset")
    return states(Frame("Worst outcome of each dataset", 24, 8), Ask(found, "{{dataset}}"))


def freshness(watched: Watched) -> Iterator[Panel]:
    """How old the newest rows are, and how much of what is allowed that is."""
    if Freshness.kind not in watched.kinds:
        return
    lag = series(names.LAG.name)
    yield chart(Frame("Age of the newest row", 12, 8, "s"), Ask(lag, "{{dataset}}.{{check}}"))
    limit = series(names.LIMIT.name, f'gauge="{Freshness.metric.name}"', 'op=~">|>="')
    first = f"min by ({CHECK}) ({limit})"
    about = "1 is the limit that is met first: from there on it is a finding."
    yield chart(
        Frame("Age as a share of its limit", 12, 8, "percentunit", about),
        Ask(f"{lag} / on({CHECK}) group_left() {first}", "{{dataset}}.{{check}}"),
        Ask(f"max({limit} > 0) * 0 + 1", "warning limit"),
    )
