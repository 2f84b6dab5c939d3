"""TLS and users in front of the routes, as the file of `--web.config.file` has them now.

The files are looked at with every handshake and every request, and read again when one of them
was changed. A broken change is logged once, and the last good settings stay in force.
"""

from __future__ import annotations

import logging
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warehouse_exporter.core.errors import ConfigError, Problem
from warehouse_exporter.core.files import SECONDS
from warehouse_exporter.core.logs import event
from warehouse_exporter.server.web.settings import WebSettings, load_settings
from warehouse_exporter.server.web.tls import fresh_context
from warehouse_exporter.server.web.users import Authenticator, TooMany, credentials

log = logging.getLogger(__name__)
CHALLENGE = {"WWW-Authenticate": 'Basic realm="warehouse-exporter", charset="UTF-8"'}
SWITCHED = "TLS cannot be switched on or off while the exporter runs: restart it"
RETRY_SECONDS = 1.0
"""Seconds after which broken settings are tried again even if no known file changed: a certificate
that they name may be there by now."""
MOMENT = 0.5
"""Seconds that a request waits for changed files to be read; on a disk it takes a few ms."""
Stamp = tuple[tuple[int, ...] | None, ...]


class WebSettingsFile:
    """The last good settings of a file, reloaded when the file changes.

    A change is read in a thread. Requests wait for it only for a moment: a certificate may be on a
    file system that does not answer.
    """

    def __init__(self, file: str, tell: Callable[[bool], None]) -> None:
        """Read the file; `tell` gets whether its content is in use. Raises ConfigError."""
        self._tell = tell
        self.file = file
        self.problem = ""
        self._watched = load_settings(file).files
        self._stamp = stamp(self._watched)
        self._settings = load_settings(file)
        self._tried = time.monotonic()
        self._reading: threading.Thread | None = None
        tell(True)

    @property
    def settings(self) -> WebSettings:
        """The settings in force: those of the files as they are now, if they can be used."""
        if self._reading is not None and self._reading.is_alive():
            self._tell_of_a_hang()
            return self._settings
        now = stamp(self._watched)
        again = self.problem and time.monotonic() - self._tried > RETRY_SECONDS
        if now != self._stamp or again:
            self._stamp, self._tried = now, time.monotonic()
            self._reading = threading.Thread(target=self._read_again, name="web", daemon=True)
            self._reading.start()
            self._reading.join(MOMENT)
        return self._settings

    def _tell_of_a_hang(self) -> None:
        if time.monotonic() - self._tried > SECONDS:
            self._refuse(f"{self.file}: it, or a file that it names, is not read: it hangs")

    def _read_again(self) -> None:
        try:
            found = self._found()
        except ConfigError as error:
            self._refuse(str(error))
            return
        self.problem, self._settings = "", found
        self._tell(True)
        event(log, logging.INFO, "web config reloaded", file=self.file)

    def _refuse(self, problem: str) -> None:
        if problem != self.problem:
            event(log, logging.ERROR, "web config not reloaded", err=problem)
        self.problem = problem
        self._tell(False)

    def _found(self) -> WebSettings:
        """The content of the files; each was checked before it was read, so no change is missed."""
        found = load_settings(self.file)
        while found.files != self._watched:
            self._watched, self._stamp = found.files, stamp(found.files)
            found = load_settings(self.file)
        if (found.tls is None) != (self._settings.tls is None):
            raise ConfigError([Problem(self.file, 1, "tls_server_config", SWITCHED)])
        return found

    def context(self) -> ssl.SSLContext:
        """The TLS of a connection that begins now; only for settings that began with TLS."""
        tls = self.settings.tls
        assert tls is not None, "TLS cannot be switched off while it runs"
        return tls


def stamp(files: Iterable[Path]) -> Stamp:
    """A fingerprint that changes with the file, without reading it."""
    found: list[tuple[int, ...] | None] = []
    for file in files:
        try:
            seen = os.stat(file)
        except OSError:
            found.append(None)
        else:
            found.append((seen.st_mtime_ns, seen.st_size, seen.st_ino, seen.st_dev))
    return tuple(found)


class Guarded:
    """An application behind authentication: it sees only requests of those who may come in."""

    def __init__(self, app: ASGIApp, settings_file: WebSettingsFile) -> None:
        self._app = app
        self._settings_file = settings_file
        self._keeper = Authenticator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or 401."""
        settings = self._settings_file.settings

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(settings.headers)
            await send(message)

        await (await self._answering(settings, scope))(scope, receive, dressed)

    async def _answering(self, settings: WebSettings, scope: Scope) -> ASGIApp:
        """The application, or the response to clients without access."""
        if not settings.users:
            return self._app
        found = credentials(Headers(scope=scope).get("authorization", ""))
        address = scope["client"][0] if scope.get("client") else ""
        try:
            if found is not None and await self._keeper.admits(settings.users, *found, address):
                return self._app
        except TooMany:
            return PlainTextResponse("Too many passwords\n", 429, {"Retry-After": "1"})
        return PlainTextResponse("Unauthorized\n", status_code=401, headers=CHALLENGE)


def guarded(
    app: ASGIApp, web_config: str, tell: Callable[[bool], None], **options: Any
) -> uvicorn.Config:
    """uvicorn's config of an app behind the TLS and users of a file.

    `tell` is called with whether the file's content is in use. Raises ConfigError for a bad file.
    """
    settings_file = WebSettingsFile(web_config, tell)
    made = uvicorn.Config(Guarded(app, settings_file), **options)
    if settings_file.settings.tls is not None:
        made.load()
        made.ssl = fresh_context(settings_file.context)
    return made
