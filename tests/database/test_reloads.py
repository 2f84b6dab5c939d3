"""A reload holds up neither passes nor scrapes, and what cannot be meant is not taken."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.history.model import NO_PAST
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.server import reloads
from warehouse_exporter.server.scheduler import Exporter, utc_now
from warehouse_exporter.server.web.filters import Filter
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.front import render_front

from tests.support.serving import Serving, wait_for

NOWHERE = "warehouse: {dsn: 'host=127.0.0.1 port=1 dbname=x'}"
CHECKS = [f"{{volume: {{name: v{n}, critical: '< 5'}}}}" for n in range(5)]


def written(file: Path, checks: list[str], warehouse: str = NOWHERE) -> Path:
    """A config with some checks of one dataset, over which a pass goes every second."""
    listed = ", ".join(checks)
    dataset = f"datasets: {{orders: {{relation: orders, time: ts, every: 1s, checks: [{listed}]}}}}"
    file.write_text(f"{warehouse}\n{dataset}\n")
    return file


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Exporter]:
    """An exporter whose warehouse is not there, so that its passes are short."""
    made = Exporter(str(written(tmp_path / "config.yml", CHECKS)))
    made.start()
    yield made
    made.stop()


def a_pipe(file: Path) -> None:
    """Put a pipe in the place of a file, to which nobody writes."""
    file.unlink(missing_ok=True)
    os.mkfifo(file)


def test_passes_and_scrapes_go_on_while_a_reload_hangs(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, scrape = Path(exporter.config_file), Scrape(exporter.store, utc_now)
    said: list[str] = []

    def reload() -> None:
        with pytest.raises(ConfigError) as refused:
            exporter.reload()
        said.append(str(refused.value))

    a_pipe(file)
    hanging = threading.Thread(target=reload)
    hanging.start()
    wait_for(lambda: "reload" in {thread.name for thread in threading.enumerate()})
    passes = exporter.store.snapshot.counts.passes
    wait_for(lambda: exporter.store.snapshot.counts.passes > passes + 1)
    body = scrape.body("", zipped=False).content
    assert b'\nwarehouse_config_last_reload_successful{warehouse="warehouse"} 1.0\n' in body
    assert said == []
    monkeypatch.setattr(reloads, "SECONDS", 0.0)
    hanging.join()
    assert said == [f"{file}:1: not loaded within 0 s"]
    body = scrape.body("", zipped=False).content
    assert b'\nwarehouse_config_last_reload_successful{warehouse="warehouse"} 0.0\n' in body
    monkeypatch.setattr(reloads, "SECONDS", 60.0)
    file.unlink()
    written(file, CHECKS)
    exporter.reload()
    assert exporter.store.snapshot.reload_ok


def test_reloads_that_hang_are_not_piled_up(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pipe(Path(exporter.config_file))
    monkeypatch.setattr(reloads, "SECONDS", 0.0)
    for _ in range(reloads.MOST):
        with pytest.raises(ConfigError, match="not loaded within"):
            exporter.reload()
    with pytest.raises(ConfigError, match="8 reloads hang already"):
        exporter.reload()


@pytest.mark.parametrize("left", ["datasets: {orders: {relation: orders}}\n", None])
def test_a_config_without_a_check_is_refused(exporter: Exporter, left: str | None) -> None:
    file, before = Path(exporter.config_file), exporter.store.snapshot.config
    whole = file.read_text()
    file.write_text(
        whole.partition("datasets:")[0] + left if left else written_to_the_middle(whole)
    )
    with pytest.raises(ConfigError, match="no check in it: was the file cut off"):
        exporter.reload()
    assert exporter.store.snapshot.config is before
    assert not exporter.store.snapshot.reload_ok
    with pytest.raises(ConfigError, match="was the file cut off"):
        Exporter(str(file))


def written_to_the_middle(whole: str) -> str:
    """A config in block style that ends before its checks."""
    return (
        whole.partition("datasets:")[0] + "datasets:\n  orders:\n    relation: orders\n    time: ts"
    )


def test_a_config_that_lost_most_of_its_checks_is_taken_and_told(
    exporter: Exporter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "warehouse_exporter")
    told = "config lost most of its checks"
    written(Path(exporter.config_file), CHECKS[:3])
    exporter.reload()
    assert told not in caplog.messages, "three of five are more than half"
    written(Path(exporter.config_file), CHECKS[:1])
    exporter.reload()
    assert told in caplog.messages
    assert len(exporter.store.snapshot.config.checks) == 1


@pytest.mark.parametrize(
    "warehouse",
    [
        "warehouse: {dsn: 'postgresql://u:sesame@db/x'}",
        "warehouse: {dsn: 'password=sesame host=db', dsn_file: [sesame]}",
        "warehouse: {dsn: 'postgresql://u:ses@ame@db/x', timezone: nowhere}",
        "warehouse: {dsn: {password: sesame}}",
        "warehouse: {dsn: 'postgresql://u:sesame@db/x'",
        "warehouse: {dsn: 'password=sesame\n",
        "warehouse: {dsn: postgresql://u:sesame@db/x: y}",
    ],
)
def test_a_config_that_is_refused_tells_no_secret(
    exporter: Exporter, caplog: pytest.LogCaptureFixture, warehouse: str
) -> None:
    written(Path(exporter.config_file), CHECKS, warehouse)
    with pytest.raises(ConfigError) as refused:
        exporter.reload()
    logged = [str(getattr(record, "fields", "")) for record in caplog.records]
    page = render_front(View(exporter.store.snapshot, NO_PAST, utc_now()), Filter())
    scraped = Scrape(exporter.store, utc_now).body("", zipped=False).content.decode()
    said = "\n".join([str(refused.value), *caplog.messages, *logged, page, scraped])
    assert "not reloaded" in said
    assert "sesame" not in said
    assert "ses@ame" not in said


def test_a_dsn_file_that_hangs_says_so_and_holds_up_no_end(tmp_path: Path) -> None:
    a_pipe(tmp_path / "dsn")
    hanging = "warehouse: {dsn_file: dsn, connect_timeout: 1s}"
    file = written(tmp_path / "config.yml", CHECKS, hanging)
    with Serving(file, ["--web.enable-lifecycle"]) as exporter:
        wait_for(lambda: exporter.metric("warehouse_up") == 0)
        assert "dsn: its end did not come within 1 s" in exporter.get("/").text
        a_pipe(file)
        exporter.send(signal.SIGHUP)
        host, _, port = exporter.address.partition(":")
        with socket.create_connection((host, int(port))) as asking:
            asking.sendall(b"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            assert exporter.get("/-/healthy").is_success
            code, _ = exporter.end()
        assert code == 0
        assert "Traceback" not in exporter.log.read_text()
