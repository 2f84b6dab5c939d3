"""Steps of a funnel without the step before them, or before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from pydantic import Field, field_validator

from warehouse_exporter.core.calendar import WITHOUT_CLOSED
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Cell, Count
from warehouse_exporter.core.wording import counted, duration
from warehouse_exporter.kinds.shared.base import Name, Share
from warehouse_exporter.kinds.shared.keys import Columns, key_in
from warehouse_exporter.kinds.shared.usable import ALL, all_of, without
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Probe, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.sequences import Funnel


class ImpossibleSequence(Share):
    """Share of a funnel's events that lack the step before them, by client or session.

    Each step is compared with the step before it: a purchase without a checkout counts for the
    purchase, and a checkout without a cart counts for the checkout. The step before must be at
    most `hours` older. If it comes later, it is out of order and counts too. Rows without a
    client are left out. Events after the open days are not read.
    """

    kind = "impossible_sequence"
    ids = ("N3",)
    metric = Metric(
        "warehouse_impossible_sequence_ratio",
        "Share of a step's events without the step before them.",
        ("funnel", "step"),
    )
    more_metrics = (
        Metric(
            "warehouse_out_of_order_events",
            "Events whose previous step comes only after them.",
            ("funnel", "step"),
        ),
    )
    alert = "WarehouseImpossibleSequence"
    summary = "events without the events that must come before them"
    layer = "business"
    advice: ClassVar[str] = "warning: '> 1%'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - impossible_sequence:
                  funnel: checkout
                  steps: [product_added_to_cart, checkout_started, checkout_completed]
                  by: client_id
                  warning: "> 1%"
    """
    things: ClassVar[str] = "events"

    funnel: Name = Field(description="The funnel's name, such as checkout.")
    event: str = Field("event_name", description="The column with the name of the event.")
    steps: tuple[str, ...] = Field(
        min_length=2, max_length=20, description="The steps in their order, as `event` names them."
    )
    by: Columns = Field(description="The column, or columns, with the client or the session.")
    hours: int = Field(24, ge=1, le=720, description="How far back the step before may be.")

    @field_validator("steps")
    @classmethod
    def differ(cls, steps: tuple[str, ...]) -> tuple[str, ...]:
        """A step stands in one place."""
        twice = sorted({step for step in steps if steps.count(step) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is a step twice: nothing can come before itself")
        return steps

    def default_name(self) -> str:
        return f"{self.kind}_{self.funnel}"

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if timeless := self.no_time(dataset):
            return timeless
        if self.window is not None and self.window not in WITHOUT_CLOSED:
            return [f"window: {self.window} has closed days: write {', '.join(WITHOUT_CLOSED)}"]
        return super().problems(dataset, datasets)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days = self.span(view)
        assert days is not None
        funnel = Funnel(
            view.source(days),
            view.clock(),
            key_in(view, self.by),
            view.column(self.event),
            self.steps,
            timedelta(hours=self.hours),
            view.predicate(self.where),
        )
        low, high = view.bounds(days[0])[0], view.bounds(days[-1])[1]
        later = words.one_of(funnel.event, [words.string(step) for step in self.steps[1:]])
        some = words.either(later, words.is_null(funnel.event))
        count = words.count(words.both(some, funnel.where))
        sql, columns = funnel.unled(low, high), ("step", "total", "unled", "late")
        return {
            "steps": Probe(view.dataset.name, sql, columns=columns, each=("step",)),
            ALL: Scan(view.dataset.name, days, Count, (count,)),
        }

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        rows = sorted(readings["steps"].rows, key=lambda row: int(row["step"] or 0))
        if not rows and all_of(readings):
            lacking = f"both {self.event} and {self.whose}"
            raise without(all_of(readings), lacking, self.when(view))
        if not rows:
            raise Skipped(f"no event of {', '.join(self.steps[1:])} {self.when(view)}")
        return [self.sample(row, view) for row in rows]

    @property
    def whose(self) -> str:
        """The columns with the client or the session, in words."""
        return " and ".join(self.by)

    def sample(self, row: Mapping[str, Cell], view: DatasetView) -> Sample:
        """What was found of one step."""
        number, total, unled, late = (
            int(row[name] or 0) for name in ("step", "total", "unled", "late")
        )
        step, before = self.steps[number - 1], self.steps[number - 2]
        values = self.gauges(unled, total, late)
        evidence = (
            f"{unled:,} of {counted(total, f'{step} event')} without {before} of the same"
            f" {self.whose} in the {duration(self.hours * 3600)} before ({late:,} have it only"
            f" afterwards) {self.when(view)}"
        )
        many = f"{unled:,} of {counted(total, f'{step} event')}"
        fact = Fact(f"{many} without an earlier {before}{self.on(view)}")
        return Sample(values, evidence, {"funnel": self.funnel, "step": step}, fact=fact)
