"""A network between the exporter and Postgres that can swallow everything, and yet stay up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


class Network:
    """A port in front of another; while it is a black hole it forwards nothing and ends nothing."""

    def __init__(self, port: int) -> None:
        """Describe it; `port` of 127.0.0.1 is where it leads."""
        self._target = port
        self._forwards = threading.Event()
        self._forwards.set()
        self._ended = False
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Listen."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._run(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every connection."""
        self._ended = True
        self._forwards.set()
        for one in (self._server, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:  # grows meanwhile, by those that a thread still begins
            thread.join()
        for one in (self._server, *self._sockets):
            one.close()

    def black_hole(self) -> None:
        """Forward nothing from now on, the end of a connection included."""
        self._forwards.clear()

    def heal(self) -> None:
        """Forward again, what was held back first."""
        self._forwards.set()

    def _run(self, target: Callable[..., None], *given: socket.socket) -> None:
        """Do something beside everything else."""
        thread = threading.Thread(target=target, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                self._sockets.append(client)
                self._run(self._connect, client)

    def _connect(self, client: socket.socket) -> None:
        self._forwards.wait()
        if self._ended:
            return
        with suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets.append(server)
            self._run(self._pump, server, client)
            self._pump(client, server)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Carry bytes, and at last the end, from one side to the other."""
        with suppress(OSError):
            while data := source.recv(65536):
                self._forwards.wait()
                sink.sendall(data)
        self._forwards.wait()
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
