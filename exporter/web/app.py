"""The HTTP routes: /metrics, the status page, health, and the lifecycle where it is allowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporter import report
from exporter.board import Board
from exporter.errors import ConfigError
from exporter.scrape import Scrape
from exporter.web.page import render_page

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Controls(Protocol):
    """What the web may ask of the exporter."""

    board: Board

    @property
    def ready(self) -> bool:
        """Whether the first pass has ended."""

    def reload(self) -> None:
        """Read the config again."""

    def collect(self) -> None:
        """Begin a pass now."""


Clock = Callable[[], datetime]
Off = "this endpoint is off: start with --web.enable-lifecycle"


def make_app(exporter: Controls, scrape: Scrape, clock: Clock, *, lifecycle: bool) -> Starlette:
    """The application; nothing in it touches the warehouse."""

    async def metrics(request: Request) -> Response:
        accept = request.headers.get("accept", "")
        headers = {"Vary": "Accept, Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = await run_in_threadpool(scrape.gzipped, accept)
            headers["Content-Encoding"] = "gzip"
        else:
            body = await run_in_threadpool(scrape.plain, accept)
        return Response(body.content, headers={**headers, "Content-Type": body.content_type})

    async def page(request: Request) -> Response:
        return HTMLResponse(render_page(exporter.board.snapshot, clock()), headers=SAFE)

    async def checks(request: Request) -> Response:
        snapshot, now = exporter.board.snapshot, clock()
        results = snapshot.current(now)
        return JSONResponse(report.as_data(results, now, snapshot.config), headers=SAFE)

    async def healthy(request: Request) -> Response:
        return PlainTextResponse("warehouse-exporter is healthy.\n")

    async def ready(request: Request) -> Response:
        if exporter.ready:
            return PlainTextResponse("warehouse-exporter is ready.\n")
        return PlainTextResponse("The first pass has not ended yet.\n", status_code=503)

    async def reload(request: Request) -> Response:
        if not lifecycle:
            return PlainTextResponse(f"{Off}\n", status_code=403)
        try:
            await run_in_threadpool(exporter.reload)
        except ConfigError as error:
            return PlainTextResponse(f"{error}\n", status_code=500)
        return PlainTextResponse("Reloaded.\n")

    async def collect(request: Request) -> Response:
        if not lifecycle:
            return PlainTextResponse(f"{Off}\n", status_code=403)
        exporter.collect()
        return PlainTextResponse("A pass begins.\n", status_code=202)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/metrics", metrics),
            Route("/api/v1/checks", checks),
            Route("/-/healthy", healthy),
            Route("/-/ready", ready),
            Route("/-/reload", reload, methods=["POST"]),
            Route("/-/collect", collect, methods=["POST"]),
        ]
    )
