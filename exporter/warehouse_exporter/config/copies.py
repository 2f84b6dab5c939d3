"""What is copied on a critical finding: `quarantine_on_error`, and how sizes are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from warehouse_exporter.config.complaints import suggestion
from warehouse_exporter.config.document import Document
from warehouse_exporter.config.document import Path as Place
from warehouse_exporter.config.values import Names, Span, Spec, text_like

SIZE = re.compile(r"([1-9][0-9]{0,8}) ?(kB|MB|GB|TB)")
UNITS = {"kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}


def parse_size(written: Any) -> int:
    """`500MB`, `10GB` in bytes."""
    found = SIZE.fullmatch(str(written).strip())
    if found is None:
        raise ValueError(f"{written!r} is not a size: write a number and kB, MB, GB or TB")
    return int(found[1]) * UNITS[found[2]]


Size = Annotated[int, BeforeValidator(parse_size), text_like("500MB", "10GB")]


@dataclass(frozen=True)
class Bounds:
    """How large copies may be, in bytes as they are stored, how long they may take, in seconds."""

    most: int = 10 << 30
    seconds: float = 600.0


@dataclass(frozen=True)
class Quarantine:
    """What is copied on a critical finding, where to, and how many copies are kept.

    `left_out` has the columns that are not copied, by dataset.
    """

    folder: Path = Path("quarantine")
    affected_only: bool = False
    bounds: Bounds = Bounds()
    keep: int = 5
    left_out: Mapping[str, tuple[str, ...]] | None = None

    def without(self, dataset: str) -> tuple[str, ...]:
        """The columns of a dataset that are not copied."""
        return (self.left_out or {}).get(dataset, ())


def may_be_true(schema: dict[str, Any]) -> None:
    """Let editors take `true` in the place of the mapping."""
    schema["anyOf"].append({"type": "boolean"})


class QuarantineSpec(Spec):
    """Copies of the datasets on a critical finding; `true` for these defaults."""

    enabled: bool = Field(True, description="`false` for no copies.")
    folder: str = Field(
        "quarantine",
        min_length=1,
        description="Folder of the copies; a relative path starts at the folder of the config.",
    )
    copies: Literal["all", "affected_day"] = Field(
        "all",
        alias="copy",
        description="`all`: every dataset as it is. `affected_day`: the expected day of the"
        " datasets that the finding is about; of one without a time column all rows.",
    )
    leave_out: Names = Field(
        (), description="Columns that are not copied, such as customers.email: dataset.column."
    )
    most: Size = Field(
        10 << 30,
        json_schema_extra={"default": "10GB"},
        description="Largest size of one copy, compressed; a larger one is not kept.",
    )
    timeout: Span = Field(
        600.0, json_schema_extra={"default": "10m"}, description="Longest time for one copy."
    )
    keep: int = Field(5, ge=1, le=1000, description="Copies that are kept; the oldest go.")

    @model_validator(mode="before")
    @classmethod
    def may_be_a_word(cls, written: Any) -> Any:
        """`true` or `false` in the place of a mapping."""
        return {"enabled": written} if isinstance(written, bool) else written

    def rules(self, base: Path) -> Quarantine | None:
        """The validated rules; None where nothing is to be copied."""
        if not self.enabled:
            return None
        left_out: dict[str, tuple[str, ...]] = {}
        for one in self.leave_out:
            dataset, _, column = one.partition(".")
            left_out[dataset] = (*left_out.get(dataset, ()), column)
        bounds = Bounds(self.most, self.timeout)
        affected = self.copies == "affected_day"
        return Quarantine(base / self.folder, affected, bounds, self.keep, left_out)


@dataclass(frozen=True)
class Samples:
    """Which columns of findings' rows may be written down, by dataset, and how many rows."""

    columns: Mapping[str, tuple[str, ...]]
    folder: Path = Path("samples")
    rows: int = 20
    seconds: float = 60.0
    keep: int = 5


class SamplesSpec(Spec):
    """Samples of the rows or keys that fail, written to a file by the gate."""

    columns: Names = Field(
        description="The only columns that are written, such as orders.order_id: dataset.column."
    )
    folder: str = Field(
        "samples", min_length=1, description="Folder of the files; a relative path starts at the"
        " folder of the config.",
    )  # fmt: skip
    rows: int = Field(20, ge=1, le=1000, description="Most rows of one check.")
    timeout: Span = Field(
        60.0, json_schema_extra={"default": "60s"}, description="Longest time for all of them."
    )
    keep: int = Field(5, ge=1, le=1000, description="Files that are kept; the oldest go.")

    def rules(self, base: Path) -> Samples:
        """The validated rules."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.columns:
            dataset, _, column = one.partition(".")
            found[dataset] = (*found.get(dataset, ()), column)
        return Samples(found, base / self.folder, self.rows, self.timeout, self.keep)


def check_columns(names: Names, path: Place, spec: Any, document: Document) -> None:
    """The columns are of datasets that exist."""
    for one in names:
        dataset, _, column = one.partition(".")
        if not column:
            document.complain(path, f"{one!r} is not a column: write dataset.column")
        elif dataset not in spec.datasets:
            hint = suggestion(dataset, spec.datasets)
            document.complain(path, f"there is no dataset `{dataset}`{hint}")


def check_samples(spec: Any, document: Document) -> None:
    """The columns of samples are of datasets that exist."""
    if spec.samples is not None:
        check_columns(spec.samples.columns, ("samples", "columns"), spec, document)


def check_quarantine(spec: Any, document: Document) -> None:
    """The columns to leave out are of datasets that exist, and the engine can copy."""
    path = ("quarantine_on_error",)
    written: QuarantineSpec | None = spec.quarantine_on_error
    if written is None or not written.enabled:
        return
    if spec.warehouse.dsn is None and spec.warehouse.dsn_file is None:
        document.complain(path, "copies are for Postgres only: remove this key")
    check_columns(written.leave_out, (*path, "leave_out"), spec, document)
