"""Columns and grants change under the exporter."""

from __future__ import annotations

import time

from labs.reliability.scenario import scenario
from labs.reliability.stage import Scrape, Stage, next_pass, scraped, shown
from tests.support.serving import SOON, Serving, wait_for

TWO = """
CREATE TABLE orders (id int, revenue numeric, channel text);
CREATE TABLE items (id int, price numeric);
INSERT INTO orders SELECT i, i, 'mail' FROM generate_series(1, 9) i;
INSERT INTO items SELECT i, i FROM generate_series(1, 5) i;
"""
CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}", pass_timeout: 2s}
datasets:
  orders:
    relation: orders
    every: 1s
    checks:
      - completeness: {column: revenue, critical: "> 5%"}
      - completeness: {column: channel, critical: "> 5%"}
  items:
    relation: items
    every: 1s
    checks:
      - completeness: {column: price, critical: "> 5%"}
"""
MEASURED = "warehouse_check_measured"
RATIO = "warehouse_column_null_ratio"
COLUMNS = 1600
"""All that PostgreSQL allows one table."""
WIDE = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets:
  wide:
    relation: wide
    checks:
"""
CHECK = '      - completeness: {{column: {}, critical: "> 5%"}}\n'
ANOTHER = '      - zero_revenue: {{name: zero_{0}, column: {0}, critical: "> 5%"}}\n'


@scenario(
    "rename-column",
    fault="A column is renamed, and renamed back.",
    bound="Reported by the first pass after it, and measured again by the first pass after the "
    "repair, without a restart; only the checks of that column are affected.",
)
def rename_column(stage: Stage) -> str:
    """Drift costs one check, for as long as it lasts."""
    stage.sql(TWO)
    stage.write(CONFIG)
    rename = "ALTER TABLE orders RENAME {} TO {}"
    seen = []
    with stage.serving() as exporter:
        exporter.wait_ready()
        for old, new in (("revenue", "Revenue"), ("Revenue", "revenue")):
            stage.sql(rename.format(f'"{old}"', f'"{new}"'))
            after = next_pass(exporter, "orders")
            seen.append(f"{states(after)}; {stage.gate()}")
        assert "restart" not in exporter.log.read_text()
        assert exporter.process.poll() is None
    assert seen[0].startswith("revenue 0, channel 1, price 1")
    assert seen[1].startswith("revenue 1, channel 1, price 1; exit code 0")
    return f"{MEASURED} of the columns: {seen[0]}\nafterwards: {seen[1]}"


def states(scrape: Scrape) -> str:
    """Which of the three columns are measured."""
    checks = ("revenue", "channel", "price")
    found = {one: scrape.value(MEASURED, check=f"completeness_{one}") for one in checks}
    return ", ".join(f"{column} {value or 0:g}" for column, value in found.items())


@scenario(
    "revoke-grant",
    fault="SELECT on a table is revoked.",
    bound="UNKNOWN with reason permission from the next pass on; the old value is gone after"
    " 3 intervals and the pass timeout (here 5 s); other tables are untouched.",
)
def revoke_grant(stage: Stage) -> str:
    """An old value is not served for ever."""
    stage.sql(f"{TWO}; DROP ROLE IF EXISTS watcher; CREATE ROLE watcher LOGIN")
    stage.sql("GRANT SELECT ON orders, items TO watcher")
    stage.write(CONFIG, role="watcher")
    try:
        with stage.serving() as exporter:
            exporter.wait_ready()
            assert scraped(exporter).value(RATIO, column="revenue") == 0
            stage.sql("REVOKE SELECT ON orders FROM watcher")
            revoked = time.time()
            next_pass(exporter, "orders")
            on_page = shown(exporter)
            still = scraped(exporter).values(RATIO, dataset="orders")
            last = wait_until_gone(exporter)
            assert last - revoked < 2 * SOON, "believed for 5 s, since at most a moment before"
            assert scraped(exporter).value(RATIO, column="price") == 0
        gate = stage.gate()
    finally:
        stage.sql("DROP OWNED BY watcher; DROP ROLE watcher")
    assert gate.said == on_page
    assert still == [0, 0], "a value is believed for a while"
    words = {check: str(one) for check, one in sorted(gate.said.items())}
    assert words.pop("items.completeness_price") == "PASS"
    assert set(words.values()) == {"UNKNOWN (permission)"}
    return f"orders: UNKNOWN (permission), the ratios gone after their age; items: PASS; {gate}"


def wait_until_gone(exporter: Serving) -> float:
    """When the ratios of orders were last seen."""
    last = time.time()

    def gone() -> bool:
        nonlocal last
        if not scraped(exporter).values(RATIO, dataset="orders"):
            return True
        last = time.time()
        return False

    wait_for(gone)
    return last


@scenario(
    "wide-table",
    fault=f"A table of {COLUMNS:,} columns, the most that PostgreSQL allows; a check of each, and"
    " 100 more: together too wide for one SELECT.",
    bound="Every column is measured, in as few statements as PostgreSQL takes.",
    long=True,
)
def wide_table(stage: Stage) -> str:
    """A limit of PostgreSQL on the length of a SELECT is no limit of ours."""
    first, *others = names = [f"c{number}" for number in range(COLUMNS)]
    stage.sql(f"CREATE TABLE wide ({', '.join(f'{name} smallint' for name in names)})")
    stage.sql(f"INSERT INTO wide ({', '.join(others)}) SELECT {', '.join('1' * len(others))}")
    stage.write(WIDE + "".join([*map(CHECK.format, names), *map(ANOTHER.format, others[:100])]))
    with stage.serving() as exporter:
        wait_for(lambda: exporter.get("/-/ready").is_success, 60)
        after = scraped(exporter)
        ratios = after.values(RATIO)
        statements = after.value("warehouse_statements_total")
    gate = stage.gate()
    failed = [check for check, one in gate.said.items() if one.word != "PASS"]
    assert (ratios.count(1), ratios.count(0)) == (1, COLUMNS - 1)
    assert failed == [f"wide.completeness_{first}"]
    assert statements == 2
    return f"{len(gate.said):,} checks, {statements:g} statements; an empty column FAIL; {gate}"
