"""The page of a process that watches several warehouses: an answer for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from warehouse_exporter import __version__
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.answer import answer
from warehouse_exporter.server.web.page.frame import times_of
from warehouse_exporter.server.web.page.templating import template

BELOW = "warehouses"
"""Where the sites of the warehouses are, each at its name."""


def render_warehouses(views: Mapping[str, View]) -> str:
    """The page; the site of each warehouse begins at its own address."""
    rows = [
        (name, f"{BELOW}/{quote(name, safe='')}/", answer(view, times_of(view)))
        for name, view in views.items()
    ]
    return template("warehouses.html").render(rows=rows, version=__version__)
