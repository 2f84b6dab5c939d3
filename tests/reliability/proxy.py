"""A network between the exporter and Postgres that can swallow everything, and yet stay up."""

from __future__ import annotations

import socket
import threading
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
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        """Listen."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every connection."""
        self._forwards.set()
        for one in (self._server, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def black_hole(self) -> None:
        """Forward nothing from now on, the end of a connection included."""
        self._forwards.clear()

    def heal(self) -> None:
        """Forward again, what was held back first."""
        self._forwards.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                self._sockets.append(client)
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._forwards.wait()
        with suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets.append(server)
            threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
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
