"""One relation is broken or too expensive; the others are fine."""

from __future__ import annotations

from labs.reliability.judged import ORDERS, judged, orders, told, words
from labs.reliability.scenario import scenario
from labs.reliability.stage import OURS, Stage, next_pass, shown
from tests.support.serving import wait_for

FAILING = """
CREATE FUNCTION fails(state text) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'failed' USING ERRCODE = state; RETURN 1; END $$;
"""
VOLUME = "volume: {critical: '< 1'}"
NEGATIVE = "negative_revenue: {window: all, critical: '> 0'}"
BESIDE = '  {0}: {{relation: {0}, checks: [{{volume: {{critical: "< 1", window: all}}}}]}}\n'
RAISED = {
    "remote": ("08001", "a foreign server that does not answer"),
    "memory": ("53200", "no memory left"),
    "disk": ("53100", "a disk that is full"),
    "corrupt": ("XX002", "an index that is corrupted"),
    "shutdown": ("57P01", "a server that says it ends, and does not"),
    "division": ("22012", "a division by zero"),
    "conflict": ("40001", "a conflict of transactions"),
    "privilege": ("42501", "a right that a function's owner lacks"),
}
"""A view that fails, with which SQLSTATE, and what that means."""


@scenario(
    "one-relation-fails",
    fault=f"Views that fail: {', '.join(meaning for _, meaning in RAISED.values())}.",
    bound="Each affects only its own checks: UNKNOWN; the table next to them is judged, FAIL, and"
    " the gate stops the DAG with 1; warehouse_up stays 1.",
    long=True,
)
def one_relation_fails(stage: Stage) -> str:
    """A failed statement is no lost warehouse."""
    views = "".join(
        f"CREATE VIEW {name} AS SELECT 1 AS id WHERE fails('{state}') = 1;"
        for name, (state, _) in RAISED.items()
    )
    tables = f"{ORDERS}{FAILING}{views} UPDATE orders SET revenue = -1 WHERE id = 7;"
    config = orders(VOLUME, NEGATIVE) + "".join(map(BESIDE.format, RAISED))
    gate = judged(stage, tables, config)
    assert {gate.said[f"{name}.volume"].word for name in RAISED} == {"UNKNOWN"}, gate.said
    assert words(gate)["orders.negative_revenue"] == "FAIL"
    assert words(gate)["orders.volume"] == "PASS"
    assert gate.code == 1
    with stage.serving() as exporter:
        exporter.wait_ready()
        assert exporter.metric("warehouse_up") == 1
        assert shown(exporter)["orders.negative_revenue"].word == "FAIL"
    return f"{len(RAISED)} views UNKNOWN each, orders.negative_revenue FAIL; {gate}; warehouse_up 1"


@scenario(
    "temporary-disk",
    fault="The role may use 1 MB of temporary files (temp_file_limit), and one query sorts more.",
    bound="That query is UNKNOWN, the others are judged.",
    long=True,
)
def temporary_disk(stage: Stage) -> str:
    """A limit of the server's is a reason like another."""
    sort = "select count(*) from (select i from generate_series(1, 2000000) i order by -i) n"
    config = f"{orders(VOLUME)}queries:\n  - {{name: sorts, sql: \"{sort}\", critical: '< 1'}}\n"
    stage.sql("ALTER ROLE postgres SET temp_file_limit = '1MB'")
    try:
        gate = judged(stage, ORDERS, config)
    finally:
        stage.sql("ALTER ROLE postgres RESET temp_file_limit")
    assert gate.said["queries.sorts"].word == "UNKNOWN", gate.said
    assert words(gate)["orders.volume"] == "PASS"
    return f"sorts {gate.said['queries.sorts']}; volume PASS; {gate}"


