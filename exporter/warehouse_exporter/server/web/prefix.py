"""All paths below a prefix, for an exporter behind a proxy that does not take it off."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from warehouse_exporter.core.errors import UsageError

PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")


def route_prefix(external_url: str | None, given: str | None) -> str:
    """The prefix of all paths, such as `/shop`; empty for none. Raises UsageError.

    Without one given, it is the path of the external URL, as Prometheus has it.
    """
    path = "" if external_url is None else path_of(external_url)
    prefix = (path if given is None else f"/{given.strip('/')}").rstrip("/")
    if prefix and (not PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
        raise UsageError(f"--web.route-prefix {prefix!r} is not a path: write it like /shop")
    return prefix


def path_of(external_url: str) -> str:
    """The path of the external URL. Raises UsageError."""
    try:
        parts = urlsplit(external_url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or parts.username:
        raise UsageError(
            f"--web.external-url {external_url!r}: write it like https://example.org/shop"
        )
    return parts.path


class Prefixed:
    """An application whose paths all begin with a prefix; `/` leads there."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        """Serve `app`, which knows nothing of it, below `prefix`."""
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(f"{self._prefix}/"):
            inner = path.removeprefix(self._prefix)
            await self._app({**scope, "path": inner, "raw_path": None}, receive, send)
        elif path in ("/", self._prefix):
            await RedirectResponse(quote(f"{self._prefix}/"))(scope, receive, send)
        else:
            text = f"All pages are below {self._prefix}/ (--web.route-prefix).\n"
            await PlainTextResponse(text, status_code=404)(scope, receive, send)
