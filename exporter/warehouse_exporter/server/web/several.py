"""Several warehouses in one process: a page that lists them, and the site of each below it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from warehouse_exporter.core.errors import ConfigError, Problem
from warehouse_exporter.core.objective import Budget
from warehouse_exporter.history.model import NO_PAST, Past
from warehouse_exporter.publish.scrape import Scrape, Source
from warehouse_exporter.server.web.app import SAFE, Clock, Controls, make_app, packed, style
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.warehouses import BELOW, render_warehouses
from warehouse_exporter.server.web.process import Process, Runs


@dataclass(frozen=True)
class All:
    """Several exporters, as one process runs them."""

    exporters: Sequence[Runs]

    @property
    def ready(self) -> bool:
        """Whether the first pass of each has ended."""
        return all(exporter.ready for exporter in self.exporters)

    def reload(self) -> None:
        """Read each config again: a broken one keeps no other from it. Raises ConfigError."""
        problems: list[Problem] = []
        for exporter in self.exporters:
            try:
                exporter.reload()
            except ConfigError as error:
                problems += error.problems
        if problems:
            raise ConfigError(problems)

    def collect(self, *, full: bool = False) -> None:
        """Begin a pass over each now."""
        for exporter in self.exporters:
            exporter.collect(full=full)


@dataclass(frozen=True)
class Front:
    """The page above the sites."""

    exporters: Mapping[str, Controls]
    clock: Clock

    async def page(self, request: Request) -> Response:
        """What is known of each warehouse, and the way to its pages."""
        now = self.clock()
        views = {
            name: View(exporter.store.snapshot, NO_PAST, now)
            for name, exporter in self.exporters.items()
        }
        text = await asyncio.to_thread(render_warehouses, views)
        return packed(request, text.encode(), "text/html; charset=utf-8", SAFE)


class Watching(Controls, Protocol):
    """An exporter, with what is known of its past."""

    @property
    def past(self) -> Past:
        """What is known of the last days."""

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """What is known of the objectives."""


def site_of(exporters: Mapping[str, Watching], clock: Clock, *, lifecycle: bool) -> Starlette:
    """The application: the site of a warehouse, or those of several and a page above them."""
    sites = {name: own_site(one, clock, lifecycle=lifecycle) for name, one in exporters.items()}
    if len(sites) == 1:
        return next(iter(sites.values()))
    first, *others = [source_of(exporter) for exporter in exporters.values()]
    scrape = Scrape(first.store, clock, first.budgets, others)
    front, process = Front(exporters, clock), Process(All(tuple(exporters.values())), scrape)
    app = Starlette(
        routes=[
            *process.routes(lifecycle=lifecycle),
            Route("/", front.page),
            Route("/style.css", style),
            *(Mount(f"/{BELOW}/{name}", site) for name, site in sites.items()),
        ]
    )
    app.router.redirect_slashes = False  # it would send people to whatever host they named
    return app


def own_site(exporter: Watching, clock: Clock, *, lifecycle: bool) -> Starlette:
    """The site of one warehouse."""
    source = source_of(exporter)
    scrape = Scrape(source.store, clock, source.budgets)
    return make_app(exporter, scrape, clock, lifecycle=lifecycle, past=lambda: exporter.past)


def source_of(exporter: Watching) -> Source:
    """What is published of an exporter."""
    return Source(exporter.store, lambda: exporter.budgets)
