"""How the revenue of a day is divided among the channels, against the days before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.calendar import describe_window, last_days
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Condition, Limit, Term, Unit
from warehouse_exporter.core.limits import Reading as How
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample, Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Count
from warehouse_exporter.core.wording import counted, quantity, spoken_window
from warehouse_exporter.kinds.shared.attributed import of_model
from warehouse_exporter.kinds.shared.base import Expression, Limited, Part
from warehouse_exporter.kinds.shared.keys import Columns, columns_of, key_in, unlike
from warehouse_exporter.kinds.shared.mixes import OTHER, Mix, Moved, moves
from warehouse_exporter.kinds.shared.usable import ALL, all_of, without
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Probe, Readings, Scan
from warehouse_exporter.sql import mixes, words

LABELS = ("channel", "model")
SHARE = Metric(
    "warehouse_channel_share_ratio", "The channel's share of the day's attributed revenue.", LABELS
)
BASELINE = Metric(
    "warehouse_channel_share_baseline_ratio",
    "Mean share of the channel on the days before.",
    LABELS,
)
CHANGE = Metric(
    "warehouse_channel_share_change_ratio",
    "The channel's share minus its baseline: 0.15 is 15 points.",
    LABELS,
)
VANISHED = Metric(
    "warehouse_channel_vanished",
    "1 if a large channel with revenue on every day before has none on this day, else 0.",
    LABELS,
)
CUT = Metric(
    "warehouse_channels_cut",
    "Channels that are too small to show separately, and are summed up in `other`.",
    LABELS,
)
SCORE = Metric(
    "warehouse_channel_share_score",
    "The channel's change in standard errors: 1 is what chance does to a share of so few rows.",
    LABELS,
)
GONE = Term(VANISHED.name, Limit(">", 0.0, Unit.NUMBER, "vanished"), How.SIGNED)


class Orders(Part):
    """The orders whose time the attributions have."""

    dataset: str = Field(description="The dataset with the orders.")
    by: Columns = Field(
        description="The column, or columns, of the attributions with the key of an order."
    )
    key: Columns | None = Field(
        None, description="Its column, or columns, with that key; default: its key."
    )


class ChannelMix(Limited):
    """A channel's share of revenue against its baseline, or a channel that disappeared.

    The baseline is the mean share of the days before. Shown are the largest channels of the
    baseline and of the day, and all others together; a channel without revenue has a share of
    0. A channel is a finding of the mildest severity you set if it was one of the five largest,
    had revenue on every day before, and has none on the judged day, however small its share
    was.

    With a few dozen orders a day, a share moves by 15 points now and then by chance alone, and a
    small channel has a day without orders. With `beyond_chance: 3` a channel is a finding only if
    its share also moved by three standard errors of such a share: about sqrt(p (1 - p) / n) for a
    share p of n orders of one size, and more where a few large orders make the revenue.
    """

    kind = "channel_mix"
    ids = ("T4",)
    metric = SHARE
    more_metrics = (BASELINE, CHANGE, SCORE, VANISHED, CUT)
    alert = "WarehouseChannelMixShift"
    judges_days = False
    summary = "channel shares of revenue have shifted"
    layer = "business"
    advice: ClassVar[str] = "warning: '>= 15%'"
    example: ClassVar[str] = """
        datasets:
          attribution:
            relation: analytics.fct_order_attribution
            time: order_ts
            checks:
              - channel_mix: {sum: attributed_revenue, warning: ">= 20%"}
    """
    in_the_past = False

    channel: str = Field("channel", description="The column with the channel.")
    sum: Expression = Field(description="What is divided, such as attributed_revenue.")
    model: str | None = Field("last_click", description="The model; null: whatever there is.")
    model_column: str = Field("model", description="The column with the name of the model.")
    orders: Orders | None = Field(
        None,
        description="Take the time of these orders, where attributions have none of their own.",
    )
    days: int = Field(7, ge=1, le=90, description="Days of the baseline.")
    min_days: int | None = Field(
        None, ge=1, description="Days with revenue needed, else skipped; default: half of them."
    )
    beyond_chance: float | None = Field(
        None,
        gt=0,
        le=100,
        description="By how many standard errors a share must have moved, too; default: any.",
    )
    top: int = Field(10, ge=1, le=50, description="How many channels are shown, of either side.")

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.SHARE:
            return Term(CHANGE.name, limit, How.MAGNITUDE)
        raise ValueError(f"{limit.text!r}: write points of a share, such as '>= 15%'")

    def conditions(self) -> Mapping[Severity, Condition]:
        found = dict(super().conditions())
        *_, mildest = found
        found[mildest] = Condition.any_of(*found[mildest].terms, GONE)
        if self.beyond_chance is None:
            return found
        text = f">= {self.beyond_chance:g} standard errors"
        limit = Limit(">=", self.beyond_chance, Unit.NUMBER, text)
        rare = Term(SCORE.name, limit, How.MAGNITUDE)
        return {
            severity: Condition(tuple((*terms, rare) for terms in condition.alternatives))
            for severity, condition in found.items()
        }

    def when(self, view: DatasetView) -> str:
        return describe_window((view.calendar.expected,))

    def refers_to(self) -> tuple[str, ...]:
        return (self.orders.dataset,) if self.orders else ()

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.window is not None:
            return ["channel_mix judges the expected day: no `window`, but `days` of the baseline"]
        if self.min_days is not None and self.min_days > self.days:
            return [f"min_days {self.min_days} is more than days {self.days}"]
        dated = dataset if self.orders is None else datasets.get(self.orders.dataset)
        if dated is None:
            return []
        named = "" if self.orders else ", or `orders: {dataset: orders, by: order_id}`"
        if timeless := self.no_time(dated, named):
            return timeless
        of = self.orders
        return unlike("orders", "key", dated, of.key, of.by) if of else []

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        dated = view if self.orders is None else view.other(self.orders.dataset)
        return ((dated.dataset.name, dated.dataset.time or ""),)

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return (view.calendar.expected,)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        today = view.calendar.expected
        before = view.calendar.due_before(today, self.days)
        asked = Probe(
            view.dataset.name,
            self.sql(view, (today,)),
            columns=mixes.COLUMNS,
            each=mixes.COLUMNS[:1],
        )
        return {
            "baseline": replace(asked, sql=self.sql(view, before), settled=True),
            "day": asked,
            ALL: self.undivided(view, today),
        }

    def undivided(self, view: DatasetView, today: date) -> Scan:
        """How many rows of the day should give something to divide, and say nothing.

        Those without the value or the model; where orders have the time, the day's orders.
        """
        if self.orders is not None:
            return Scan(self.orders.dataset, (today,), Count, (words.count(),))
        silent = words.is_null(view.expression(self.sum))
        model = of_model(view, self.model_column, self.model)
        if model is not None:
            unnamed = words.is_null(view.column(self.model_column))
            silent = words.either(words.all_of(silent, model), unnamed)
        count = words.count(words.both(silent, view.predicate(self.where)))
        return Scan(view.dataset.name, (today,), Count, (count,))

    def sql(self, view: DatasetView, due: tuple[date, ...]) -> str:
        """The shares of the channels on some days, between which the calendar excludes others."""
        divided = mixes.Divided(view.column(self.channel), view.summand(self.sum))
        given = words.both(
            of_model(view, self.model_column, self.model), view.predicate(self.where)
        )
        dated = view if self.orders is None else view.other(self.orders.dataset)
        days = last_days(due[-1], (due[-1] - due[0]).days + 1)
        others = [dated.clock().between(*dated.bounds(day)) for day in days if day not in due]
        only = words.negated(words.either(*others)) if others else None
        source = dated.source(days)
        edges = [*(dated.bounds(day)[0] for day in days), dated.bounds(days[-1])[1]]
        if self.orders is None:
            rows = mixes.Dated(source, dated.clock(), words.both(given, only))
            return mixes.shares(mixes.of_own_days(divided, rows, edges))
        key = key_in(dated, columns_of(dated.dataset, self.orders.key))
        orders = mixes.days_of_orders(key, mixes.Dated(source, dated.clock(), only), edges)
        by, found = key_in(view, self.orders.by), view.finds(self.orders.by[0])
        rows_of = mixes.of_days_of_orders(
            divided, view.table(), by, given, found=found, orders=orders
        )
        return mixes.shares(rows_of)

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        day, before = (Mix.of(readings[name].rows) for name in ("day", "baseline"))
        if not day.days and all_of(readings):
            model = f"both {self.sum} and {self.model_column}" if self.model else self.sum
            what = "an attribution" if self.orders else model
            raise without(all_of(readings), what, self.when(view))
        if not day.days:
            raise Skipped(f"nothing is attributed{self.by_whom} {self.when(view)}")
        needed = self.min_days or (self.days + 1) // 2
        if before.days < needed:
            raise Skipped(
                f"insufficient history: revenue was attributed{self.by_whom} on {before.days} of"
                f" the {self.days} days before {view.calendar.expected}, {needed} are needed"
            )
        return [self.sample(move, view, before.days) for move in moves(day, before, self.top)]

    @property
    def by_whom(self) -> str:
        """The model, in words."""
        return f" by {self.model}" if self.model else ""

    def of(self, days: int) -> str:
        """`of 7 days`, or `on 6 of 7 days` where one is missing."""
        every = counted(self.days, "day")
        return f"of {every}" if days == self.days else f"on {days} of {every}"

    def sample(self, move: Moved, view: DatasetView, days: int) -> Sample:
        """One channel, or all the small ones together."""
        values = {
            SHARE.name: move.share,
            BASELINE.name: move.baseline,
            CHANGE.name: move.change,
            VANISHED.name: float(move.vanished),
        }
        if self.beyond_chance is not None:
            values[SCORE.name] = move.score
        if move.channel == OTHER:
            values[CUT.name] = float(move.cut)
        share, usual = (quantity(found, Unit.SHARE) for found in (move.share, move.baseline))
        of = f" ({counted(move.cut, 'small channel')})" if move.cut else ""
        text = (
            f"{move.channel}{of}: {share} of the revenue attributed{self.by_whom}"
            f" {self.when(view)}, {usual} on average {self.of(days)} before{self.by_chance(move)}"
        )
        model = {"model": self.model} if self.model else {}
        fact = Fact(self.seen(move, share, usual, of, view))
        return Sample(values, text, {"channel": move.channel, **model}, fact=fact)

    def seen(self, move: Moved, share: str, usual: str, of: str, view: DatasetView) -> str:
        """What was seen of a channel, as a sentence says it."""
        who = "all other channels" if move.channel == OTHER else f"channel {move.channel}"
        has = f"{who}{of} with {share} of the revenue{self.on(view)}, usually {usual}"
        moved = f"{move.change * 100:+.1f}".removesuffix(".0")
        how = "vanished" if move.vanished else f"{moved} points"
        return f"{has}: {how}{self.by_chance(move)}"

    def by_chance(self, move: Moved) -> str:
        """`, 1.2 standard errors`, where they are judged."""
        return "" if self.beyond_chance is None else f", {abs(move.score):.1f} standard errors"

    def on(self, view: DatasetView) -> str:
        return spoken_window((view.calendar.expected,), view.calendar.today)

    def allows(self, terms: Sequence[Term]) -> str:
        moved = [term.limit for term in terms if term.metric == CHANGE.name]
        said = [f"{quantity(limit.bound, Unit.SHARE)[:-2]} points" for limit in moved[:1]]
        if self.beyond_chance is not None:
            plural = "" if self.beyond_chance == 1 else "s"
            said.append(f"{self.beyond_chance:g} standard error{plural}")
        return f"limit {' and '.join(said)}" if said else ""
