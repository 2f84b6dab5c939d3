"""`warehouse:`, the database and how it is reached; other packages may add engines."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, create_model, model_validator

from warehouse_exporter.config.document import CONNECTION_STRING
from warehouse_exporter.config.values import Memory, Span, SpanOrOff, Spec, WarehouseName, Zone
from warehouse_exporter.core.plugins import ENGINES, label, points, refuse_twins

FOLDER = Path(__file__).parents[1] / "engines"
"""Each folder in it is an engine. They are not imported here: that of the config is enough."""


class WarehouseSpec(Spec):
    """The warehouse database."""

    name: WarehouseName = Field(
        "warehouse",
        description="Value of the label `warehouse` of every series and alert. Configs under one"
        " Prometheus need different names.",
    )
    dsn: str | None = Field(None, description="Connection string, from the environment: ${NAME}.")
    dsn_file: str | None = Field(
        None, description="File with the connection string; re-read on every connect."
    )
    duckdb: str | None = Field(
        None,
        min_length=1,
        description="In the place of a DSN: a DuckDB file, or a folder with a Parquet file, or a"
        " folder of such files, for each table.",
    )
    timezone: Zone = Field(ZoneInfo("UTC"), description="Time zone of business days.")
    statement_timeout: Span = Field(
        60.0, json_schema_extra={"default": "60s"}, description="Time limit of one statement."
    )
    lock_timeout: Span = Field(
        5.0, json_schema_extra={"default": "5s"}, description="Longest wait for a lock."
    )
    pass_timeout: Span = Field(
        300.0, json_schema_extra={"default": "5m"}, description="Time limit of a whole pass."
    )
    connect_timeout: Span = Field(
        10.0, json_schema_extra={"default": "10s"}, description="Longest wait for a connection."
    )
    connections: int = Field(3, ge=1, le=50, description="Most connections at the same time.")
    connections_per_pass: int = Field(
        2, ge=1, le=50, description="Most connections of one pass, all on one snapshot."
    )
    work_mem: Memory | None = Field(
        None, description="Memory for each sort or hash, such as 64MB; default: the server's."
    )
    parallel_workers: int | None = Field(
        None, ge=0, le=64, description="Workers that may help a statement; default: the server's."
    )

    recheck: SpanOrOff = Field(
        30.0,
        json_schema_extra={"default": "30s"},
        description="Time after which a dataset with a finding, or an unmeasured check, is read"
        " again; `off`: not before its `every`.",
    )
    recheck_budget: Span = Field(
        120.0,
        json_schema_extra={"default": "2m"},
        description="Seconds of the warehouse's work in an hour that those extra passes may take"
        " together.",
    )

    @model_validator(mode="after")
    def has_one_source(self) -> WarehouseSpec:
        """The DSN comes from one place."""
        places = ["dsn", "dsn_file", *engine_keys()]
        if sum(getattr(self, place) is not None for place in places) != 1:
            others = "".join(f" or `{key}: ...`" for key in engine_keys())
            raise ValueError(
                f"write either `dsn: ${{WAREHOUSE_DSN}}` or `dsn_file: /path/to/file`{others}"
            )
        if CONNECTION_STRING.search(self.dsn_file or ""):
            raise ValueError(
                "`dsn_file` is the path of a file: write the connection string into it"
            )
        return self


@cache
def engine_keys() -> tuple[str, ...]:
    """The keys of `warehouse:` that name an engine other than Postgres, ours first.

    Raises BrokenPlugin for an engine of another package that takes a key of ours.
    """
    others = points(ENGINES)
    for point in others:
        if point.name in WarehouseSpec.model_fields:
            refuse_twins(point.name, label(point), "this program")
    own = {found.parent.name for found in FOLDER.glob("*/connector.py")} - {"postgres"}
    return (*sorted(own), *(point.name for point in others))


@cache
def warehouse_spec() -> type[WarehouseSpec]:
    """The model of `warehouse:`, with a field for each engine that another package adds."""
    others = [key for key in engine_keys() if key not in WarehouseSpec.model_fields]
    fields: dict[str, Any] = {
        name: (Any, Field(None, description=f"Where the warehouse is, for the engine {name}."))
        for name in others
    }
    return create_model("WarehouseSpec", __base__=WarehouseSpec, **fields)
