"""Files are late, truncated or missing, or contain a secret in the wrong place."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from labs.reliability.commands import VOLUME, ended
from labs.reliability.judged import NOON, ORDERS, orders
from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, next_pass, page, scraped, shown
from tests.support.serving import SOON, Serving, wait_for

RECENT = ORDERS.replace("'2026-03-09 12:00+00'", "now() - interval '1 h'")
OFTEN = orders("volume: {window: all, critical: '< 1'}", "freshness: {critical: '> 48h'}").replace(
    "key: id", "key: id\n    every: 1s"
)
GOOD = "warehouse_config_last_reload_successful"
SECRET = "S3cretTail"
DSNS = (
    f"postgresql://shop:abc@{SECRET}@warehouse.invalid:5432/shop",
    f"postgresql://localhost:{SECRET}/more@localhost/shop",
    f"postgresql://shop:{SECRET}@127.0.0.1:99999/shop",
    f"postgresql://shop@127.0.0.1:1/shop?sslmode={SECRET}",
    f"postgresql://shop@127.0.0.1:1/shop?password={SECRET}&nothing=1",
    f"host=127.0.0.1 port=1 user=shop password='{SECRET} dbname=shop",
    f"host=127.0.0.1 port={SECRET} user=shop dbname=shop",
)
"""Data source names with a secret in a place where a mistake puts it."""


def pipe(file: Path) -> None:
    """A pipe in the place of a file, to which nobody writes."""
    file.unlink(missing_ok=True)
    os.mkfifo(file)


def with_file(config: str, file: Path) -> str:
    """The same config, with its DSN in a file."""
    return config.replace('dsn: "${WAREHOUSE_DSN}"', f'dsn_file: "{file}"')


@scenario(
    "config-hangs",
    fault="At a reload, the config is a pipe that nobody writes to; then SIGTERM.",
    bound="Passes and scrapes continue with the last good config, and the process ends.",
    long=True,
)
def config_hangs(stage: Stage) -> str:
    """A reload that hangs holds up nobody."""
    stage.sql(RECENT)
    file = stage.write(OFTEN)
    with stage.serving() as exporter:
        exporter.wait_ready()
        pipe(file)
        exporter.send(signal.SIGHUP)
        for _ in range(3):
            assert next_pass(exporter, "orders").value("warehouse_up") == 1
            assert {one.word for one in shown(exporter).values()} == {"PASS"}
        code, seconds = exporter.end()
    assert (code, seconds < SOON) == (0, True), seconds
    return "3 more passes, each PASS; exit code 0"


@scenario(
    "dsn-file-hangs",
    fault="The DSN file is a pipe that nobody writes to; then a file again; then a pipe again, "
    "and SIGTERM.",
    bound="UNKNOWN (connection), /metrics 200; PASS again without help; the process ends.",
    long=True,
)
def dsn_file_hangs(stage: Stage) -> str:
    """A secret that does not come is a warehouse out of reach."""
    stage.sql(RECENT)
    file = stage.folder / "dsn"
    pipe(file)
    config = OFTEN.replace("warehouse: {", "warehouse: {connect_timeout: 2s, ")
    stage.write(with_file(config, file))
    with stage.serving() as exporter:
        wait_for(lambda: exporter.metric("warehouse_up") == 0)
        assert {str(one) for one in shown(exporter).values()} == {"UNKNOWN (connection)"}
        file.unlink()
        file.write_text(stage.dsn)
        wait_for(lambda: {one.word for one in shown(exporter).values()} == {"PASS"})
        pipe(file)
        wait_for(lambda: exporter.metric("warehouse_up") == 0)
        code, seconds = exporter.end()
    assert (code, seconds < SOON) == (0, True), seconds
    return "UNKNOWN (connection); with a file PASS; exit code 0"


@scenario(
    "dsn-file-odd",
    fault="The DSN file is missing, empty, a folder, not UTF-8, or endless.",
    bound="UNKNOWN (connection) with the reason; PASS again without help.",
    long=True,
)
def dsn_file_odd(stage: Stage) -> str:
    """Whatever becomes of the file, the exporter goes on."""
    stage.sql(RECENT)
    file = stage.folder / "dsn"
    file.write_text(stage.dsn)
    stage.write(with_file(OFTEN, file))
    with stage.serving() as exporter:
        exporter.wait_ready()
        for odd in (None, b"", Path.mkdir, b"\xff\xfe", Path("/dev/zero")):
            file.unlink()
            if isinstance(odd, bytes):
                file.write_bytes(odd)
            elif isinstance(odd, Path):
                file.symlink_to(odd)
            elif odd is not None:
                odd(file)
            wait_for(lambda: exporter.metric("warehouse_up") == 0)
            assert {str(one) for one in shown(exporter).values()} == {"UNKNOWN (connection)"}
            if file.is_dir():
                file.rmdir()
            file.unlink(missing_ok=True)
            file.write_text(stage.dsn)
            wait_for(lambda: {one.word for one in shown(exporter).values()} == {"PASS"})
    return "5 times UNKNOWN (connection), and PASS again"


@scenario(
    "config-loses-checks",
    fault="At a reload, the config has no checks left; then one of five; then the file is missing.",
    bound="Rejected; accepted, and the number of checks is a gauge to alert on; rejected.",
    long=True,
)
def config_loses_checks(stage: Stage) -> str:
    """A config that was cut off is valid YAML."""
    stage.sql(RECENT)
    five = [f"volume: {{name: v{n}, window: all, critical: '< 1'}}" for n in range(5)]
    often = "key: id\n    every: 1s"
    file = stage.write(orders(*five).replace("key: id", often))
    none = file.read_text().partition("    checks:")[0]
    seen = []
    with stage.serving() as exporter:
        exporter.wait_ready()

        def reloaded(good: float) -> str:
            exporter.send(signal.SIGHUP)
            wait_for(lambda: exporter.metric(GOOD) == good)
            return f"{scraped(exporter).value('warehouse_config_checks'):g}"

        file.write_text(none)
        seen.append(reloaded(0))
        stage.write(orders(*five[:1]).replace("key: id", often))
        seen.append(reloaded(1))
        file.unlink()
        seen.append(reloaded(0))
        next_pass(exporter, "orders")
        assert {one.word for one in shown(exporter).values()} == {"PASS"}
    assert seen == ["5", "1", "1"]
    return "refused, 5 checks go on; taken, warehouse_config_checks 1; refused, 1 goes on"


@scenario(
    "secret-in-a-dsn",
    fault="A password with an unescaped @ or / in a DSN, next to a wrong port, in place of a port"
    " or a mode, with an open quote.",
    bound="No part of it is on the page, in a gauge, in the log or in what the gate prints.",
    long=True,
)
def secret_in_a_dsn(stage: Stage) -> str:
    """A mistake in a DSN is told without the DSN."""
    file = stage.folder / "dsn"
    config = with_file(OFTEN, file)
    stage.write(config)
    file.write_text("host=127.0.0.1 port=1")
    told = []
    with Serving(stage.folder / "config.yml", ["--log.level=debug"]) as exporter:
        for dsn in DSNS:
            file.write_text(dsn)
            next_try(exporter)
            told.append(page(exporter) + exporter.get("/metrics").text)
            told.append(exporter.get("/api/v1/checks").text)
        told.append(exporter.log.read_text())
    for dsn in DSNS:
        file.write_text(dsn)
        gate = stage.gate(NOON)
        assert gate.code == 3
        told.append(str(gate.said))
    stage.write(orders(VOLUME).replace("${WAREHOUSE_DSN}", f"${{UNSET:-{DSNS[0]}}}"))
    code, said = ended(stage, "check", NOON)
    assert code == 2
    told.append(said)
    assert not any(part in text for text in told for part in (SECRET, "etTail"))
    return f"{len(DSNS)} of them, and one in a default of a variable: nothing told"


def next_try(exporter: Serving) -> None:
    """Until it has tried again to reach the warehouse, twice: the first may have begun before."""
    count = len(exporter.events("warehouse not reachable"))
    wait_for(lambda: len(exporter.events("warehouse not reachable")) > count + 1)
