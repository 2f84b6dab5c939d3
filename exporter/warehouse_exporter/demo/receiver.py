"""In place of Slack, PagerDuty and the webhooks: listens, and passes on what it is sent."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLACK, PAGERDUTY = "/slack", "/pagerduty"
OBSERVABILITY, HEARTBEAT = "/observability", "/heartbeat"
ANSWERS = {SLACK: 200, PAGERDUTY: 202, OBSERVABILITY: 200, HEARTBEAT: 200}
"""Path -> the status with which the real one says that it has understood."""
LONGEST = 10_000_000
"""Bytes of a request; a page with twenty alerts has some ten thousand."""
REQUEST_TIMEOUT = 10.0
"""Seconds that a request may take to be sent."""
Hear = Callable[[str, Any], None]
"""Takes a path and the JSON that was sent there; raises ValueError when it is not understood."""
Refuse = Callable[[str, str], None]
"""Takes the path of what was not understood, and why: whoever sent it may tell nobody."""


class Server(ThreadingHTTPServer):
    """Passes on to `hear` what is sent to a known path, and to `refuse` why it is not taken."""

    daemon_threads = True

    def __init__(self, hear: Hear, refuse: Refuse, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)
        self.hear, self.refuse = hear, refuse

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks off is nobody's business: what it said is sent again.

        All else is a fault of ours, and said with its traceback.
        """
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    timeout = REQUEST_TIMEOUT

    def do_POST(self) -> None:
        """Hear what is sent; what nobody understands is refused, and changes nothing."""
        if self.path not in ANSWERS:
            return self.answer(404, "nobody is here")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST:
            return self.refused(f"Content-Length: no number up to {LONGEST}")
        try:
            self.server.hear(self.path, json.loads(self.rfile.read(int(length))))
        except (ValueError, RecursionError) as error:
            return self.refused(str(error))
        self.answer(ANSWERS[self.path], "success")

    def refused(self, why: str) -> None:
        """Say here, too, what the sender is told: it does not send again what is refused."""
        self.server.refuse(self.path, why)
        self.answer(400, why)

    def answer(self, status: int, text: str) -> None:
        """Send an answer as PagerDuty does, in JSON; Slack says `ok`, and Grafana waits for it."""
        understood = self.path == SLACK and status == ANSWERS[SLACK]
        body = b"ok" if understood else json.dumps({"status": text}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if understood else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what there is to say was said to `hear`."""


@contextmanager
def listening(
    hear: Hear, refuse: Refuse, address: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[str]:
    """A receiver at an address, on a free port where it names none; its URL on this machine."""
    with Server(hear, refuse, address) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
