"""How a transaction begins: with the settings that its answers depend on, whoever lent the session.

Role, database, pooler and the client before us can all leave settings behind. First everything is
taken back to what role and database say, then each setting that has one right value here gets it.
It is one message to the server, and it ends with the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warehouse_exporter.core.names import APPLICATION_NAME
from warehouse_exporter.core.warehouse import Warehouse

PLANNING = 3600.0
"""How long the server keeps a transaction in which nothing is asked before its first statement, in
seconds: the plan of many checks may take longer to make than a pass may take to run."""

PINNED = {
    "timezone": "UTC",
    "timezone_abbreviations": "Default",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "client_encoding": "UTF8",
    "row_security": "off",
    "standard_conforming_strings": "on",
    "backslash_quote": "safe_encoding",
    "quote_all_identifiers": "off",
    "transform_null_equals": "off",
    "array_nulls": "on",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "xmloption": "content",
    "gin_fuzzy_search_limit": "0",
    "jit": "off",
    "citus.max_adaptive_executor_pool_size": "1",
}
"""The settings that change an answer and have one right value; the others are as role and database
say. YMD: the order of day and month is never guessed, a date that leaves it open is an error.
`row_security` off: to read a table of which a policy hides rows is an error as well. Each
connection that Citus opens to a machine has a snapshot of its own, so it opens one to each."""

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
SNAPSHOT = "SET TRANSACTION SNAPSHOT %s"
BACK = ("SET LOCAL SESSION AUTHORIZATION DEFAULT", "SET LOCAL role TO DEFAULT", "RESET ALL")
"""Back to the role that logged in, or the one it always takes on, and to its own settings. RESET
goes with the transaction, too, as we never commit."""
EVERYWHERE = "SET LOCAL citus.propagate_set_commands = 'local'"
HERE = "SET LOCAL citus.propagate_set_commands = 'none'"
"""Between them, Citus makes each setting on every machine that the transaction reads from: those
have their own time zones. Once is enough, as it lasts there. Elsewhere these mean nothing."""
NEWER = {"client_connection_check_interval": "1000", "transaction_timeout": "0"}
"""The settings that not every server knows."""
LAST = """
SELECT ARRAY(SELECT name FROM pg_catalog.pg_settings
             WHERE (name OPERATOR(pg_catalog.=) 'client_connection_check_interval'
                OR name OPERATOR(pg_catalog.=) 'transaction_timeout')
               AND pg_catalog.set_config(name, CASE name
                     WHEN 'transaction_timeout' THEN '0' ELSE '1000' END, true) IS NOT NULL),
       ARRAY(SELECT s::pg_catalog.text
             FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS p(s, n)
             WHERE s::pg_catalog.text OPERATOR(pg_catalog.!~) '^pg_(catalog$|temp_)' ORDER BY n)
"""
"""Makes the settings that not every server knows: a busy one looks every second whether we are
still there, and no transaction ends before we say so. Answers their names, and the schemas of the
path. Every name is qualified, as the path may begin anywhere."""
EXPORTED = (
    "CASE WHEN NOT EXISTS (SELECT 1 FROM pg_catalog.pg_extension"
    " WHERE extname OPERATOR(pg_catalog.=) 'citus') THEN pg_catalog.pg_export_snapshot() END"
)
"""Behind it: the name under which others see the same instant. None with Citus, where it would be
that of one machine's snapshot."""
OURS = "SET LOCAL search_path = pg_catalog, pg_temp"
"""The path of statements that ask the catalogue: nothing of the users' is found by a plain name."""