@scenario(
    "one-slow-check",
    fault="A check of JSON in text takes longer than the time-out, beside critical checks of the"
    " same table, one of which has a finding.",
    bound="The finding is reported: FAIL; only the slow check is UNKNOWN (timeout).",
    long=True,
)
def one_slow_check(stage: Stage) -> str:
    """An expensive check does not take its neighbours along."""
    tables = """
    CREATE TABLE orders (id int, ts timestamptz, revenue numeric, doc text);
    INSERT INTO orders SELECT i, '2026-03-09 12:00+00', 10 - 11 * (i = 7)::int,
        '[' || repeat('{"price": 1, "name": "a thing"}, ', 10000) || '{"price": 1}]'
    FROM generate_series(1, 150) i;
    """
    config = orders(
        VOLUME,
        NEGATIVE,
        "completeness: {column: revenue, critical: '> 5%'}",
        "json_completeness: {column: doc, path: [price], warning: '> 1%'}",
    ).replace("warehouse: {", "warehouse: {statement_timeout: 1s, ")
    gate = judged(stage, tables, config)
    found = words(gate)
    slow = found.pop(next(check for check in found if "json" in check))
    assert slow in ("UNKNOWN (timeout)", "PASS"), "slow, or the machine is fast"
    assert found == {
        "orders.completeness_revenue": "PASS",
        "orders.negative_revenue": "FAIL",
        "orders.volume": "PASS",
    }
    assert gate.code == 1
    return f"negative_revenue FAIL, volume and completeness PASS; {gate}"


@scenario(
    "terminated",
    fault="Somebody ends our connections (pg_terminate_backend) in the middle of a statement.",
    bound="Retried at once, or UNKNOWN in that pass; measured again by the next one, without help.",
    long=True,
)
def terminated(stage: Stage) -> str:
    """A lost connection is remade."""
    stage.sql(f"""{ORDERS}
    CREATE FUNCTION slowly() RETURNS int LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.3); RETURN 1; END';
    CREATE VIEW slow AS SELECT slowly() AS id;
    UPDATE orders SET ts = now() - interval '1 day';
    """)
    stage.write(
        orders(VOLUME).replace("key: id", "key: id\n    every: 1s")
        + '  slow: {relation: slow, every: 1s, checks: [{volume: {critical: "< 1"}}]}\n'
    )
    end = f"SELECT pg_terminate_backend(pid) {OURS} AND wait_event = 'PgSleep'"
    with stage.serving() as exporter:
        exporter.wait_ready()
        for _ in range(3):
            wait_for(lambda: stage.sql(end))
            next_pass(exporter, "slow")
            assert {one.word for one in shown(exporter).values()} <= {"PASS", "UNKNOWN"}
        wait_for(lambda: {one.word for one in shown(exporter).values()} == {"PASS"})
        assert exporter.metric("warehouse_up") == 1
    return "ended three times: PASS again by itself each time, warehouse_up 1"


@scenario(
    "rebuilt-every-night",
    fault="A table is dropped and built anew, then becomes a view, then a partitioned table, under"
    " a running exporter.",
    bound="PASS with the first pass after each, without a restart.",
    long=True,
)
def rebuilt(stage: Stage) -> str:
    """A name is what it stands for today."""
    recent = ORDERS.replace("'2026-03-09 12:00+00'", "current_date - interval '12 h'")
    swaps = (
        f"DROP TABLE orders; {recent}",
        "ALTER TABLE orders RENAME TO kept; CREATE VIEW orders AS SELECT * FROM kept",
        "DROP VIEW orders; CREATE TABLE orders (LIKE kept) PARTITION BY RANGE (ts);"
        "CREATE TABLE all_orders PARTITION OF orders DEFAULT; INSERT INTO orders TABLE kept",
    )
    stage.sql(recent)
    daily = orders(VOLUME, "duplicates: {critical: '> 0'}", "completeness: {column: client}")
    config = daily.replace("completeness: {column: client}", "freshness: {critical: '> 48h'}")
    stage.write(config.replace("key: id", 'key: id\n    every: 1s\n    expect_by: "00:00"'))
    with stage.serving() as exporter:
        exporter.wait_ready()
        for swap in swaps:
            stage.sql(f"BEGIN; {swap}; COMMIT")
            next_pass(exporter, "orders")
            wait_for(lambda: {one.word for one in shown(exporter).values()} == {"PASS"})
        gate = stage.gate()
    return told(gate, dict.fromkeys(sorted(gate.said), "PASS"), 0)
