"""Days that are closed or empty, and numbers at the edge of a limit."""

from __future__ import annotations

from labs.reliability.judged import ORDERS, judged, orders, told
from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage


@scenario(
    "closed-weekends",
    fault="A shop without orders at the weekend, which its calendar excludes; on Monday morning.",
    bound="SKIP, not FAIL: an excluded day is not an expected day.",
    long=True,
)
def closed_weekends(stage: Stage) -> str:
    """Nobody is woken on Monday because nobody worked on Sunday."""
    tables = """
    CREATE TABLE orders (id int, ts timestamptz);
    INSERT INTO orders SELECT i, d + i * interval '1 min' + interval '8 h'
    FROM generate_series(timestamptz '2026-01-01 00:00+00', '2026-03-06', '1 day') d,
        generate_series(1, 300) i WHERE extract(isodow FROM d) < 6;
    """
    checks = ("freshness: {critical: '> 24h'}", "missing_days: {critical: '> 0'}",
              "volume: {critical: '< 20'}", "deadline: {critical: '> 12h'}")  # fmt: skip
    calendar = "calendar:\n  weekend: {weekdays: [saturday, sunday], falls: silent}\n"
    gate = judged(stage, tables, orders(*checks) + calendar, "--as-of=2026-03-09T07:00:00Z")
    without = stage_without(stage, orders(*checks))
    assert gate.code == 0, gate.said
    assert "FAIL" in without
    words = ", ".join(f"{check} {one}" for check, one in sorted(gate.said.items()))
    return f"{words}; {gate}; without the calendar FAIL"


def stage_without(stage: Stage, config: str) -> set[str]:
    """The words without a calendar."""
    stage.write(config)
    return {one.word for one in stage.gate("--as-of=2026-03-09T07:00:00Z").said.values()}


@scenario(
    "nobody-bought",
    fault="Traffic is normal, and there is no order at all: on the first day, and on the tenth.",
    bound="FAIL on every one of them.",
    long=True,
)
def nobody_bought(stage: Stage) -> str:
    """Days without orders do not become what is usual."""
    tables = """
    CREATE TABLE sessions (id int, ts timestamptz); CREATE TABLE orders (id int, ts timestamptz);
    INSERT INTO sessions SELECT i, d + interval '12 h' FROM generate_series(1, 300) i,
        generate_series(timestamptz '2026-02-01 00:00+00', '2026-03-09', '1 day') d;
    INSERT INTO orders SELECT id, ts FROM sessions WHERE id <= 30 AND ts < '2026-02-28';
    """
    config = orders("volume: {window: all, critical: '< 1'}")
    config += """  sessions: {relation: sessions, time: ts, checks: []}
metrics:
  orders: {dataset: orders, count: "*"}
  sessions: {dataset: sessions, count: "*"}
anomalies:
  - {name: no, metrics: [orders], method: change, min_days: 3, while: [sessions],
     critical: {fall: 100%}}
"""
    stage.sql(tables)
    stage.write(config)
    seen = []
    for morning in ("2026-03-01", "2026-03-05", "2026-03-10"):
        gate = stage.gate(f"--as-of={morning}T12:00:00Z")
        seen.append(str(gate.said["orders.no_orders"]))
    assert seen == ["FAIL"] * 3, gate.said
    return f"on the first, the fifth and the tenth day: {', '.join(seen)}; {gate}"


@scenario(
    "tables-empty",
    fault="Every table is empty, on the first day and for good.",
    bound="A count is 0; a ratio, an age or a sum of nothing is not a number, and never PASS.",
    long=True,
)
def tables_empty(stage: Stage) -> str:
    """Nothing there is not nothing wrong."""
    config = orders(
        "volume: {critical: '< 1'}",
        "freshness: {critical: '> 48h'}",
        "completeness: {column: client, critical: '> 5%'}",
        "duplicates: {critical: '> 0'}",
    )
    config += 'metrics:\n  revenue: {dataset: orders, sum: revenue, critical: "< 1"}\n'
    gate = judged(stage, f"{ORDERS} TRUNCATE orders", config)
    words = {check: str(one) for check, one in sorted(gate.said.items())}
    assert words["orders.volume"] == "FAIL"
    assert "PASS" not in words.values(), words
    return f"{', '.join(f'{check} {word}' for check, word in words.items())}; {gate}"


@scenario(
    "edge-of-a-limit",
    fault="Exactly 5 of 100 rows are bad, and the limit is `> 5%`; then six.",
    bound="PASS, then FAIL.",
    long=True,
)
def edge_of_a_limit(stage: Stage) -> str:
    """A floating point has no say at the edge."""
    tables = f"{ORDERS} UPDATE orders SET client = NULL WHERE id <= 5"
    config = orders("completeness: {column: client, window: all, critical: '> 5%'}")
    exact = judged(stage, tables, config)
    more = judged(stage, "UPDATE orders SET client = NULL WHERE id <= 6", config)
    name = "orders.completeness_client"
    assert str(exact.said[name]) == "PASS"
    return f"5 of 100: PASS; 6 of 100: {told(more, {name: 'FAIL'}, 1)}"
