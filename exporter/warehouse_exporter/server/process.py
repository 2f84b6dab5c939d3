"""The exporter as a process: HTTP, signals, and the order in which it begins and ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from warehouse_exporter.core.errors import ConfigError, Problem, UsageError
from warehouse_exporter.core.logs import event
from warehouse_exporter.server.memory import use_one_heap
from warehouse_exporter.server.scheduler import GRACE, Exporter, utc_now
from warehouse_exporter.server.shards import Shard
from warehouse_exporter.server.web.prefix import Prefixed
from warehouse_exporter.server.web.several import site_of
from warehouse_exporter.server.web.timeouts import ClientTimeouts, Recognizing, hang_up

log = logging.getLogger(__name__)
TURN = 0.001
"""Seconds that a thread may work while another waits: a scrape takes a few turns, and a pass or a
reload need not be handed over more often than that."""
BOUND = 8.0
"""Seconds after which a process ends at the latest; it usually takes a tenth of that."""


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers, as ours also cancel statements, and with
    timeouts for clients: it would otherwise wait for ever for one that does not read."""

    def __init__(self, settings: uvicorn.Config, timeouts: ClientTimeouts | None = None) -> None:
        super().__init__(settings)
        self._timeouts = timeouts or ClientTimeouts()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to us."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Several times a second: look after the clients; true when it is time to end."""
        self._timeouts.look_after(self.server_state.connections)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers be read that are under way, but not for long."""
        asyncio.get_running_loop().call_later(GRACE / 2, self._hang_up)
        await super().shutdown(sockets)

    def _hang_up(self) -> None:
        for connection in list(self.server_state.connections):
            hang_up(connection)


def address(listen: str) -> tuple[str, int]:
    """HOST:PORT; an IPv6 host is in brackets. Raises UsageError."""
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise UsageError(
            f"--web.listen-address {listen!r}: write HOST:PORT, such as 127.0.0.1:9843"
        )
    return host.strip("[]") or "0.0.0.0", int(port)


def run(
    config_files: Sequence[str],
    listen: str,
    *,
    lifecycle: bool,
    web_config: str | None = None,
    prefix: str = "",
    shard: Shard | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError and UsageError before anything starts.

    Each config is a warehouse of its own, with passes and failures of its own.

    All paths begin with `prefix`, such as `/shop`, if there is one.
    """
    host, port = address(listen)
    sys.setswitchinterval(TURN)
    use_one_heap()
    exporters = made(config_files, shard)
    timeouts = ClientTimeouts()
    app: Any = Recognizing(site_of(exporters, utc_now, lifecycle=lifecycle), timeouts)
    app = Prefixed(app, prefix) if prefix else app
    options: dict[str, Any] = {
        "host": host, "port": port, "log_config": None, "access_log": False,
        "server_header": False, "timeout_graceful_shutdown": int(GRACE), "lifespan": "off",
        "ws": "none",
    }  # fmt: skip
    if web_config:
        from warehouse_exporter.server.web.auth import guarded

        def web_loaded(ok: bool) -> None:
            for exporter in exporters.values():
                exporter.store.web_loaded(ok)

        settings = guarded(app, web_config, web_loaded, **options)
    else:
        settings = uvicorn.Config(app, **options)
    server = Server(settings, timeouts)
    try:
        asyncio.run(serve(server, tuple(exporters.values()), listen))
    finally:
        stop(exporters.values())
    event(log, logging.INFO, "stopped")


def made(config_files: Sequence[str], shard: Shard | None) -> dict[str, Exporter]:
    """An exporter for each config, by the name of its warehouse. Raises ConfigError."""
    found: dict[str, Exporter] = {}
    for file in config_files:
        exporter = Exporter(file, shard, alone=len(config_files) == 1)
        name = exporter.store.snapshot.config.warehouse.name
        if name in found:
            why = f"{name!r} is the warehouse of {found[name].config_file} as well: give it another"
            raise ConfigError([Problem(file, 1, "warehouse.name", why)])
        found[name] = exporter
    return found


def stop(exporters: Iterable[Exporter]) -> None:
    """Stop all of them at the same time: each takes as long as a cancel."""
    threads = [threading.Thread(target=exporter.stop, daemon=True) for exporter in exporters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def serve(server: Server, exporters: Sequence[Exporter], listen: str) -> None:
    """Listen first, so that /metrics answers from the start; then begin to measure."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True
        threading.Thread(target=stop, args=(exporters,), daemon=True).start()
        threading.Thread(target=insist, daemon=True).start()

    def reload() -> None:
        for exporter in exporters:
            threading.Thread(target=quietly, args=(exporter,), daemon=True).start()

    loop.add_signal_handler(signal.SIGTERM, end)
    loop.add_signal_handler(signal.SIGINT, end)
    loop.add_signal_handler(signal.SIGHUP, reload)
    sock = bind(server, listen)
    event(log, logging.INFO, "listening", address=listen)
    for exporter in exporters:
        exporter.start()
    await server.serve(sockets=[sock])


def quietly(exporter: Exporter) -> None:
    """Reload on SIGHUP; the log and a gauge have the result."""
    try:
        exporter.reload()
    except ConfigError:
        return


def insist() -> None:
    """End the process even if a thread hangs in a file system that is gone."""
    time.sleep(BOUND)
    event(log, logging.WARNING, "ended with something still hanging", seconds=BOUND)
    os._exit(0)


def bind(server: Server, listen: str) -> socket.socket:
    """The listening socket. Raises UsageError when the address is taken or not ours."""
    host, port = server.config.host, server.config.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, the event loop sends a scrape at once: an answer on a connection that
    # is kept would else wait 40 ms for the client's acknowledgement.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise UsageError(f"cannot listen on {listen}: {error.strerror}") from None
    return sock
