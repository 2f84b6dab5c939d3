"""Databases that are not the sample shop: recorded events, a shop of another make, 300 tables."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
from psycopg2 import sql

EVENTS_AT = datetime(2025, 3, 9, 6, 30, tzinfo=UTC)
"""The morning after the last recorded event."""
READER = "reader"
"""The role that may read everything of the trading shop but one table."""


def events(dsn: str, folder: Path, *, typed: bool) -> None:
    """The recorded events in one table, as their files have them: as text, or with proper types.

    The table has the columns of all files; a row has those of its own.
    """
    files = sorted(folder.glob("*.csv.gz"))
    headers = {file: header(file) for file in files}
    names = dict.fromkeys(name for one in headers.values() for name in one)
    types = {"timestamp": "timestamptz", "event_data": "jsonb"} if typed else {}
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types.get(name, "text")))
        for name in names
    )
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE TABLE web_events ({})").format(columns))
            for file, own in headers.items():
                listed = sql.SQL(", ").join(map(sql.Identifier, own))
                copy = sql.SQL("COPY web_events ({}) FROM STDIN (FORMAT csv, HEADER)")
                with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
                    cursor.copy_expert(copy.format(listed), lines)
    finally:
        connection.close()


def header(file: Path) -> list[str]:
    """The columns of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return lines.readline().strip().split(",")


TRADING = """
CREATE TABLE customers (
  customer_id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, email text,
  phone text, address text, segment text, created_at timestamptz NOT NULL);
CREATE TABLE products (
  product_id int PRIMARY KEY, product_name text NOT NULL, unit_price numeric(10,2) NOT NULL);
CREATE TABLE orders (
  order_id int PRIMARY KEY, customer_id int REFERENCES customers, ordered_at timestamp NOT NULL,
  status text NOT NULL, total_amount numeric(12,2), utm_source text);
CREATE TABLE "Order Details" (
  order_id int NOT NULL, line_no int NOT NULL, product_id int, quantity int,
  unit_price numeric(10,2), line_total numeric(12,2), PRIMARY KEY (order_id, line_no));
CREATE TABLE payment (
  payment_id int, order_id int, amount numeric(12,2), method text, paid_at timestamptz NOT NULL)
  PARTITION BY RANGE (paid_at);
CREATE TABLE payment_old PARTITION OF payment FOR VALUES FROM (MINVALUE) TO ('2026-03-01');
CREATE TABLE payment_new PARTITION OF payment FOR VALUES FROM ('2026-03-01') TO (MAXVALUE);
CREATE TABLE shipments (shipment_no text, order_id int, shipped_at text, carrier text);
CREATE TABLE settings (name text, value text);
CREATE TABLE returns (return_id int PRIMARY KEY, order_id int, returned_at timestamptz);
CREATE TABLE payroll (staff_id int PRIMARY KEY, salary numeric);

INSERT INTO customers SELECT n, 'First' || n, 'Last' || n, 'c' || n || '@shop.example',
  '+49 30 ' || 1000000 + n, n || ' Main Street', (ARRAY['new', 'regular', 'vip'])[1 + n %% 3],
  %(since)s::timestamptz + n * interval '90 minutes'
  FROM generate_series(1, 700) AS n WHERE n * interval '90 minutes' < %(long)s;
INSERT INTO products SELECT n, 'Product ' || n, 5 + n * 1.25 FROM generate_series(1, 40) AS n;
INSERT INTO orders SELECT n, 1 + (n * 7919) %% 500, %(since)s::timestamp + n * interval '9 minutes',
  (ARRAY['paid', 'shipped', 'delivered', 'cancelled'])[1 + (n * 31) %% 4], NULL,
  (ARRAY['google', 'newsletter', NULL, 'partner'])[1 + (n * 17) %% 4]
  FROM generate_series(1, 8000) AS n WHERE n * interval '9 minutes' < %(long)s;
INSERT INTO "Order Details" SELECT o.order_id, l, p.product_id, q, p.unit_price, q * p.unit_price
  FROM orders o CROSS JOIN generate_series(1, 2) AS l
  JOIN products p ON p.product_id = 1 + (o.order_id * 13 + l * 5) %% 40
  CROSS JOIN LATERAL (SELECT 1 + (o.order_id + l) %% 3 AS q) AS quantity
  WHERE l = 1 OR o.order_id %% 3 = 0;
UPDATE orders SET total_amount = (
  SELECT sum(line_total) FROM "Order Details" d WHERE d.order_id = orders.order_id);
INSERT INTO payment SELECT order_id, order_id, total_amount,
  (ARRAY['card', 'invoice'])[1 + order_id %% 2],
  ordered_at AT TIME ZONE 'UTC' + interval '2 minutes' FROM orders;
INSERT INTO shipments SELECT 'S' || order_id, order_id,
  to_char(ordered_at + interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  (ARRAY['dhl', 'ups'])[1 + order_id %% 2]
  FROM orders WHERE ordered_at + interval '1 hour' < %(since)s::timestamp + %(long)s;
INSERT INTO settings VALUES ('vat', '19'), ('currency', 'EUR');
CREATE VIEW sales_by_day AS
  SELECT ordered_at::date AS day, count(*) AS orders, sum(total_amount) AS revenue
  FROM orders GROUP BY 1;
"""
GRANTS = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN
    CREATE ROLE reader LOGIN;
  END IF;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
REVOKE ALL ON payroll FROM reader;
"""


def trading(dsn: str, as_of: datetime, days: int = 35) -> None:
    """A shop of another make: a view, a partitioned table, an odd name, times as text, no comments.

    Role `reader` may read all of it but `payroll`.
    """
    since = (as_of - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL timezone = 'UTC'")
            cursor.execute(TRADING, {"since": f"{since:%Y-%m-%d}", "long": as_of - since})
            cursor.execute(GRANTS)
    finally:
        connection.close()


def wide(dsn: str, as_of: datetime, tables: int = 300) -> None:
    """Many tables with twenty columns each; every tenth is empty, and one has orders."""
    columns = ", ".join(f"c{place} int" for place in range(1, 18))
    cells = ", ".join(f"(n * {place}) %% 50" for place in range(1, 18))
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL timezone = 'UTC'")
            for number in range(1, tables + 1):
                name = "orders" if number == 137 else f"table_{number:03}"
                cursor.execute(
                    f"CREATE TABLE {name} (id int PRIMARY KEY, created_at timestamptz, note text,"
                    f" {columns})"
                )
                if number % 10:
                    cursor.execute(
                        f"INSERT INTO {name} SELECT n, %s - n * interval '30 minutes', 'note',"
                        f" {cells} FROM generate_series(1, 600) AS n",
                        [as_of],
                    )
    finally:
        connection.close()
