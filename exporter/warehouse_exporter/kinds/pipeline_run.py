"""The pipeline logged a run, and it read something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Count, Hits
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.base import Expression, Limited
from warehouse_exporter.kinds.shared.runs import OfRuns, too_many
from warehouse_exporter.kinds.shared.usable import without
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words


class PipelineRun(OfRuns, Limited):
    """Number of runs of the expected day that read rows; set `expect_day: today` on the dataset.

    With `run` on the dataset, only the newest run counts: 1 if it read rows, else 0. Then a second
    run that read nothing is a finding, whatever the first one read.
    """

    kind = "pipeline_run"
    ids = ("F5",)
    metric = Metric("warehouse_pipeline_runs", "Logged runs of the day that read at least one row.")
    alert = "WarehousePipelineNotRun"
    fault = Fault.LOAD
    summary = "the pipeline did not run, or read nothing"
    layer = "infrastructure"
    root_cause = True
    counts_things = True
    advice: ClassVar[str] = "critical: '< 1'"
    example: ClassVar[str] = """
        datasets:
          pipeline:
            relation: analytics.pipeline_logs
            time: run_timestamp
            expect_day: today
            run: run_timestamp
            checks:
              - pipeline_run: {critical: "< 1"}
    """

    rows_read: Expression = Field(
        "rows_read", description="The column with the rows a run has read."
    )

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        limits = tuple(limit for limits in self.limits().values() for limit in limits)
        window = super().window_of(dataset)
        return self.no_time(dataset) + too_many(limits, dataset, window)

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return self.span(view) or ()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        given = self.judged_rows(view)
        read = words.compare(view.expression(self.rows_read), ">", words.number(0))
        cells = (words.count(words.both(read, given)), words.count(given))
        unknown = words.both(words.is_null(view.expression(self.rows_read)), given)
        name, days = view.dataset.name, self.span(view)
        return {
            "rows": Scan(name, days, Hits, cells),
            "unknown": Scan(name, days, Count, (words.count(unknown),)),
            **self.which(view),
        }

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        state = readings["rows"].total(Hits)
        # A day without a row answers nothing where the scan is grouped: no run, and that is 0 runs.
        read, logged = state.hits or 0.0, state.total or 0.0
        unknown = readings["unknown"].total(Count).rows
        if unknown and unknown == logged:
            raise without(unknown, self.rows_read, self.when(view))
        if self.judges_one(view) and logged:
            return [self.one_run(view, readings, read)]
        evidence = f"{read:,.0f} of {counted(logged, 'run')} logged {self.when(view)} read rows"
        seen = f"no run was logged{self.on(view)}"
        if view.dataset.given_run is not None:
            evidence = seen = f"{self.run_in_words(view)} is not in the log"
        if logged:
            many = counted(read, "run") if read else "no run"
            seen = f"{many} read any rows{self.on(view)}, {logged:,.0f} logged"
        return [Sample({self.metric.name: read}, evidence, fact=Fact(seen))]

    def one_run(self, view: DatasetView, readings: Readings, read: float) -> Sample:
        """Whether the run that is judged read rows: 1 or 0."""
        did = "read rows" if read else "read no rows"
        on, when = self.on(view), f"logged {self.when(view)} "
        if view.dataset.given_run is not None:
            when = ""
        self.is_one_of_many(view, readings)
        subject = self.run_in_words(view)
        fact = Fact(f"{subject} {did}{on}")
        return Sample({self.metric.name: float(read > 0)}, f"{subject} {when}{did}", fact=fact)
