"""A pair of exporters with one config behind one address: one page, whichever of them answers."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from click.testing import CliRunner
from warehouse_exporter.cli.main import main

from labs.incidents.notices import notices, pages
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import Serving, wait_for

pytestmark = [needs("prometheus"), needs("prometheus-alertmanager")]
CONFIG = """
warehouse: {dsn: "DSN"}
datasets:
  orders: {relation: orders, key: id, every: 1s, checks: [duplicates: {critical: "> 0"}]}
alerts: {keep_firing_for: 10s}
routing:
  pagerduty: {routing_key_file: FOLDER/key, url: PEOPLE/pagerduty}
  slack: {api_url_file: FOLDER/slack}
"""


@contextmanager
def service(addresses: Sequence[str]) -> Iterator[str]:
    """One address for several: a connection goes to the first of them that takes it."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            for address in addresses:
                host, port = address.split(":")
                with suppress(OSError), socket.create_connection((host, int(port)), 5) as to:
                    back = threading.Thread(target=pipe, args=(to, self.request), daemon=True)
                    back.start()
                    pipe(self.request, to)
                    return

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Threads(("127.0.0.1", 0), Forward) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def pipe(source: socket.socket, to: socket.socket) -> None:
    """Hand on what comes, until one side is gone; then both are."""
    with suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
    for one in (source, to):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def test_one_page_and_one_resolve_though_the_exporter_that_found_it_ends(
    tmp_path: Path, database: str
) -> None:
    execute(database, "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)")
    with Recorder() as people:
        (tmp_path / "key").write_text("a key")
        (tmp_path / "slack").write_text(f"{people.url}/slack")
        text = CONFIG.replace("DSN", database).replace("FOLDER", str(tmp_path))
        for name in ("one", "two"):
            (tmp_path / f"{name}.yml").write_text(text.replace("PEOPLE", people.url))
        files = ["--config.file", str(tmp_path / "one.yml"), "--output", str(tmp_path / "made")]
        assert CliRunner().invoke(main, ["assets", *files]).exit_code == 0
        rules = tmp_path / "made" / "prometheus" / "rules" / "warehouse.yml"
        routes = tmp_path / "made" / "alertmanager" / "alertmanager.yml"
        hurried = routes.read_text().replace("group_wait: 30s", "group_wait: 0s")
        routes.write_text(hurried.replace("group_interval: 1m", "group_interval: 1s"))
        with (
            Serving(tmp_path / "one.yml") as one,
            Serving(tmp_path / "two.yml") as two,
            service([one.address, two.address]) as address,
            AlertmanagerServer(routes) as alertmanager,
            PrometheusServer([address], [rules], alertmanager.url) as prometheus,
        ):
            wait_for(lambda: prometheus.query("warehouse_check_measured == 1"))
            execute(database, "INSERT INTO orders VALUES (2)")
            wait_for(lambda: pages(notices(people)))
            started = prometheus.query("process_start_time_seconds")[0]["value"][1]
            one.process.kill()
            wait_for(
                lambda: any(
                    found["value"][1] != started
                    for found in prometheus.query("process_start_time_seconds")
                )
            )
            execute(database, "DELETE FROM orders WHERE ctid = (SELECT max(ctid) FROM orders)")
            wait_for(lambda: [page for page in pages(notices(people)) if page.resolved])
            assert [page.resolved for page in pages(notices(people))] == [False, True]
