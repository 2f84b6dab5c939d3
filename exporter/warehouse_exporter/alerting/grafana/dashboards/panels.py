"""The panels that dashboards are made of: charts, numbers, tables and bars, as Grafana has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as choices
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from warehouse_exporter.core.model import NUMBERS, Outcome

Panel = Any
"""A builder of a panel: those of the library have no base that knows what they share."""
SOURCE = models.DataSourceRef("prometheus", "${datasource}")
DAILY = "1h"
"""The least step of charts of daily numbers: `backfill` writes one sample of each hour."""
COLORS = {
    Outcome.PASS: "green",
    Outcome.SKIPPED: "#8e8e8e",
    Outcome.WARNING: "orange",
    Outcome.UNMEASURED: "purple",
    Outcome.CRITICAL: "red",
}
SEVERITIES = {"critical": "red", "warning": "orange", "info": "blue"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Words = Mapping[Outcome, str]
SHOWN: Words = {outcome: outcome.shown for outcome in Outcome}


@dataclass(frozen=True)
class Ask:
    """One query of a panel, and what its series are called."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Frame:
    """What every panel has: where it stands, what it is called, and what its numbers are.

    `w` of 24 is the whole width; `unit` is one of Grafana's; `empty` is said where nothing is.
    """

    title: str
    w: int = 12
    h: int = 8
    unit: str = "short"
    about: str = ""
    empty: str = "nothing"


def framed(panel: Any, frame: Frame) -> Any:
    """A panel with what every panel has."""
    panel = panel.title(frame.title).span(frame.w).height(frame.h).datasource(SOURCE)
    panel = panel.unit(frame.unit).no_value(frame.empty)
    return panel.description(frame.about) if frame.about else panel


def asked(panel: Any, queries: Sequence[Ask], *, now: bool = False, rows: bool = False) -> Any:
    """A panel with its queries, named A, B, ...; `now` asks for the newest values alone."""
    kind = PromQueryFormat.TABLE if rows else PromQueryFormat.TIME_SERIES
    for letter, one in zip(LETTERS, queries, strict=False):
        query = prometheus.Dataquery().expr(one.expr).ref_id(letter).datasource(SOURCE)
        query = query.legend_format(one.legend or "__auto").format(kind)
        panel = panel.with_target(query.instant() if now or rows else query.range())
    return panel


def chart(frame: Frame, *queries: Ask, step: str | None = None, stacked: bool = False) -> Panel:
    """Lines over time. A limit is dashed, in the colour of its severity; a band is shaded."""
    panel = asked(framed(timeseries.Panel(), frame), queries)
    panel = (
        panel.line_width(1)
        .fill_opacity(30 if stacked else 0)
        .show_points(choices.VisibilityMode.NEVER)
    )
    panel = panel.legend(
        common.VizLegendOptions()
        .display_mode(choices.LegendDisplayMode.LIST)
        .placement(choices.LegendPlacement.BOTTOM)
        .show_legend(True)
    ).tooltip(common.VizTooltipOptions().mode(choices.TooltipDisplayMode.MULTI))
    if step:
        panel = panel.interval(step)
    if stacked:
        normal = common.StackingConfig().mode(choices.StackingMode.NORMAL).group("A")
        panel = panel.stacking(normal)
    legends = {one.legend for one in queries}
    if any(" limit" in legend for legend in legends):
        panel = with_limits(panel)
    return with_band(panel) if "upper" in legends else panel


def with_limits(panel: Any) -> Any:
    """A chart in which limits are dashed lines in the colours of their severities."""
    panel = panel.override_by_regexp("/^[a-z]+ limit/", dashed())
    for severity, color in SEVERITIES.items():
        panel = panel.override_by_regexp(f"/^{severity} limit/", changed({"color": fixed(color)}))
    return panel


def with_band(panel: Any) -> Any:
    """A chart in which series of these names are a band and its middle."""
    edge = changed({"custom.lineWidth": 0, "color": fixed("blue")})
    shaded = changed({"custom.fillBelowTo": "lower", "custom.fillOpacity": 15})
    return (
        panel.override_by_name("lower", edge)
        .override_by_name("upper", [*edge, *shaded])
        .override_by_name("expected", [*dashed(), *changed({"color": fixed("blue")})])
    )


def changed(options: Mapping[str, object]) -> list[models.DynamicConfigValue]:
    """Options of some series alone."""
    return [models.DynamicConfigValue(name, value) for name, value in options.items()]


