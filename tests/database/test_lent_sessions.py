"""Whatever role, database, pooler or the client before left behind, the same rows are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.engines.postgres.session import Session
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute
from tests.support.warehouses import NOON, outcomes

SETUP = r"""
CREATE SCHEMA prod; CREATE SCHEMA staging; CREATE SCHEMA "odd, ""name";
CREATE TABLE prod.orders (id int PRIMARY KEY, ts timestamptz, revenue numeric, note text);
INSERT INTO prod.orders SELECT g, '2026-03-09 20:00+00', -1, 'a\b' FROM generate_series(1, 10) g;
CREATE TABLE staging.orders (LIKE prod.orders);
CREATE TABLE "odd, ""name".extra AS SELECT 1 AS id;
CREATE VIEW prod.facts AS SELECT * FROM (VALUES
  ('float', (1 / 3::float8)::text = '0.3333333333333333'),
  ('bytes', '\x01'::bytea::text = '\x01'),
  ('span', '1 day 2 hours'::interval::text = '1 day 02:00:00'),
  ('zone', '2026-03-09 20:00'::text::timestamptz = '2026-03-09 20:00+00'),
  ('array', ('{NULL}'::text::text[])[1] IS NULL),
  ('day', '2026-03-09 20:00+00'::timestamptz::text = '2026-03-09 20:00:00+00'),
  ('abbreviation', '2026-03-09 20:00 IST'::text::timestamptz = '2026-03-09 18:00+00'),
  ('tenant', coalesce(current_setting('app.tenant', true), '') = ''),
  ('xml', quote_ident('plain') = 'plain')
) AS fact (name, ok);
GRANT USAGE ON SCHEMA prod, "odd, ""name" TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA prod, "odd, ""name" TO PUBLIC;
ALTER DATABASE lent SET search_path = prod, "odd, ""name";
"""
CONFIG = r"""
warehouse: {dsn: "${WAREHOUSE_DSN}", connections_per_pass: 1}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    checks:
      - volume: {critical: "< 1"}
      - negative_revenue: {critical: "> 0", window: all}
      - volume: {name: noted, where: 'note = ''a\b''', critical: "< 10", window: all}
      - volume: {name: nulls, where: 'revenue = null', info: "< 0", window: all}
  facts:
    relation: facts
    checks: [volume: {name: facts, where: ok, critical: "< 9", window: all}]
  extra:
    relation: extra
    checks: [volume: {name: extra, critical: "< 1", window: all}]
"""
TRUTH = {
    "volume": "10 rows on 2026-03-09",
    "negative_revenue": "10 of 10 rows",
    "noted": "10 rows",
    "nulls": "0 rows",
    "facts": "9 rows",
    "extra": "1 row",
}
LEFT_BEHIND = (
    "SET search_path = staging",
    "SET search_path = staging, pg_catalog",
    "CREATE TEMP TABLE orders AS SELECT * FROM prod.orders LIMIT 3",
    "CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE extra (id int)",
    "SET ROLE nobody",
    "SET SESSION AUTHORIZATION nobody",
    "SET standard_conforming_strings = off; SET backslash_quote = on",
    "SET datestyle = 'German'",
    "SET intervalstyle = 'sql_standard'",
    "SET timezone = 'Asia/Tokyo'",
    "SET timezone_abbreviations = 'India'",
    "SET transform_null_equals = on",
    "SET array_nulls = off",
    "SET extra_float_digits = -3",
    "SET bytea_output = 'escape'",
    "SET quote_all_identifiers = on",
    "SET app.tenant = '2'",
    "SET statement_timeout = '1s'; SET lock_timeout = 1; SET idle_in_transaction_session_timeout=1",
    "SET default_transaction_isolation = 'read committed'; SET client_encoding = 'LATIN1'",
)
OF_THE_ROLE = (
    "search_path = staging, pg_catalog, prod",
    "standard_conforming_strings = off",
    "datestyle = 'German'",
    "timezone = 'Asia/Tokyo'",
    "transform_null_equals = on",
    "extra_float_digits = -3",
    "row_security = on",
    "client_encoding = 'LATIN1'",
)


class Lent(Connector):
    """A pooler: every session was somebody else's before."""

    left_behind = ""

    @contextmanager
    def _session(self, wait_seconds: float) -> Iterator[Session]:
        """A connection on which somebody left something behind."""
        with super()._session(wait_seconds) as session:
            if self.left_behind:
                session._connection.execute(self.left_behind, seconds=5)
            yield session


