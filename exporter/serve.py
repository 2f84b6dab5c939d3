"""The exporter: passes on a schedule in one thread, HTTP in another, signals, reload."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import schedule
import uvicorn

from exporter.board import Board
from exporter.catalog import QUERIES
from exporter.config import Config, load
from exporter.errors import ConfigError, UsageError
from exporter.logs import event
from exporter.metrics import make_registry
from exporter.passes import run_pass
from exporter.warehouse import Connector
from exporter.web.app import make_app

log = logging.getLogger(__name__)
GRACE = 2
"""Seconds that running HTTP answers, and then the pass, get at shutdown."""


def utc_now() -> datetime:
    """The clock of the exporter; everything below takes the time as a parameter."""
    return datetime.now(UTC)


class Exporter:
    """One warehouse under watch: its config, its board, and the thread that runs the passes."""

    def __init__(self, config_file: str) -> None:
        self.config_file = config_file
        config = load(config_file)
        self.board = Board(config, utc_now())
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._connector = self._running = Connector(config.warehouse)
        self._jobs = planned(config, self._pass)
        self._thread = threading.Thread(target=self._loop, name="passes", daemon=True)

    def start(self) -> None:
        """Begin: one pass over everything, then each dataset at its own interval."""
        self._thread.start()

    def stop(self) -> None:
        """Cancel what runs in the warehouse and end; takes as long as one cancel.

        Never waits for a warehouse that hangs: the threads are daemons, and go with the process.
        """
        if not self._stop.is_set():
            self._stop.set()
            self._wake.set()
            threading.Thread(target=self._cancel, name="cancel", daemon=True).start()
        if self._thread.is_alive():
            self._thread.join(timeout=GRACE)

    def _cancel(self) -> None:
        """Again and again, because a pass may be between two statements, or about to connect."""
        while self._thread.is_alive():
            for connector in (self._connector, self._running):
                connector.cancel()
            self._thread.join(timeout=0.1)

    def reload(self) -> None:
        """Read the config again; a broken one is refused, and the last good one goes on.

        Raises ConfigError.
        """
        with self._lock:
            try:
                config = load(self.config_file)
            except ConfigError as error:
                self.board.reload_failed()
                event(log, logging.ERROR, "config not reloaded", problems=str(error))
                raise
            self._connector = Connector(config.warehouse)
            self._jobs = planned(config, self._pass)
            self.board.reconfigure(config, utc_now())
        event(log, logging.INFO, "config reloaded", sha256=config.sha256)
        self.collect()

    def collect(self) -> None:
        """Let a pass over everything begin now, or after the one that is running."""
        self._asked.set()
        self._wake.set()

    @property
    def ready(self) -> bool:
        """Whether the first pass has ended."""
        return self.board.snapshot.last is not None

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            jobs = self._jobs
            if self._asked.is_set():
                self._asked.clear()
                for job in jobs.get_jobs():
                    job.next_run = datetime.now()
            try:
                jobs.run_pending()
            except Exception:  # the loop outlives every fault; staleness alerts tell of it
                log.exception("pass failed")
            idle = jobs.idle_seconds
            self._wake.wait(timeout=max(0.05, 60.0 if idle is None else min(idle, 60.0)))

    def _pass(self, datasets: frozenset[str]) -> None:
        if self._stop.is_set():
            return
        with self._lock:
            config, self._running = self.board.snapshot.config, self._connector
        done = run_pass(config, self._running, utc_now(), datasets)
        if not self._stop.is_set() and config is self.board.snapshot.config:
            self.board.publish(done)


def planned(config: Config, run: Callable[[frozenset[str]], None]) -> schedule.Scheduler:
    """A job per interval, for all datasets that share it; each begins at once."""
    jobs = schedule.Scheduler()
    intervals: dict[float, set[str]] = {}
    for dataset in config.datasets.values():
        intervals.setdefault(dataset.every, set()).add(dataset.name)
    intervals[min(intervals)].add(QUERIES)
    for every, datasets in sorted(intervals.items()):
        seconds = max(1, round(every))
        job = jobs.every(seconds).seconds.do(run, frozenset(datasets))
        job.next_run = datetime.now()
    return jobs


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: ours also cancel statements."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to us."""
        yield


def address(listen: str) -> tuple[str, int]:
    """HOST:PORT; an IPv6 host stands in brackets. Raises UsageError."""
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise UsageError(
            f"--web.listen-address {listen!r}: write HOST:PORT, such as 127.0.0.1:9843"
        )
    return host.strip("[]") or "0.0.0.0", int(port)


def run(config_file: str, listen: str, *, lifecycle: bool) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError and UsageError before anything starts."""
    host, port = address(listen)
    exporter = Exporter(config_file)
    registry = make_registry(exporter.board, utc_now)
    app = make_app(exporter, registry, utc_now, lifecycle=lifecycle)
    settings = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=GRACE, lifespan="off",
    )  # fmt: skip
    server = Server(settings)
    try:
        asyncio.run(serve(server, exporter, listen))
    finally:
        exporter.stop()
    event(log, logging.INFO, "stopped")


async def serve(server: Server, exporter: Exporter, listen: str) -> None:
    """Listen first, so that /metrics answers from the start; then begin to measure."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True
        threading.Thread(target=exporter.stop, daemon=True).start()

    def reload() -> None:
        threading.Thread(target=quietly, args=(exporter,), daemon=True).start()

    loop.add_signal_handler(signal.SIGTERM, end)
    loop.add_signal_handler(signal.SIGINT, end)
    loop.add_signal_handler(signal.SIGHUP, reload)
    sock = bind(server, listen)
    event(log, logging.INFO, "listening", address=listen)
    exporter.start()
    await server.serve(sockets=[sock])


def quietly(exporter: Exporter) -> None:
    """Reload on SIGHUP, where nobody waits for an answer; the log and a gauge have it."""
    try:
        exporter.reload()
    except ConfigError:
        return


def bind(server: Server, listen: str) -> socket.socket:
    """The listening socket. Raises UsageError when the address is taken or not ours."""
    host, port = server.config.host, server.config.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise UsageError(f"cannot listen on {listen}: {error.strerror}") from None
    return sock
