"""Who is paged: what of the verdicts notifies as less, or as more, than its severity says."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from warehouse_exporter.config.values import Spec

NEVER = "never"
FEWEST = 2
"""Datasets that fall together at least: a fall in one is judged by its own limits."""


def parse_datasets(written: Any) -> int | None:
    """A number of datasets; None for `never`."""
    if written is None or written == NEVER:
        return None
    if isinstance(written, int) and written >= FEWEST:
        return written
    raise ValueError(
        f"write `{NEVER}`, or in how many datasets: {FEWEST} or more. A fall in one dataset pages"
        " by the `critical` limit of its anomaly"
    )


Together = Annotated[
    int | None,
    BeforeValidator(parse_datasets),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": FEWEST}, {"const": NEVER}]}),
]


class PagingSpec(Spec):
    """What pages and what is a ticket. Verdicts, and exit codes of the gate, stay as they are."""

    rises: Literal["ticket", "page"] = Field(
        "ticket",
        description="What a critical rise of `seasonal` is: a ticket, as a warning, or a page.",
    )
    falls_together: Together = Field(
        FEWEST,
        description="Falls of `seasonal` that are tickets page together if there are some in this"
        " many datasets on the same day; `never` for not at all.",
    )
