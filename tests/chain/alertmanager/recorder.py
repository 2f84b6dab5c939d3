"""Servers in place of Slack, PagerDuty, a mail relay and webhooks: they record what is sent."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.support.serving import wait_for


@dataclass(frozen=True)
class Request:
    """What came over HTTP: the path it was sent to, who it said it was, its JSON, and when."""

    path: str
    authorization: str | None
    body: Any
    at: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Mail:
    """What came over SMTP: who logged in, whom it is for, the message, and when."""

    login: tuple[str, str] | None
    to: str
    message: EmailMessage
    at: float = field(default_factory=time.time)

    def part(self, kind: str) -> str:
        """Its text as `plain` or as `html`."""
        body = self.message.get_body((kind,))
        assert body is not None
        text: str = body.get_content()
        return text


class HttpServer(ThreadingHTTPServer):
    """Takes as many connections at once as there are alerts."""

    request_queue_size = 512


class MailServer(socketserver.ThreadingTCPServer):
    """The same, for mail."""

    request_queue_size = 512


class Recorder:
    """Listens on two ports of 127.0.0.1, for HTTP and for mail, for as long as a `with` block."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.requests: list[Request] = []
        self.mails: list[Mail] = []

    def __enter__(self) -> Self:
        """Listen."""
        recorder = self

        class Http(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                secret = self.headers.get("Authorization")
                recorder.requests.append(Request(self.path, secret, json.loads(body)))
                self.send_response(202 if self.path == "/pagerduty" else 200)
                self.end_headers()
                self.wfile.write(b'{"status": "success"}')

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        class Smtp(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                recorder.talk(self)

        self._undo = ExitStack()
        for server in (
            HttpServer(("127.0.0.1", 0), Http),
            MailServer(("127.0.0.1", 0), Smtp),
        ):
            self._undo.callback(server.server_close)
            self._undo.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            if isinstance(server, HttpServer):
                self.url = f"http://127.0.0.1:{server.server_address[1]}"
            else:
                self.smarthost = f"127.0.0.1:{server.server_address[1]}"
        return self

    def __exit__(self, *reason: object) -> None:
        """Listen no more."""
        self._undo.close()

    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        """One conversation of SMTP, as far as Alertmanager needs it."""
        login, to = None, ""

        def say(text: str) -> None:
            line.wfile.write(f"{text}\r\n".encode())

        say("220 recorder")
        while heard := line.rfile.readline().decode().strip():
            word = heard.upper()
            if word.startswith("EHLO"):
                say("250-recorder\r\n250 AUTH PLAIN")
            elif word.startswith("AUTH PLAIN"):
                _, user, password = base64.b64decode(heard.split()[2]).decode().split("\0")
                login = (user, password)
                say("235 welcome")
            elif word.startswith("DATA"):
                say("354 go on")
                self.mails.append(Mail(login, to, message(line)))
                say("250 taken")
            elif word.startswith("QUIT"):
                say("221 bye")
                return
            else:
                to = heard.partition(":")[2].strip("<> ") if word.startswith("RCPT") else to
                say("250 well")

    def at(self, path: str) -> list[Any]:
        """What was sent to a path, in order."""
        return [request.body for request in self.requests if request.path == path]

    def wait_at(self, path: str, count: int = 1) -> list[Any]:
        """The same, as soon as there are so many."""
        return wait_for(lambda: found if len(found := self.at(path)) >= count else [])


def message(line: socketserver.StreamRequestHandler) -> EmailMessage:
    """The message that follows DATA."""
    lines = []
    while (one := line.rfile.readline()) != b".\r\n":
        if not one:
            raise ConnectionError("the mail broke off: its sender was ended")
        lines.append(one.removeprefix(b".") if one.startswith(b"..") else one)
    found = message_from_bytes(b"".join(lines), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found
