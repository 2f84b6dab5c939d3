"""The HTTP routes of the process: /metrics, health, and the lifecycle where it is allowed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.server.web.timeouts import Unhurried

WEIGHT = re.compile(r"1(\.0{0,3})?|0\.(?!0*$)[0-9]{1,3}")
"""The weight of an encoding that is accepted; not 0, and nothing that is no weight."""
ELSEWHERE = "another site's page asks for this: it is not done\n"
OFF = "this endpoint is off: start with --web.enable-lifecycle\n"


class Runs(Protocol):
    """What runs passes: an exporter, or several together."""

    @property
    def ready(self) -> bool:
        """Whether the first pass has ended."""

    def reload(self) -> None:
        """Read the config again. Raises ConfigError."""

    def collect(self, *, full: bool = False) -> None:
        """Begin a pass now; a full one reads closed days again."""


@dataclass(frozen=True)
class Process:
    """The answers; none of them touches the warehouse, and what takes long is made in a thread."""

    exporter: Runs
    scrape: Scrape
    rendering: asyncio.Lock = field(default_factory=asyncio.Lock)
    reloading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def routes(self, *, lifecycle: bool) -> list[Route]:
        """The routes; reload and collect answer only where `lifecycle` allows them."""
        return [
            Route("/metrics", self.metrics),
            Route("/-/healthy", self.healthy),
            Route("/-/ready", self.ready),
            Route("/-/reload", self.reload if lifecycle else self.off, methods=["POST"]),
            Route("/-/collect", self.collect if lifecycle else self.off, methods=["POST"]),
        ]

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
