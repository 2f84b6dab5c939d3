"""No word of the server is repeated that may be a value of a row, whatever language it speaks."""

from __future__ import annotations

import json

import pytest
from warehouse_exporter.core.errors import Reason, Unreachable
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.errors import Said, of_connecting, of_statement

from tests.conftest import execute
from tests.support.warehouses import ORDERS, Warehouse, config_of

MAIL, PHONE = "anna.schmidt@example.org", "4915112345678"
SETUP = f"""
CREATE TABLE orders (id int PRIMARY KEY, ts timestamptz, phone text, paid text, d text);
INSERT INTO orders VALUES (1, '2026-03-09 12:00+00', '{PHONE}', '{MAIL}', '31.02.1970');
CREATE FUNCTION clean(t text) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RETURN t::numeric;
  EXCEPTION WHEN others THEN RAISE EXCEPTION 'cannot clean %', t; END $$;
CREATE FUNCTION named(t text, state text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'permission denied for table %', t USING ERRCODE = state, TABLE = t, COLUMN = t,
    HINT = t; END $$;
CREATE FUNCTION asked(t text) RETURNS int LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN
  EXECUTE 'SELECT ' || quote_ident(t) INTO n; RETURN n; END $$;
CREATE DOMAIN short AS text CHECK (length(value) < 5);
CREATE VIEW cleaned AS SELECT id, ts, clean(paid) AS paid FROM orders;
CREATE VIEW denied AS SELECT named(paid, '42501') AS n FROM orders;
CREATE VIEW missing AS SELECT named(paid, '42P01') AS n FROM orders;
CREATE VIEW foreign_ AS SELECT named(paid, '08001') AS n FROM orders;
CREATE VIEW dynamic AS SELECT asked(paid) AS n FROM orders;
CREATE VIEW classes AS SELECT paid::regclass::text AS n FROM orders;
CREATE VIEW roles AS SELECT paid::regrole::text AS n FROM orders;
CREATE VIEW zones AS SELECT ts AT TIME ZONE paid AS n FROM orders;
CREATE VIEW patterns AS SELECT 'x' ~ (paid || '[') AS n FROM orders;
CREATE VIEW domains AS SELECT paid::short AS n FROM orders;
CREATE VIEW arrays AS SELECT ('{{' || paid || '}}')::int[] AS n FROM orders;
CREATE VIEW dates AS SELECT to_date(paid, 'YYYY-MM-DD') AS n FROM orders;
CREATE VIEW searches AS SELECT (paid || ' & |')::tsquery AS n FROM orders;
"""
WHERE = (
    "phone::int > 0", "paid::numeric > 0", "d::date > '2020-01-01'", "paid::boolean",
    "phone::smallint > 0",
)  # fmt: skip
VIEWS = (
    "cleaned", "denied", "missing", "foreign_", "dynamic", "classes", "roles", "zones",
    "patterns", "domains", "arrays", "dates", "searches",
)  # fmt: skip


@pytest.fixture
def told(database: str, caplog: pytest.LogCaptureFixture) -> tuple[Pass, str]:
    """A pass in which every check fails because of a value, and all that is said of it."""
    execute(database, SETUP)
    checks = "\n".join(
        f"volume: {{name: w{n}, where: {json.dumps(where)}, critical: '< 1', window: all}}"
        for n, where in enumerate(WHERE)
    )
    views = {
        view: f"{{relation: {view}, checks: [{{completeness: {{column: {column},"
        " critical: '> 0', window: all}}]}"
        for view in VIEWS
        for column in ["paid" if view == "cleaned" else "n"]
    }
    done = Warehouse(database).run(config_of(checks, views, orders=ORDERS))
    said = [verdict.text for result in done.results.values() for verdict in result.verdicts]
    records = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    return done, "\n".join([*said, *records])


def test_values_of_rows_are_in_no_reason_and_in_no_log(told: tuple[Pass, str]) -> None:
    done, everything = told
    outcomes = {str(c): r.worst.outcome.shown for c, r in done.results.items()}
    assert set(outcomes.values()) == {"UNKNOWN"}, outcomes
    for part in ("anna", "schmidt", "4915", "31.02", "clean "):
        assert part not in everything


def test_each_says_what_happened_all_the_same(told: tuple[Pass, str]) -> None:
    said = {c.dataset: r.worst.text for c, r in told[0].results.items()}
    assert said["cleaned"] == "a function raised an error (P0001) (statement)"
    assert (
        said["zones"] == "a function was given a value that it does not accept (22023) (statement)"
    )
    assert said["denied"] == "no permission to read what the statement reads (42501) (permission)"
    assert said["foreign_"] == (
        "a foreign server that the statement reads from does not answer (08001) (connection)"
    )
    assert said["domains"] == "a value breaks a rule of its type (23514) (statement)"
    assert told[0].up


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("22003", "Wert »4915112345678« ist außerhalb des gültigen Bereichs für Typ integer"),
        ("22023", "Zeitzone »anna.schmidt@example.org« nicht erkannt"),
        ("22P02", "la syntaxe en entrée est invalide pour le type integer : « 4915112345678 »"),
        ("42501", "keine Berechtigung für Tabelle anna.schmidt@example.org"),
        ("42P01", 'relation "4915112345678" does not exist'),
        ("P0001", "cannot clean 4915112345678"),
        ("P0002", "anna"),
        ("2201B", "ungültiger regulärer Ausdruck: 4915112345678"),
        ("ZZ999", "4915112345678"),
        ("0A000", "4915112345678"),
    ],
)
def test_no_language_gets_a_value_through(code: str, message: str) -> None:
    said = of_statement(Said(code, "ERROR", "exec_stmt_raise", message, "SELECT 1", None))
    assert code in said.detail
    assert not {"anna", "4915112345678"} & set(said.detail.replace("@", " ").split())


def test_a_name_of_our_own_statement_is_told_in_every_language() -> None:
    statement = 'SELECT count(*) FROM "shop"."orders"'
    said = Said("42P01", "ERROR", "parserOpenTable", "Relation existiert nicht", statement, "22")
    assert of_statement(said).detail == "relation shop.orders does not exist (42P01)"
    assert of_statement(said).reason is Reason.MISSING_RELATION


def test_only_the_end_of_a_connection_is_one() -> None:
    assert not isinstance(of_statement(Said("08006", "ERROR")), Unreachable)
    assert not isinstance(of_statement(Said("53200", "ERROR")), Unreachable)
    assert not isinstance(of_statement(Said("57P01", "ERROR")), Unreachable)
    assert isinstance(of_statement(Said("57P01", "FATAL")), Unreachable)
    assert isinstance(of_statement(Said("25P04", "FATAL")), Unreachable)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('FATAL:  password authentication failed for user "shop"\n',
         'password authentication failed for user "shop"'),
        ("FATAL:  Passwort-Authentifizierung für Benutzer »tail« fehlgeschlagen",
         "the server refused the connection: see its log"),
        ("FATAL:  cannot let in anna.schmidt@example.org",
         "the server refused the connection: see its log"),
        ("Connection refused\n\tIs the server running", "Connection refused"),
        ('connection to server at "tail", port 1 failed: Connection refused', "Connection refused"),
        ('invalid sslmode value: "tail"', "invalid sslmode value"),
        ('invalid integer value "tail" for connection option "port"',
         'invalid integer value for connection option "port"'),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "shop", database "tail"',
         'no pg_hba.conf entry for host , user "shop", database'),
        ("", "no answer"),
    ],
)  # fmt: skip
def test_why_there_is_no_connection(text: str, said: str) -> None:
    assert of_connecting(text, {"shop", "port"}) == said
