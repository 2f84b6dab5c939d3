"""What the database's own catalogue says of the relations under watch, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exporter.model import Column, Relation

Name = tuple[str, ...]

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
       pg_table_is_visible(c.oid), u.keys, c.oid::bigint, c.relfilenode::bigint,
       EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus'),
       EXISTS (SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
               JOIN pg_am m ON m.oid = i.relam
               WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL
                 AND x.indkey[0] = a.attnum AND m.amname = 'btree'),
       c.reltuples,
       (SELECT s.null_frac FROM pg_stats s WHERE s.schemaname = n.nspname
          AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
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
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY(%s)
ORDER BY c.oid, a.attnum
"""
"""By the plain names of relations; a row per column, and one for a relation without any.

A column counts as indexed when a btree, a BRIN or a partition key begins with it: a range of it is
found. Single values are found by a btree alone; else each may cost a partition, or the table. A
unique index speaks for the whole relation only where no other table inherits from it. Statistics
are asked column by column: joined, the view would look at every column of the database.
"""


def found_among(rows: Sequence[tuple[Any, ...]], names: Sequence[Name]) -> dict[Name, Relation]:
    """The relations of those names that exist; one without a schema is looked up as SQL does."""
    found = {}
    for name in names:
        mine = [
            row
            for row in rows
            if row[1] == name[-1] and (row[0] == name[0] if len(name) == 2 else row[7])
        ]
        if mine:
            found[name] = relation(mine)
    return found


def relation(rows: Sequence[tuple[Any, ...]]) -> Relation:
    """A relation from its rows, one per column."""
    columns = {
        name: Column(name, data_type, readable, null_share)
        for _, _, _, name, data_type, readable, *_, null_share in rows
        if name is not None
    }
    readable = any(column.readable for column in columns.values())
    indexed = frozenset(row[3] for row in rows if row[3] is not None and row[6])
    singly = frozenset(row[3] for row in rows if row[3] is not None and row[12])
    kind, (keys, oid, filenode, distributed) = rows[0][2], rows[0][8:12]
    unique = frozenset(frozenset(key) for key in keys or ())
    file = oid, filenode
    estimate = rows[0][13]
    return Relation(columns, readable, indexed, kind, unique, file, distributed, singly, estimate)
