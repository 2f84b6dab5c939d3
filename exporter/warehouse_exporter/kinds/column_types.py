"""Columns have the declared types."""

from __future__ import annotations

from typing import ClassVar

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.relation import Column
from warehouse_exporter.core.wording import agreed, counted, listed
from warehouse_exporter.kinds.shared.declared import Declared
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings

SHORT = {
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "varchar": "character varying",
    "char": "character",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "decimal": "numeric",
    "float": "double precision",
    "float4": "real",
    "float8": "double precision",
    "string": "text",
}


def same_type(declared: str, actual: Column) -> bool:
    """Whether a declared type, in any spelling of PostgreSQL's or the engine's, is the column's."""
    wanted = " ".join(declared.lower().split("(")[0].split())
    spelled = SHORT.get(wanted, wanted)
    return spelled == actual.type or not actual.also.isdisjoint((wanted, spelled))


class ColumnTypes(Declared):
    """Number of declared columns that have another type; length and precision do not count.

    A missing column has no type: unless another column has the wrong type, the check is then
    unmeasured.
    """

    kind = "column_types"
    ids = ("S3",)
    metric = Metric(
        "warehouse_schema_type_mismatches", "Declared columns whose type is not the declared one."
    )
    alert = "WarehouseColumnTypeChanged"
    fault = Fault.COLUMNS
    summary = "columns have a different type than declared"
    root_cause = True
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            columns: {order_id: text, order_ts: timestamptz, revenue: numeric}
            checks:
              - column_types: {critical: "> 0"}
    """

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        wrong = super().problems(dataset, datasets)
        if dataset.columns and not any(dataset.columns.values()):
            wrong.append(f"column_types needs types in `columns:` of dataset {dataset.name}")
        return wrong

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        present = view.found.columns
        typed = {name: t for name, t in view.dataset.columns.items() if t}
        missing = [name for name in typed if name not in present]
        found = [
            f"{name} is {present[name].type}, declared {declared}"
            for name, declared in typed.items()
            if name in present and not same_type(declared, present[name])
        ]
        if missing and not found:
            raise Unmeasured(Reason.MISSING_COLUMN, view.missing(missing[0]))
        total, has = counted(len(typed), "column"), agreed(len(found), "has", "have")
        many = "column" if len(found) == 1 else f"{len(found)} columns have another type:"
        fact = Fact(f"{many} {listed(found)}" if found else f"{total}, all of the declared type")
        return self.sample(found, f"{len(found)} of {total} {has} another type", fact)
