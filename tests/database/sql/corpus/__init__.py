"""Expressions and queries of every kind that PostgreSQL's own regression tests cover.

A family is a list of texts, mostly of templates and what stands in them. What each answers is not
written down: the server says it twice, once for the text and once for what we send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.database.sql.corpus import documents, literals, queries, times, values

EXPRESSIONS: Mapping[str, Sequence[str]] = {
    **literals.FAMILIES,
    **times.FAMILIES,
    **documents.FAMILIES,
    **values.FAMILIES,
}
"""What stands in a select list, by family."""
QUERIES: Mapping[str, Sequence[str]] = queries.FAMILIES
"""Whole queries, by family."""
TABLE = """
CREATE TABLE t (
    id int, name text, "Mixed Name" text, price numeric(12, 2), ratio float8, paid boolean,
    at timestamptz, wall timestamp, day date, data jsonb, tags text[]
);
INSERT INTO t VALUES
    (1, 'alpha', 'One', 10.50, 0.5, true, '2026-03-01 10:00+00', '2026-03-01 11:00', '2026-03-01',
     '{"": "whole", "a": {"b": [1, 2, {"c": null}]}, "n": 1.5, "s": "it''s"}', '{x,y}'),
    (2, 'beta', '', 0, 'NaN', false, '2026-03-02 10:00+00', '2026-03-02 11:00', '2026-03-02',
     '[1, "two", null]', '{}'),
    (3, 'it''s; -- odd', NULL, -7.25, NULL, NULL, NULL, NULL, NULL, 'null', NULL),
    (4, 'ÄÖ $$x$$ \\', 'a"b', 99999.99, '-Infinity', true, 'infinity', '-infinity', '-infinity',
     '{"a": "x"}', '{"a,b",NULL}');
"""
"""What they read."""


def texts() -> list[tuple[str, str]]:
    """Every query of the corpus with its family; an expression is asked of every row."""
    found = [
        (family, f"select {text} from t order by id")
        for family, members in EXPRESSIONS.items()
        for text in members
    ]
    found += [(family, text) for family, members in QUERIES.items() for text in members]
    return list(dict.fromkeys(found))


def filled(templates: Sequence[str], values: Sequence[str]) -> list[str]:
    """Every template with every value in it."""
    return [template.replace("@", value) for template in templates for value in values]