def fixed(color: str) -> dict[str, str]:
    """One colour."""
    return {"mode": "fixed", "fixedColor": color}


def dashed() -> list[models.DynamicConfigValue]:
    """A thin dashed line that is stacked on nothing."""
    dashes = {"fill": "dash", "dash": [8, 8]}
    return changed(
        {"custom.lineStyle": dashes, "custom.lineWidth": 1, "custom.fillOpacity": 0,
         "custom.stacking": {"mode": "none", "group": "limits"}}
    )  # fmt: skip


def number(frame: Frame, *queries: Ask, words: Words | None = None, good: bool = False) -> Panel:
    """Large numbers as they are now; an outcome as a word, in its colour.

    With `good`, anything above 0 is green, else red.
    """
    panel = asked(framed(stat.Panel(), frame), queries, now=True)
    panel = panel.graph_mode(choices.BigValueGraphMode.NONE)
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    if words is not None:
        panel = panel.mappings(in_words(words))
        return panel.color_mode(choices.BigValueColorMode.BACKGROUND)
    if good:
        return panel.thresholds(steps((None, "red"), (1, "green")))
    return panel.thresholds(steps((None, "text")))


def steps(*given: tuple[float | None, str]) -> Builder[models.ThresholdsConfig]:
    """From which value on which colour."""
    made = [models.Threshold(value, color) for value, color in given]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(made)


def in_words(words: Words) -> list[models.ValueMap]:
    """Outcomes, which are numbers, as words in their colours."""
    return [
        models.ValueMap(
            {
                str(NUMBERS[outcome]): models.ValueMappingResult(
                    text=word, color=COLORS[outcome], index=NUMBERS[outcome]
                )
                for outcome, word in words.items()
            }
        )
    ]


def counts(frame: Frame, by_outcome: Mapping[Outcome, Ask], *more: Ask) -> Panel:
    """How many there are of each outcome, in its colour, and other numbers behind them."""
    panel = asked(framed(stat.Panel(), frame), [*by_outcome.values(), *more], now=True)
    panel = panel.graph_mode(choices.BigValueGraphMode.NONE)
    panel = panel.thresholds(steps((None, "text")))
    for outcome, one in by_outcome.items():
        panel = panel.override_by_name(one.legend, changed({"color": fixed(COLORS[outcome])}))
    return panel


def states(frame: Frame, *queries: Ask) -> Panel:
    """Outcomes over time, a line of them for each series."""
    panel = asked(framed(statetimeline.Panel(), frame), queries).mappings(in_words(SHOWN))
    panel = panel.show_value(choices.VisibilityMode.NEVER).row_height(0.8).fill_opacity(90)
    return panel.thresholds(steps((None, "text")))


def bars(frame: Frame, *queries: Ask, red: float | None = None) -> Panel:
    """A bar for each series as it is now; red from some value on."""
    panel = asked(framed(bargauge.Panel(), frame), queries, now=True)
    panel = panel.orientation(choices.VizOrientation.HORIZONTAL)
    panel = panel.display_mode(choices.BarGaugeDisplayMode.BASIC).min(0)
    if red is None:
        return panel.thresholds(steps((None, "blue")))
    return panel.max(1.5 * red).thresholds(
        steps((None, "green"), (0.8 * red, "orange"), (red, "red"))
    )


@dataclass(frozen=True)
class Column:
    """A column of a table: its label, its head, and how it is shown."""

    label: str
    head: str
    width: int | None = None
    options: tuple[tuple[str, object], ...] = ()


def rows(frame: Frame, query: Ask, columns: Sequence[Column], sort: str | None = None) -> Panel:
    """A table of series: their labels and their value, which is the column `Value`."""
    panel = asked(framed(table.Panel(), frame), [query], rows=True)
    order = {column.label: place for place, column in enumerate(columns)}
    heads = {column.label: column.head for column in columns}
    hidden = {label: True for label in ("Time", "Value") if label not in heads}
    organize = {"excludeByName": hidden, "indexByName": order, "renameByName": heads}
    panel = panel.with_transformation(models.DataTransformerConfig("organize", options=organize))
    for column in columns:
        options = dict(column.options)
        if column.width:
            options["custom.width"] = column.width
        if options:
            panel = panel.override_by_name(column.head, changed(options))
    if sort:
        by = common.TableSortByFieldState().display_name(sort).desc(True)
        panel = panel.sort_by([by])
    return panel
