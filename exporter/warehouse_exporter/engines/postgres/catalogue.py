"""What the database's own catalogue says of the relations under watch, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from warehouse_exporter.core.relation import Column, Relation
from warehouse_exporter.engines.base import Name
from warehouse_exporter.engines.postgres.settings import SHADOWS

KINDS = ("r", "p", "v", "m", "f")
"""What can be watched: tables, partitioned ones, views, materialized ones, foreign tables."""

QUERY = """
SELECT n.nspname, c.relname, c.relkind::text, a.attname,
       format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, NULL),
       has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
       EXISTS (SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
               JOIN pg_am m ON m.oid = i.relam
               WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL
                 AND x.indkey[0] = a.attnum AND m.amname IN ('btree', 'brin'))
       OR EXISTS (SELECT 1 FROM pg_partitioned_table p
                  WHERE p.partrelid = c.oid AND p.partattrs[0] = a.attnum),
       u.keys, c.oid::bigint AS number, c.relfilenode::bigint,
       EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus'),
       EXISTS (SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
               JOIN pg_am m ON m.oid = i.relam
               WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL
                 AND x.indkey[0] = a.attnum AND m.amname = 'btree'),
       current_setting('server_version_num')::int,
       current_user::text, has_schema_privilege(n.oid, 'USAGE'), a.attnum AS place
FROM unnest(%(schemas)s::name[], %(relations)s::name[]) AS asked(schema, relation)
JOIN pg_namespace n ON n.nspname = asked.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = asked.relation
LEFT JOIN LATERAL (
  SELECT json_agg((SELECT json_agg(b.attname)
                   FROM unnest(x.indkey) WITH ORDINALITY AS k(attnum, place)
                   JOIN pg_attribute b ON b.attrelid = c.oid AND b.attnum = k.attnum
                   WHERE k.place <= x.indnkeyatts)) AS keys
  FROM pg_index x
  WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL
    AND x.indexprs IS NULL AND (c.relkind = 'p' OR NOT c.relhassubclass)) u ON true
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid
ORDER BY c.oid, a.attnum
"""
"""By the schemas and names of relations; a row per column, and one for a relation without any.

A column counts as indexed when a btree, a BRIN or a partition key begins with it: a range of it is
found. Single values are found by a btree alone; else each may cost a partition, or the table. A
unique index speaks for the whole relation only where no other table inherits from it.
"""

WITH_SHADOWS = f"""
SELECT taken.places, found.* FROM (SELECT ARRAY({SHADOWS}) AS places) AS taken
LEFT JOIN ({QUERY}) AS found ON true
ORDER BY found.number, found.place
"""
"""The same after what would be called in the place of PostgreSQL's own, as there is one line to the
server. A row without a relation where there is none."""

REWRITTEN = """
WITH present AS (
  SELECT DISTINCT l.relation AS oid, i.identity
  FROM pg_locks l, pg_identify_object('pg_class'::regclass, l.relation, 0) i
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384
    AND i.type IN ('table', 'materialized view', 'view')
), past AS NOT MATERIALIZED (
  SELECT c.oid, c.relfilenode, c.relispartition, c.relname, n.nspname,
         quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS identity
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
)
SELECT p.identity, ARRAY(
  SELECT p.oid::bigint
  UNION SELECT a::oid::bigint FROM pg_partition_ancestors(p.oid) AS a
  UNION SELECT o.oid::bigint WHERE o.oid IS NOT NULL)
FROM present p CROSS JOIN LATERAL parse_ident(p.identity) AS named
LEFT JOIN past b ON b.oid = p.oid
LEFT JOIN past o ON o.nspname = named[1]::name AND o.relname = named[2]::name
WHERE b.oid IS NULL OR b.identity <> p.identity
  OR b.relfilenode <> coalesce(pg_relation_filenode(p.oid), 0)
  OR b.relispartition <> coalesce(pg_partition_root(p.oid) <> p.oid, false)
ORDER BY p.identity
"""
"""The relations that this transaction has read, and that are not what its snapshot shows.

What a transaction reads stays locked until it ends: so each of them became another one between the
snapshot and the first look at it. TRUNCATE, a rewriting ALTER and a new table in the place of the
old one leave no rows that an older snapshot could see. Tables are read through the snapshot, also
those of the catalogue; the functions say how things stand now. From 16384 on a relation is nobody's
but the users'. With each come the numbers by which a dataset may know it: its own, those of the
tables it is a partition of, and that of the one which had its name before: looked up by the parts
of its name, which an index of the catalogue has, as there may be thousands of both.
"""

SHARDS_SHOWN = "SELECT set_config('citus.override_table_visibility', 'off', true);"
"""Before it: Citus hides the shards of its tables in the catalogue's tables, but the functions tell
of them, so that each would look like a new table. Elsewhere the setting means nothing."""


class Row(NamedTuple):
    """A row of the answer, in the order of its SELECT: a column, and what its relation is."""

    schema: str
    relation: str
    kind: str
    column: str | None
    type: str
    readable: bool
    indexed: bool
    keys: list[list[str]] | None
    oid: int
    filenode: int
    distributed: bool
    singly: bool
    version: int
    role: str
    usable: bool


def places(name: Name, schemas: Sequence[str]) -> Iterator[Name]:
    """Where a relation may be: in its schema, or in the first of the path that has the name."""
    if len(name) == 2:
        yield name
    else:
        yield from ((schema, name[-1]) for schema in ("pg_catalog", *schemas))


def asked_for(names: Iterable[Name], schemas: Sequence[str]) -> dict[str, list[str]]:
    """The values of `QUERY`: the schemas and the names to ask for, each pair once."""
    pairs = dict.fromkeys(place for name in names for place in places(name, schemas))
    return {
        "schemas": [schema for schema, _ in pairs],
        "relations": [relation for _, relation in pairs],
    }


def found_among(
    rows: Sequence[tuple[Any, ...]], names: Iterable[Name], schemas: Sequence[str]
) -> dict[Name, Relation]:
    """The relations of those names that exist; one without a schema is looked up as SQL does.

    The first of its name in the path hides the others, also where it is nothing that can be read.
    """
    answered: dict[Name, list[Row]] = {}
    for row in (Row._make(cells[: len(Row._fields)]) for cells in rows):
        answered.setdefault((row.schema, row.relation), []).append(row)
    found = {}
    for name in names:
        here = [answered[place] for place in places(name, schemas) if place in answered]
        if here and here[0][0].kind in KINDS:
            found[name] = relation(here[0])
    return found


def relation(rows: Sequence[Row]) -> Relation:
    """A relation from its rows, one per column."""
    whole = rows[0]
    named = {row.column: row for row in rows if row.column is not None}
    columns = {name: Column(name, row.type, row.readable) for name, row in named.items()}
    return Relation(
        columns,
        any(column.readable for column in columns.values()),
        frozenset(name for name, row in named.items() if row.indexed),
        whole.kind,
        frozenset(frozenset(key) for key in whole.keys or ()),
        (whole.oid, whole.filenode),
        whole.distributed,
        frozenset(name for name, row in named.items() if row.singly),
        whole.version,
        role=whole.role,
        usable=whole.usable,
    )
