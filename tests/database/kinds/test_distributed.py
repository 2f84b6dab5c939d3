"""The forms for distributed tables say the same as the usual ones.

A distributed Postgres refuses a sub-select that is correlated with a list of days, or answers it
once for every shard; and it refuses one with OFFSET, and one beside aggregates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlglot
from sqlglot import exp
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.engines.base import Name
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.engines.postgres.session import Session
from warehouse_exporter.passes.explain import steady_plan
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache
from warehouse_exporter.plan.planner import make_plan

from tests.database.kinds.examples import EXAMPLES, build, config_with
from tests.support.warehouses import NOON, Warehouse, config_of

INDEXES = """
CREATE INDEX ON orders (ts); CREATE INDEX ON orders (id);
CREATE INDEX ON items (order_id); CREATE INDEX ON sessions (id)
"""
DAMAGE = """
UPDATE orders SET revenue = -5 WHERE id % 7 = 0;
DELETE FROM items WHERE order_id % 5 = 0;
DELETE FROM sessions WHERE id LIKE '%3';
DELETE FROM orders WHERE ts >= '2026-03-05' AND ts < '2026-03-06';
INSERT INTO orders SELECT * FROM orders WHERE id IN (3, 18, 19, 20)
"""
GAPS = """
completeness: {column: revenue, window: 3d, critical: '> 0'}
completeness: {name: week, column: revenue, window: 7d, critical: '> 0'}
volume: {window: 2d, critical: '< 9'}
json_completeness: {column: document, path: [a, b], window: 7d, critical: '> 0'}
duplicates: {window: 2d, critical: '> 0'}
missing_days: {window: 5d, critical: '> 0'}
"""
TIMES = ("timestamptz", "timestamp", "date", "text")


@contextmanager
def distributed(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every relation may lie on other machines."""
    true = Session.relations

    def relations(self: Session, names: Sequence[Name]) -> dict[Name, Relation]:
        return {n: replace(one, distributed=True) for n, one in true(self, names).items()}

    with patch.context() as here:
        here.setattr(Session, "relations", relations)
        yield


def said(
    warehouse: Warehouse, text: str, kept: ClosedDaysCache | None = None
) -> dict[str, list[str]]:
    """Every word of a pass, check by check."""
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    done = run_pass(config, Connector(config.warehouse), NOON, kept=kept)
    return {
        str(check): [f"{verdict.outcome.shown} {verdict.text}" for verdict in result.verdicts]
        for check, result in done.results.items()
    }


@pytest.mark.parametrize("indexes", [INDEXES, "SELECT 1"], ids=["indexed", "not indexed"])
@pytest.mark.parametrize("damage", ["SELECT 1", DAMAGE], ids=["good data", "bad data"])
def test_every_kind_says_the_same_of_a_distributed_table(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, indexes: str, damage: str
) -> None:
    build(warehouse)
    warehouse.sql(f"{indexes}; {damage}")
    text = config_with(list(EXAMPLES.values()))
    whole, steady = ClosedDaysCache(), ClosedDaysCache()
    for kept, other in ((None, None), (whole, steady), (whole, steady)):
        usual = said(warehouse, text, kept)
        with distributed(monkeypatch):
            assert said(warehouse, text, other) == usual


@pytest.mark.parametrize("time_type", TIMES)
def test_days_with_gaps_are_the_same_in_every_form(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, time_type: str
) -> None:
    warehouse.sql(
        f"CREATE TABLE orders (id int, ts {time_type}, revenue int, document text);"
        "INSERT INTO orders SELECT n, to_char(date '2026-02-28' + n / 2, 'YYYY-MM-DD')"
        f"::{time_type}, nullif(n % 3, 0),"
        " CASE n % 4 WHEN 0 THEN 'no' WHEN 1 THEN '{\"a\": {\"b\": 1}}' END"
        " FROM generate_series(1, 22) AS n WHERE n / 2 NOT IN (5, 8)"
    )
    usual = said(warehouse, config_of(GAPS))
    with distributed(monkeypatch):
        assert said(warehouse, config_of(GAPS)) == usual
    warehouse.sql("CREATE INDEX ON orders (ts)")
    assert said(warehouse, config_of(GAPS)) == usual
    with distributed(monkeypatch):
        assert said(warehouse, config_of(GAPS)) == usual


@pytest.mark.parametrize("time_type", TIMES)
def test_no_statement_has_a_form_that_distributed_tables_refuse(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, time_type: str
) -> None:
    build(warehouse)
    warehouse.sql(f"{INDEXES}; ALTER TABLE orders ALTER ts TYPE {time_type} USING ts::{time_type}")
    text = config_with(list(EXAMPLES.values()))
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    with distributed(monkeypatch), Connector(config.warehouse).snapshot() as session:
        names = [one.relation for one in config.datasets.values()]
        targets = make_views(config, session.relations(names), NOON)
    for plan in (make_plan(config.checks, targets), steady_plan(config.checks, targets)):
        for statement in plan.statements:
            tree = sqlglot.parse_one(statement.sql, dialect="postgres")
            for lateral in tree.find_all(exp.Lateral):
                assert lateral.find(exp.Table, exp.Offset) is None, statement.sql
            for select in tree.find_all(exp.Select):
                assert not reads_beside_aggregates(select), statement.sql


def spread(tree: exp.Expr) -> bool:
    """Whether it reads a table, not only lists that were materialized before."""
    return any(not t.name.startswith("warehouse_exporter_") for t in tree.find_all(exp.Table))


def reads_beside_aggregates(select: exp.Select) -> bool:
    """Whether it aggregates rows of tables, and has a sub-select of one among what it selects."""
    cells, source = select.expressions, select.args.get("from_")
    inner = any(spread(one) for cell in cells for one in cell.find_all(exp.Subquery))
    own = any(a.parent_select is select for c in cells for a in c.find_all(exp.AggFunc))
    return inner and own and source is not None and spread(source)
