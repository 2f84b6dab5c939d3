"""The HTTP routes of one warehouse: its pages, its answers for programs, and its process."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from warehouse_exporter.alerting.assets import INDEX
from warehouse_exporter.core.errors import UsageError
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
from warehouse_exporter.server.web.process import Process, Runs, takes_gzip
from warehouse_exporter.server.web.runbooks import Asked, runbook_page

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Controls(Runs, Protocol):
    """What the pages and the routes need from an exporter."""

    store: SnapshotStore


Clock = Callable[[], datetime]
NOT_THERE = "There is no such page: the config has no dataset or check of this name.\n"


@dataclass(frozen=True)
class Site:
    """The routes' answers; none of them touches the warehouse.

    What takes longer than a moment is made in a thread, so that a large page holds up no scrape.
    """

    exporter: Controls
    clock: Clock
    past: Callable[[], Past] = lambda: NO_PAST

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


async def style(request: Request) -> Response:
    """The style sheet of all pages."""
    headers = {**SAFE, "Cache-Control": "max-age=60"}
    return packed(request, style_sheet().encode(), "text/css; charset=utf-8", headers)


def packed(
    request: Request, body: bytes, content_type: str, headers: Mapping[str, str]
) -> Response:
    """An answer, compressed for those who can read it."""
    found = {**headers, "Content-Type": content_type, "Vary": "Accept-Encoding"}
    if takes_gzip(request.headers.get("accept-encoding", "")):
        found["Content-Encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=1, mtime=0)
    return Response(body, headers=found)


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
    site = Site(exporter, clock, past)
    app = Starlette(
        routes=[
            *Process(exporter, scrape).routes(lifecycle=lifecycle),
            Route("/", site.page),
            Route("/datasets/{dataset:str}", site.dataset),
            Route("/checks/{dataset:str}/{check:path}", site.check),
            Route("/style.css", style),
            Route("/days", site.days),
            Route("/api/v1/checks", site.answering(api.checks)),
            Route("/api/v1/datasets", site.answering(api.datasets)),
            Route("/api/v1/days", site.answering(api.days)),
            Route("/api/v1/schema.json", site.schema),
            Route("/runbooks/", site.runbook),
            Route("/runbooks/{alert:str}", site.runbook),
        ]
    )
    app.router.redirect_slashes = False  # it would send people to whatever host they named
    return app
