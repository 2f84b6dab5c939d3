"""What holds for every kind: what cannot be measured is not fine, what is shown is declared."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Verdict
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.passes.reader import make_views

from tests.conftest import execute
from tests.database.kinds.example import Example
from tests.database.kinds.examples import EXAMPLES, READ, build, config_with, forget
from tests.support.warehouses import NOON, Warehouse

READER = "kinds_reader"
ISO = "to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
every_kind = pytest.mark.parametrize("kind", list(all_kinds()))
SIDES = [
    (kind, side)
    for kind, example in EXAMPLES.items()
    for side in ("items", "sessions")
    if f"dataset: {side}" in example.written
]
BY_KEY = [k for k, e in EXAMPLES.items() if "by: " in e.written] + ["duplicates", "orphans"]


def example_of(kind: str) -> Example:
    """The example of a kind."""
    assert kind in EXAMPLES, f"write an EXAMPLE of {kind} into tests/database/kinds/test_{kind}.py"
    return EXAMPLES[kind]


def verdict_of(warehouse: Warehouse, kind: str) -> Verdict:
    """What the example of a kind says now."""
    done = warehouse.run(config_with([example_of(kind)]))
    ours = [c for c in done.results if kind == "metric" or not c.name.startswith("metric_")]
    results = [done.results[check] for check in ours]
    (result,) = results
    return result.worst


@pytest.fixture(scope="module")
def reader(kinds_dsn: str) -> Iterator[str]:
    """A role that may log in and nothing else."""
    execute(kinds_dsn, f"CREATE ROLE {READER} LOGIN")
    yield READER
    execute(kinds_dsn, f"DROP OWNED BY {READER}; DROP ROLE {READER}")


@every_kind
def test_it_passes_on_good_data_and_shows_what_it_declares(warehouse: Warehouse, kind: str) -> None:
    build(warehouse)
    verdict = verdict_of(warehouse, kind)
    assert verdict.outcome.shown == "PASS", verdict.text
    assert "limit" in verdict.text
    assert verdict.sample is not None
    made = all_kinds()[kind]
    shared = {names.ROWS_FAILED.name, names.ROWS_CHECKED.name}
    declared = {metric.name for metric in (made.metric, *made.more_metrics)}
    assert made.metric.name in verdict.sample.values
    assert set(verdict.sample.values) <= declared | shared
    assert set(verdict.sample.labels) <= set(made.metric.labels)
    assert all(math.isfinite(value) for value in verdict.sample.values.values())


@every_kind
def test_no_rows_are_never_fine(warehouse: Warehouse, kind: str) -> None:
    build(warehouse)
    warehouse.sql("DELETE FROM orders")
    verdict = verdict_of(warehouse, kind)
    assert verdict.outcome.shown == example_of(kind).empty, verdict.text
    assert verdict.outcome.shown != "PASS" or not example_of(kind).reads_rows


@every_kind
def test_nulls_are_never_fine(warehouse: Warehouse, kind: str) -> None:
    build(warehouse)
    forget(warehouse, "ts")
    verdict = verdict_of(warehouse, kind)
    assert verdict.outcome.shown == example_of(kind).timed, verdict.text
    assert (
        verdict.outcome.shown != "PASS"
        or example_of(kind).column == "ts"
        or (not example_of(kind).reads_rows)
    )
    forget(warehouse)
    verdict = verdict_of(warehouse, kind)
    assert verdict.outcome.shown == example_of(kind).nulls, verdict.text


def judges_by_day(kind: str) -> bool:
    """Whether the example of a kind reads rows by their time."""
    loaded = parse(config_with([example_of(kind)]), "test.yml", {"WAREHOUSE_DSN": "dbname=nowhere"})
    targets = make_views(loaded, {}, NOON)
    return any(check.kind.times(targets[check.id.dataset]) for check in loaded.checks)


@every_kind
@pytest.mark.parametrize("rows", ["true", "id % 2 = 0"], ids=["all", "half"])
def test_times_that_cannot_be_read_are_never_fine(
    warehouse: Warehouse, kind: str, rows: str
) -> None:
    build(warehouse)
    warehouse.sql(f"ALTER TABLE orders ALTER ts TYPE text USING {ISO}")
    as_text = verdict_of(warehouse, kind).outcome.shown
    warehouse.sql(f"UPDATE orders SET ts = '14/06/2018 10:00' WHERE {rows}")
    verdict = verdict_of(warehouse, kind)
    if judges_by_day(kind):
        assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.UNPARSABLE)
    else:
        assert verdict.outcome.shown == as_text or example_of(kind).column == "ts", verdict.text


def test_most_kinds_judge_by_day() -> None:
    others = {kind for kind in all_kinds() if not judges_by_day(kind)}
    assert others == {kind for kind, example in EXAMPLES.items() if example.whole}
    assert 2 * len(others) < len(EXAMPLES)


def never_fine(verdict: Verdict) -> None:
    """Rows that are there may be wrong, or say nothing; they are not fine, and not skipped."""
    assert verdict.outcome.shown not in ("PASS", "SKIP"), verdict.text


@every_kind
def test_rows_without_one_usable_value_are_never_skipped(warehouse: Warehouse, kind: str) -> None:
    build(warehouse)
    forget(warehouse, "ts")
    if example_of(kind).reads_rows and example_of(kind).column != "ts":
        never_fine(verdict_of(warehouse, kind))


@pytest.mark.parametrize(("kind", "side"), SIDES)
def test_an_empty_other_side_is_never_fine(warehouse: Warehouse, kind: str, side: str) -> None:
    build(warehouse)
    warehouse.sql(f"DELETE FROM {side}")
    never_fine(verdict_of(warehouse, kind))


@pytest.mark.parametrize("kind", BY_KEY)
def test_keys_that_are_all_null_are_never_fine(warehouse: Warehouse, kind: str) -> None:
    """On either side: nothing of the one is found on the other."""
    build(warehouse)
    warehouse.sql("UPDATE orders SET id = NULL, session_id = NULL, client_id = NULL")
    never_fine(verdict_of(warehouse, kind))
    if "by: order_id" in example_of(kind).written:
        warehouse.sql("UPDATE orders SET id = 1; UPDATE items SET order_id = NULL")
        never_fine(verdict_of(warehouse, kind))


@every_kind
def test_a_missing_column_is_named(warehouse: Warehouse, kind: str) -> None:
    build(warehouse)
    column = example_of(kind).column
    warehouse.sql(f'ALTER TABLE orders RENAME {column} TO "{column.upper()}"')
    verdict = verdict_of(warehouse, kind)
    assert column.upper() in verdict.text or kind == "query"
    if kind in ("required_columns", "new_columns"):
        assert verdict.outcome.shown == "FAIL"
    else:
        assert verdict.reason is Reason.MISSING_COLUMN
    warehouse.sql(f'ALTER TABLE orders RENAME "{column.upper()}" TO {column}')
    assert verdict_of(warehouse, kind).outcome.shown == "PASS"


@every_kind
def test_a_missing_table_is_named(warehouse: Warehouse, kind: str) -> None:
    build(warehouse)
    warehouse.sql("DROP TABLE orders")
    verdict = verdict_of(warehouse, kind)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.MISSING_RELATION)
    assert "orders" in verdict.text


@every_kind
def test_a_grant_that_is_gone_is_named(warehouse: Warehouse, kind: str, reader: str) -> None:
    build(warehouse)
    warehouse.sql(f"GRANT USAGE ON SCHEMA public TO {reader}")
    warehouse.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
    theirs = warehouse.as_role(reader)
    assert verdict_of(theirs, kind).outcome.shown == "PASS"
    warehouse.sql(f"REVOKE SELECT ON orders FROM {reader}")
    verdict = verdict_of(theirs, kind)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.PERMISSION)
    warehouse.sql(f"GRANT SELECT ON orders TO {reader}")
    warehouse.sql(f"REVOKE USAGE ON SCHEMA public FROM {reader}")
    assert verdict_of(theirs, kind).outcome.shown == "UNKNOWN"


@every_kind
def test_a_column_that_may_not_be_read_costs_who_reads_it(
    warehouse: Warehouse, kind: str, reader: str
) -> None:
    build(warehouse)
    column = example_of(kind).column
    warehouse.sql(f"GRANT USAGE ON SCHEMA public TO {reader}")
    warehouse.sql(f"GRANT SELECT ON items, sessions TO {reader}")
    rows = execute(
        warehouse.dsn,
        "SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'orders'::regclass"
        " AND attnum > 0 AND attname <> %s",
        [column],
    )
    warehouse.sql(f"GRANT SELECT ({rows[0][0]}) ON orders TO {reader}")
    verdict = verdict_of(warehouse.as_role(reader), kind)
    if example_of(kind).reads_rows:
        assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.PERMISSION)
    else:
        assert verdict.outcome.shown == "PASS"


@every_kind
def test_a_database_that_is_gone_is_not_fine(warehouse: Warehouse, kind: str) -> None:
    gone = Warehouse(warehouse.dsn.replace("/kinds", "/gone"))
    verdict = verdict_of(gone, kind)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.CONNECTION)


@pytest.mark.parametrize("situation", ["empty", "nulls", "timed"])
def test_together_they_say_what_they_say_alone(warehouse: Warehouse, situation: str) -> None:
    build(warehouse)
    if situation == "empty":
        warehouse.sql("DELETE FROM orders")
    else:
        forget(warehouse, *(["ts"] if situation == "timed" else []))
    done = warehouse.run(config_with(list(EXAMPLES.values())))
    beside = {f"metric_{name.split(':')[0]}" for name in READ}
    said = sorted(r.worst.outcome.shown for c, r in done.results.items() if c.name not in beside)
    assert said == sorted(getattr(example, situation) for example in EXAMPLES.values())


@every_kind
def test_its_public_names_are_its_own(kind: str) -> None:
    made = all_kinds()[kind]
    others = [other for name, other in all_kinds().items() if name != kind]
    assert made.alert.startswith("Warehouse")
    assert made.alert not in [other.alert for other in others]
    for metric in (made.metric, *made.more_metrics):
        assert metric.name.startswith("warehouse_")
        assert metric.name not in [m.name for o in others for m in (o.metric, *o.more_metrics)]
        assert metric.help.endswith(".")
    assert made.layer in ("infrastructure", "quality", "business")
    assert (made.__doc__ or "").strip()
    assert made.summary
