"""Three databases that are not the sample shop, each with a past that ends now."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg2

from labs.case_study.loader import day_of
from labs.case_study.names import Names
from tests.conftest import EVENTS, execute

RENTAL = """
CREATE SCHEMA rental; SET search_path = rental;
CREATE TABLE store (store_id int PRIMARY KEY, city text NOT NULL);
CREATE TABLE category (category_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE film (film_id int PRIMARY KEY, title text NOT NULL,
    category_id int REFERENCES category, rental_rate numeric(4, 2) NOT NULL,
    length_minutes int, rating text);
CREATE TABLE customer (customer_id int PRIMARY KEY, store_id int REFERENCES store, email text,
    created_at timestamptz NOT NULL, active boolean NOT NULL);
CREATE TABLE inventory (inventory_id int PRIMARY KEY, film_id int NOT NULL REFERENCES film,
    store_id int NOT NULL REFERENCES store);
CREATE TABLE rental (rental_id int PRIMARY KEY, rental_date timestamptz NOT NULL,
    inventory_id int NOT NULL REFERENCES inventory, customer_id int NOT NULL REFERENCES customer,
    return_date timestamptz);
CREATE TABLE payment (payment_id int PRIMARY KEY, rental_id int REFERENCES rental,
    customer_id int NOT NULL, amount numeric(6, 2) NOT NULL, payment_date timestamptz NOT NULL);
SELECT setseed(0.5);
INSERT INTO store SELECT i, 'city ' || i FROM generate_series(1, 4) i;
INSERT INTO category SELECT i, 'category ' || i FROM generate_series(1, 16) i;
INSERT INTO film SELECT i, 'film ' || i, 1 + i % 16, 0.99 + i % 5, 60 + i % 120,
    (ARRAY['G', 'PG', 'PG-13', 'R'])[1 + i % 4] FROM generate_series(1, 1000) i;
INSERT INTO customer SELECT i, 1 + i % 4, CASE WHEN i % 50 > 0 THEN i || '@example.org' END,
    now() - interval '90 days' + interval '90 days' * i / 3000, i % 20 > 0
    FROM generate_series(1, 3000) i;
INSERT INTO inventory SELECT i, 1 + i % 1000, 1 + i % 4 FROM generate_series(1, 4000) i;
INSERT INTO rental SELECT i, at, 1 + i % 4000, 1 + i * 7 % 3000,
    CASE WHEN at < now() - interval '5 days' THEN at + interval '1 day' * (1 + random() * 4) END
    FROM (SELECT i, now() - interval '90 days' * (45000 - i) / 45000 AS at
          FROM generate_series(1, 45000) i) r;
INSERT INTO payment SELECT rental_id, rental_id, customer_id, 0.99 + rental_id % 5, rental_date
    FROM rental;
CREATE INDEX ON rental (rental_date); CREATE INDEX ON payment (payment_date);
CREATE INDEX ON payment (rental_id);
"""
NOUNS = ("order", "invoice", "shipment", "visit", "click", "refund", "product", "campaign", "stock")
PLACES = ("eu", "us", "uk", "jp", "br", "in")
LAYERS = ("raw", "stg", "fct", "dim", "agg", "tmp")
WIDE = 300


@dataclass(frozen=True)
class Database:
    """A database, and the fault that the first page is about."""

    name: str
    about: str
    fill: Callable[[str], None]
    table: str
    """The table whose rows of yesterday are lost."""
    lose: str
    """The statement that loses them."""


def rental(dsn: str) -> None:
    """A film rental in the manner of Pagila: seven tables, 90 days, foreign keys."""
    execute(dsn, RENTAL)


def wide(dsn: str) -> None:
    """Three hundred tables with names as companies have them; every second one has a time."""
    random = Random(17)
    connection = psycopg2.connect(dsn)
    try:
        for number in range(WIDE):
            with connection, connection.cursor() as cursor:
                cursor.execute(table(number, random))
    finally:
        connection.close()


def table(number: int, random: Random) -> str:
    """The statements that make one of the tables, with rows of 30 days."""
    layer, noun = LAYERS[number % len(LAYERS)], NOUNS[number // len(LAYERS) % len(NOUNS)]
    name = f"{layer}_{noun}_{PLACES[number % len(PLACES)]}_{number:03d}"
    columns = {f"{noun}_id": "i", "customer_id": "1 + i % 500", "status": "'state ' || i % 4"}
    if number % 2 == 0:
        columns["created_at"] = "now() - interval '30 days' * (rows - i) / rows"
    for extra in range(random.randrange(2, 25)):
        value = ("i * 1.5", "'text ' || i % 9", "i % 7", "i % 3 = 0")[extra % 4]
        columns[f"attribute_{extra}"] = value
    rows = random.randrange(300, 3000)
    selected = ", ".join(f"{value} AS {column}" for column, value in columns.items())
    return (
        f"CREATE TABLE {name} AS SELECT {selected}"
        f" FROM (SELECT {rows} AS rows) n, generate_series(1, {rows}) i;"
        f"ALTER TABLE {name} ADD PRIMARY KEY ({noun}_id); ANALYZE {name}"
    )


def events(dsn: str) -> None:
    """The recorded events of a web shop, every column as text; the last day is yesterday."""
    folder = Path(os.environ.get("WEB_EVENTS_DIR", EVENTS))
    files = sorted(folder.glob("*.csv.gz"))
    if not files:
        raise SystemExit(f"no recorded events in {folder}: set WEB_EVENTS_DIR to their folder")
    shift = (datetime.now(UTC).date() - timedelta(days=1) - day_of(files[-1])).days
    names = Names(shift_days=shift)
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            present: list[str] = []
            for file in files:
                header, rows = read(file, names)
                added = [column for column in header if column not in present]
                if not present:
                    cursor.execute("CREATE TABLE web_events ()")
                for column in added:
                    cursor.execute(f'ALTER TABLE web_events ADD COLUMN "{column}" text')
                present += added
                text = io.StringIO()
                csv.writer(text).writerows(rows)
                text.seek(0)
                listed = ", ".join(f'"{column}"' for column in header)
                cursor.copy_expert(f"COPY web_events ({listed}) FROM STDIN (FORMAT csv)", text)
    finally:
        connection.close()


def read(file: Path, names: Names) -> tuple[list[str], Iterator[list[str]]]:
    """The header of a day's file and its rows, with the days moved."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    at, data = header.index("timestamp"), header.index("event_data")
    moved = (
        [*row[:at], names.timestamp(row[at]), *row[at + 1 :]] if at < len(row) else row
        for row in rows
    )
    return header, (
        [names.event_data(value) if n == data else value for n, value in enumerate(row)]
        for row in moved
    )


def yesterday() -> date:
    """The day that is lost: the expected one from 06:00 UTC on, the day before until then."""
    now = datetime.now(UTC)
    return now.date() - timedelta(days=1 if now.hour >= 6 else 2)


DATABASES = (
    Database(
        "web events",
        "49,963 recorded events of a web shop in 14 days, one table, each column as text",
        events,
        "web_events",
        "DELETE FROM web_events WHERE timestamp LIKE '{day}%'",
    ),
    Database(
        "film rental",
        "in the manner of Pagila: seven tables with foreign keys, 45,000 rentals in 90 days",
        rental,
        "payment",
        "DELETE FROM rental.payment WHERE (payment_date AT TIME ZONE 'UTC')::date = '{day}'",
    ),
    Database(
        "wide",
        "300 tables of 300 to 3,000 rows, half of them with a time, no foreign keys; `init`"
        " proposes for the 50 that look most interesting (`--max-tables`)",
        wide,
        "raw_order_eu_000",
        "DELETE FROM raw_order_eu_000 WHERE (created_at AT TIME ZONE 'UTC')::date = '{day}'",
    ),
)
