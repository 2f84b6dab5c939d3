"""The templates of the pages; everything that is filled in is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

FOLDER = Path(__file__).parent / "templates"


@cache
def template(name: str) -> jinja2.Template:
    """The template of a page.

    The library comes with the first visitor: many an exporter is only ever scraped.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,  # an upgrade under a running process would mix old code and new pages
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


@cache
def style_sheet() -> str:
    """The one style sheet of all pages."""
    return (FOLDER / "style.css").read_text(encoding="utf-8")
