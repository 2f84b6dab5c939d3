"""The exporter is killed, doubled, reloaded, or locked out."""

from __future__ import annotations

import signal

from warehouse_exporter.demo.postgres import Postgres

from labs.reliability.network import TABLES, asleep, says
from labs.reliability.scenario import scenario
from labs.reliability.stage import Said, Stage, next_pass, scraped, shown
from tests.conftest import execute
from tests.support.serving import SOON, Serving, wait_for

CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}", statement_timeout: 10m, pass_timeout: 10m}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    every: 1s
    expect_by: "00:00"
    checks: [volume: {critical: "< 50"}, duplicates: {critical: "> 0"}]
queries:
  - {name: slow, sql: select count(*) from slow, critical: "< 1"}
"""
BROKEN = "warehouse: {dsnn: x}\n"
ROTATED = CONFIG.replace('dsn: "${WAREHOUSE_DSN}"', "dsn_file: dsn")
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE application_name = 'warehouse-exporter'
AND datname = current_database() AND wait_event_type = 'Lock'
"""
MIB = 1 << 20


def words(said: dict[str, Said]) -> str:
    """What is said of each check, in a line."""
    return ", ".join(f"{check} {one}" for check, one in sorted(said.items()))


def resident(exporter: Serving) -> float:
    """The memory of the process, in MiB."""
    return (scraped(exporter).value("process_resident_memory_bytes") or 0) / MIB


@scenario(
    "kill-9",
    fault="kill -9 in the middle of a slow statement, and a new start.",
    bound="The server ends the orphan by itself, in the middle of a statement of a minute; the new "
    "process says the same as the old one.",
)
def killed(stage: Stage) -> str:
    """There is no memory to lose, and no statement that outlives its exporter."""
    stage.sql(TABLES)
    stage.write(CONFIG)
    with stage.serving() as exporter:
        wait_for(lambda: says(exporter, "PASS"))
        before = shown(exporter)
        with asleep(stage):
            exporter.process.kill()
            wait_for(lambda: not stage.running(), SOON)
    with stage.serving() as again:
        again.wait_ready()
        assert shown(again) == before
    assert stage.gate().said == before
    return f"nothing of ours in pg_stat_activity any more; before and after: {words(before)}"


@scenario(
    "two-exporters",
    fault="Two exporters, and a gate, on one warehouse.",
    bound="All measure, in every interval; none waits for a lock of another.",
    long=True,
)
def two_exporters(stage: Stage) -> str:
    """Those who only read do not get in each other's way."""
    stage.sql(TABLES)
    stage.write(CONFIG)
    stage.write(CONFIG, "second.yml")
    with stage.serving() as one, stage.serving(name="second.yml") as two:
        for exporter in (one, two) * 3:
            next_pass(exporter, "orders")
            assert stage.sql(WAITING) == [(0,)]
            assert len(stage.running()) <= 6
        wait_for(lambda: says(one, "PASS") and says(two, "PASS"))
        gate = stage.gate()
        assert gate.said == shown(one) == shown(two)
    return f"3 passes of each, nobody waits for a lock; both: {words(gate.said)}; {gate}"


def reload(exporter: Serving, number: int, good: bool) -> None:
    """Reload by signal and by request in turn; a request says whether it worked."""
    if number // 2 % 2:
        exporter.send(signal.SIGHUP)
    else:
        assert exporter.post("/-/reload").status_code == (200 if good else 500)
    told = "warehouse_config_last_reload_successful"
    wait_for(lambda: scraped(exporter).value(told) == float(good))
    assert scraped(exporter).value("warehouse_rows") == 100


@scenario(
    "100-reloads",
    fault="100 reloads, by SIGHUP and POST /-/reload in turn, every other one of a broken config; "
    "then one with another DSN.",
    bound="The last good config goes on; non-2xx and a gauge tell of each broken one; memory grows "
    "by less than 8 MiB from the 20th to the 100th; the new DSN is used.",
    long=True,
)
def reloads(stage: Stage) -> str:
    """A reload costs nothing, and a broken one changes nothing."""
    stage.sql(TABLES)
    file = stage.write(CONFIG)
    with stage.serving("--web.enable-lifecycle") as exporter:
        wait_for(lambda: says(exporter, "PASS"))
        used = {}
        for number in range(1, 101):
            good = number % 2 == 0
            if good:
                stage.write(CONFIG)
            else:
                file.write_text(BROKEN, encoding="utf-8")
            reload(exporter, number, good)
            used[number] = resident(exporter)
        assert used[100] - used[20] < 8, used
        wait_for(lambda: says(exporter, "PASS"))
        other = stage.server.create_database(stage.dsn.rpartition("/")[2] + "_two")
        execute(other, TABLES + "DELETE FROM orders WHERE id > 70")
        Stage(stage.server, other, stage.folder).write(CONFIG)
        assert exporter.post("/-/reload").is_success
        wait_for(lambda: scraped(exporter).value("warehouse_rows") == 70)
    execute(stage.dsn, f'DROP DATABASE "{other.rpartition("/")[2]}" WITH (FORCE)')
    return (
        "50 refused (500, warehouse_config_last_reload_successful 0), 50 taken (200, 1), "
        "warehouse_rows 100 throughout;\nanother DSN: 70, the rows that are there"
    )


@scenario(
    "password-rotated",
    fault="The password of the role changes, and some time later the file with the DSN.",
    bound="UNKNOWN (connection) in between; PASS by itself with the new file, without a restart; "
    "neither password is in the log or on the page.",
    long=True,
)
def password_rotated(stage: Stage) -> str:
    """The file is read for each connection."""
    hba = ("host all postgres 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256")
    with Postgres(hba=hba) as server:
        own = Stage(server, server.create_database("shop"), stage.folder)
        own.sql(TABLES + "CREATE ROLE guest LOGIN PASSWORD 'first-secret'")
        own.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
        file = own.folder / "dsn"
        dsn = own.dsn.replace("postgres@", "guest:{}@", 1)
        file.write_text(dsn.format("first-secret"))
        own.write(ROTATED.replace("dsn_file: dsn", f'dsn_file: "{file}"'))
        with own.serving() as exporter:
            wait_for(lambda: says(exporter, "PASS"))
            own.sql("ALTER ROLE guest PASSWORD 'second-secret'")
            wait_for(lambda: says(exporter, "UNKNOWN (connection)"))
            locked_out = own.gate()
            file.write_text(dsn.format("second-secret"))
            wait_for(lambda: says(exporter, "PASS"))
            gate = own.gate()
            told = exporter.log.read_text() + exporter.get("/").text + str(locked_out.said)
            assert "-secret" not in told
    assert {str(one) for one in locked_out.said.values()} == {"UNKNOWN (connection)"}
    return f"every check UNKNOWN (connection), {locked_out}; then PASS, {gate}; no password told"
