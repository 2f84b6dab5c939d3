"""How much of a value inside JSON documents is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.kinds.shared.usual import BeyondUsual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.documents import (
    DEPTH,
    filled,
    found_at,
    missing_at,
    or_one,
    parsed,
    summed,
    tells_json,
)
from warehouse_exporter.sql.words import Node

TYPES = ("jsonb", "json", "text", "character varying")


class JsonCompleteness(BeyondUsual):
    """Share of values at the end of a JSON path that are missing: no key, NULL, or an empty array.

    Every element of an array on the path must have the value. If the path ends early (a missing
    key, an empty array, a document that is NULL or not valid JSON), one value is missing.
    Invalid documents are counted and reported. Reading JSON from text columns is expensive, so
    it has a statement of its own.
    """

    kind = "json_completeness"
    ids = ("C5",)
    metric = Metric(
        "warehouse_json_null_ratio",
        "Share of values inside the column's JSON documents that are missing.",
        ("column",),
    )
    alert = "WarehouseJsonIncomplete"
    fault = Fault.VALUES
    summary = "too many documents without a value"
    advice: ClassVar[str] = "warning: '> 1%', critical: '> 5%'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - json_completeness:
                  column: event_data
                  path: [items, item_price]
                  where: event_name = 'checkout_completed'
                  warning: "> 1%"
    """
    things: ClassVar[str] = "values"

    column: str = Field(description="The column of JSON: jsonb, json or text.")
    path: tuple[str, ...] = Field(
        min_length=1,
        max_length=8,
        description="The keys to the value, such as [items, item_price].",
    )

    def default_name(self) -> str:
        return "_".join((self.kind, self.column, *self.path))

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        fact = view.fact(self.column)
        if fact.type not in TYPES:
            raise Unmeasured(
                Reason.COLUMN_TYPE, f"column {fact.name} is {fact.type}: it must be JSON or text"
            )
        column, given = words.column(fact.name), view.predicate(self.where)
        value, found, illegible = None, column, words.number(0)
        if fact.type != "jsonb":
            value = parsed(column, given, view.found.version)
            found = words.column(statements.VALUE)
            written = words.both(words.is_present(column), words.is_null(found), given)
            illegible = words.count(written)
        cells = (illegible, *(summed(n, given) for n in self.counts(filled(found))))
        scan = Scan(view.dataset.name, self.span(view), Tally, cells, value=value)
        return {"rows": scan}

    def counts(self, found: Node) -> list[Node]:
        """How many values a document has, and how many are missing at each step of the way."""
        first, *others = (self.path[: n + 1] for n in range(len(self.path)))
        lost = [or_one(missing_at(found, first))]
        return [found_at(found, self.path), *lost, *(missing_at(found, way) for way in others)]

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        illegible, here, *lost = readings["rows"].total(Tally).counts
        sample = self.sample_of(view, Hits(sum(lost), here + sum(lost)))
        if illegible:
            is_no = "is no JSON" if illegible == 1 else "are no JSON"
            if not tells_json(view.found.version):
                is_no += f", or nested deeper than {DEPTH} levels"
            told = f"{sample.evidence}, {counted(illegible, 'document')} {is_no}"
            sample = replace(sample, evidence=told)
        return [sample]

    def flaw(self, view: DatasetView, state: Hits) -> str:
        return f"of {'.'.join((self.column, *self.path))} missing"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        way = " -> ".join((self.column, *self.path))
        return f"{super().evidence(view, state)} without {way} {self.when(view)}"
