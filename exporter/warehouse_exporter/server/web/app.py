"""The HTTP routes: /metrics, the status page, health, and the lifecycle where it is allowed."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from warehouse_exporter.alerting.assets import INDEX
from warehouse_exporter.core.errors import ConfigError, UsageError
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.history.model import NO_PAST, Past
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.web import api
from warehouse_exporter.server.web.filters import Filter, read_filter
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.check import render_check
from warehouse_exporter.server.web.page.dataset import render_dataset
from warehouse_exporter.server.web.page.days import render_days
from warehouse_exporter.server.web.page.front import render_front
from warehouse_exporter.server.web.page.templating import style_sheet
from warehouse_exporter.server.web.runbooks import Asked, runbook_page
from warehouse_exporter.server.web.timeouts import Unhurried

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Controls(Protocol):
    """What the web application needs from the exporter."""

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
NOT_THERE = "There is no such page: the config has no dataset or check of this name.\n"
OFF = "this endpoint is off: start with --web.enable-lifecycle\n"


@dataclass(frozen=True)
class Site:
    """The routes' answers; none of them touches the warehouse.

    What takes longer than a moment is made in a thread, so that a large page holds up no scrape.
    """

    exporter: Controls
    scrape: Scrape
    clock: Clock
    past: Callable[[], Past] = lambda: NO_PAST
    rendering: asyncio.Lock = field(default_factory=asyncio.Lock)
    reloading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def metrics(self, request: Request) -> Response:
        """The metrics, in the requested format and encoding."""
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
        """The status page, or the checks that a filter wants."""
        query = request.query_params

        def made(view: View) -> str:
            try:
                return render_front(view, read_filter(query))
            except UsageError as error:
                return render_front(view, Filter(), str(error))

        return await self._html(request, made)

    async def dataset(self, request: Request) -> Response:
        """The page of a dataset."""
        name = request.path_params["dataset"]
        return await self._html(
            request, lambda view: render_dataset(view, name) if name in view.names else None
        )

    async def check(self, request: Request) -> Response:
        """The page of a check."""
        found = CheckId(request.path_params["dataset"], request.path_params["check"])

        def made(view: View) -> str | None:
            check = view.config.by_id.get(found)
            return None if check is None else render_check(view, check)

        return await self._html(request, made)

    async def style(self, request: Request) -> Response:
        """The style sheet of the pages."""
        headers = {**SAFE, "Cache-Control": "max-age=60"}
        return packed(request, style_sheet().encode(), "text/css; charset=utf-8", headers)

    async def days(self, request: Request) -> Response:
        """Which days may be used for what."""
        return await self._html(request, render_days)

    async def schema(self, request: Request) -> Response:
        """The JSON Schema of the answers for programs."""
        return packed(request, api.schema().encode(), "application/schema+json", SAFE)

    def answering(self, made: Callable[[View, Filter], api.Json]) -> Callable[..., Any]:
        """An answer for programs: narrowed by the filters in the address."""

        async def answered(request: Request) -> Response:
            view = View(self.exporter.store.snapshot, self.past(), self.clock())
            try:
                wanted = api.wanted_of(request.query_params)
            except UsageError as error:
                return JSONResponse({"error": str(error)}, status_code=400, headers=SAFE)

            def answer() -> Response:
                body = api.as_text(made, view, wanted).encode()
                return packed(request, body, "application/json", SAFE)

            return await asyncio.to_thread(answer)

        return answered

    async def _html(self, request: Request, made: Callable[[View], str | None]) -> Response:
        """A page, made in a thread; None where there is no such page."""
        view = View(self.exporter.store.snapshot, self.past(), self.clock())

        def answer() -> Response:
            text = made(view)
            if text is None:
                return PlainTextResponse(NOT_THERE, status_code=404, headers=SAFE)
            return packed(request, text.encode(), "text/html; charset=utf-8", SAFE)

        return await asyncio.to_thread(answer)

    async def runbook(self, request: Request) -> Response:
        """What to do about an alert, of a check or of any; without a name, where to begin."""
        config, given = self.exporter.store.snapshot.config, request.query_params
        check = CheckId(given.get("dataset", ""), given.get("check", ""))
        asked = Asked(
            request.path_params.get("alert", INDEX), config, self.clock(), config.by_id.get(check)
        )
        page = await asyncio.to_thread(runbook_page, asked)
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
        """Reload the config; the response has its problems."""
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


def packed(
    request: Request, body: bytes, content_type: str, headers: Mapping[str, str]
) -> Response:
    """An answer, compressed for those who can read it."""
    found = {**headers, "Content-Type": content_type, "Vary": "Accept-Encoding"}
    if takes_gzip(request.headers.get("accept-encoding", "")):
        found["Content-Encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=1, mtime=0)
    return Response(body, headers=found)


def takes_gzip(accepted: str) -> bool:
    """Whether a client accepts gzip; `gzip;q=0` means that it does not."""
    for coding in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in coding.split(";"))
        if name == "gzip":
            weights = [text.partition("=")[2].strip() for text in parameters if text[:1] == "q"]
            return all(WEIGHT.fullmatch(weight) for weight in weights)
    return False


def from_elsewhere(request: Request) -> bool:
    """Whether a browser sends this for a page of another site; other clients send no origin."""
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    return site not in ("none", "same-origin") or not ours


def make_app(
    exporter: Controls,
    scrape: Scrape,
    clock: Clock,
    *,
    lifecycle: bool,
    past: Callable[[], Past] = lambda: NO_PAST,
) -> Starlette:
    """The application; reload and collect answer only where `lifecycle` allows them.

    `past` gives what is known of the last days.
    """
    site = Site(exporter, scrape, clock, past)
    app = Starlette(
        routes=[
            Route("/", site.page),
            Route("/datasets/{dataset:str}", site.dataset),
            Route("/checks/{dataset:str}/{check:path}", site.check),
            Route("/style.css", site.style),
            Route("/metrics", site.metrics),
            Route("/days", site.days),
            Route("/api/v1/checks", site.answering(api.checks)),
            Route("/api/v1/datasets", site.answering(api.datasets)),
            Route("/api/v1/days", site.answering(api.days)),
            Route("/api/v1/schema.json", site.schema),
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
