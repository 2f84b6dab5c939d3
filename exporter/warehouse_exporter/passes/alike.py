"""Which relation may be meant by a name that the warehouse does not have."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from warehouse_exporter.core.errors import Unmeasured, Unreachable
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.engines.base import Session

TABLES = """
SELECT table_schema AS schema, table_name AS relation FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'pg_catalog')
ORDER BY 1, 2 LIMIT 20000
"""
"""The tables and views that this role may use; every engine with a catalogue has this one."""
CLOSE = 0.6


def hints(missing: Iterable[Dataset], session: Session) -> dict[str, str]:
    """What is said of each relation that is missing -> the same with the one that may be meant.

    Nothing where the engine has no such catalogue.
    """
    datasets = [one for one in missing if one.query is None]
    if not datasets:
        return {}
    try:
        rows = session.rows(TABLES)
    except Unreachable:
        raise
    except Unmeasured:
        return {}
    known = [(str(row["schema"]), str(row["relation"])) for row in rows]
    found = {}
    for dataset in datasets:
        text = f"relation {dataset.shown} does not exist"
        if meant := alike(dataset.relation, known):
            found[text] = f"{text}; did you mean {meant}?"
    return found


def alike(name: tuple[str, ...], known: Collection[tuple[str, str]]) -> str | None:
    """The relation that is most like a name: the same in another schema, or a similar one."""
    last, shown = name[-1].lower(), ".".join(name).lower()
    for schema, relation in known:
        if relation.lower() == last:
            return f"{schema}.{relation}"
    whole = {f"{schema}.{relation}".lower(): f"{schema}.{relation}" for schema, relation in known}
    tables = {relation.lower(): f"{schema}.{relation}" for schema, relation in known}
    if len(name) > 1 and (close := difflib.get_close_matches(shown, whole, 1, CLOSE)):
        return whole[close[0]]
    close = difflib.get_close_matches(last, tables, 1, CLOSE)
    return tables[close[0]] if close else None
