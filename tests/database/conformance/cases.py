"""Small warehouses in which engines could differ, and what Postgres says of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.support.warehouses import NOON, ORDERS, config_of

AFTER_CHANGE = datetime(2026, 3, 30, 10, tzinfo=UTC)
"""The day after clocks went forward in Berlin, on the 29th."""
BEFORE_WINTER = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
"""While clocks in Berlin show the hour from two o'clock on for the second time."""
WIDE = "CREATE TABLE orders (id int, ts timestamptz, revenue numeric(10,2), note text, n int)"
ROWS = "INSERT INTO orders VALUES"


@dataclass(frozen=True)
class Case:
    """Tables by SQL of PostgreSQL's, the checks over them, and the outcome of each in its order."""

    sql: str
    checks: str
    expected: tuple[str, ...]
    datasets: Mapping[str, str] = field(default_factory=dict)
    orders: str = ORDERS
    zone: str = "UTC"
    more: str = ""
    as_of: datetime = NOON

    @property
    def config(self) -> str:
        """The config, over a DSN."""
        return config_of(
            self.checks, self.datasets, orders=self.orders, zone=self.zone, more=self.more
        )


EVENTS = """
CREATE TABLE orders (id int, ts text);
INSERT INTO orders VALUES (1, '2026-03-10 11:00:00+00:00'), (2, '2026-03-09T23:30:00 +01:00'),
  (3, '2026-03-09 12:00'), (4, '2026-03-09'), (5, '2026-03-09T10:00:00Z'), (6, '09.03.2026'),
  (7, '0000-03-09 10:00'), (8, '2026-02-30 10:00'), (9, '2026-03-09 10:00:00 Z'), (10, NULL),
  (11, ' 2026-03-09 12:00'), (12, '2026-03-09T10:00:00.123456-0330'), (13, '2026-03-09 10:00+05');
"""
DOCUMENTS = """
CREATE TABLE orders (id int, ts timestamptz, d jsonb, t text);
INSERT INTO orders SELECT n, '2026-03-09 10:00Z', d::jsonb, t FROM (VALUES
  (1, '{"items": [{"price": 1}, {"price": null}, {"qty": 2}]}', '{"items": [{"price": 1}]}'),
  (2, '{"items": {"price": 3}}', 'no document'), (3, '{"items": []}', '{"items": [1, "a"]}'),
  (4, '[{"items": [{"price": 1}]}, {"items": null}]', '[]'), (5, '[]', NULL), (6, NULL, '{}'),
  (7, '{"a/b": "~", "items": [{"price": [null]}, {"price": []}, {"price": [1]}]}', 'null'),
  (8, 'null', '{"items": {"price": ""}}')) AS v(n, d, t);
"""
CASES = {
    "hours": Case(
        "CREATE TABLE orders (id int, ts timestamptz); INSERT INTO orders SELECT n, g FROM"
        " generate_series('2026-02-20 00:00Z'::timestamptz, '2026-03-10 11:00Z', '10 min')"
        " WITH ORDINALITY AS made(g, n)"
        " WHERE g <= '2026-03-09 10:00Z' OR g > '2026-03-09 14:00Z'",
        """gap: {warning: '> 3h'}
        gap: {name: long, warning: '> 5h'}""",
        ("WARN", "PASS"),
        zone="Europe/Berlin",
    ),
    "text-times": Case(
        EVENTS,
        """freshness: {critical: '> 24h'}
        volume: {critical: '< 1'}
        parsable_timestamps: {column: ts, window: all, critical: '> 10%'}
        future_rows: {critical: '> 0'}""",
        ("PASS", "PASS", "FAIL", "PASS"),
        orders="{relation: orders, time: ts, unparsable: 50%, key: id}",
    ),
    "text-times-elsewhere": Case(
        EVENTS,
        """freshness: {critical: '> 24h'}
        volume: {critical: '< 1'}
        missing_days: {critical: '> 40'}""",
        ("PASS", "PASS", "PASS"),
        orders="{relation: orders, time: ts, unparsable: 50%, key: id,"
        " time_zone: America/New_York}",
    ),
    "filter": Case(
        "CREATE TABLE orders (id int, ts timestamptz, kept boolean);"
        "INSERT INTO orders VALUES (1, '2026-03-09 12:00Z', true), (1, '2026-03-09 13:00Z', NULL),"
        " (2, '2026-03-10 11:30Z', true), (3, '2026-03-10 11:50Z', false);"
        "CREATE TABLE items (order_id int); INSERT INTO items VALUES (1), (3)",
        """freshness: {critical: '> 20m'}
        volume: {critical: '< 2'}
        duplicates: {critical: '> 0'}
        rows: {failing: not kept, window: all, critical: '> 0'}""",
        ("FAIL", "FAIL", "PASS", "PASS", "FAIL"),
        {
            "items": "{relation: items, checks: [{orphans: {column: order_id,"
            " references: {dataset: orders}, critical: '> 0'}}]}"
        },
        orders="{relation: orders, time: ts, key: id, filter: kept}",
    ),
    "quotes": Case(
        'CREATE TABLE orders (id int, ts timestamptz, "clientId" text, "Gut Schein" int);'
        "INSERT INTO orders VALUES (1, '2026-03-09 12:00Z', 'c', NULL)",
        """completeness: {column: clientId, critical: '> 0'}
        completeness: {column: Gut Schein, name: spaces, critical: '> 0'}
        completeness: {column: '"clientId"', name: quoted, critical: '> 0'}
        completeness: {column: clientid, name: lower, critical: '> 0'}
        rows: {name: named, failing: '"clientId" is null', critical: '> 0'}
        rows: {name: bare, failing: 'clientId is null', critical: '> 0'}""",
        ("PASS", "FAIL", "UNKNOWN", "UNKNOWN", "PASS", "UNKNOWN"),
    ),
    "borrowed-time": Case(
        "CREATE TABLE sales (id int, ts timestamptz); INSERT INTO sales VALUES"
        " (1, '2026-03-09 12:00Z'), (2, '2026-03-09 13:00Z'), (2, '2026-03-10 10:00Z'), (3, NULL);"
        "CREATE TABLE orders (sale int, price int); INSERT INTO orders VALUES (1, 5), (1, 6),"
        " (2, 7), (3, 8), (4, NULL)",
        """freshness: {critical: '> 22h'}
        volume: {critical: '< 4'}
        completeness: {column: price, critical: '> 0'}
        missing_days: {window: 2d, critical: '> 0'}
        orphans: {column: sale, references: {dataset: sales}, window: all, critical: '> 0'}""",
        ("FAIL", "FAIL", "PASS", "PASS", "FAIL"),
        {"sales": "{relation: sales, time: ts, key: id}"},
        orders="{relation: orders, time: {from: sales, by: sale}}",
    ),
    "documents": Case(
        DOCUMENTS,
        """json_completeness: {column: d, path: [items, price], critical: '> 10%'}
        json_completeness: {name: text, column: t, path: [items, price], critical: '> 10%'}
        rows: {name: keys, failing: "d ->> 'a/b' = '~'", critical: '> 0'}
        rows: {name: deep, failing: "(d #>> '{items,price}')::int = 3", critical: '> 0'}
        rows: {name: sorts, failing: "jsonb_typeof(d) = 'array'", critical: '> 20%'}""",
        ("FAIL", "FAIL", "FAIL", "FAIL", "FAIL"),
    ),
    "clocks-go-forward": Case(
        "CREATE TABLE orders (id int, ts timestamp); INSERT INTO orders SELECT n, timestamp"
        " '2026-03-28 00:30' + n * interval '1 hour' FROM generate_series(0, 57) AS n",
        """volume: {critical: '< 30'}
        freshness: {critical: '> 1h'}
        missing_days: {critical: '> 40'}""",
        ("FAIL", "FAIL", "PASS"),
        zone="Europe/Berlin",
        as_of=AFTER_CHANGE,
    ),
    "clocks-go-back": Case(
        "CREATE TABLE orders (id int, ts timestamp); INSERT INTO orders SELECT n, timestamp"
        " '2026-10-23 00:10' + n * interval '20 minutes' FROM generate_series(0, 152) AS n",
        """freshness: {critical: '> 30m'}
        future_rows: {critical: '> 0'}
        volume: {critical: '< 100'}""",
        ("SKIP", "PASS", "FAIL"),
        zone="Europe/Berlin",
        as_of=BEFORE_WINTER,
    ),
    "clocks-go-back-text": Case(
        "CREATE TABLE orders (id int, ts text); INSERT INTO orders SELECT n, (timestamp"
        " '2026-10-23 00:10' + n * interval '20 minutes')::text FROM generate_series(0, 152) AS n",
        """freshness: {critical: '> 30m'}
        future_rows: {critical: '> 0'}
        volume: {critical: '< 100'}""",
        ("SKIP", "PASS", "FAIL"),
        zone="Europe/Berlin",
        as_of=BEFORE_WINTER,
    ),
    "empty-table": Case(
        WIDE,
        """freshness: {critical: '> 24h'}
        volume: {critical: '< 1'}
        completeness: {column: note, critical: '> 1%'}
        duplicates: {critical: '> 0'}
        negative_revenue: {column: revenue, critical: '> 0'}""",
        ("UNKNOWN", "FAIL", "SKIP", "SKIP", "SKIP"),
    ),
    "null-keys": Case(
        f"{WIDE}; {ROWS} (NULL, '2026-03-09 10:00Z', 5, 'a', 1), (NULL, '2026-03-09 11:00Z', 6,"
        " 'b', 2), (3, '2026-03-09 12:00Z', 7, ' ', NULL), (3, '2026-03-09 13:00Z', NULL, NULL, 4);"
        " CREATE TABLE items (id int, ts timestamptz, price numeric(10,2));"
        " INSERT INTO items VALUES (3, '2026-03-09 12:00Z', 6.99), (NULL, '2026-03-09 12:00Z', 1),"
        " (9, '2026-03-09 12:00Z', 2)",
        """duplicates: {critical: '> 0'}
        completeness: {column: id, critical: '> 10%'}
        completeness: {name: blank, column: note, blank_is_missing: true, critical: '> 10%'}
        reconciliation: {sum: revenue, against: {dataset: items, sum: price, by: id},
          critical: '> 0'}""".replace("\n          critical", " critical"),
        ("FAIL", "FAIL", "FAIL", "UNKNOWN"),
        datasets={"items": "{relation: items, time: ts}"},
    ),
    "missing-column": Case(
        f"{WIDE}; {ROWS} (1, '2026-03-09 10:00Z', 5, 'a', 1)",
        """completeness: {column: notes, critical: '> 1%'}
        volume: {critical: '< 1'}
        required_columns: {critical: '> 0'}
        column_types: {critical: '> 0'}
        rows: {failing: "amount > 3", critical: '> 0'}""",
        ("UNKNOWN", "PASS", "FAIL", "FAIL", "UNKNOWN"),
        orders="{relation: orders, time: ts, key: id, columns: {id: int, gone: text, n: text}}",
    ),
    "missing-table": Case(
        WIDE.replace("orders", "order_lines"),
        "volume: {critical: '< 1'}",
        ("UNKNOWN",),
    ),
    "numbers": Case(
        f"{WIDE}; {ROWS} (7, '2026-03-09 10:00Z', 10.10, '1.5', 2), (-7, '2026-03-09 11:00Z',"
        " 20.20, '0.1', 2), (8, '2026-03-09 12:00Z', 30.30, '7.00', 3);"
        " ALTER TABLE orders ADD x double precision; UPDATE orders SET x = revenue / 3",
        """rows: {name: whole, failing: id / n = 3, critical: '> 50%'}
        rows: {name: toward_zero, failing: id / n = -3, critical: '> 0'}
        rows: {name: rest, failing: id % n = 1, critical: '> 0'}
        rows: {name: parts, failing: revenue / 4 > 2.5, critical: '> 50%'}
        rows: {name: read, failing: note::numeric * 3 > 4.4, critical: '> 50%'}
        rows: {name: near, failing: "abs(x * 3 - revenue) > 0.001", critical: '> 0'}
        rows: {name: zero, failing: "n / (id - 8) > 0", critical: '> 0'}
        accepted_values: {column: note, values: ['1.5', '0.1'], window: all, critical: '> 0'}
        accepted_values: {name: numbers, column: n, values: [2, 3.0], window: all, critical: '> 0'}
        range: {column: revenue, min: 0, max: 25, critical: '> 0'}""",
        (
            "PASS",
            "FAIL",
            "FAIL",
            "FAIL",
            "FAIL",
            "PASS",
            "UNKNOWN",
            "FAIL",
            "PASS",
            "FAIL",
        ),
        more="metrics:\n"
        "  revenue: {dataset: orders, sum: revenue}\n"
        "  mean: {dataset: orders, avg: x}\n"
        "  middle: {dataset: orders, percentile: {of: revenue, at: 0.75}}\n"
        "  notes: {dataset: orders, distinct: n}\n",
    ),
    "words": Case(
        f"{WIDE}; {ROWS} (1, '2026-03-09 10:00Z', 1, 'a_b', 1), (2, '2026-03-09 11:00Z', 1, 'axb',"
        " 1), (3, '2026-03-09 12:00Z', 1, '', 1), (4, '2026-03-09 13:00Z', 1, E'\\t \\n', 1)",
        """rows: {name: like, failing: "note like 'a\\\\_b'", critical: '> 0'}
        rows: {name: ilike, failing: "note ilike 'A%'", critical: '> 40%'}
        rows: {name: pattern, failing: "note ~ '^a.b$'", critical: '> 40%'}
        rows: {name: case, failing: "note ~* '^A' and note !~ 'x'", critical: '> 0'}
        rows: {name: parts, failing: "split_part(note, '_', 2) = 'b'", critical: '> 0'}
        rows: {name: joined, failing: "note || n = 'axb1'", critical: '> 0'}
        rows: {name: length, failing: "length(coalesce(nullif(note, ''), 'xyz')) = 3",
          critical: '> 70%'}
        rows: {name: day, failing: "extract(hour from ts) > 11", critical: '> 40%'}
        completeness: {column: note, blank_is_missing: true, critical: '> 40%'}""".replace(
            "\n          critical", " critical"
        ),
        ("FAIL",) * 9,
    ),
    "infinite": Case(
        "CREATE TABLE orders (id int, ts timestamptz, x double precision);"
        " INSERT INTO orders VALUES (1, 'infinity', 1), (2, '2026-03-09 10:00Z', 'NaN'),"
        " (3, '2026-03-09 10:00Z', 'infinity'), (4, '-infinity', 2)",
        """freshness: {critical: '> 24h'}
        volume: {critical: '< 1'}
        completeness: {column: x, critical: '> 10%'}
        negative_revenue: {column: x, window: all, critical: '> 0'}""",
        ("UNKNOWN", "UNKNOWN", "UNKNOWN", "PASS"),
    ),
}
"""Name -> case."""
