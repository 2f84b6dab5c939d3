"""`datasets:`, the relations to monitor, and the items of their checks."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, create_model, model_validator

from warehouse_exporter.config.complaints import ONE_KIND
from warehouse_exporter.config.objective import ObjectiveSpec
from warehouse_exporter.config.values import (
    Columns,
    Names,
    RelationName,
    Relations,
    Share,
    Span,
    Spec,
    TimeOfDay,
    Zone,
    parse_relation,
)
from warehouse_exporter.core.model import Dataset, Select, Through
from warehouse_exporter.kinds import kinds_in
from warehouse_exporter.kinds.shared.base import Expression
from warehouse_exporter.kinds.shared.keys import Columns as KeyColumns
from warehouse_exporter.sql.queries import parse_rows


class CheckItemBase(Spec):
    """One check: its kind, and the kind's parameters."""

    @model_validator(mode="after")
    def is_one_kind(self) -> CheckItemBase:
        """Exactly one kind."""
        if (
            len(self.model_fields_set) != 1
            or getattr(self, next(iter(self.model_fields_set))) is None
        ):
            raise ValueError(ONE_KIND)
        return self


@cache
def check_item() -> type[CheckItemBase]:
    """The model of an item of `checks`: one optional field per kind."""
    fields: dict[str, Any] = {
        name: (kind | None, Field(None, description=(kind.__doc__ or "").splitlines()[0]))
        for name, kind in kinds_in("checks").items()
    }
    return create_model("Check", __base__=CheckItemBase, **fields)


class BorrowedTime(Spec):
    """The time of rows that have none of their own: that of another dataset's row, by its key."""

    dataset: str = Field(alias="from", description="The dataset that has the time, such as orders.")
    by: KeyColumns = Field(description="The own column, or columns, with the key of its row.")
    column: str | None = Field(None, description="Its column with the time; default: its `time`.")
    key: KeyColumns | None = Field(
        None, description="Its column, or columns, with that key; default: its `key`."
    )


Time = Annotated[
    Annotated[str, Tag("~name")] | Annotated[BorrowedTime, Tag("~borrowed")],
    Discriminator(lambda written: "~name" if isinstance(written, str | list) else "~borrowed"),
]
"""`order_ts`, or `{from: orders, by: order_id}`."""


def valid_select(text: str) -> str:
    """One SELECT that only reads, up to its last token; ValueError says what is wrong with it."""
    return parse_rows(text).text


SelectText = Annotated[str, AfterValidator(valid_select)]


class DatasetSpec(Spec):
    """A relation to monitor, or the rows of a query."""

    relation: RelationName | None = Field(None, description="schema.table, by its exact name.")
    query: SelectText | None = Field(
        None,
        description="In place of a relation: one SELECT whose rows are the dataset, sent as it is"
        " written. PostgreSQL only.",
    )
    relations: Relations | None = Field(
        None,
        description="Many relations with the same description: each becomes a dataset that is"
        " called like its table, or as you name it in a mapping.",
    )
    time: Time | None = Field(
        None,
        description="Column of the event time, needed to judge by day; or where rows without one"
        " have it, such as {from: orders, by: order_id}.",
    )
    time_zone: Zone | None = Field(
        None, description="Time zone of timestamps without one; default: the warehouse's."
    )
    unparsable: Share = Field(
        0.0,
        json_schema_extra={"default": "0%"},
        description="Share of rows, such as 1%, whose time may be infinite, or invalid"
        " text; with more, checks by day are unmeasured; default: none.",
    )
    loaded: str | None = Field(
        None,
        description="Column of the arrival time; with an index on it, closed days with late rows"
        " are judged again.",
    )
    filter: Expression | None = Field(
        None,
        description="Only these rows are the dataset: every check and metric sees them alone, and"
        " so does what is compared with it.",
    )
    key: Names = Field((), description="Column, or columns, that identify a row.")
    columns: Columns = Field({}, description="Expected columns and their types, for schema checks.")
    owner: str | None = Field(None, description="Who owns it: a name from `owners`.")
    depends_on: Names = Field((), description="Datasets it is built from.")
    expect_by: TimeOfDay = Field(
        dt.time(6),
        json_schema_extra={"default": "06:00"},
        description="Time of day by which yesterday is complete, such as 06:30 or"
        " 06:30 Europe/Berlin; default: by the clocks of the warehouse's zone.",
    )
    expect_day: Literal["yesterday", "today"] = Field(
        "yesterday", description="Newest expected day: yesterday, or today for a log of runs."
    )
    closed: Literal["learned", "never"] | None = Field(
        None,
        description="Whether weekdays on which it never has rows are learned from its past days:"
        " nothing is expected on them. learned: also where no index finds the rows of a day, so"
        " that the table is read for it; never: not at all. Default: learned, where an index does.",
    )
    noun: str | None = Field(
        None,
        pattern=r"^[^\W\d_][^\d_/]*(/[^\W\d_][^\d_/]*)?$",
        max_length=60,
        description="What a row is called in alerts, such as order, or person/people;"
        " default: from the dataset's name.",
    )
    run: str | None = Field(
        None,
        description="Of a log of runs: the column that tells them apart, such as run_id, or the"
        " time column. `pipeline_run` and `quarantine_rate` then judge the newest run of the day,"
        " and not all runs together.",
    )
    objective: ObjectiveSpec | None = Field(
        None,
        description="On how many of the last days it must be right, such as {days: 28, of: 30}.",
    )
    every: Span = Field(
        300.0, json_schema_extra={"default": "5m"}, description="Time between passes."
    )
    budget: Span | None = Field(
        None,
        description="Seconds of the warehouse's work that its checks may take in an hour, such as"
        " 30s: what takes more is measured less often, at least once a day.",
    )
    checks: tuple[Any, ...] = Field((), description="The checks on this dataset.")

    @model_validator(mode="after")
    def has_rows(self) -> DatasetSpec:
        """It is made of a relation or a query; a block of relations is made datasets before."""
        if self.relation is None and self.query is None:
            raise ValueError("`relation` is required")
        if self.relation is not None and self.query is not None:
            raise ValueError("write either `relation` or `query`")
        return self


def dataset_of(name: str, found: Any, spec: Any) -> Dataset:
    """A dataset without its checks."""
    through = through_of(found.time, spec) if isinstance(found.time, BorrowedTime) else None
    parent = spec.datasets.get(through.dataset) if through else None
    zone = found.time_zone or (parent and parent.time_zone) or spec.warehouse.timezone
    return Dataset(
        name=name,
        relation=Select((found.query,)) if found.query else parse_relation(found.relation),
        time=through.name if through else found.time,
        through=through,
        key=found.key,
        filter=found.filter,
        loaded=found.loaded,
        columns=found.columns,
        owner=found.owner,
        depends_on=found.depends_on,
        expect_by=found.expect_by,
        expect_day=found.expect_day,
        every=found.every,
        time_zone=zone,
        unparsable=found.unparsable,
        noun=found.noun,
        run=found.run,
        closed=found.closed,
        objective=found.objective and found.objective.objective(),
        budget=found.budget,
    )


def through_of(written: BorrowedTime, spec: Any) -> Through:
    """Where a dataset has its time; what that lacks is complained about elsewhere."""
    parent = spec.datasets.get(written.dataset)
    own = parent.time if parent and isinstance(parent.time, str) else "time"
    key = written.key or (parent.key if parent else ())
    return Through(written.dataset, written.column or own, written.by, tuple(key))
