"""How a relation is stored: its columns in full, and what DELETE and INSERT would set off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse_exporter.engines.base import Name, Stored, StoredColumn

FIND = "SELECT to_regclass(%s)::oid::bigint"
STORED = """
SELECT n.nspname::text, c.relname::text, c.relkind::text,
  (SELECT coalesce(json_agg(json_build_array(
       a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
       CASE WHEN a.attgenerated::text <> '' THEN pg_get_expr(d.adbin, d.adrelid) ELSE '' END,
       has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'))
     ORDER BY a.attnum), '[]'::json)
   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT coalesce(json_agg(DISTINCT t.tgname), '[]'::json) FROM pg_trigger t
   WHERE NOT t.tgisinternal AND t.tgenabled::text <> 'D'
     AND t.tgrelid IN (SELECT relid FROM pg_partition_tree(c.oid) UNION SELECT c.oid)),
  (SELECT coalesce(json_agg(r.rulename), '[]'::json) FROM pg_rewrite r
   WHERE r.ev_class = c.oid AND r.ev_type::text <> '1'),
  c.relkind::text = 'r' AND EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid),
  c.relispartition,
  (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(m.nspname, o.relname)), '[]'::json)
   FROM pg_constraint f JOIN pg_class o ON o.oid = f.conrelid
   JOIN pg_namespace m ON m.oid = o.relnamespace
   WHERE f.contype::text = 'f' AND f.conparentid = 0 AND f.confrelid = c.oid
     AND f.confdeltype::text IN ('c', 'n', 'd')),
  (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(m.nspname, o.relname)), '[]'::json)
   FROM pg_constraint f JOIN pg_class o ON o.oid = f.confrelid
   JOIN pg_namespace m ON m.oid = o.relnamespace
   WHERE f.contype::text = 'f' AND f.conparentid = 0 AND f.conrelid = c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s::bigint::oid
"""
"""One row about a relation, by its number. Types are qualified, as the path has nothing else."""


def written(relation: Name) -> str:
    """A name as `to_regclass` reads it."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in relation)


def stored(row: Sequence[Any]) -> Stored:
    """The relation of a row of `STORED`."""
    schema, name, kind, columns, triggers, rules, inherited, partition, cascades, refers = row
    hindrances = [f"trigger {one} would run" for one in triggers]
    hindrances += [f"rule {one} would change what is done" for one in rules]
    if inherited:
        hindrances.append("other tables inherit from it")
    if partition:
        hindrances.append("it is a partition of another table")
    return Stored(
        schema, name, kind, tuple(StoredColumn(*one) for one in columns), tuple(hindrances),
        tuple(tuple(one) for one in cascades), tuple(tuple(one) for one in refers),
    )  # fmt: skip
