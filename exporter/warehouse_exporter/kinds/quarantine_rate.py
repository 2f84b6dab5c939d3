"""Share of the rows read that the pipeline put into quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Count, Hits
from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.kinds.shared.base import Expression, Share
from warehouse_exporter.kinds.shared.runs import OfRuns
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words


class QuarantineRate(OfRuns, Share):
    """Share of rows read that the pipeline put into quarantine, according to its log of runs.

    Runs that lack one of the two numbers are counted separately. If a run is logged on the day
    after the day it read, set `expect_day: today` on the dataset. With `run` on the dataset, a
    window of one day means the newest run of that day.
    """

    kind = "quarantine_rate"
    ids = ("P1",)
    metric = Metric("warehouse_quarantine_ratio", "Share of the read rows that were quarantined.")
    alert = "WarehouseQuarantineRateHigh"
    fault = Fault.COUNT
    summary = "the pipeline rejects too many rows"
    layer = "infrastructure"
    symptom = False
    advice: ClassVar[str] = "warning: '> 5%', critical: '> 6%'"
    example: ClassVar[str] = """
        datasets:
          pipeline:
            relation: analytics.pipeline_logs
            time: run_timestamp
            expect_day: today
            run: run_timestamp
            checks:
              - quarantine_rate: {warning: "> 5%", critical: "> 6%"}
    """

    quarantined: Expression = Field("rows_quarantined", description="Rows rejected by a run.")
    read: Expression = Field("rows_read", description="Rows read by a run.")

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        given = self.judged_rows(view)
        rejected, read = view.summand(self.quarantined), view.summand(self.read)
        complete = words.both(words.is_present(rejected), words.is_present(read), given)
        cells = (words.sum_of(rejected, complete), words.sum_of(read, complete))
        at_least = words.coalesced(read, words.number(0))
        odd = words.both(words.compare(rejected, ">", at_least), given)
        lacking = words.both(words.either(words.is_null(rejected), words.is_null(read)), given)
        days, name = self.span(view), view.dataset.name
        return {
            "rows": Scan(name, days, Hits, cells),
            "lacking": Scan(name, days, Count, (words.count(lacking),)),
            "runs": Scan(name, days, Tally, (words.count(given), words.count(odd))),
            **self.which(view),
        }

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        state = readings["rows"].total(Hits)
        one = self.is_one_of_many(view, readings)
        if min(state.hits or 0.0, state.total or 0.0) < 0:
            said = f"{state.hits:,.0f} rows quarantined of {state.total:,.0f} rows read"
            raise Unmeasured(Reason.RESULT, f"{said} {self.when(view)}: no log has fewer than 0")
        self.refuse_contradiction(view, readings)
        lacking = readings["lacking"].total(Count).rows
        if lacking and not state.total and not state.hits:
            what = f"without {self.quarantined} or {self.read}"
            text = f"{counted(lacking, 'run')} logged {self.when(view)} {what}"
            raise Unmeasured(Reason.NO_VALUES, f"{text}, and none that read rows")
        runs, _ = readings["runs"].total(Tally).counts
        if runs and not state.total:
            read = agreed(runs, "it read", "they read")
            raise Skipped(f"{counted(runs, 'run')} logged {self.when(view)}: {read} 0 rows")
        found = self.sample_of(view, state)
        if one:
            found = replace(found, evidence=f"{found.evidence}, {self.run_in_words(view)} alone")
        said = f"; {counted(lacking, 'run')} without a number left out" if lacking else ""
        return [replace(found, evidence=found.evidence + said)]

    def refuse_contradiction(self, view: DatasetView, readings: Readings) -> None:
        """Raise Unmeasured where a run rejected more rows than it read."""
        _, odd = readings["runs"].total(Tally).counts
        if odd:
            text = f"{counted(odd, 'run')} logged {self.when(view)} with more rows quarantined"
            raise Unmeasured(Reason.RESULT, f"{text} than read: the log contradicts itself")

    def part(self, view: DatasetView, hits: float, total: float) -> str:
        return f"{hits:,.0f} of {total:,.0f} rows read"

    def flaw(self, view: DatasetView, state: Hits) -> str:
        return "went into quarantine"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        by_run = view.dataset.expect_day == "today" and self.span(view) is not None
        logged = "by runs logged " if by_run else ""
        return f"{super().evidence(view, state)} quarantined {logged}{self.when(view)}"
