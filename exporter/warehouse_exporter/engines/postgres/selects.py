"""What a query of the owner's gives, where it stands in the place of a relation: no row is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.relation import Column, Relation
from warehouse_exporter.engines.base import Answer
from warehouse_exporter.engines.postgres.connection import Connection
from warehouse_exporter.engines.postgres.cursor import CLOSED, FETCHED, HANDED_OVER, OPENED

TYPES = """
SELECT format_type(asked.oid, NULL), EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus'),
       current_setting('server_version_num')::int, current_user::text
FROM unnest(%s::oid[]) WITH ORDINALITY AS asked(oid, place)
ORDER BY asked.place
"""
"""By the numbers of types, a row each. Of a domain the server has told the base type."""


def described(
    connection: Connection, written: str, seconds: float, short: float
) -> tuple[Answer, list[int]]:
    """The names of its columns, without rows, and the numbers of their types.

    It may take some seconds to plan, and `short` for the rest. The cursor takes it only if it is
    one statement that gives rows. Raises Unmeasured.
    """
    connection.execute(HANDED_OVER, [written, "UTC"], seconds=short)
    connection.execute(OPENED, seconds=seconds, written=written)
    names, _ = connection.execute(FETCHED, [written, 0], seconds=short)
    types = connection.types
    connection.execute(CLOSED, seconds=short)
    if not names:
        raise Unmeasured(Reason.MISSING_COLUMN, "it gives no column")
    return (names, []), types


def relation(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Relation:
    """It is like a view: no index is known to help. The rows are those of `TYPES`."""
    _, distributed, version, role = rows[0]
    columns = {name: Column(name, row[0]) for name, row in zip(names, rows, strict=True)}
    return Relation(columns, kind="v", distributed=distributed, version=version, role=role)


def failed(error: Unmeasured) -> Relation:
    """It could not be described: its checks are not measured, and no others."""
    text = f"the query of the dataset cannot be run: {error.detail}"
    return Relation({}, kind="v", unknown=Unmeasured(error.reason, text))