@pytest.fixture(scope="module", params=[16, 18])
def lent(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    """The DSN of a database with two schemas of the same tables, on each version of Postgres."""
    server = postgres if request.param == postgres.version else Postgres(request.param)
    own = server is not postgres
    if own:
        server.start()
    try:
        dsn = server.create_database("lent")
        execute(server.dsn, "CREATE ROLE nobody; CREATE ROLE watcher LOGIN")
        execute(dsn, SETUP)
        yield dsn
        execute(server.dsn, "DROP DATABASE lent WITH (FORCE)")
        execute(server.dsn, "DROP ROLE nobody; DROP ROLE watcher")
    finally:
        if own:
            server.stop()


def passed(dsn: str, left_behind: str = "", config: str = CONFIG) -> Pass:
    """One pass over a session in which something was left behind."""
    loaded = parse(config, "test.yml", {"WAREHOUSE_DSN": dsn})
    connector = Lent(loaded.warehouse)
    connector.left_behind = left_behind
    return run_pass(loaded, connector, NOON)


def seen(done: Pass) -> dict[str, str]:
    """What is said of each check, as far as the truth goes."""
    said = {check.name: result.worst.text for check, result in done.results.items()}
    return {n: TRUTH[n] if TRUTH[n] in text else text for n, text in said.items()}


def as_watcher(dsn: str) -> str:
    """The same database for a role that may only read."""
    return dsn.replace("postgres@", "watcher@")


@pytest.mark.parametrize("left_behind", ["", *LEFT_BEHIND])
def test_the_client_before_us_changes_nothing(lent: str, left_behind: str) -> None:
    assert seen(passed(lent, left_behind)) == TRUTH


@pytest.mark.parametrize("setting", OF_THE_ROLE)
def test_settings_of_the_role_change_nothing(lent: str, setting: str) -> None:
    execute(lent, f"ALTER ROLE watcher IN DATABASE lent SET {setting}")
    config = CONFIG.partition("  extra:")[0].replace("relation: ", "relation: prod.")
    try:
        said = seen(passed(as_watcher(lent), config=config))
    finally:
        execute(lent, "ALTER ROLE watcher IN DATABASE lent RESET ALL")
    assert said == {name: text for name, text in TRUTH.items() if name != "extra"}


def test_a_pooled_session_gets_its_settings_back(lent: str) -> None:
    loaded = parse(CONFIG, "test.yml", {"WAREHOUSE_DSN": lent})
    connector = Lent(loaded.warehouse)
    connector.left_behind = "SET search_path = staging; SET datestyle = 'German'; SET app.x = '7'"
    with connector.snapshot() as session:
        session.rows("SELECT 1 AS one")
        session._connection.execute("ROLLBACK", seconds=5)
        _, rows = session._connection.execute(
            "SELECT current_setting('search_path'), current_setting('datestyle'),"
            " current_setting('app.x'), current_setting('row_security')",
            seconds=5,
        )
    assert rows == [("staging", "German, DMY", "7", "on")]


def test_a_transaction_that_the_server_would_end_early_is_not_ended(lent: str) -> None:
    known = execute(lent, "SELECT 1 FROM pg_settings WHERE name = 'transaction_timeout'")
    if not known:
        return
    execute(lent, "ALTER ROLE watcher SET transaction_timeout = '1s'")
    loaded = parse(CONFIG, "test.yml", {"WAREHOUSE_DSN": as_watcher(lent)})
    try:
        with Connector(loaded.warehouse).snapshot() as session:
            (row,) = session.rows(
                "SELECT current_setting('transaction_timeout') AS limit_, pg_sleep(1.2)::text AS s"
            )
    finally:
        execute(lent, "ALTER ROLE watcher RESET transaction_timeout")
    assert row["limit_"] == "0"


POLICIES = """
ALTER TABLE prod.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON prod.orders FOR SELECT USING (id <= 5);
"""
NO_POLICIES = "DROP POLICY few ON prod.orders; ALTER TABLE prod.orders DISABLE ROW LEVEL SECURITY"
ADVICE = "give the exporter's role BYPASSRLS, or a view whose owner is not subject to the policy"


def test_rows_that_a_policy_hides_make_the_table_unmeasured(lent: str) -> None:
    execute(lent, POLICIES)
    try:
        done = passed(as_watcher(lent))
        owner = passed(lent)
    finally:
        execute(lent, NO_POLICIES)
    hidden = {c.name: r.worst for c, r in done.results.items() if c.dataset == "orders"}
    assert {name: verdict.outcome.shown for name, verdict in hidden.items()} == dict.fromkeys(
        hidden, "UNKNOWN"
    )
    for verdict in hidden.values():
        assert verdict.reason == "permission"
        assert "row-level security policy" in verdict.text
        assert ADVICE in verdict.text
    assert outcomes(done)["extra"] == "PASS"
    assert seen(owner) == TRUTH, "who is above policies sees all rows"


def test_a_view_hides_no_rows_either_and_one_above_policies_is_a_way_out(lent: str) -> None:
    execute(
        lent,
        f"{POLICIES} GRANT CREATE ON SCHEMA prod TO watcher; CREATE VIEW prod.above AS"
        " SELECT * FROM prod.orders; GRANT SELECT ON prod.above TO watcher",
    )
    execute(as_watcher(lent), "CREATE VIEW prod.under AS SELECT * FROM prod.orders")
    config = CONFIG.partition("  facts:")[0]
    try:
        under = passed(
            as_watcher(lent), config=config.replace("relation: orders", "relation: under")
        )
        above = passed(
            as_watcher(lent), config=config.replace("relation: orders", "relation: above")
        )
    finally:
        execute(lent, f"DROP VIEW prod.under, prod.above; {NO_POLICIES}")
        execute(lent, "REVOKE CREATE ON SCHEMA prod FROM watcher")
    assert set(outcomes(under).values()) == {"UNKNOWN"}
    assert {name: text for name, text in seen(above).items()} == {
        name: TRUTH[name] for name in outcomes(above)
    }


SHADOWS = {
    "function prod.count(integer)": (
        "CREATE FUNCTION prod.never(bigint, int) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
        " 'SELECT 0::bigint';"
        "CREATE AGGREGATE prod.count(int) (SFUNC = prod.never, STYPE = bigint, INITCOND = '0')",
        "DROP AGGREGATE prod.count(int); DROP FUNCTION prod.never",
    ),
    "operator prod.<(numeric,integer)": (
        "CREATE FUNCTION prod.never(numeric, int) RETURNS bool LANGUAGE sql IMMUTABLE AS"
        " 'SELECT false'; CREATE OPERATOR prod.< (LEFTARG = numeric, RIGHTARG = int,"
        " FUNCTION = prod.never)",
        "DROP OPERATOR prod.< (numeric, int); DROP FUNCTION prod.never",
    ),
    "function prod.count(numeric,integer)": (
        "CREATE FUNCTION prod.count(numeric, int DEFAULT 0) RETURNS bigint LANGUAGE sql IMMUTABLE"
        " AS 'SELECT 0::bigint'",
        "DROP FUNCTION prod.count(numeric, int)",
    ),
    "operator prod.||(character varying,text)": (
        "CREATE FUNCTION prod.never(varchar, text) RETURNS text LANGUAGE sql IMMUTABLE AS"
        " 'SELECT NULL'; CREATE OPERATOR prod.|| (LEFTARG = varchar, RIGHTARG = text,"
        " FUNCTION = prod.never)",
        "DROP OPERATOR prod.|| (varchar, text); DROP FUNCTION prod.never",
    ),
}


@pytest.mark.parametrize("name", SHADOWS)
def test_what_fits_better_than_postgres_own_is_told_and_never_called(lent: str, name: str) -> None:
    make, drop = SHADOWS[name]
    execute(lent, make)
    try:
        done = passed(lent)
    finally:
        execute(lent, drop)
    assert set(outcomes(done).values()) == {"UNKNOWN"}
    text = next(iter(done.results.values())).worst.text
    assert text.startswith(f"{name} would be called in the place of PostgreSQL's own: drop it")
    assert done.up


HARMLESS = """
CREATE FUNCTION prod.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION prod.current_schemas(boolean) RETURNS name[] LANGUAGE sql AS 'SELECT NULL::name[]';
CREATE FUNCTION prod.pg_export_snapshot() RETURNS text LANGUAGE sql AS 'SELECT 1::text';
CREATE FUNCTION prod.eq(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR prod.= (LEFTARG = int, RIGHTARG = int, FUNCTION = prod.eq);
CREATE FUNCTION prod.zero(numeric, numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 0::numeric';
CREATE FUNCTION prod.width_bucket(timestamptz, timestamptz[]) RETURNS int LANGUAGE sql IMMUTABLE
  AS 'SELECT 7';
CREATE FUNCTION prod.round(double precision, int) RETURNS numeric LANGUAGE sql IMMUTABLE
  AS 'SELECT 7::numeric';
CREATE AGGREGATE prod.sum(numeric) (SFUNC = prod.zero, STYPE = numeric, INITCOND = '0');
CREATE AGGREGATE prod.max(uuid) (SFUNC = uuid_larger, STYPE = uuid);
CREATE TABLE prod.pg_settings (name text); CREATE TABLE prod.pg_locks (pid int);
CREATE DOMAIN prod.text AS int;
"""


def test_what_fits_as_well_as_postgres_own_comes_after_it(lent: str) -> None:
    mine = HARMLESS.replace("uuid_larger", "prod.larger").replace(
        "CREATE AGGREGATE prod.max",
        "CREATE FUNCTION prod.larger(uuid, uuid) RETURNS uuid LANGUAGE sql AS 'SELECT $1';"
        "CREATE AGGREGATE prod.max",
    )
    gone = (
        "DROP AGGREGATE prod.sum(numeric); DROP AGGREGATE prod.max(uuid);"
        "DROP OPERATOR prod.= (int, int); DROP FUNCTION prod.eq, prod.zero, prod.larger,"
        " prod.set_config, prod.current_schemas, prod.pg_export_snapshot;"
        "DROP TABLE prod.pg_settings, prod.pg_locks; DROP DOMAIN prod.text"
    )
    execute(lent, mine)
    execute(lent, "ALTER ROLE watcher IN DATABASE lent SET search_path = prod, pg_catalog")
    try:
        done = passed(as_watcher(lent), config=CONFIG.partition("  extra:")[0])
    finally:
        execute(lent, f"ALTER ROLE watcher IN DATABASE lent RESET ALL; {gone}")
    assert seen(done) == {name: text for name, text in TRUTH.items() if name != "extra"}


def test_settings_cost_one_round_trip(lent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = parse(CONFIG, "test.yml", {"WAREHOUSE_DSN": lent})
    with Connector(loaded.warehouse)._session(0.0) as session:
        sent: list[str] = []
        execute_ = session._connection.execute

        def counted(text: str, *more: object, seconds: float) -> object:
            sent.append(text)
            return execute_(text, *more, seconds=seconds)  # type: ignore[arg-type]

        monkeypatch.setattr(session._connection, "execute", counted)
        session.begin()
        assert len(sent) == 1
