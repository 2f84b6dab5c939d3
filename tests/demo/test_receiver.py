"""The receiver of the demo: it answers as PagerDuty and Slack do, and outlives what it is sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from exporter.demo.receiver import HEARTBEAT, LONGEST, PAGERDUTY, SLACK, listening


@dataclass
class Heard:
    """A receiver, and what it has passed on."""

    url: str = ""
    messages: list[tuple[str, Any]] = field(default_factory=list)

    def hear(self, path: str, body: Any) -> None:
        """Take anything but lists."""
        if isinstance(body, list):
            raise ValueError("a list says nothing")
        self.messages.append((path, body))

    def post(self, path: str, content: bytes, **headers: str) -> int:
        """The status of the answer."""
        return httpx.post(self.url + path, content=content, headers=headers).status_code


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()
    with listening(found.hear) as found.url:
        yield found


def test_each_is_answered_as_the_real_one_does(heard: Heard) -> None:
    assert [heard.post(path, b'{"a": 1}') for path in (PAGERDUTY, SLACK, HEARTBEAT)] == [
        202, 200, 200,
    ]  # fmt: skip
    assert heard.messages == [(path, {"a": 1}) for path in (PAGERDUTY, SLACK, HEARTBEAT)]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b"[" * 100_000], ids=lambda content: repr(content[:5])
)
def test_what_nobody_understands_is_refused_and_it_goes_on(heard: Heard, content: bytes) -> None:
    assert heard.post(PAGERDUTY, content) == 400
    assert heard.post("/elsewhere", b"{}") == 404
    assert heard.messages == []
    assert heard.post(PAGERDUTY, b"{}") == 202


@pytest.mark.parametrize("length", ["-1", "many", "", str(LONGEST + 1)])
def test_a_length_that_is_none_is_refused(heard: Heard, length: str) -> None:
    assert raw(heard, f"Content-Length: {length}").startswith(b"HTTP/1.0 400 ")
    assert heard.post(PAGERDUTY, b"{}") == 202


def raw(heard: Heard, *headers: str) -> bytes:
    """The answer to a request that no client would make."""
    host, port = heard.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        lines = [f"POST {PAGERDUTY} HTTP/1.1", *headers, "", ""]
        line.sendall("\r\n".join(lines).encode())
        return line.recv(1000)


def test_who_breaks_off_is_forgotten(heard: Heard, capfd: pytest.CaptureFixture[str]) -> None:
    host, port = heard.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(f"POST {PAGERDUTY} HTTP/1.1\r\nContent-Length: 10\r\n\r\n{{".encode())
    assert heard.post(PAGERDUTY, b"{}") == 202
    assert capfd.readouterr() == ("", "")
