"""A check of the owner's own, from one read-only SELECT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from warehouse_exporter.core import names
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Cell, finite
from warehouse_exporter.core.wording import shown
from warehouse_exporter.kinds.shared.base import Limited, Name
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Probe, Readings, Written
from warehouse_exporter.sql.queries import parse_query

MAX_ROWS = 1000
"""More rows than this are no check but a table, and no label set anybody wants in Prometheus."""
OF_THE_DAY = {"day_start", "day_end"}
"""What makes a query one about the expected day, which the calendar may exclude."""


def valid_query(text: str) -> str:
    """One SELECT that only reads; ValueError says what is wrong with it."""
    clash = collision(parse_query(text).columns)
    if clash is not None:
        raise ValueError(clash)
    return text


def collision(columns: Iterable[str]) -> str | None:
    """Which columns would be one label, or one column of a row; None where all differ."""
    known: dict[str, str] = {}
    for column in columns:
        label = names.label_name(column)
        if label in known:
            both = f"columns {known[label]!r} and {column!r} of the query"
            return f"{both} both become the label {label}: give one of them another name"
        known[label] = column
    return None


class Query(Limited):
    """Your own check: one SELECT that returns one number, or one number per row with labels."""

    kind = "query"
    ids = ("O12",)
    section = "queries"
    metric = Metric("warehouse_query_value", "The number returned by the custom query.")
    alert = "WarehouseQueryOutOfBounds"
    fault = Fault.COUNT
    summary = "a custom query is outside its limits"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
        queries:
          - name: attributions_without_an_order
            dataset: orders
            sql: |
              select count(*) from analytics.fct_order_attribution a
              where not exists (select from analytics.fct_orders o where o.order_id = a.order_id)
            critical: "> 0"
    """
    default_window: ClassVar[str] = "all"

    name: Name = Field(description="Name of the check.")
    sql: Annotated[str, AfterValidator(valid_query)] = Field(
        description="One SELECT, sent as it is written. :as_of, :day_start and :day_end stand for "
        "instants; times without a zone, and casts to date, are read in the zone of the dataset "
        "(default: that of the warehouse)."
    )
    value: str | None = Field(
        None, description="The column with the number; default: the only one, or `value`."
    )
    no_rows: Literal["unmeasured", "pass"] = Field(
        "unmeasured",
        description="What it means when the query gives no row: `pass` where every row is an"
        " offender, so that no row is good news.",
    )
    dataset: str | None = Field(
        None, description="The dataset it belongs to, for owner and expected day."
    )
    owner: str | None = Field(None, description="Whose it is; default: the dataset's owner.")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.where is not None or self.window is not None:
            return ["a query says itself which rows it reads: no `where`, no `window`"]
        return []

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return (view.calendar.expected,) if parse_query(self.sql).uses & OF_THE_DAY else ()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        start, end = view.bounds(view.calendar.expected)
        text = parse_query(self.sql).at(
            {"as_of": view.calendar.as_of, "day_start": start, "day_end": end}
        )
        sent = Written(view.dataset.time_zone.key, MAX_ROWS + 1)
        return {"rows": Probe(view.dataset.name, text, written=sent)}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        rows = readings["rows"].rows
        if not rows and self.no_rows == "pass":
            return [Sample({}, f"{self.name} gave no row, which is as it should be")]
        if not rows:
            raise Unmeasured(
                Reason.NO_ROWS,
                "the query gave no row; if that is good news, write `no_rows: pass`",
            )
        if len(rows) > MAX_ROWS:
            raise Unmeasured(Reason.RESULT, f"the query gave more than {MAX_ROWS:,} rows")
        clash = collision(rows[0])
        if clash is not None:
            raise Unmeasured(Reason.RESULT, clash)
        return [self.sample(row) for row in rows]

    def sample(self, row: Mapping[str, Cell]) -> Sample:
        """One row: its number, and every other column as a label."""
        column = self.value or (next(iter(row)) if len(row) == 1 else "value")
        if column not in row:
            raise Unmeasured(
                Reason.RESULT,
                f"the query has no column {column} but {', '.join(row)}: name one as `value:`",
            )
        number = finite(row[column], f"column {column} of the query")
        if number is None:
            raise Unmeasured(Reason.NO_VALUES, f"column {column} of the query is NULL")
        labels = {
            name: "" if cell is None else str(cell) for name, cell in row.items() if name != column
        }
        listed = ", ".join(f"{name}={text}" for name, text in labels.items())
        evidence = f"{self.name} {shown(number)}{' for ' + listed if listed else ''}"
        said = shown(number) if self.dataset is None else f"{self.name} is {shown(number)}"
        fact = Fact(f"{said}{' for ' + listed if listed else ''}", complete=True)
        return Sample({self.metric.name: number}, evidence, labels, fact=fact)
