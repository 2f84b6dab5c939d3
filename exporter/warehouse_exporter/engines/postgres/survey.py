"""What relations a database has, asked of its catalogue in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from warehouse_exporter.engines.base import Reference, Surveyed
from warehouse_exporter.engines.postgres.catalogue import KINDS

BLOCK = 8192
"""Bytes of a page, unless the server was built otherwise."""

EVERYTHING = f"""
SELECT n.nspname, c.relname, c.relkind::text, s.rows::float8, s.pages::float8,
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
       (SELECT json_agg(a.attname ORDER BY k.place)
        FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_attribute a ON a.attnum = k.attnum
        WHERE p.conrelid = c.oid AND p.contype = 'p' AND a.attrelid = c.oid),
       (SELECT json_agg(json_build_array(
          (SELECT json_agg(a.attname ORDER BY k.place)
           FROM unnest(f.conkey) WITH ORDINALITY AS k(attnum, place)
           JOIN pg_attribute a ON a.attnum = k.attnum AND a.attrelid = f.conrelid),
          m.nspname, t.relname,
          (SELECT json_agg(a.attname ORDER BY k.place)
           FROM unnest(f.confkey) WITH ORDINALITY AS k(attnum, place)
           JOIN pg_attribute a ON a.attnum = k.attnum AND a.attrelid = f.confrelid),
          f.convalidated) ORDER BY f.conname)
        FROM pg_constraint f JOIN pg_class t ON t.oid = f.confrelid
        JOIN pg_namespace m ON m.oid = t.relnamespace
        WHERE f.conrelid = c.oid AND f.contype = 'f'),
       (SELECT json_agg(a.attname) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  WITH RECURSIVE family(oid) AS (
    SELECT c.oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN family f ON i.inhparent = f.oid)
  SELECT CASE WHEN bool_or(m.reltuples >= 0 AND m.relpages > 0)
              THEN sum(greatest(m.reltuples, 0)) ELSE -1 END AS rows,
         sum(m.relpages) AS pages
  FROM family JOIN pg_class m ON m.oid = family.oid) s
WHERE c.relkind::text = ANY(ARRAY{list(KINDS)!r}) AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                  AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
"""
"""Everything that can be watched, but for the catalogue's own, partitions and what belongs to an
extension. Sizes are those of the last ANALYZE or VACUUM: with no rows known, -1."""


def surveyed(rows: Iterable[tuple[Any, ...]]) -> list[Surveyed]:
    """The relations of an answer."""
    return [relation(*row) for row in rows]


def relation(
    schema: str, name: str, kind: str, rows: float, pages: float, readable: bool,
    primary: list[str] | None, references: list[list[Any]] | None, required: list[str] | None,
) -> Surveyed:  # fmt: skip
    """One relation; a view has no size that anybody knows."""
    found = tuple(
        Reference(tuple(columns), (to_schema, to_name), tuple(to_columns), valid)
        for columns, to_schema, to_name, to_columns, valid in references or []
        if columns and to_columns
    )
    known = rows if kind in ("r", "p", "m") else -1.0
    return Surveyed(
        (schema, name), kind, known, int(pages * BLOCK), readable, tuple(primary or ()), found,
        frozenset(required or ()),
    )  # fmt: skip
