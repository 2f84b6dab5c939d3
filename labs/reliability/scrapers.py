"""Dozens of scrapers: some fast, some that hardly read their response."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

PIPELINED = 4
"""Answers that a slow scraper asks for at once: more than the buffers of the kernel hold."""
REQUEST = (
    "GET /metrics HTTP/1.1\r\nHost: {address}\r\nAccept: text/plain;version=0.0.4\r\n"
    "Accept-Encoding: {encoding}\r\n\r\n"
)


def scrapes(address: str, clients: int, each: int, encoding: str = "gzip") -> int:
    """How many scrapes were answered in full with a 200, of many clients at once that scrape some
    times each over a connection that they keep, as Prometheus does."""
    return asyncio.run(scrape_all(address, clients, each, encoding))


async def scrape_all(address: str, clients: int, each: int, encoding: str) -> int:
    """All clients at once."""
    answered = 0
    host, _, port = address.partition(":")
    request = REQUEST.format(address=address, encoding=encoding).encode()

    async def client() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection(host, port)
        for _ in range(each):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            answered += 1
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answered


@contextmanager
def sluggish(address: str, clients: int) -> Iterator[list[socket.socket]]:
    """Scrapers that asked for everything, and leave it to the block how much of it is read."""
    request = REQUEST.format(address=address, encoding="identity").encode()
    with said(address, clients, request * PIPELINED) as opened:
        yield opened


@contextmanager
def said(address: str, clients: int, words: bytes) -> Iterator[list[socket.socket]]:
    """Clients with little room for an answer, who said these words and no more."""
    host, _, port = address.partition(":")
    with ExitStack() as stack:
        opened = []
        for _ in range(clients):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.settimeout(5)
            one.connect((host, int(port)))
            one.sendall(words)
            opened.append(one)
        yield opened
