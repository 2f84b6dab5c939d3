"""`warehouse-exporter serve` as a process of its own, for as long as a `with` block."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from prometheus_client.parser import text_string_to_metric_families

Answer = TypeVar("Answer")
SOON = 45.0
"""Seconds in which a machine that is busy with much else does what takes a second or two. What
would be wrong takes longer wherever this is the bound: it is to wait for a minute or more."""


def wait_for(predicate: Callable[[], Answer], timeout: float = 240, between: float = 0.1) -> Answer:
    """The first true answer, asked for every so many seconds.

    Raises AssertionError with the last one after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while not (answer := predicate()):
        assert time.monotonic() < deadline, f"after {timeout:g} s still {answer!r}"
        time.sleep(between)
    return answer


PORTS = range(20_000, 32_000)
"""Below those that the kernel gives to clients: nobody gets one of these by chance."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, nor is likely to soon."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word: a warehouse that hangs."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


class Serving:
    """An exporter on a config file; it listens when the block begins, and is gone after it."""

    patience = 60.0
    """Seconds in which it must listen, on a machine that has much else to do."""

    def __init__(self, config: Path, options: Sequence[str] = ()) -> None:
        """Describe it; `options` are added to the command line."""
        self.address = f"127.0.0.1:{free_port()}"
        self.log = config.with_suffix(".log")
        self.command = [
            sys.executable, "-m", "warehouse_exporter", "serve", f"--config.file={config}",
            f"--web.listen-address={self.address}", "--log.format=json", *options,
        ]  # fmt: skip

    def __enter__(self) -> Self:
        """Start, and wait until it listens."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        try:
            wait_for(self._listens, self.patience)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, the hard way if it does not go."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/-/healthy").is_success
        except httpx.TransportError:
            return False

    def get(self, path: str) -> httpx.Response:
        """The answer to a GET."""
        return httpx.get(f"http://{self.address}{path}", timeout=30)

    def post(self, path: str) -> httpx.Response:
        """The answer to a POST."""
        return httpx.post(f"http://{self.address}{path}", timeout=30)

    def metric(self, name: str, **labels: str) -> float | None:
        """A gauge or counter that /metrics shows now, or None."""
        for family in text_string_to_metric_families(self.get("/metrics").text):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return sample.value
        return None

    def wait_ready(self) -> None:
        """Until the first pass has ended."""
        wait_for(lambda: self.get("/-/ready").is_success, self.patience)

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Exit code and seconds it took to end on a signal."""
        started = time.monotonic()
        self.send(number)
        code = self.process.wait(60)
        return code, time.monotonic() - started

    def events(self, message: str) -> list[dict[str, Any]]:
        """The log lines with that message."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line]
        return [line for line in lines if line["msg"] == message]
