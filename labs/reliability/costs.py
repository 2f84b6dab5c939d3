"""Outdated statistics, many checks, many gates."""

from __future__ import annotations

import signal
import threading

from labs.reliability.judged import NOON, ORDERS, judged, orders, told
from labs.reliability.scenario import scenario
from labs.reliability.scrapers import scrapes
from labs.reliability.stage import Stage, scraped, shown
from tests.support.serving import wait_for

ALWAYS = "volume: {{name: v{0}, where: 'id > {0}', window: all, critical: '< 0'}}"


@scenario(
    "stale-statistics",
    fault="The statistics say that 99 of 100 rows of a column are empty; since then every row of a"
    " million has a key of 64 characters, and duplicates and orphans are looked for.",
    bound="Both are judged, on a server that has 4 MB for a sort.",
    long=True,
)
def stale_statistics(stage: Stage) -> str:
    """What the statistics say decides the time, and never the memory."""
    tables = """
    CREATE TABLE orders (id int, ts timestamptz, coupon text) WITH (autovacuum_enabled = off);
    INSERT INTO orders SELECT n, '2026-03-09 01:00+00', CASE WHEN n % 100 = 0 THEN md5(n::text) END
    FROM generate_series(1, 1000000) AS n;
    ANALYZE orders;
    UPDATE orders SET coupon = md5(id::text) || md5(id::text);
    CREATE TABLE coupons AS SELECT coupon AS id FROM orders WHERE id > 1;
    """
    config = orders(
        "duplicates: {key: coupon, critical: '> 0'}",
        "orphans: {column: coupon, references: {dataset: coupons, column: id}, critical: '> 1%'}",
    )
    config = config.replace("warehouse: {", "warehouse: {work_mem: 4MB, statement_timeout: 2m, ")
    config += "  coupons: {relation: coupons, checks: []}\n"
    gate = judged(stage, tables, config)
    expected = {"orders.duplicates_coupon": "PASS", "orders.orphans_coupon": "PASS"}
    return told(gate, expected, 0)


@scenario(
    "many-checks",
    fault="A config with 3,000 checks replaces one with a single check.",
    bound="Scrapes are answered and passes continue meanwhile.",
    long=True,
)
def many_checks(stage: Stage) -> str:
    """A large config costs its reader time, and nobody else."""
    stage.sql(ORDERS)
    often = "key: id\n    every: 1s"
    stage.write(orders(ALWAYS.format(0)).replace("key: id", often))
    with stage.serving() as exporter:
        exporter.wait_ready()
        before = scraped(exporter).value("warehouse_passes_total") or 0
        stage.write(orders(*map(ALWAYS.format, range(3000))).replace("key: id", often))
        exporter.send(signal.SIGHUP)
        answered = 0
        while scraped(exporter).value("warehouse_config_checks") != 3000:
            answered += scrapes(exporter.address, 10, 1)
        passes = (scraped(exporter).value("warehouse_passes_total") or 0) - before
        wait_for(lambda: len(shown(exporter)) == 3000)
        wait_for(lambda: {one.word for one in shown(exporter).values()} == {"PASS"}, 120)
    assert answered > 0
    assert passes > 0
    return "every scrape answered, passes went on; then 3,000 checks PASS"


@scenario(
    "five-gates",
    fault="Five gates are started on one warehouse at the same time, in the middle of a load.",
    bound="Each one judges; none waits for another's lock.",
    long=True,
)
def five_gates(stage: Stage) -> str:
    """A DAG may have many last steps."""
    stage.sql(ORDERS)
    stage.write(orders("volume: {critical: '< 1'}", "duplicates: {critical: '> 0'}"))
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(str(stage.gate(NOON))))
               for _ in range(5)]  # fmt: skip
    for one in threads:
        one.start()
    stage.sql("BEGIN; INSERT INTO orders SELECT 1000, now(), 1; COMMIT")
    for one in threads:
        one.join()
    assert seen == ["exit code 0"] * 5
    return "5 times exit code 0"
