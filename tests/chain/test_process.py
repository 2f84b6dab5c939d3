"""The exporter as a process: it listens, passes, reloads, outlives its warehouse, and ends."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from warehouse_exporter.demo.postgres import Postgres

from tests.conftest import execute
from tests.support.serving import SOON, Serving, silent_server, wait_for

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric);
INSERT INTO orders SELECT i, now() - interval '1 day', i FROM generate_series(1, 9) i;
"""
CONFIG = """
warehouse: {{dsn: "{dsn}", connect_timeout: 10s}}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    every: {every}
    checks: [{{duplicates: {{critical: "{limit}"}}}}]
{more}
"""
LAST_SUCCESS = "warehouse_pass_last_success_timestamp_seconds"
SLOW = "select count(*) from (select generate_series(1, 1000000000)) as s"
HALF_A_SECOND = "select count(*) from generate_series(1, 4000000)"
BACKENDS = """
SELECT lower(query) FROM pg_stat_activity
WHERE application_name = 'warehouse-exporter' AND datname = current_database()
"""


def write(folder: Path, dsn: str, more: str = "", limit: str = "> 0", every: str = "1s") -> Path:
    """A config file."""
    file = folder / "config.yml"
    file.write_text(CONFIG.format(dsn=dsn, more=more, limit=limit, every=every))
    return file


def queries(*sql: str) -> str:
    """A section with queries of one's own."""
    listed = [f'  - {{name: q{n}, sql: "{text}", critical: "< 0"}}' for n, text in enumerate(sql)]
    return "\n".join(["queries:", *listed])


@pytest.fixture
def shop(database: str) -> str:
    """A database with a table to watch."""
    execute(database, TABLES)
    return database


@pytest.fixture
def serving(shop: str, tmp_path: Path) -> Iterator[Serving]:
    """An exporter after its first pass, with the lifecycle endpoints."""
    with Serving(write(tmp_path, shop), ["--web.enable-lifecycle"]) as exporter:
        exporter.wait_ready()
        yield exporter


def test_it_serves_what_its_passes_measure(serving: Serving) -> None:
    assert serving.metric("warehouse_up") == 1
    assert serving.metric("warehouse_rows_checked", check="duplicates") == 9
    assert serving.get("/api/v1/checks").json()["counts"]["pass"] == 1
    assert "PASS" in serving.get("/").text
    first = serving.metric("warehouse_passes_total") or 0
    wait_for(lambda: (serving.metric("warehouse_passes_total") or 0) > first + 1)
    pending = serving.metric("warehouse_check_unmeasured_reason", check="duplicates")
    assert pending is None


def test_it_listens_before_it_has_measured_and_ends_while_it_waits(tmp_path: Path) -> None:
    with silent_server() as port:
        dsn = f"postgresql://nobody@127.0.0.1:{port}/nothing"
        with Serving(write(tmp_path, dsn)) as exporter:
            assert exporter.get("/-/ready").status_code == 503
            assert exporter.metric("warehouse_check_measured", check="duplicates") == 0
            assert exporter.metric("warehouse_up") is None
            assert "The first pass has not ended yet." in exporter.get("/").text
            code, seconds = exporter.end()
    assert code == 0
    assert seconds < SOON


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_and_leaves_no_statement_behind(
    shop: str, tmp_path: Path, number: signal.Signals
) -> None:
    with Serving(write(tmp_path, shop, queries(SLOW, SLOW, SLOW))) as exporter:
        wait_for(lambda: "generate_series" in str(execute(shop, BACKENDS)))
        code, seconds = exporter.end(number)
        assert (code, execute(shop, BACKENDS)) == (0, [])
        assert seconds < SOON
        assert "Traceback" not in exporter.log.read_text()


def test_a_pass_never_overlaps_itself(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, shop, queries(HALF_A_SECOND))
    with Serving(config, ["--web.enable-lifecycle"]) as exporter:
        exporter.wait_ready()
        seen: set[int] = set()
        passes: set[float | None] = set()

        def four_passes() -> bool:
            exporter.post("/-/collect")
            seen.add(str(execute(shop, BACKENDS)).count("generate_series"))
            passes.add(exporter.metric(LAST_SUCCESS, dataset="queries"))
            return len(passes) > 3

        wait_for(four_passes)
    assert max(seen) == 1


