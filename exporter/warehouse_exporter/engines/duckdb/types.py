"""DuckDB's types by the names that PostgreSQL has for them: checks know those."""

from __future__ import annotations

import re

from warehouse_exporter.core.relation import Column

NAMES = {
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric",
    "HUGEINT": "numeric",
    "UHUGEINT": "numeric",
    "DECIMAL": "numeric",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "ENUM": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time without time zone",
    "TIME WITH TIME ZONE": "time with time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP_S": "timestamp without time zone",
    "TIMESTAMP_MS": "timestamp without time zone",
    "TIMESTAMP_NS": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "INTERVAL": "interval",
    "JSON": "jsonb",
    "UUID": "uuid",
    "BLOB": "bytea",
}
ALSO = {
    "VARCHAR": ("character varying",),
    "ENUM": ("character varying", "enum"),
    "JSON": ("json",),
    "BLOB": ("blob",),
    "FLOAT": ("double precision",),
}
"""Names under which a type may be declared as well: DuckDB does not tell these apart."""
TIMES = ("date", "timestamp without time zone", "timestamp with time zone")
PARAMETERS = re.compile(r"\(.*\)$")


def column(name: str, declared: str) -> Column:
    """A column from the name of its type in DuckDB's catalogue."""
    bare = declared if declared.endswith("]") else PARAMETERS.sub("", declared).strip()
    known = NAMES.get(bare, declared.lower())
    return Column(name, known, also=frozenset({*ALSO.get(bare, ()), bare.lower()}))
