"""The receiver of the demo: it answers as PagerDuty and Slack do, and outlives what it is sent."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from warehouse_exporter.demo.receiver import HEARTBEAT, LONGEST, PAGERDUTY, SLACK, listening


@dataclass
class Heard:
    """A receiver, and what it has passed on."""

    url: str = ""
    messages: list[tuple[str, Any]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def hear(self, path: str, body: Any) -> None:
        """Take anything but lists; numbers show a fault of our own."""
        if isinstance(body, list):
            raise ValueError("a list says nothing")
        if isinstance(body, int):
            raise TypeError("a number was not thought of")
        self.messages.append((path, body))

    def refuse(self, path: str, why: str) -> None:
        """Remember what was not taken."""
        self.refused.append((path, why))

    def post(self, path: str, content: bytes, **headers: str) -> int:
        """The status of the answer."""
        return httpx.post(self.url + path, content=content, headers=headers).status_code


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()
    with listening(found.hear, found.refuse) as found.url:
        yield found


def test_each_is_answered_as_the_real_one_does(heard: Heard) -> None:
    assert [heard.post(path, b'{"a": 1}') for path in (PAGERDUTY, SLACK, HEARTBEAT)] == [
        202, 200, 200,
    ]  # fmt: skip
    assert heard.messages == [(path, {"a": 1}) for path in (PAGERDUTY, SLACK, HEARTBEAT)]
    assert heard.refused == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b"[" * 100_000], ids=lambda content: repr(content[:5])
)
def test_what_nobody_understands_is_refused_and_it_goes_on(heard: Heard, content: bytes) -> None:
    assert heard.post(PAGERDUTY, content) == 400
    assert heard.post("/elsewhere", b"{}") == 404
    assert heard.messages == []
    [(path, why)] = heard.refused
    assert path == PAGERDUTY
    assert why
    assert heard.post(PAGERDUTY, b"{}") == 202


@pytest.mark.parametrize("length", ["-1", "many", "", str(LONGEST + 1)])
def test_a_length_that_is_none_is_refused(heard: Heard, length: str) -> None:
    assert raw(heard, f"Content-Length: {length}").startswith(b"HTTP/1.0 400 ")
    assert heard.refused == [(PAGERDUTY, f"Content-Length: no number up to {LONGEST}")]
    assert heard.post(PAGERDUTY, b"{}") == 202


def raw(heard: Heard, *headers: str) -> bytes:
    """The answer to a request that no client would make."""
    host, port = heard.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        lines = [f"POST {PAGERDUTY} HTTP/1.1", *headers, "", ""]
        line.sendall("\r\n".join(lines).encode())
        return line.recv(1000)


def test_who_breaks_off_is_forgotten(heard: Heard, capfd: pytest.CaptureFixture[str]) -> None:
    """A reset, as of a sender that is killed: the answer finds nobody."""
    host, port = heard.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall(f"POST {PAGERDUTY} HTTP/1.1\r\nContent-Length: 10\r\n\r\n{{".encode())
    assert heard.post(PAGERDUTY, b"{}") == 202
    assert capfd.readouterr() == ("", "")


def test_a_fault_of_our_own_is_said_and_it_goes_on(
    heard: Heard, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        heard.post(PAGERDUTY, b"1")
    assert heard.post(PAGERDUTY, b"{}") == 202
    assert "TypeError: a number was not thought of" in capfd.readouterr().err