CALLED = (
    "count", "sum", "min", "max", "avg", "abs", "round", "lower", "upper", "length", "bool_or",
    "bool_and",
)  # fmt: skip
"""The functions of one argument that our statements call by a plain name."""
COMPARING = ("=", "<>", "<", "<=", ">", ">=", "~", "!~", "||")
RECKONING = ("+", "-", "*", "/")
"""The operators of our statements; those that reckon matter between numbers."""
SHADOWS = """
SELECT 'function ' || p.oid::regprocedure::text
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_type t ON t.oid = p.proargtypes[0] AND t.typnamespace = 'pg_catalog'::regnamespace
WHERE n.nspname = ANY(%(path)s::name[]) AND p.proname = ANY(%(called)s::name[])
  AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                  AND d.objid = p.oid AND d.deptype = 'e')
  AND (SELECT bool_and(b.oid <> t.oid)
              AND bool_or(b.oid IN ('"any"'::regtype, 'anyelement'::regtype)
                OR b.oid = 'anyarray'::regtype AND t.typcategory = 'A'
                OR b.typcategory = t.typcategory AND t.typcategory IN ('N', 'S', 'D', 'T', 'B'))
       FROM pg_proc o JOIN pg_type b ON b.oid = o.proargtypes[0]
       WHERE o.proname = p.proname AND o.pronargs = 1
         AND o.pronamespace = 'pg_catalog'::regnamespace)
UNION ALL
SELECT 'operator ' || p.oid::regoperator::text
FROM pg_operator p JOIN pg_namespace n ON n.oid = p.oprnamespace
JOIN pg_type l ON l.oid = p.oprleft AND l.typnamespace = 'pg_catalog'::regnamespace
JOIN pg_type r ON r.oid = p.oprright AND r.typnamespace = 'pg_catalog'::regnamespace
WHERE n.nspname = ANY(%(path)s::name[])
  AND (p.oprname = ANY(%(comparing)s::name[])
       OR p.oprname = ANY(%(reckoning)s::name[]) AND l.typcategory = 'N' AND r.typcategory = 'N')
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass
                  AND d.objid = p.oid AND d.deptype = 'e')
  AND (SELECT bool_and(o.oprleft <> l.oid OR o.oprright <> r.oid)
              AND bool_or(a.typcategory = l.typcategory AND b.typcategory = r.typcategory)
       FROM pg_operator o JOIN pg_type a ON a.oid = o.oprleft JOIN pg_type b ON b.oid = o.oprright
       WHERE o.oprname = p.oprname AND o.oprnamespace = 'pg_catalog'::regnamespace)
ORDER BY 1
"""
"""What in the schemas of the path would be called in the place of PostgreSQL's own.

That pg_catalog comes first decides between two that fit equally well; a `count(integer)` of
somebody fits better than PostgreSQL's, which takes anything. Those of extensions (citext) are meant
to be found, and those over types of one's own take nobody's place.
"""


def of_config(limits: Warehouse) -> dict[str, str]:
    """The settings that the config decides."""
    settings = {
        "application_name": APPLICATION_NAME,
        "lock_timeout": milliseconds(limits.lock_timeout),
        "statement_timeout": milliseconds(limits.statement_timeout),
        "idle_in_transaction_session_timeout": milliseconds(PLANNING),
    }
    if limits.work_mem is not None:
        settings["work_mem"] = limits.work_mem
    if limits.parallel_workers is not None:
        settings["max_parallel_workers_per_gather"] = str(limits.parallel_workers)
    return settings


def milliseconds(seconds: float) -> str:
    """A duration as PostgreSQL's settings take it; at least one, because 0 means no limit."""
    return f"{max(1, round(seconds * 1000))}"


def opening(
    made: Mapping[str, str], snapshot: str | None, *, share: bool = False
) -> tuple[str, Sequence[str] | None]:
    """The message that begins a transaction, and its values; `made` are settings of the config."""
    last = f"{LAST}, {EXPORTED}" if share else LAST
    begun = [BEGIN, *([SNAPSHOT] if snapshot else ()), *BACK]
    steps = [*begun, EVERYWHERE, *settings_of(made), HERE, last]
    return "; ".join(steps), [snapshot] if snapshot else None


def again(made: Mapping[str, str]) -> str:
    """Makes every setting, `made` by the config or pinned here, whatever was there before.

    A function that a statement calls may change any of them, and RELEASE keeps what it changed. To
    roll the statement back would undo that, but also let go of the locks that tell what was read.
    """
    return "; ".join([*BACK, *settings_of(made)])


def settings_of(made: Mapping[str, str]) -> list[str]:
    """Makes every setting, `made` by the config or pinned here."""
    return [f"SET LOCAL {name} = {quoted(value)}" for name, value in {**PINNED, **made}.items()]


def quoted(value: str) -> str:
    """A value as a literal that is read in one way, whatever the settings are."""
    return "'" + value.replace("'", "''") + "'"


def among(schemas: Sequence[str]) -> dict[str, list[str]]:
    """The values of `SHADOWS`."""
    words = {"called": CALLED, "comparing": COMPARING, "reckoning": RECKONING}
    return {"path": list(schemas), **{name: list(value) for name, value in words.items()}}


def path_of(schemas: Sequence[str]) -> str:
    """Sets the path of statements that read data: PostgreSQL's own names first.

    Temporary tables come last, as behind a pooler they are somebody else's.
    """
    quoted = (name.replace('"', '""') for name in schemas)
    middle = "".join(f'"{name}", ' for name in quoted)
    return f"SET LOCAL search_path = pg_catalog, {middle}pg_temp"