def test_a_pass_that_is_asked_for_during_a_pass_follows_it(shop: str, tmp_path: Path) -> None:
    config = write(tmp_path, shop, queries(HALF_A_SECOND), every="1h")
    with Serving(config, ["--web.enable-lifecycle"]) as exporter:
        wait_for(lambda: "generate_series" in str(execute(shop, BACKENDS)))
        asked = time.time()
        assert exporter.post("/-/collect").status_code == 202
        wait_for(lambda: (exporter.metric(LAST_SUCCESS, dataset="queries") or 0) > asked)


def test_it_outlives_its_warehouse(postgres: Postgres, shop: str, tmp_path: Path) -> None:
    with Serving(write(tmp_path, shop)) as exporter:
        wait_for(lambda: exporter.metric("warehouse_up") == 1)
        with postgres.outage():
            wait_for(lambda: exporter.metric("warehouse_up") == 0)
            assert exporter.metric("warehouse_check_measured", check="duplicates") == 0
            assert exporter.metric("warehouse_rows_checked", check="duplicates") == 9
            assert "The warehouse could not be reached." in exporter.get("/").text
            assert exporter.get("/-/ready").status_code == 200
        wait_for(lambda: exporter.metric("warehouse_up") == 1)
        assert exporter.metric("warehouse_check_measured", check="duplicates") == 1
        failures = exporter.metric("warehouse_statement_failures_total", reason="connection")
        assert failures


def by_signal(exporter: Serving) -> None:
    """Reload on SIGHUP."""
    exporter.send(signal.SIGHUP)


def by_request(exporter: Serving) -> None:
    """Reload on POST."""
    assert exporter.post("/-/reload").status_code == 200


@pytest.mark.parametrize("reload", [by_signal, by_request])
def test_a_reload_takes_the_new_config(
    serving: Serving, shop: str, tmp_path: Path, reload: Callable[[Serving], None]
) -> None:
    write(tmp_path, shop, queries("select 0"), limit="> 1 rows")
    reload(serving)
    wait_for(lambda: serving.metric("warehouse_check_limit", check="duplicates") == 1)
    wait_for(lambda: serving.metric("warehouse_query_value", check="q0") == 0)
    assert serving.metric("warehouse_config_last_reload_successful") == 1


def test_a_broken_config_is_refused_and_the_last_good_one_goes_on(
    serving: Serving, tmp_path: Path
) -> None:
    (tmp_path / "config.yml").write_text("warehouse: {dsnn: x}\n")
    answer = serving.post("/-/reload")
    assert answer.status_code == 500
    assert "config.yml:1: warehouse.dsnn" in answer.text
    assert serving.metric("warehouse_config_last_reload_successful") == 0
    serving.send(signal.SIGHUP)
    wait_for(lambda: len(serving.events("config not reloaded")) == 2)
    passes = serving.metric("warehouse_passes_total") or 0
    wait_for(lambda: (serving.metric("warehouse_passes_total") or 0) > passes)
    assert serving.metric("warehouse_check_measured", check="duplicates") == 1
    assert "The config could not be reloaded." in serving.get("/").text


def test_the_lifecycle_is_off_unless_asked_for(shop: str, tmp_path: Path) -> None:
    with Serving(write(tmp_path, shop)) as exporter:
        for path in ("/-/reload", "/-/collect"):
            answer = exporter.post(path)
            assert answer.status_code == 403
            assert "--web.enable-lifecycle" in answer.text
            assert exporter.get(path).status_code == 405


def test_many_scrapes_at_once_are_all_answered(serving: Serving) -> None:
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(serving.get("/metrics").status_code))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 20


def test_the_log_says_what_a_pass_was_about(serving: Serving) -> None:
    ended = serving.events("pass ended")[0]
    assert ended["level"] == "info"
    assert (ended["datasets"], ended["checks"], ended["up"]) == (1, 1, True)
    assert serving.events("listening")[0]["address"] == serving.address
    assert "postgres" not in serving.log.read_text()
