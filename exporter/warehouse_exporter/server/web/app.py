"""The HTTP routes: /metrics, the status page, health, and the lifecycle where it is allowed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from warehouse_exporter.alerting.assets import INDEX
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.publish import report
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.web.page import render_page
from warehouse_exporter.server.web.runbooks import runbook_page
from warehouse_exporter.server.web.timeouts import Unhurried

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Controls(Protocol):
    """What the web may ask of the exporter."""

    store: SnapshotStore

    @property
    def ready(self) -> bool:
        """Whether the first pass has ended."""

    def reload(self) -> None:
        """Read the config again."""

    def collect(self, *, full: bool = False) -> None:
        """Begin a pass now; a full one reads closed days again."""


WEIGHT = re.compile(r"1(\.0{0,3})?|0\.(?!0*$)[0-9]{1,3}")
"""The weight of an encoding that is accepted; not 0, and nothing that is no weight."""
Clock = Callable[[], datetime]
ELSEWHERE = "another site's page asks for this: it is not done\n"
OFF = "this endpoint is off: start with --web.enable-lifecycle\n"


@dataclass(frozen=True)
class Site:
    """The routes' answers; none of them touches the warehouse.

    What takes longer than a moment is made in a thread, so that a large page holds up no scrape.
    """

    exporter: Controls
    scrape: Scrape
    clock: Clock
    rendering: asyncio.Lock = field(default_factory=asyncio.Lock)
    reloading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def metrics(self, request: Request) -> Response:
        """The gauges, in the format and encoding asked for."""
        accept = request.headers.get("accept", "")
        zipped = takes_gzip(request.headers.get("accept-encoding", ""))
        body = self.scrape.kept(accept, zipped=zipped)
        if body is None:
            async with self.rendering:  # who comes meanwhile waits here, and keeps no thread
                body = self.scrape.kept(accept, zipped=zipped)
                if body is None:
                    body = await asyncio.to_thread(self.scrape.body, accept, zipped=zipped)
        headers = {"Vary": "Accept, Accept-Encoding", "Content-Type": body.content_type}
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return Unhurried(body.parts, headers)

    async def page(self, request: Request) -> Response:
        """The status page."""
        snapshot = self.exporter.store.snapshot
        text = await asyncio.to_thread(render_page, snapshot, self.clock())
        return HTMLResponse(text, headers=SAFE)

    async def checks(self, request: Request) -> Response:
        """Every verdict as JSON."""
        snapshot, now = self.exporter.store.snapshot, self.clock()

        def made() -> JSONResponse:
            data = report.as_data(snapshot.current(now), now, snapshot.config)
            return JSONResponse(data, headers=SAFE)

        return await asyncio.to_thread(made)

    async def runbook(self, request: Request) -> Response:
        """What to do about an alert; without a name, where to begin."""
        page = await asyncio.to_thread(runbook_page, request.path_params.get("alert", INDEX))
        if page is None:
            return PlainTextResponse("There is no alert of this name.\n", status_code=404)
        return HTMLResponse(page, headers=SAFE)

    async def healthy(self, request: Request) -> Response:
        """That the process runs."""
        return PlainTextResponse("warehouse-exporter is healthy.\n")

    async def ready(self, request: Request) -> Response:
        """Whether every check has had a pass."""
        if self.exporter.ready:
            return PlainTextResponse("warehouse-exporter is ready.\n")
        return PlainTextResponse("The first pass has not ended yet.\n", status_code=503)

    async def off(self, request: Request) -> Response:
        """That an endpoint has to be switched on first."""
        return PlainTextResponse(OFF, status_code=403)

    async def reload(self, request: Request) -> Response:
        """Read the config again; the answer says what is wrong with it."""
        if from_elsewhere(request):
            return PlainTextResponse(ELSEWHERE, status_code=403)
        try:
            async with self.reloading:  # one that hangs keeps one thread; the others wait here
                await asyncio.to_thread(self.exporter.reload)
        except ConfigError as error:
            return PlainTextResponse(f"{error}\n", status_code=500)
        return PlainTextResponse("Reloaded.\n")

    async def collect(self, request: Request) -> Response:
        """Begin a pass over everything; with `full=true` closed days are read again as well."""
        if from_elsewhere(request):
            return PlainTextResponse(ELSEWHERE, status_code=403)
        full = request.query_params.get("full", "false")
        if full not in ("true", "false"):
            return PlainTextResponse(f"full is true or false, not {full!r}\n", status_code=400)
        self.exporter.collect(full=full == "true")
        return PlainTextResponse(
            "A full pass begins.\n" if full == "true" else "A pass begins.\n", status_code=202
        )


def takes_gzip(accepted: str) -> bool:
    """Whether gzip is among the encodings that a client accepts: `gzip;q=0` says that it is not."""
    for coding in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in coding.split(";"))
        if name == "gzip":
            weights = [text.partition("=")[2].strip() for text in parameters if text[:1] == "q"]
            return all(WEIGHT.fullmatch(weight) for weight in weights)
    return False


def from_elsewhere(request: Request) -> bool:
    """Whether a browser sends this for a page of another site; no other client says from where."""
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    return site not in ("none", "same-origin") or not ours


def make_app(exporter: Controls, scrape: Scrape, clock: Clock, *, lifecycle: bool) -> Starlette:
    """The application; reload and collect answer only where `lifecycle` allows them."""
    site = Site(exporter, scrape, clock)
    app = Starlette(
        routes=[
            Route("/", site.page),
            Route("/metrics", site.metrics),
            Route("/api/v1/checks", site.checks),
            Route("/runbooks/", site.runbook),
            Route("/runbooks/{alert:str}", site.runbook),
            Route("/-/healthy", site.healthy),
            Route("/-/ready", site.ready),
            Route("/-/reload", site.reload if lifecycle else site.off, methods=["POST"]),
            Route("/-/collect", site.collect if lifecycle else site.off, methods=["POST"]),
        ]
    )
    app.router.redirect_slashes = False  # it would send people to whatever host they named
    return app
