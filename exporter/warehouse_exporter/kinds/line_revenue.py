"""The revenue of a line is quantity times price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import a, agreed, counted
from warehouse_exporter.kinds.shared.base import Expression
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.kinds.shared.tolerances import Allowed
from warehouse_exporter.kinds.shared.usual import BeyondUsual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.numbers import differs


class LineRevenue(BeyondUsual):
    """Share of comparable order lines whose revenue differs from quantity times price.

    A line with a value missing on either side cannot be compared. It is counted separately,
    never as 0.
    """

    kind = "line_revenue"
    ids = ("R5",)
    metric = Metric(
        "warehouse_line_revenue_mismatch_ratio",
        "Share of comparable lines whose revenue is not quantity times price.",
        ("column",),
    )
    more_metrics = (
        Metric(
            "warehouse_line_revenue_incomparable_rows",
            "Lines that cannot be compared: the revenue, the quantity or the price is missing.",
            ("column",),
        ),
    )
    alert = "WarehouseLineRevenueMismatch"
    fault = Fault.MATCH
    summary = "lines whose revenue is not quantity times price"
    counts_failing_rows = True
    layer = "business"
    symptom = False
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          order_items:
            relation: analytics.fct_order_items
            time: order_ts
            checks:
              - line_revenue: {critical: "> 0"}
    """
    things: ClassVar[str] = "lines"

    column: str = Field("line_revenue", description="The column with the revenue of the line.")
    equals: Expression = Field("quantity * price", description="The expression it must equal.")
    tolerance: Allowed = Field(
        0.01,
        validate_default=True,
        description="Tolerated difference: an amount, or per cent of the column, such as 1%.",
    )

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        revenue, product = view.column(self.column), view.expression(self.equals)
        given = view.predicate(self.where)
        wrong = words.both(differs(revenue, product, self.tolerance), given)
        comparable = words.both(words.is_present(revenue), words.is_present(product), given)
        cells = (words.count(wrong), words.count(comparable), words.count(given))
        return {"rows": Scan(view.dataset.name, self.span(view), Tally, cells)}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        differing, compared, lines = readings["rows"].total(Tally).counts
        apart = f"{lines - compared:,} cannot be compared"
        if not lines:
            raise Skipped(f"no line {self.when(view)}")
        if not compared:
            text = f"none of {counted(lines, 'line')} can be compared {self.when(view)}"
            raise Unmeasured(Reason.NO_VALUES, f"{text}: a value is missing in each")
        values = self.gauges(differing, compared, lines - compared)
        evidence = (
            f"{self.column} of {differing:,} of {counted(compared, 'comparable line')}"
            f" {agreed(differing, 'is', 'are')} not {self.equals} {self.when(view)}; {apart}"
        )
        part = self.part(view, differing, compared)
        fact = Fact(f"{part} with {a(self.column)} that is not {self.equals}{self.on(view)}")
        return [Sample(values, evidence, self.labels(), fact=fact)]
