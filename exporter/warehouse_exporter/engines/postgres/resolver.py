"""Where the hosts of a DSN are: asked of the resolver by ourselves, with a deadline.

libpq asks in a call that knows no deadline and lets no other thread run, so a name server that is
silent would stop /metrics as well. It takes addresses beside names; names stay for TLS.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping

from warehouse_exporter.core.errors import Unreachable

TICK = 0.1
"""How long a wait goes on before it looks whether the exporter is stopped, in seconds."""
Resolve = Callable[[str], list[str]]


def resolve(host: str) -> list[str]:
    """The addresses of a host, in the order in which they are to be tried; raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def addressed(
    parameters: Mapping[str, str],
    seconds: float,
    stop: threading.Event,
    ask: Resolve = resolve,
) -> dict[str, str]:
    """`host`, `hostaddr` and `port` with an address for every host, or nothing to change.

    A host with several addresses stands there several times, as libpq would try them all. Raises
    Unreachable when the resolver does not answer within some seconds, or knows none of the hosts.
    """
    hosts = parameters.get("host", "").split(",")
    if "hostaddr" in parameters or not all(hosts) or any(h[0] in "/@" for h in hosts):
        return {}
    ports = parameters.get("port", "").split(",")
    if len(ports) not in (1, len(hosts)):
        return {}
    ports = ports * len(hosts) if len(ports) == 1 else ports
    found = within(lambda: answers(hosts, ask), seconds, stop)
    rows = [
        (host, address, port)
        for host, port in zip(hosts, ports, strict=True)
        for address in found.get(host, [])
    ]
    if not rows:
        raise Unreachable(f'could not translate host name "{hosts[0]}" to address')
    names, addresses, numbers = (",".join(column) for column in zip(*rows, strict=True))
    return {"host": names, "hostaddr": addresses, "port": numbers}


def answers(hosts: list[str], ask: Resolve) -> dict[str, list[str]]:
    """The addresses of the hosts that have one."""
    found = {}
    for host in hosts:
        try:
            found[host] = ask(host)
        except (OSError, UnicodeError):
            continue
    return found


def within(
    call: Callable[[], dict[str, list[str]]], seconds: float, stop: threading.Event
) -> dict[str, list[str]]:
    """What a call answers that cannot be ended: one that is late is left to itself."""
    said: list[dict[str, list[str]]] = []
    done = threading.Event()

    def run() -> None:
        said.append(call())
        done.set()

    threading.Thread(target=run, name="resolver", daemon=True).start()
    deadline = time.monotonic() + seconds
    while not done.wait(TICK):
        if stop.is_set():
            raise Unreachable("the exporter is shutting down")
        if time.monotonic() > deadline:
            raise Unreachable(f"no address of the host within {seconds:g} s: the resolver hangs")
    return said[0]
